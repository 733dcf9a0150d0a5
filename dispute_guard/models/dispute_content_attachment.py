from odoo import models
from odoo.exceptions import UserError

from ..station import is_at_work, off_work


class IrAttachment(models.Model):
    """The files of ``dispute.content``: never written, dropped by retention only."""

    _inherit = "ir.attachment"

    def write(self, vals):
        kept = self.filtered(lambda file: file.res_model == "dispute.content")
        if kept and not kept._is_same_content(vals):
            raise UserError(self.env._("Files kept as evidence cannot be changed."))
        return super().write(vals)

    def _is_same_content(self, vals):
        """Whether ``vals`` only move the bytes to another storage, as Odoo can do."""
        return vals.keys() <= {"raw", "mimetype"} and all(
            self._compute_checksum(vals.get("raw", file.raw)) == file.checksum
            for file in self
        )

    # Not @api.ondelete: a flag in the context of any call switches that off.
    def unlink(self):
        kept = any(file.res_model == "dispute.content" for file in self)
        if kept and not is_at_work(self):
            self.env["dispute.content"]._refuse_deletion()
        return super(IrAttachment, off_work(self)).unlink()

from odoo import models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    # Not @api.ondelete: a flag in the context of any call switches that off.
    def unlink(self):
        self._check_pinned_agreement()
        return super().unlink()

    def _check_pinned_agreement(self):
        # sudo: dispute.agreement.link - the file is pinned for whoever deletes it
        links = self.env["dispute.agreement.link"].sudo()
        link = links.search([("attachment_id", "in", self.ids)], limit=1)
        if link:
            raise UserError(
                self.env._(
                    "The file %(file)s is linked to ticket %(ticket)s as an agreement "
                    "that matters and cannot be deleted.",
                    file=link.attachment_id.name,
                    ticket=link.ticket_id.number,
                )
            )

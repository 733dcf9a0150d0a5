from odoo import api, models
from odoo.exceptions import UserError

from ..station import is_at_work, off_work


class DisputeRecorded(models.AbstractModel):
    """Rows that the stations alone make and change, and that nobody deletes."""

    _name = "dispute.recorded"
    _description = "Record Kept by the System"
    _inherit = ["dispute.immutable"]

    _never_deleted = True

    @api.model_create_multi
    def create(self, vals_list):
        self._check_station()
        return super(DisputeRecorded, off_work(self)).create(vals_list)

    def write(self, vals):
        self._check_station()
        return super(DisputeRecorded, off_work(self)).write(vals)

    # Not @api.ondelete: a flag in the context of any call switches that off.
    def unlink(self):  # pylint: disable=method-required-super; it never deletes
        self._refuse_deletion()

    def _refuse_deletion(self):
        raise UserError(self.env._("Files kept as evidence cannot be deleted."))

    def _check_station(self):
        if not is_at_work(self):
            raise UserError(
                self.env._("Files are kept by the system, never entered or changed.")
            )

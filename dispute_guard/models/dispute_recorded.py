from odoo import api, models
from odoo.exceptions import UserError

from ..station import is_at_work, off_work, own_defaults


class DisputeKept(models.AbstractModel):
    """Rows that the stations alone make and change, and that nobody deletes."""

    _name = "dispute.kept"
    _description = "Record Kept by the System"

    # How names of fields begin that others may write, such as those of a chatter.
    _free_prefixes = ()

    @api.model
    def default_get(self, fields):
        return own_defaults(self, super().default_get(fields), self._fields.keys())

    @api.model_create_multi
    def create(self, vals_list):
        self._check_station()
        return super(DisputeKept, off_work(self)).create(vals_list)

    def write(self, vals):
        if not all(name.startswith(self._free_prefixes) for name in vals):
            self._check_station()
        return super(DisputeKept, off_work(self)).write(vals)

    # Not @api.ondelete: a flag in the context of any call switches that off.
    def unlink(self):  # pylint: disable=method-required-super; it never deletes
        self._refuse_deletion()

    def _check_station(self):
        if not is_at_work(self):
            self._refuse_entry()

    def _refuse_entry(self):
        """Hook: say how such rows come about.

        :raise UserError: always
        """
        raise UserError(
            self.env._("Files are kept by the system, never entered or changed.")
        )

    def _refuse_deletion(self):
        """Hook: say why such rows stay.

        :raise UserError: always
        """
        raise UserError(self.env._("Files kept as evidence cannot be deleted."))


class DisputeRecorded(models.AbstractModel):
    """Such rows, of which the database itself keeps some columns as they were."""

    _name = "dispute.recorded"
    _description = "Record Kept by the System and the Database"
    _inherit = ["dispute.kept", "dispute.immutable"]

    _never_deleted = True

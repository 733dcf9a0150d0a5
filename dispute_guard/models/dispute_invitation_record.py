from odoo import models
from odoo.exceptions import UserError


class DisputeInvitationRecord(models.AbstractModel):
    """Rows about the personal page of a professional; people only read them."""

    _name = "dispute.invitation.record"
    _description = "Record of a Personal Page"
    _inherit = ["dispute.recorded"]

    def _refuse_deletion(self):
        raise UserError(
            self.env._("What happened on a professional's page cannot be deleted.")
        )

    def _refuse_entry(self):
        raise UserError(
            self.env._(
                "Links, visits and answers of professionals are recorded by the "
                "system, never entered or changed."
            )
        )

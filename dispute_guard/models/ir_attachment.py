from odoo import api, models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_dispute_hold(self):
        tickets = {
            attachment.res_id
            for attachment in self
            if attachment.res_model == "helpdesk.ticket"
        }
        if not tickets:
            return
        # sudo: helpdesk.ticket - a hold binds also users who may not see the ticket
        held = (
            self.env["helpdesk.ticket"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [("id", "in", tickets), ("dispute_case_id.hold", "=", True)], limit=1
            )
        )
        if held:
            raise UserError(held.dispute_case_id._get_hold_refusal())

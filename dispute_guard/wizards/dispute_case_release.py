from odoo import fields, models


class DisputeCaseRelease(models.TransientModel):
    _name = "dispute.case.release"
    _description = "Ask for the Release of a Legal Hold"

    hold_id = fields.Many2one("dispute.hold", required=True)
    reason = fields.Text(required=True)

    def action_apply(self):
        """Ask for the release with the reason given."""
        self.ensure_one()
        self.hold_id._ask_release(self.reason)
        return {"type": "ir.actions.act_window_close"}

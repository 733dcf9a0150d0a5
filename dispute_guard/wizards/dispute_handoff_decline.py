from odoo import fields, models


class DisputeHandoffDecline(models.TransientModel):
    _name = "dispute.handoff.decline"
    _description = "Note That a Professional Declines"

    handoff_id = fields.Many2one("dispute.handoff", required=True)
    step_id = fields.Many2one(related="handoff_id.step_id")
    reason = fields.Text(required=True)

    def action_apply(self):
        """Note it with the reason; the next person in the chain is asked."""
        self.ensure_one()
        self.handoff_id.check_access("write")
        self.step_id._decline(self.reason)
        return {"type": "ir.actions.act_window_close"}

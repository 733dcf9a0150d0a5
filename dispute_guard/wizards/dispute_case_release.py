from odoo import fields, models


class DisputeCaseRelease(models.TransientModel):
    _name = "dispute.case.release"
    _description = "Release a Legal Hold"

    case_id = fields.Many2one("dispute.case", required=True)
    reason = fields.Text(required=True)

    def action_apply(self):
        """Release the hold with the reason given."""
        self.ensure_one()
        self.case_id._release_hold(self.reason)
        return {"type": "ir.actions.act_window_close"}

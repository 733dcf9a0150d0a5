from odoo import fields, models


class DisputeSignalDismiss(models.TransientModel):
    _name = "dispute.signal.dismiss"
    _description = "Dismiss a Signal"

    signal_ids = fields.Many2many("dispute.signal", required=True)
    reason = fields.Text(required=True)

    def action_apply(self):
        """Dismiss the signals with the reason given."""
        self.ensure_one()
        self.signal_ids._dismiss(self.reason)
        return {"type": "ir.actions.act_window_close"}

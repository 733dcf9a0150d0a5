from odoo import fields, models


class DisputeLapseExcuse(models.TransientModel):
    _name = "dispute.lapse.excuse"
    _description = "Take a Lapse out of the Count"

    lapse_ids = fields.Many2many("dispute.lapse", required=True)
    reason = fields.Text(required=True)

    def action_apply(self):
        """Take the lapses out of the count with the reason given."""
        self.ensure_one()
        self.lapse_ids._excuse(self.reason)
        return {"type": "ir.actions.act_window_close"}

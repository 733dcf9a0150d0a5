from odoo import models


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    def action_log_dispute_call(self):
        """Ask what was said on the telephone, then record it."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a Call"),
            "res_model": "dispute.call.log",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_ticket_id": self.id,
                "default_spoken_with": self.partner_id.name or self.partner_name,
                "default_phone": self.partner_id.phone,
            },
        }

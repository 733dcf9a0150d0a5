from odoo import fields, models

from ..models.dispute_professional import ROLES


class DisputeHandoffOpen(models.TransientModel):
    _name = "dispute.handoff.open"
    _description = "Hand Off a Dispute"

    case_id = fields.Many2one("dispute.case", required=True)
    company_id = fields.Many2one(related="case_id.company_id")
    role = fields.Selection(selection=ROLES, required=True)
    professional_id = fields.Many2one(
        "dispute.professional",
        domain="[('role', '=', role), ('company_id', 'in', [False, company_id])]",
        help="Empty: who fits best is chosen.",
    )
    desired_outcome = fields.Text(
        help="Empty: what is usual for this role is put into the brief."
    )

    def action_apply(self):
        """Open the handoff and show it; it is sent right after."""
        self.ensure_one()
        handoff = self.env["dispute.handoff"].create(
            {
                "case_id": self.case_id.id,
                "role": self.role,
                "professional_id": self.professional_id.id,
                "desired_outcome": self.desired_outcome,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "dispute.handoff",
            "res_id": handoff.id,
            "view_mode": "form",
        }

from odoo import api, fields, models
from odoo.exceptions import UserError


class DisputeCaseMerge(models.TransientModel):
    _name = "dispute.case.merge"
    _description = "Merge Disputes"

    case_ids = fields.Many2many(
        "dispute.case", string="Disputes", domain="[('rung', '!=', 'closed')]"
    )
    target_id = fields.Many2one(
        "dispute.case",
        string="Into",
        required=True,
        domain="[('id', 'in', case_ids)]",
        help="It keeps its number; the others are closed and say where they went.",
    )
    reason = fields.Text(required=True)

    @api.constrains("case_ids", "target_id")
    def _check_cases(self):
        """Their names are told to whoever reads this; constraints run as superuser."""
        cases = self.sudo(False).case_ids | self.sudo(False).target_id
        cases.check_access("write")

    def action_apply(self):
        """Merge, then open what is left."""
        self.ensure_one()
        others = self.case_ids - self.target_id
        if not others:
            raise UserError(self.env._("Choose at least two disputes."))
        others._merge_into(self.target_id, self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "dispute.case",
            "res_id": self.target_id.id,
            "view_mode": "form",
        }

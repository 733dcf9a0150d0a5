from odoo import fields, models


class DisputeCase(models.Model):
    # one file a concern
    _inherit = "dispute.case"

    dossier_ids = fields.One2many("dispute.dossier", "case_id", string="Dossiers")
    dossier_count = fields.Integer(compute="_compute_dossier_count")

    def _compute_dossier_count(self):
        counts = dict(
            self.env["dispute.dossier"]._read_group(
                [("case_id", "in", self.ids)], ["case_id"], ["__count"]
            )
        )
        for case in self:
            case.dossier_count = counts.get(case, 0)

    def action_dossier(self):
        """Open a new dossier, in which everything recorded is proposed."""
        self.ensure_one()
        dossier = self.env["dispute.dossier"].create({"case_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dossier"),
            "res_model": "dispute.dossier",
            "res_id": dossier.id,
            "view_mode": "form",
        }

    def action_view_dossiers(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dossiers"),
            "res_model": "dispute.dossier",
            "view_mode": "list,form",
            "domain": [("case_id", "=", self.id)],
        }

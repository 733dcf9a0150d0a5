from odoo import fields, models


class DisputeCase(models.Model):
    # one file a concern
    _inherit = "dispute.case"

    dossier_ids = fields.One2many("dispute.dossier", "case_id", string="Dossiers")

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

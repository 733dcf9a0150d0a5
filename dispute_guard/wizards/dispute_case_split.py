from odoo import api, fields, models


class DisputeCaseSplit(models.TransientModel):
    _name = "dispute.case.split"
    _description = "Split a Dispute"

    case_id = fields.Many2one("dispute.case", required=True)
    ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        string="Tickets",
        domain="[('dispute_case_id', '=', case_id)]",
        context={"active_test": False},
        help="What belongs to these tickets goes along.",
    )
    title = fields.Char(string="What the New One Is About", required=True)
    reason = fields.Text(required=True)

    @api.constrains("case_id", "ticket_ids")
    def _check_case(self):
        """Their names are told to whoever reads this; constraints run as superuser."""
        self.sudo(False).case_id.check_access("write")
        self.sudo(False).ticket_ids.check_access("read")

    def action_apply(self):
        """Split, then open the new dispute."""
        self.ensure_one()
        new = self.case_id._split(self.ticket_ids, self.title, self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "dispute.case",
            "res_id": new.id,
            "view_mode": "form",
        }

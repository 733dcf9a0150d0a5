from odoo import api, fields, models


class DisputeCaseHold(models.TransientModel):
    _name = "dispute.case.hold"
    _description = "Place a Legal Hold"

    case_id = fields.Many2one("dispute.case", required=True)
    reason = fields.Text(required=True)
    user_ids = fields.Many2many(
        "res.users",
        string="Custodians",
        compute="_compute_user_ids",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
    )

    @api.depends("case_id")
    def _compute_user_ids(self):
        for window in self:
            hold = self.env["dispute.hold"].new({"case_id": window.case_id.id})
            window.user_ids = hold._get_custodians()

    def action_apply(self):
        """Place the hold with the reason given."""
        self.ensure_one()
        self.case_id.check_access("write")
        self.env["dispute.hold"]._place(
            self.case_id, self.reason, by=self.env.user.name, custodians=self.user_ids
        )
        return {"type": "ir.actions.act_window_close"}

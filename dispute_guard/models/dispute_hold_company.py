from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dispute_hold_remind_days = fields.Integer(
        "Remind Custodians After (days)", default=2, prefetch="dispute_guard"
    )
    dispute_hold_manager_days = fields.Integer(
        "Tell Their Manager After (days)", default=5, prefetch="dispute_guard"
    )

    _dispute_hold_days = models.Constraint(
        """CHECK(
            dispute_hold_remind_days BETWEEN 1 AND 60
            AND dispute_hold_manager_days BETWEEN 1 AND 60)""",
        "Custodians of a hold are reminded after one day at least, after 60 at most.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dispute_hold_remind_days = fields.Integer(
        related="company_id.dispute_hold_remind_days", readonly=False
    )
    dispute_hold_manager_days = fields.Integer(
        related="company_id.dispute_hold_manager_days", readonly=False
    )

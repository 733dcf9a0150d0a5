from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dispute_cool_off_hours = fields.Integer(
        "Pause of a Cooling-off (hours)", default=24, prefetch="dispute_guard"
    )
    dispute_heated_mails = fields.Integer(
        "Heated Mails Before a Call",
        default=3,
        prefetch="dispute_guard",
        help="0: no call is proposed.",
    )

    _dispute_cool_off = models.Constraint(
        """CHECK(
            dispute_cool_off_hours BETWEEN 1 AND 720
            AND dispute_heated_mails BETWEEN 0 AND 100)""",
        "A pause lasts one hour at least and 30 days at most.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dispute_cool_off_hours = fields.Integer(
        related="company_id.dispute_cool_off_hours", readonly=False
    )
    dispute_heated_mails = fields.Integer(
        related="company_id.dispute_heated_mails", readonly=False
    )

from odoo import fields, models


class ResCompany(models.Model):
    # one file a concern
    _inherit = "res.company"

    dispute_invitation_days = fields.Integer(
        "Professional's Link Valid For (days)",
        default=60,
        prefetch="dispute_guard",
        help="The page of a handoff closes then, unless another mail with a link is "
        "sent. It closes earlier when the handoff is over.",
    )

    _dispute_invitation_days = models.Constraint(
        "CHECK(dispute_invitation_days BETWEEN 1 AND 366)",
        "A professional's link is valid for one day at least and a year at most.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dispute_invitation_days = fields.Integer(
        related="company_id.dispute_invitation_days", readonly=False
    )

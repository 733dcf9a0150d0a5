from odoo import fields, models


def _of_company(name):
    return fields.Integer(related=f"company_id.{name}", readonly=False)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dispute_tense_days = _of_company("dispute_tense_days")
    dispute_hostile_days = _of_company("dispute_hostile_days")
    dispute_confirmed_factor = _of_company("dispute_confirmed_factor")
    dispute_repeat_least = _of_company("dispute_repeat_least")
    dispute_repeat_share = _of_company("dispute_repeat_share")
    dispute_reopen_least = _of_company("dispute_reopen_least")
    dispute_burst_least = _of_company("dispute_burst_least")
    dispute_burst_hours = _of_company("dispute_burst_hours")
    dispute_parallel_least = _of_company("dispute_parallel_least")
    dispute_parallel_days = _of_company("dispute_parallel_days")
    dispute_off_hours_least = _of_company("dispute_off_hours_least")
    dispute_off_hours_days = _of_company("dispute_off_hours_days")
    dispute_fall_steps = _of_company("dispute_fall_steps")
    dispute_answer_hours = _of_company("dispute_answer_hours")
    dispute_raw_days = _of_company("dispute_raw_days")
    dispute_head_emails = fields.Char(
        related="company_id.dispute_head_emails", readonly=False
    )
    dispute_tsa_url = fields.Char(related="company_id.dispute_tsa_url", readonly=False)
    dispute_tsa_roots = fields.Text(
        related="company_id.dispute_tsa_roots", readonly=False
    )

from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import fields, models

from .dispute_jurisdiction_term import WORKING_UNITS

END_OF_DAY = time(23, 59, 59)


def _setting(label, default):
    """A number that only clocks ask for, read apart from the rest of the company."""
    return fields.Integer(label, default=default, prefetch="dispute_guard")


class ResCompany(models.Model):
    """By which law and by which hours the clocks of disputes run."""

    _inherit = "res.company"

    dispute_jurisdiction_id = fields.Many2one(
        "dispute.jurisdiction",
        string="Jurisdiction of Disputes",
        prefetch="dispute_guard",
        ondelete="restrict",
        help="For customers in a country without a jurisdiction of its own. Empty: "
        "that of the company's country.",
    )
    # our own terms, where the law is silent; 0: no clock
    dispute_complaint_days = _setting("Answer Complaints Within (working days)", 15)
    dispute_counsel_days = _setting("Reply to Counsel Within (working days)", 10)
    dispute_insurer_days = _setting("Tell the Insurer Within (working days)", 3)
    dispute_mediation_days = _setting("Mediation Within (days)", 90)
    dispute_acknowledge_hours = _setting("Acknowledge Within (working hours)", 8)
    dispute_warn_share = _setting("Warn Before the End (%)", 25)

    _dispute_clock_terms = models.Constraint(
        """CHECK(
            LEAST(dispute_complaint_days, dispute_counsel_days, dispute_insurer_days,
                dispute_mediation_days, dispute_acknowledge_hours) >= 0
            AND GREATEST(dispute_complaint_days, dispute_counsel_days,
                dispute_insurer_days, dispute_mediation_days,
                dispute_acknowledge_hours) <= 1000
            AND dispute_warn_share BETWEEN 1 AND 90)""",
        "Terms are from 0 to 1000, and a warning comes within the last 90 %.",
    )

    def _get_own_term(self, kind):
        """Hook: how long something may take by our own rules.

        :param str kind: one of CLOCK_KINDS
        :return: amount and unit; amount 0: we have none
        """
        self.ensure_one()
        return {
            "first_answer": (self.dispute_answer_hours, "working_hours"),
            "complaint_answer": (self.dispute_complaint_days, "working_days"),
            "counsel_reply": (self.dispute_counsel_days, "working_days"),
            "acknowledgement": (self.dispute_acknowledge_hours, "working_hours"),
            "mediation": (self.dispute_mediation_days, "days"),
            "insurer_notice": (self.dispute_insurer_days, "working_days"),
        }.get(kind, (0, "days"))

    # ------------------------------------------------------------------
    # Deadlines
    # ------------------------------------------------------------------

    def _get_working_deadline(self, start, hours, calendar=None):
        """When ``hours`` of working time have passed since ``start``.

        Holidays and the time zone are those of the calendar. Where it has no working
        time, or there is none, every hour counts.

        :param datetime start: UTC
        :param float hours: not negative
        :param calendar: resource.calendar; None: the company's
        :return: datetime, UTC
        """
        calendar = self._get_clock_calendar(calendar)
        planned = calendar and calendar.plan_hours(
            hours, start, compute_leaves=True, domain=self._get_holiday_domain()
        )
        return planned or start + timedelta(hours=hours)

    def _get_term_deadline(self, start, amount, unit, calendar=None):
        """When a term ends that began at ``start``.

        The day of the beginning is not counted, as in most laws, and the last day
        counts to its end, in the time zone of the calendar. A last day that is a
        holiday is not moved to the next working day: rather early than late.

        :param datetime start: UTC
        :param str unit: one of UNITS
        :param calendar: resource.calendar; None: the company's
        :return: datetime, UTC
        """
        if unit == "working_hours":
            return self._get_working_deadline(start, amount, calendar)
        zone = self._get_clock_zone(calendar)
        day = pytz.utc.localize(start).astimezone(zone).date()
        if unit == "working_days":
            day = self._add_working_days(day, amount, zone, calendar)
        else:
            day += relativedelta(**{unit: amount})
        return _to_utc(zone, day, END_OF_DAY)

    def _add_working_days(self, day, amount, zone, calendar):
        """The day that is ``amount`` working days after ``day``."""
        calendar = self._get_clock_calendar(calendar)
        morrow = _to_utc(zone, day + timedelta(days=1), time.min)
        planned = calendar and calendar.plan_days(
            amount, morrow, compute_leaves=True, domain=self._get_holiday_domain()
        )
        if not planned:
            return day + timedelta(days=amount)
        return pytz.utc.localize(planned).astimezone(zone).date()

    def _get_clock_calendar(self, calendar=None):
        """The calendar that is asked; empty where it has no working time."""
        # sudo: resource.calendar - hours are counted whoever's mail starts a clock
        calendar = (calendar or self.resource_calendar_id).sudo()
        works = calendar.flexible_hours or calendar._get_global_attendances()
        return calendar if works else calendar.browse()

    def _get_clock_zone(self, calendar=None):
        calendar = calendar or self.resource_calendar_id
        return pytz.timezone(calendar.sudo().tz or self.partner_id.tz or "UTC")

    def _get_holiday_domain(self):
        """Holidays without a calendar bind only the company that has them."""
        return [
            ("time_type", "=", "leave"),
            "|",
            ("calendar_id", "!=", False),
            ("company_id", "in", [False, self.id]),
        ]

    def _describe_clock_hours(self, unit, calendar=None):
        """A remark where working time was asked for and the calendar has none."""
        if unit not in WORKING_UNITS or self._get_clock_calendar(calendar):
            return ""
        return self.env._("There are no working hours, so every hour is counted.")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dispute_jurisdiction_id = fields.Many2one(
        related="company_id.dispute_jurisdiction_id", readonly=False
    )
    dispute_complaint_days = fields.Integer(
        related="company_id.dispute_complaint_days", readonly=False
    )
    dispute_counsel_days = fields.Integer(
        related="company_id.dispute_counsel_days", readonly=False
    )
    dispute_insurer_days = fields.Integer(
        related="company_id.dispute_insurer_days", readonly=False
    )
    dispute_mediation_days = fields.Integer(
        related="company_id.dispute_mediation_days", readonly=False
    )
    dispute_acknowledge_hours = fields.Integer(
        related="company_id.dispute_acknowledge_hours", readonly=False
    )
    dispute_warn_share = fields.Integer(
        related="company_id.dispute_warn_share", readonly=False
    )


def _to_utc(zone, day, clock):
    """A local day and time as UTC, without time zone."""
    local = zone.localize(datetime.combine(day, clock))
    return local.astimezone(pytz.utc).replace(tzinfo=None)

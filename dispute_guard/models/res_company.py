import logging
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize_all, plaintext2html

from ..ledger.timestamp import TokenError, read_certificates
from .dispute_signal import LIVE_STATES

_logger = logging.getLogger(__name__)

# How long signs of a conflict count.
COUNTING_FIELDS = {
    "dispute_tense_days",
    "dispute_hostile_days",
    "dispute_confirmed_factor",
}


def _setting(label, default):
    """A number that counting asks for, read apart from the rest of the company."""
    return fields.Integer(label, default=default, prefetch="dispute_guard")


class ResCompany(models.Model):
    _inherit = "res.company"

    # how long signs of a conflict count
    dispute_tense_days = _setting("Tense Counts For (days)", default=14)
    dispute_hostile_days = _setting("Hostile Counts For (days)", default=30)
    dispute_confirmed_factor = _setting("Confirmed Counts Longer By", default=3)
    # from which count on facts are a signal; 0 switches the kind off
    dispute_repeat_least = _setting("Same Complaint, Times", default=2)
    dispute_repeat_share = _setting("Share of Words Said Before (%)", default=60)
    dispute_reopen_least = _setting("Messages on a Closed Question", default=2)
    dispute_burst_least = _setting("Messages in a Burst", default=4)
    dispute_burst_hours = _setting("Burst Within (hours)", default=24)
    dispute_parallel_least = _setting("Tickets on the Same Matter", default=2)
    dispute_parallel_days = _setting("Tickets Within (days)", default=3)
    dispute_off_hours_least = _setting("Messages Outside Working Hours", default=3)
    dispute_off_hours_days = _setting("Messages Within (days)", default=7)
    dispute_fall_steps = _setting("Steps to the Worse", default=2)
    # our own side
    dispute_answer_hours = _setting("Answer Within (working hours)", default=16)

    # how long originals are kept of tickets that were never a dispute; 0: for good
    dispute_raw_days = _setting("Keep Original Mails For (days)", default=0)

    # the ledger, outside the database
    dispute_head_emails = fields.Char("Mail Tree Heads To", prefetch="dispute_guard")
    dispute_tsa_url = fields.Char("Time-Stamping Authority", prefetch="dispute_guard")
    dispute_tsa_roots = fields.Text(
        "Certificates of the Authority",
        prefetch="dispute_guard",
        help="In PEM form, those its time-stamps lead to. Keep the certificates of "
        "former authorities here, too, so that their time-stamps can be checked.",
    )

    _dispute_positive = models.Constraint(
        """CHECK(
            dispute_tense_days BETWEEN 1 AND 3650
            AND dispute_hostile_days BETWEEN 1 AND 3650
            AND dispute_confirmed_factor BETWEEN 1 AND 100
            AND LEAST(dispute_repeat_least, dispute_reopen_least, dispute_burst_least,
                dispute_parallel_least, dispute_off_hours_least, dispute_fall_steps,
                dispute_answer_hours, dispute_raw_days) >= 0
            AND dispute_repeat_share BETWEEN 1 AND 100
            AND dispute_burst_hours BETWEEN 1 AND 720
            AND dispute_parallel_days BETWEEN 1 AND 60
            AND dispute_off_hours_days BETWEEN 1 AND 60)""",
        "Days, hours and shares must be positive numbers, spans at most 60 days, and "
        "signs of a conflict count for ten years at most.",
    )

    @api.constrains("dispute_tsa_url", "dispute_tsa_roots")
    def _check_dispute_tsa(self):
        for company in self:
            if company.dispute_tsa_roots or company.dispute_tsa_url:
                try:
                    read_certificates((company.dispute_tsa_roots or "").encode())
                except TokenError as error:
                    raise ValidationError(
                        self.env._(
                            "A time-stamp is worth what its authority's certificates "
                            "are: paste them in PEM form. %s",
                            error,
                        )
                    ) from error
            url = company.dispute_tsa_url
            if url and not url.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._("The address of an authority begins with https://.")
                )

    @api.constrains("dispute_head_emails")
    def _check_dispute_head_emails(self):
        for company in self:
            written = company.dispute_head_emails or ""
            addresses = [each for each in re.split(r"[,;\s]+", written) if each]
            if len(email_normalize_all(written)) != len(addresses):
                raise ValidationError(
                    self.env._("Tree heads go to plain addresses, parted by commas.")
                )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & COUNTING_FIELDS:
            self._update_dispute_levels()
        return result

    def _update_dispute_levels(self):
        """Let the levels follow new spans: what counts again, and what no longer."""
        # sudo: dispute.signal - the levels of all tickets follow, whoever sets the span
        signals = self.env["dispute.signal"].sudo()
        counting = signals.search(
            [
                ("company_id", "in", self.ids),
                ("state", "in", LIVE_STATES),
                ("counts_until", ">", fields.Datetime.now()),
            ]
        )
        counting.ticket_id._update_dispute_level()

    def _get_dispute_administrator(self):
        """Hook: the user who is told when the dispute guard needs mending."""
        # sudo: res.users - the gateway may run as any user
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    (
                        "all_group_ids",
                        "in",
                        self.env.ref("dispute_guard.group_dispute_manager").ids,
                    ),
                    ("company_ids", "in", self.ids),
                ],
                order="id",
                limit=1,
            )
        ) or self.env.ref("base.user_admin")

    def _tell_dispute_administrator(self, record, problem):
        """Plan an activity on ``record``, once, for somebody who can mend a problem.

        Never raises: this runs while a mail is received. It sends no mail either, for
        mail may be what does not work just now.
        """
        activity_type = "dispute_guard.mail_activity_type_screening"
        try:
            with self.env.cr.savepoint():
                if not record.activity_search([activity_type]):
                    record.with_context(
                        mail_activity_quick_update=True
                    ).activity_schedule(
                        activity_type,
                        note=plaintext2html(problem or ""),
                        user_id=self._get_dispute_administrator().id,
                    )
        except Exception:
            _logger.exception("The administrator could not be told of a problem")

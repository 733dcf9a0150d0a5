from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .dispute_signal import LIVE_STATES
from .helpdesk_ticket import AGENTS
from .helpdesk_ticket_level import RAISED_LEVELS

CALL = "mail.mail_activity_data_call"
# Who speaks for us once they are in: nobody else calls.
SPEAKERS = ("lawyer", "security")


class HelpdeskTicket(models.Model):
    """Channel advice: after some heated mails a call serves better than one more."""

    # one file a concern
    _inherit = "helpdesk.ticket"

    dispute_call_advice = fields.Char(
        string="Better Call",
        compute="_compute_dispute_call_advice",
        groups=AGENTS,
    )
    dispute_call_planned = fields.Char(
        string="Call Planned",
        compute="_compute_dispute_call_advice",
        groups=AGENTS,
    )

    @api.depends("dispute_level", "dispute_handoff_ids.state", "activity_ids")
    @api.depends_context("lang")
    def _compute_dispute_call_advice(self):
        heated = self._count_heated_mails()
        for ticket in self:
            count = heated.get(ticket._origin.id, 0)
            least = ticket.company_id.dispute_heated_mails
            is_due = 0 < least <= count and not ticket._is_spoken_for()
            ticket.dispute_call_advice = is_due and self.env._(
                "%(count)s heated mails: leave mail and call. Mails get forwarded.",
                count=count,
            )
            call = ticket._get_planned_call()
            ticket.dispute_call_planned = bool(is_due and call) and self.env._(
                "A call is planned for %(day)s: %(user)s",
                day=format_date(self.env, call.date_deadline),
                user=call.user_id.name,
            )

    def _count_heated_mails(self):
        """How many texts since the last call were heated, by ticket id."""
        if not self.ids:
            return {}
        texts = self.env["dispute.signal"]._read_group(
            [
                ("ticket_id", "in", self.ids),
                ("source", "=", "text"),
                ("state", "in", LIVE_STATES),
                ("level", "in", RAISED_LEVELS),
            ],
            ["ticket_id", "inbound_id"],
            ["occurred_at:max"],
        )
        calls = dict(
            self.env["dispute.evidence"]._read_group(
                [
                    ("kind", "=", "call"),
                    ("ticket_model", "=", self._name),
                    ("ticket_id", "in", self.ids),
                ],
                ["ticket_id"],
                ["occurred_at:max"],
            )
        )
        counts = {}
        for ticket, _text, at in texts:
            called = calls.get(ticket.id)
            if not called or at > called:
                counts[ticket.id] = counts.get(ticket.id, 0) + 1
        return counts

    def _is_spoken_for(self):
        """Whether somebody else speaks to the customer now, or nobody need."""
        locks = self.dispute_case_id.lock_ids
        return (
            self.dispute_rung == "closed"
            or any(lock.kind == "counsel" and lock.in_force for lock in locks)
            or any(
                handoff.role in SPEAKERS and handoff.state not in ("done", "cancelled")
                for handoff in self.dispute_handoff_ids
            )
        )

    def _get_planned_call(self):
        calls = self.activity_ids.filtered(
            lambda activity: activity.activity_category == "phonecall"
        )
        return calls.sorted("date_deadline")[:1]

    def action_plan_dispute_call(self):
        """Plan the call for tomorrow, by whoever has the ticket."""
        self.ensure_one()
        self.check_access("write")
        if not self._get_planned_call():
            user = self.user_id.filtered(lambda user: not user.share)
            day = fields.Date.context_today(self) + timedelta(days=1)
            self._plan_dispute_call(user or self.env.user, day)

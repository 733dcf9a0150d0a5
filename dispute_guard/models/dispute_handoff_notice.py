from datetime import timedelta

from odoo import fields, models
from odoo.tools import plaintext2html

HANDOFF = "dispute_guard.mail_activity_type_handoff"
NOBODY = "dispute_guard.mail_activity_type_no_professional"
NO_ANSWER = "dispute_guard.mail_activity_type_handoff_alarm"
TROUBLE = "dispute_guard.mail_activity_type_screening"
# Threats to people are not left for the morning.
AROUND_THE_CLOCK = "security"
ALARM_HOURS = 24
URGENT_ALARM_HOURS = 1


class DisputeHandoff(models.Model):
    """Who is told what, and what is recorded."""

    # one file a concern
    _inherit = "dispute.handoff"

    # ------------------------------------------------------------------
    # Telling our side
    # ------------------------------------------------------------------

    def _get_follower(self):
        """Hook: the user of our own who sees to it that the handoff moves on."""
        users = self.professional_id.partner_id.user_ids | self.case_id.user_id
        return (
            users.filtered(lambda user: user.active and not user.share)[:1]
            or self.company_id._get_dispute_administrator()
        )

    def _plan_activity(self, activity_type, user, note=None):
        if self.activity_search([activity_type]):
            return
        self.activity_schedule(
            activity_type,
            date_deadline=(self.deadline or fields.Datetime.now()).date(),
            user_id=user.id,
            **({"note": plaintext2html(note)} if note else {}),
        )

    def _alarm_nobody(self):
        """Tell an administrator that there is nobody, again and again."""
        if self._is_alarm_due():
            self.activity_unlink([NOBODY])
            self._plan_activity(
                NOBODY,
                self.company_id._get_dispute_administrator(),
                self._describe_nobody(),
            )
            self._move({"alarmed_at": fields.Datetime.now()})

    def _describe_nobody(self):
        """Why there is nobody: who was asked in vain, and who was left out."""
        states = dict(self.step_ids._fields["state"]._description_selection(self.env))
        asked = [
            ": ".join(filter(None, [step.name, states[step.state], step.answer]))
            for step in self.step_ids
        ]
        return "\n".join(filter(None, [*asked, self.choice_note]))

    def _is_alarm_due(self):
        since = fields.Datetime.now() - self._get_alarm_span()
        return not self.alarmed_at or self.alarmed_at <= since

    def _get_alarm_span(self):
        urgent = self.role == AROUND_THE_CLOCK
        return timedelta(hours=URGENT_ALARM_HOURS if urgent else ALARM_HOURS)

    # ------------------------------------------------------------------
    # Evidence
    # ------------------------------------------------------------------

    def _record_event(self, action, content, step, details=None, at=None):
        """Record as evidence what happened to the handoff.

        :param str action: sent, not_sent, acknowledged, accepted, declined, lapsed,
            withdrawn, passed_over, reminded, reassigned, consent, done or cancelled
        :param str content: in words
        :param step: the person it is about, or none
        :param datetime at: when; by default now
        """
        self.ensure_one()
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "handoff",
                    "content": content or "",
                    "ticket": self.ticket_id or self.case_id.ticket_ids[:1],
                    "company": self.company_id,
                    "author": self._name_actor(step),
                    "occurred_at": at or fields.Datetime.now(),
                    "details": {
                        "case": self.case_id.name,
                        "role": self.role,
                        "action": action,
                        "professional": step.name or "",
                        "address": step.email or "",
                        **(details or {}),
                    },
                }
            ]
        )

    def _name_actor(self, step):
        """Who does it: on his page, which needs no account, the professional."""
        user = self.env.user
        return step.name if step and user._is_public() else user.name

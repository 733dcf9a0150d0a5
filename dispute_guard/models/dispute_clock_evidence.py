from odoo import fields, models
from odoo.tools import format_datetime


class DisputeClock(models.Model):
    """What happened to a clock, recorded as evidence."""

    # one file a concern
    _inherit = "dispute.clock"

    def _record_steps(self, step, reason=None, details=None):
        """Record what happened to the clocks as evidence.

        :param str step: started (by hand), warned, missed, met, met_late, suspended,
            resumed, moved or stopped
        """
        now = fields.Datetime.now()
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "clock",
                    "content": clock._describe_step(step, reason),
                    "ticket": clock.ticket_id
                    or clock.case_id.ticket_ids.sorted("id")[:1],
                    "company": clock.company_id,
                    "author": self.env.user.name,
                    "occurred_at": now,
                    "details": {
                        "step": step,
                        "case": clock.case_id.name,
                        "clock": clock.id,
                        "kind": clock.kind,
                        "words": clock.words or "",
                        "started_at": _text(clock.started_at),
                        "due_at": _text(clock.due_at),
                        "handoff": clock.handoff_id.name or "",
                        "reason": reason or "",
                        **(details or {}),
                    },
                }
                for clock in self
            ]
        )

    def _describe_step(self, step, reason=None):
        """What happened, in a sentence."""
        words = {
            "clock": self.display_name,
            "due": format_datetime(self.env, self.due_at, tz="UTC", dt_format=False),
        }
        sentence = {
            "warned": self.env._("%(clock)s: due on %(due)s UTC, warned", **words),
            "missed": self.env._("%(clock)s: due on %(due)s UTC, missed", **words),
            "met": self.env._("%(clock)s: due on %(due)s UTC, done", **words),
            "met_late": self.env._(
                "%(clock)s: due on %(due)s UTC, done after that", **words
            ),
            "started": self.env._("%(clock)s: due on %(due)s UTC, started", **words),
            "suspended": self.env._("%(clock)s: stands still", **words),
            "resumed": self.env._("%(clock)s: goes on, due on %(due)s UTC", **words),
            "moved": self.env._("%(clock)s: now due on %(due)s UTC", **words),
            "stopped": self.env._("%(clock)s: stopped", **words),
        }[step]
        return f"{sentence}. {reason}" if reason else sentence


def _text(moment):
    return fields.Datetime.to_string(moment) or ""

from odoo import api, fields, models
from odoo.tools import format_date


class DisputeSignal(models.Model):
    """How a signal is told: one plain sentence in the reader's language."""

    # one file a concern
    _inherit = "dispute.signal"

    @api.depends("quote", "facts", "note")
    @api.depends_context("lang", "tz")
    def _compute_statement(self):
        for signal in self:
            signal.statement = (
                signal._describe_facts()
                if signal.source == "behaviour"
                else signal.quote or signal.note
            )

    @api.depends("statement")
    def _compute_display_name(self):
        for signal in self:
            signal.display_name = signal.statement

    def _get_day(self, moment):
        """The day of a moment (datetime or text, UTC) as the reader writes it."""
        moment = fields.Datetime.to_datetime(moment)
        if not moment:
            return ""
        local = fields.Datetime.context_timestamp(self, moment)
        return format_date(self.env, local, date_format="medium")

    # ------------------------------------------------------------------
    # Counted facts
    # ------------------------------------------------------------------

    def _describe_facts(self):
        """Hook: the counted facts as a sentence; a kind has ``_describe_<kind>``."""
        facts = self.facts or {}
        words = {
            "count": facts.get("count"),
            "since": self._get_day(facts.get("since")),
            "until": self._get_day(facts.get("until")),
        }
        return getattr(self, f"_describe_{self.kind}")(facts, words)

    def _describe_repeated_complaint(self, facts, words):
        if facts["answered"]:
            return self.env._(
                "Said %(count)s times since %(since)s, without a new number, date or "
                "name",
                **words,
            )
        return self.env._(
            "Said %(count)s times since %(since)s, without a new number, date or name; "
            "we had not answered in between",
            **words,
        )

    def _describe_reopened_issue(self, facts, words):
        closed = fields.Datetime.to_datetime(facts["closed"])
        days = (fields.Datetime.to_datetime(facts["until"]) - closed).days + 1
        return self.env._(
            "Message no. %(count)s on a question closed on %(closed)s, in %(days)s "
            "day(s)",
            closed=self._get_day(closed),
            days=days,
            **words,
        )

    def _describe_message_burst(self, facts, words):
        since, until = map(
            fields.Datetime.to_datetime, (facts["since"], facts["until"])
        )
        return self.env._(
            "%(count)s messages within %(hours)s h, without an answer in between "
            "(%(until)s)",
            hours=int((until - since).total_seconds() // 3600) + 1,
            **words,
        )

    def _describe_parallel_channels(self, facts, words):
        origins = dict(
            self.env["dispute.inbound"]
            ._fields["origin"]
            ._description_selection(self.env)
        )
        return self.env._(
            "The same matter on %(places)s tickets at a time: %(tickets)s "
            "(%(origins)s, %(since)s to %(until)s)",
            places=len(facts["tickets"]),
            tickets=", ".join(facts["tickets"]),
            origins=", ".join(origins.get(name, name) for name in facts["origins"]),
            **words,
        )

    def _describe_off_hours(self, facts, words):
        return self.env._(
            "%(count)s messages outside working hours since %(since)s, the last at "
            "%(time)s (%(zone)s)",
            time=facts["time"],
            zone=facts["zone"],
            **words,
        )

    def _describe_falling_trajectory(self, facts, words):
        levels = dict(self._fields["level"]._description_selection(self.env))
        return self.env._(
            "Worse from message to message: %(levels)s (%(since)s to %(until)s)",
            levels=" → ".join(levels[name] for name in facts["levels"]),
            **words,
        )

    # ------------------------------------------------------------------
    # What the level rests on
    # ------------------------------------------------------------------

    def _describe_cause(self):
        """What a level rests on: "words of 3 May, confirmed by Anna"."""
        values = {
            "date": self._get_day(self.occurred_at),
            # sudo: res.users - the colleague's name, nothing else of his
            "user": self.reviewed_by.sudo().name,
            "author": self.create_uid.sudo().name,
        }
        if self.source == "behaviour":
            cause = self.env._("facts counted up to %(date)s", **values)
        elif self.source == "manual":
            cause = self.env._("what %(author)s noted on %(date)s", **values)
        else:
            cause = self.env._("words of %(date)s", **values)
        if self.state == "confirmed":
            return self.env._("%(cause)s, confirmed by %(user)s", cause=cause, **values)
        return cause

    def _describe_faded(self):
        """That a signal counts no longer: "words of 1 March (hostile) no longer …"."""
        levels = dict(self._fields["level"]._description_selection(self.env))
        return self.env._(
            "%(cause)s (%(level)s) no longer count",
            cause=self._describe_cause(),
            level=levels[self.level].lower(),
        )

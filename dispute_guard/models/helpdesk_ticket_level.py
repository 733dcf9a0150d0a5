from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..station import at_work
from .dispute_signal import LEVEL_RANK, LIVE_STATES
from .helpdesk_ticket import AGENTS

# Levels that a ticket has because of a signal.
RAISED_LEVELS = ("tense", "hostile", "legal")
AGEING_LIMIT = 500


class HelpdeskTicket(models.Model):
    """The conflict level of a ticket: what makes it, and how it passes.

    The level is that of the gravest signal which still counts. Signals count while
    they are open or confirmed, tense and hostile ones only for some days
    (``dispute.signal.counts_until``), and none once the dispute in which they stand
    was closed.
    """

    # one file a concern
    _inherit = "helpdesk.ticket"

    dispute_level_reason = fields.Char(
        string="Why This Level",
        compute="_compute_dispute_level_reason",
        groups=AGENTS,
    )

    # ------------------------------------------------------------------
    # The level
    # ------------------------------------------------------------------

    def _update_dispute_level(self):
        """Let level and gravest signal follow the signals and what is unread."""
        # sudo: helpdesk.ticket - the level follows, whoever caused the change
        tickets = self.sudo()
        gravest = tickets._get_gravest_signals()
        calm = tickets.filtered(lambda ticket: ticket.id not in gravest)
        unread = calm._get_unread()
        changed = defaultdict(tickets.browse)
        for ticket in tickets:
            default = (False, "not_screened" if ticket in unread else "calm")
            signal, level = gravest.get(ticket.id, default)
            if (signal, level) != (ticket.dispute_signal_id.id, ticket.dispute_level):
                changed[signal, level] += ticket
        for (signal, level), some in changed.items():
            at_work(some).write({"dispute_level": level, "dispute_signal_id": signal})
        tickets.dispute_case_id._update_level()

    def _get_gravest_signals(self):
        """The gravest signal that counts now, as {ticket id: (id, level)}.

        Reads one signal of each ticket, however many it has.
        """
        if not self.ids:
            return {}
        signals = self.env["dispute.signal"]
        signals.flush_model()
        self.flush_model(["dispute_case_id"])
        self.env["dispute.case"].flush_model(["closed_at"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT ticket.id, gravest.id, gravest.level
                FROM helpdesk_ticket ticket
                LEFT JOIN dispute_case ON dispute_case.id = ticket.dispute_case_id
                CROSS JOIN LATERAL (
                    SELECT id, level FROM dispute_signal signal
                    WHERE signal.ticket_id = ticket.id
                        AND signal.state IN ('open', 'confirmed')
                        AND signal.level IN %(levels)s
                        AND (counts_until IS NULL OR counts_until > %(now)s)
                        AND (closed_at IS NULL OR occurred_at > closed_at)
                    ORDER BY gravity DESC, occurred_at DESC, id DESC
                    LIMIT 1
                ) gravest
                WHERE ticket.id IN %(tickets)s
                """,
                tickets=tuple(self.ids),
                levels=RAISED_LEVELS,
                now=fields.Datetime.now(),
            )
        )
        return {ticket: (signal, level) for ticket, signal, level in rows}

    def _get_unread(self):
        """Those of the tickets with a text that could not be read."""
        if not self.ids:
            return self
        rows = self.env["dispute.inbound"]._read_group(
            [
                ("ticket_id", "in", self.ids),
                ("state", "in", ("pending", "not_screened")),
            ],
            ["ticket_id"],
        )
        return self.browse([ticket.id for (ticket,) in rows])

    @api.model
    def _cron_age_dispute_levels(self):
        """Let the levels follow time: take back what counts no longer."""
        cron = self.env["ir.cron"]
        domain = [("dispute_signal_id.counts_until", "<=", fields.Datetime.now())]
        every = self.with_context(active_test=False)
        tickets = every.search(domain, limit=AGEING_LIMIT)
        tickets._update_dispute_level()
        more = len(tickets) == AGEING_LIMIT and every.search_count(domain)
        cron._commit_progress(len(tickets), remaining=more)

    # ------------------------------------------------------------------
    # Why
    # ------------------------------------------------------------------

    @api.depends("dispute_level", "dispute_signal_id.state")
    @api.depends_context("lang", "tz")
    def _compute_dispute_level_reason(self):
        faded = self._get_faded_signals()
        for ticket in self:
            parts = [ticket._describe_dispute_level()]
            for signal in faded.get(ticket.id, ()):
                if LEVEL_RANK[signal.level] > LEVEL_RANK.get(ticket.dispute_level, 0):
                    parts.append(signal._describe_faded())
            reason = "; ".join(filter(None, parts))
            ticket.dispute_level_reason = reason[:1].upper() + reason[1:]

    def _describe_dispute_level(self):
        """What makes the level, without a full stop; empty if nothing does."""
        signal = self.dispute_signal_id
        levels = dict(self._fields["dispute_level"]._description_selection(self.env))
        if not signal:
            return ""
        values = {
            "level": levels[self.dispute_level],
            "cause": signal._describe_cause(),
            "date": signal._get_day(signal.counts_until),
        }
        if signal.counts_until:
            return self.env._(
                "%(level)s because of %(cause)s, until %(date)s", **values
            )
        return self.env._("%(level)s because of %(cause)s", **values)

    def _get_faded_signals(self):
        """The last live signal of each level that counts no longer, by ticket id."""
        rows = self.env["dispute.signal"]._read_group(
            [
                ("ticket_id", "in", self.ids),
                ("state", "in", LIVE_STATES),
                ("level", "in", RAISED_LEVELS),
            ],
            ["ticket_id", "level"],
            ["id:max"],
        )
        last = self.env["dispute.signal"].browse([signal for *_key, signal in rows])
        faded = last.filtered("faded")
        return {
            ticket.id: signals.sorted("gravity", reverse=True)
            for ticket, signals in faded.grouped("ticket_id").items()
        }

import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .dispute_inbound import CUSTOMER
from .dispute_signal import LIVE_STATES

_logger = logging.getLogger(__name__)

COUNT_LIMIT = 200
# So many texts of a fact are remembered by their ids, the newest.
MOST_TEXTS = 100
# Writing at night says something about the writer, not yet about the conflict.
LEVELS_OF_KINDS = {"off_hours": "calm"}


class DisputeInbound(models.Model):
    # one file a concern
    _inherit = "dispute.inbound"

    # No default, so that receiving a mail costs nothing more.
    watch = fields.Selection(
        selection=[("waiting", "Counted, waits for an answer"), ("done", "Done")],
        string="Counting",
        readonly=True,
        export_string_translation=False,
        help="Empty: behaviour has not been counted with this text yet.",
    )

    _uncounted = models.Index("(id) WHERE watch IS NULL")
    _unanswered = models.Index("(id) WHERE watch = 'waiting'")

    def _is_customer_text(self):
        """Whether this is a message of its own, written by the customer."""
        return bool(
            self.ticket_id
            and self.speaker in CUSTOMER
            and self.state != "skipped"
            and not self.part
        )

    def _is_question(self):
        """Whether the customer may expect an answer to this text."""
        return self._is_customer_text() and self.speaker != "reported"


class HelpdeskTicket(models.Model):
    # one file a concern
    _inherit = "helpdesk.ticket"

    _dispute_by_customer = models.Index("(commercial_partner_id)")
    _dispute_by_email = models.Index(
        "(partner_email) WHERE commercial_partner_id IS NULL"
    )

    def _count_again(self):
        """Have the texts that came after closing counted anew: it was opened again."""
        # sudo: dispute.inbound - rows are written by the system alone
        rows = self.filtered("closed_date").sudo().dispute_inbound_ids
        rows.filtered(
            lambda row: row.received_at > row.ticket_id.closed_date
        ).watch = False


class DisputeBehaviour(models.AbstractModel):
    """Signals from what customers do, counted from the texts that were captured.

    A scheduled action counts, so that a mail which is received never waits for it:
    ``_cron_count`` takes the texts that have not been counted, looks at each with the
    history of its customer, and stores what it finds as signals of source
    ``behaviour``. A fact is one row; it grows with each further text.
    """

    _name = "dispute.behaviour"
    _description = "Counted Behaviour"

    @api.model
    def _cron_count(self):
        """Count the texts that came since the last run."""
        cron = self.env["ir.cron"]
        rows = self.env["dispute.inbound"].search(
            [("watch", "=", False)], order="id", limit=COUNT_LIMIT + 1
        )
        more = len(rows) > COUNT_LIMIT
        rows = rows[:COUNT_LIMIT]
        if not self._count_safely(rows):
            # one that cannot be counted must not keep the others waiting
            for row in rows:
                if not self._count_safely(row):
                    row.watch = "done"
        cron._commit_progress(len(rows), remaining=int(more))

    @api.model
    def _count_safely(self, rows):
        """Count ``rows``; return whether that went well."""
        try:
            with self.env.cr.savepoint():
                self._count(rows)
            return True
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # the next run takes them again
        except Exception:
            _logger.exception("Behaviour could not be counted in %s", rows)
            return False

    @api.model
    def _count(self, rows):
        """Count the behaviour that ``rows`` add to."""
        new = rows.filtered(lambda row: row._is_customer_text())
        questions = new.filtered(lambda row: row._is_question())
        questions.watch = "waiting"
        (rows - questions).watch = "done"
        facts = [
            fact
            for history in self._get_histories(new)
            for fact in self._find_facts(history)
        ]
        self._store(facts)

    # ------------------------------------------------------------------
    # Storing
    # ------------------------------------------------------------------

    @api.model
    def _store(self, facts):
        """Store ``facts`` as signals; a fact that is known grows."""
        known = self._get_known(facts)
        grown = self.env["dispute.signal"]
        fresh = []
        for fact in facts:
            signal = next(
                (
                    known[fact.kind, text.id]
                    for text in fact.texts
                    if (fact.kind, text.id) in known
                ),
                None,
            )
            if signal is None:
                fresh.append(self._prepare_behaviour_values(fact))
            elif self._grow(signal, fact):
                grown |= signal
        live = grown.filtered(lambda signal: signal.state in LIVE_STATES)
        live.ticket_id._update_dispute_level()
        self.env["dispute.signal"].create(fresh)._pass_on()

    @api.model
    def _get_known(self, facts):
        """The signals that ``facts`` may belong to, as {(kind, text id): signal}."""
        tickets = {text.ticket for fact in facts for text in fact.texts}
        signals = (
            self.env["dispute.signal"].search(
                [("ticket_id", "in", list(tickets)), ("source", "=", "behaviour")]
            )
            if tickets
            else ()
        )
        return {
            (signal.kind, text): signal
            for signal in signals
            for text in signal.facts["texts"]
        }

    @api.model
    def _prepare_behaviour_values(self, fact):
        """Hook: the values of the signal for ``fact``."""
        last = fact.texts[-1]
        inbound = self.env["dispute.inbound"].browse(last.id)
        return {
            "source": "behaviour",
            "kind": fact.kind,
            "level": LEVELS_OF_KINDS.get(fact.kind, "tense"),
            "ticket_id": last.ticket,
            "inbound_id": last.id,
            "company_id": inbound.company_id.id,
            "occurred_at": last.at,
            "facts": {
                "count": len(fact.texts),
                "since": fields.Datetime.to_string(fact.texts[0].at),
                "until": fields.Datetime.to_string(last.at),
                "texts": [text.id for text in fact.texts][-MOST_TEXTS:],
                **fact.details,
            },
        }

    @api.model
    def _grow(self, signal, fact):
        """Add the new texts of ``fact`` to ``signal``; return whether there are any."""
        facts = signal.facts
        fresh = [text for text in fact.texts if text.id > max(facts["texts"])]
        if not fresh:
            return False
        last = fresh[-1]
        merged = {
            name: list(dict.fromkeys(facts[name] + fact.details[name]))
            for name in ("tickets", "origins")
            if name in fact.details
        }
        signal.write(
            {
                "inbound_id": last.id,
                "occurred_at": last.at,
                "facts": facts
                | fact.details
                | merged
                | {
                    "count": facts["count"] + len(fresh),
                    "until": fields.Datetime.to_string(last.at),
                    "texts": (facts["texts"] + [text.id for text in fresh])[
                        -MOST_TEXTS:
                    ],
                },
            }
        )
        return True

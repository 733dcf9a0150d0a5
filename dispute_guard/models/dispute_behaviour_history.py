from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

import pytz

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import screening
from ..counting import Sketch, make_sketch
from .dispute_inbound import CUSTOMER
from .dispute_signal import LEVEL_RANK, LIVE_STATES

# How far back is looked, and at how many texts at most.
HISTORY = timedelta(days=60)
DAY = timedelta(days=1)
MOST_TEXTS = 5000
# How many earlier texts of a customer are compared word by word, and how much of each.
MOST_COMPARED = 20
MOST_LETTERS = 20_000


class Text(NamedTuple):
    """A customer's text, as far as counting needs it; ``at`` is UTC."""

    id: int
    ticket: int
    at: datetime
    origin: str
    reported: bool


class History(NamedTuple):
    """The texts of one customer, in order, and what is known around them."""

    company: models.BaseModel
    texts: list[Text]
    new: set[int]
    # by text
    ranks: dict[int, int]
    sketches: dict[int, Sketch]
    # by ticket
    tickets: dict[int, models.BaseModel]
    answers: dict[int, list[datetime]]
    # by calendar
    hours: dict[int, list[tuple[datetime, datetime]]]

    def by_ticket(self):
        """The texts of each ticket on which there is a new one."""
        texts = defaultdict(list)
        for text in self.texts:
            texts[text.ticket].append(text)
        changed = {text.ticket for text in self.texts if text.id in self.new}
        return {ticket: texts[ticket] for ticket in sorted(changed)}


class DisputeBehaviour(models.AbstractModel):
    """What counting looks at, read in a few queries for all customers of a batch."""

    # one file a concern
    _inherit = "dispute.behaviour"

    @api.model
    def _get_histories(self, new):
        """The histories of the customers who wrote ``new``.

        :param new: rows of ``dispute.inbound``
        :return: list of History
        """
        if not new:
            return []
        since = min(new.mapped("received_at")) - HISTORY
        rows = self._search_texts(new, since)
        customers = defaultdict(list)
        for row in rows:
            customers[self._get_customer(row.ticket_id)].append(
                Text(
                    row.id,
                    row.ticket_id.id,
                    row.received_at,
                    row.origin,
                    row.speaker == "reported",
                )
            )
        fresh = set(new.ids)
        changed = [
            (customer[0], texts)
            for customer, texts in customers.items()
            if any(text.id in fresh for text in texts)
        ]
        ranks = self._get_ranks(rows)
        sketches = self._get_sketches([texts for _company, texts in changed], fresh)
        tickets = {ticket.id: ticket for ticket in rows.ticket_id}
        answers = self._get_answers(rows.ticket_id, since)
        hours = self._get_hours(new.ticket_id, since, max(new.mapped("received_at")))
        return [
            History(company, texts, fresh, ranks, sketches, tickets, answers, hours)
            for company, texts in changed
        ]

    @api.model
    def _search_texts(self, new, since):
        """The texts of the customers who wrote ``new``, the oldest first."""
        tickets = new.ticket_id
        nameless = tickets.filtered(lambda ticket: not ticket.commercial_partner_id)
        customers = Domain(
            "ticket_id.commercial_partner_id", "in", tickets.commercial_partner_id.ids
        )
        if nameless:
            customers |= Domain("ticket_id.commercial_partner_id", "=", False) & Domain(
                "ticket_id.partner_email", "in", nameless.mapped("partner_email")
            )
        rows = new.search_fetch(
            Domain(
                [
                    ("company_id", "in", new.company_id.ids),
                    ("speaker", "in", CUSTOMER),
                    ("state", "!=", "skipped"),
                    ("part", "=", False),
                    ("received_at", ">=", since),
                    ("received_at", "<=", max(new.mapped("received_at"))),
                ]
            )
            & customers,
            [
                "ticket_id",
                "message_id",
                "company_id",
                "received_at",
                "origin",
                "speaker",
                "state",
            ],
            order="received_at desc, id desc",
            limit=MOST_TEXTS,
        )
        # An edited message is captured again: still one message.
        first = {row.message_id: row for row in rows if row.message_id}
        return rows.filtered(
            lambda row: not row.message_id or first[row.message_id] == row
        ).sorted(lambda row: (row.received_at, row.id))

    @api.model
    def _get_customer(self, ticket):
        """Hook: whom the texts on ``ticket`` are counted for; the company first."""
        return (
            ticket.company_id,
            ticket.commercial_partner_id.id or ticket.partner_email or f"#{ticket.id}",
        )

    @api.model
    def _get_ranks(self, rows):
        """The rank of the level of each text that was read, by its id.

        A text that nobody could read has none, dismissed signals do not count.
        """
        groups = self.env["dispute.signal"]._read_group(
            [
                ("inbound_id", "in", rows.ids),
                ("source", "=", "text"),
                ("state", "in", LIVE_STATES),
            ],
            ["inbound_id", "level"],
        )
        ranks = {row.id: LEVEL_RANK["calm"] for row in rows if row.state == "screened"}
        for inbound, level in groups:
            ranks[inbound.id] = max(ranks.get(inbound.id, 0), LEVEL_RANK[level])
        return ranks

    @api.model
    def _get_answers(self, tickets, since):
        """When our side spoke to the customers, by ticket id, in order."""
        messages = self.env["mail.message"].search_fetch(
            Domain(
                [
                    ("model", "=", "helpdesk.ticket"),
                    ("res_id", "in", tickets.ids),
                    ("date", ">=", since),
                    ("author_id.partner_share", "=", False),
                ]
            )
            & self._get_answer_domain(),
            ["res_id", "date"],
            order="date, id",
        )
        answers = defaultdict(list)
        for message in messages:
            answers[message.res_id].append(message.date)
        return answers

    @api.model
    def _get_answer_domain(self):
        """Hook: which messages of colleagues reach the customer; a call does, too."""
        return (
            Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False)
            & Domain("message_type", "in", ("comment", "email"))
        ) | Domain("mail_activity_type_id.category", "=", "phonecall")

    @api.model
    def _get_sketches(self, customers, fresh):
        """The sketches of the new texts and of some before them, by text id.

        :param list customers: the texts of each customer
        :param set fresh: the ids of the new ones
        """
        wanted = []
        for texts in customers:
            first = next(at for at, text in enumerate(texts) if text.id in fresh)
            if len(texts) > 1:
                wanted += [text.id for text in texts[max(0, first - MOST_COMPARED) :]]
        if not wanted:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT id, left(body, %s) FROM dispute_inbound WHERE id IN %s",
                MOST_LETTERS,
                tuple(wanted),
            )
        )
        return {text: make_sketch(_get_new_words(body)) for text, body in rows}

    @api.model
    def _get_hours(self, tickets, start, end):
        """The working hours that hold for ``tickets``, by the id of the calendar.

        :return: for each a sorted list of (start, end) in UTC, from the day before
            ``start`` to the day after ``end``
        """
        bounds = (pytz.utc.localize(start - DAY), pytz.utc.localize(end + DAY))
        calendars = {ticket._get_dispute_calendar() for ticket in tickets}
        return {
            calendar.id: [
                (to_utc(opening), to_utc(closing))
                for opening, closing, _meta in calendar._work_intervals_batch(*bounds)[
                    False
                ]
            ]
            for calendar in calendars
            if calendar
        }


def _get_new_words(html):
    """The words of a mail that its author wrote now, without history and footers."""
    result = screening.default_screener().screen(html=html or "")
    return "\n".join(
        result.text[part.start : part.end]
        for part in result.segments
        if part.kind == "new"
    )


def to_utc(moment):
    """A moment with time zone as Odoo keeps it: UTC, without one."""
    return moment.astimezone(pytz.utc).replace(tzinfo=None)

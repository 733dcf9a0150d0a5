from datetime import timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models

from ..counting import (
    falls,
    find_repeats,
    is_about_the_same,
    is_inside,
    same_matter,
    unanswered_bursts,
)
from .dispute_behaviour_history import Text, to_utc
from .dispute_signal import LEVEL_RANK

# The same text within this time was sent twice, not said twice.
SENT_TWICE = timedelta(hours=1)


class Fact(NamedTuple):
    """Something counted: the texts that show it, in order, and what else it says."""

    kind: str
    texts: list[Text]
    details: dict


class DisputeBehaviour(models.AbstractModel):
    """The kinds of behaviour, each from facts that can be counted again.

    Each ``_find_<kind>`` takes a History and yields facts; only those with a new text
    are used. The least numbers are settings of the company; 0 means: not counted.
    """

    # one file a concern
    _inherit = "dispute.behaviour"

    @api.model
    def _find_facts(self, history):
        """Hook: what the new texts of a customer show."""
        company = history.company
        found = []
        if company.dispute_repeat_least:
            found += self._find_repeated_complaint(history)
        if company.dispute_reopen_least:
            found += self._find_reopened_issue(history)
        if company.dispute_burst_least:
            found += self._find_message_burst(history)
        if company.dispute_parallel_least:
            found += self._find_parallel_channels(history)
        if company.dispute_off_hours_least:
            found += self._find_off_hours(history)
        if company.dispute_fall_steps:
            found += self._find_falling_trajectory(history)
        return [
            fact for fact in found if any(text.id in history.new for text in fact.texts)
        ]

    @api.model
    def _find_repeated_complaint(self, history):
        """Texts that say again what was said, without a new number, date or name."""
        company = history.company
        texts = {text.id: text for text in history.texts if not text.reported}
        sketches = {
            text: history.sketches[text] for text in texts if text in history.sketches
        }
        chains = {}
        share = company.dispute_repeat_share / 100
        for text, origin in find_repeats(sketches, share).items():
            chain = chains.setdefault(origin, [texts[origin]])
            if texts[text].at - chain[-1].at >= SENT_TWICE:
                chain.append(texts[text])
        for chain in chains.values():
            if len(chain) >= max(2, company.dispute_repeat_least):
                answered = any(
                    chain[0].at <= answer <= chain[-1].at
                    for ticket in {text.ticket for text in chain}
                    for answer in history.answers.get(ticket, ())
                )
                yield Fact("repeated_complaint", chain, {"answered": answered})

    @api.model
    def _find_reopened_issue(self, history):
        """Texts on a ticket that was closed.

        One calm text may be a thank-you: it counts when the ticket was opened again,
        when it is not calm, or when others follow.
        """
        for ticket_id, texts in history.by_ticket().items():
            ticket = history.tickets[ticket_id]
            closed = ticket.closed_date
            later = [text for text in texts if closed and text.at > closed]
            if later and (
                len(later) >= history.company.dispute_reopen_least
                or not ticket.closed
                or any(history.ranks.get(text.id, 0) for text in later)
            ):
                details = {"closed": fields.Datetime.to_string(closed)}
                yield Fact("reopened_issue", later, details)

    @api.model
    def _find_message_burst(self, history):
        """Many texts on a ticket in a short time, none of them answered in between."""
        company = history.company
        for ticket, texts in history.by_ticket().items():
            bursts = unanswered_bursts(
                [text.at for text in texts],
                history.answers.get(ticket, ()),
                company.dispute_burst_least,
                timedelta(hours=company.dispute_burst_hours),
            )
            for burst in bursts:
                yield Fact("message_burst", [texts[at] for at in burst], {})

    @api.model
    def _find_parallel_channels(self, history):
        """Texts about the same matter on several tickets at a time."""
        company = history.company
        texts = [text for text in history.texts if text.id in history.sketches]
        share = company.dispute_repeat_share / 100
        groups = same_matter(
            [text.at for text in texts],
            [text.ticket for text in texts],
            lambda one, other: is_about_the_same(
                history.sketches[texts[one].id],
                history.sketches[texts[other].id],
                share,
            ),
            timedelta(days=company.dispute_parallel_days),
        )
        for group in groups:
            members = [texts[at] for at in group]
            tickets = dict.fromkeys(text.ticket for text in members)
            if len(tickets) >= company.dispute_parallel_least:
                details = {
                    "tickets": [history.tickets[ticket].number for ticket in tickets],
                    "origins": list(dict.fromkeys(text.origin for text in members)),
                }
                yield Fact("parallel_channels", members, details)

    @api.model
    def _find_off_hours(self, history):
        """Texts that came when nobody works, by our clock and by the customer's."""
        company = history.company
        window = timedelta(days=company.dispute_off_hours_days)
        for ticket_id, texts in history.by_ticket().items():
            ticket = history.tickets[ticket_id]
            calendar = ticket._get_dispute_calendar()
            zone = pytz.timezone(ticket.partner_id.tz or calendar.tz or "UTC")
            hours = history.hours.get(calendar.id)
            off = [
                text
                for text in texts
                if not text.reported
                and text.at > texts[-1].at - window
                and hours is not None
                and not self._is_working_time(hours, calendar, zone, text.at)
            ]
            if len(off) >= company.dispute_off_hours_least:
                local = pytz.utc.localize(off[-1].at).astimezone(zone)
                details = {"time": f"{local:%H:%M}", "zone": zone.zone}
                yield Fact("off_hours", off, details)

    @api.model
    def _is_working_time(self, hours, calendar, zone, moment):
        """Whether people work at ``moment``, by our clock or by one in ``zone``."""
        wall = pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
        # the moment at which our clock shows what the customer's shows now
        shifted = to_utc(pytz.timezone(calendar.tz).localize(wall))
        return is_inside(hours, moment) or is_inside(hours, shifted)

    @api.model
    def _find_falling_trajectory(self, history):
        """Texts on a ticket of which each is as bad as the one before, or worse."""
        names = {rank: level for level, rank in LEVEL_RANK.items()}
        for texts in history.by_ticket().values():
            read = [text for text in texts if text.id in history.ranks]
            ranks = [history.ranks[text.id] for text in read]
            for run in falls(ranks, history.company.dispute_fall_steps):
                steps = dict.fromkeys(names[ranks[at]] for at in run)
                details = {"levels": list(steps)}
                yield Fact("falling_trajectory", [read[at] for at in run], details)

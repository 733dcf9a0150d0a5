import contextlib
import logging
from ast import literal_eval
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from .dispute_case import RUNGS
from .dispute_signal import GRADE_RANK, LEVEL_RANK, LIVE_STATES

_logger = logging.getLogger(__name__)

RUNG_ORDER = [rung for rung, _label in RUNGS]
# Rules whose actions are being carried out just now, by this thread.
_ACTING = ContextVar("dispute_policy_acting", default=frozenset())


@contextlib.contextmanager
def acting(rule_ids):
    """While it lasts, the rules are not set off again by what they do."""
    token = _ACTING.set(_ACTING.get() | set(rule_ids))
    try:
        yield
    finally:
        _ACTING.reset(token)


class Sign(NamedTuple):
    """A signal as rules look at it; ``text`` tells messages apart."""

    id: int
    company: int
    kind: str
    grade: int
    level: int
    at: datetime
    text: int


class Condition(NamedTuple):
    """When a rule acts; empty and zero are no condition."""

    rule: int
    mode: str
    company: int
    # the sign
    kinds: frozenset
    grade: int
    level: int
    messages: int
    days: int
    # the matter
    teams: frozenset
    rungs: frozenset
    amount: float
    currency: int
    efforts: int
    ticket: Domain | None
    partner: Domain | None


class Matter:
    """A ticket and its case as rules look at them: read when asked for, and once."""

    def __init__(self, ticket):
        self.ticket = ticket
        self.case = ticket.dispute_case_id
        self._amounts = {}

    @cached_property
    def efforts(self):
        return self.case.effort_count

    @cached_property
    def partner(self):
        return self.ticket.commercial_partner_id

    def amount_in(self, currency_id):
        """The sum in dispute in a currency; None where it is not known.

        :param currency_id: False: in the currency of the case
        """
        amount = self.case.amount_disputed
        if not amount:
            return None
        company = self.case.company_id
        own = self.case.currency_id or company.currency_id
        if currency_id in (False, own.id):
            return amount
        if currency_id not in self._amounts:
            self._amounts[currency_id] = own._convert(
                amount, own.browse(currency_id), company, fields.Date.today()
            )
        return self._amounts[currency_id]


class DisputePolicyRule(models.Model):
    """How rules are compared with signals.

    Rules are read once and kept as Conditions. Most are ruled out by the sign alone,
    others by the ticket and its case; the history is read once for all that are left.
    """

    # one file a concern
    _inherit = "dispute.policy.rule"

    # ------------------------------------------------------------------
    # Station 4: policy
    # ------------------------------------------------------------------

    @api.model
    def _apply_policies(self, signals):
        """Let the rules act on ``signals``, each rule at most once for each cause.

        :return: the firings
        """
        causes = self._find_causes(signals.filtered("ticket_id"))
        if not causes:
            return self.env["dispute.policy.firing"]
        self._take_turn(causes)
        firings = self.env["dispute.policy.firing"]._record_firings(
            self._find_repeated(causes), stopped=_ACTING.get()
        )
        firings._carry_out()
        return firings

    @api.model
    def _find_causes(self, signals):
        """Those of ``signals`` that meet a rule, but for how often it must happen.

        :return: list of pairs: Condition, the first such signal of a ticket
        """
        if not signals:
            return []
        # sudo: dispute.case - counted anew: what was just done counts, too
        cases = signals.ticket_id.sudo().dispute_case_id
        cases.invalidate_recordset(["effort_count"], flush=False)
        fresh = [
            # sudo: helpdesk.ticket - rules bind whoever's message is screened
            (Matter(ticket.sudo()), some._as_signs())
            for ticket, some in signals.grouped("ticket_id").items()
        ]
        return [
            (condition, signals.browse(cause))
            for condition in self._get_conditions()
            for matter, signs in fresh
            if (cause := self._find_cause(condition, signs))
            and all(met for _name, met in self._check(condition, matter))
        ]

    @api.model
    def _take_turn(self, causes):
        """Let no other transaction judge the same matters meanwhile.

        Two messages that arrive together see nothing of each other. The second to come
        here collides with the first, and is run again when that is done.
        """
        tickets = self._get_tickets(causes)
        cases = tickets.dispute_case_id
        free = tickets.filtered(lambda ticket: not ticket.dispute_case_id)
        for table, records in (("dispute_case", cases), ("helpdesk_ticket", free)):
            if records:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET write_date = write_date WHERE id IN %s",
                        SQL.identifier(table),
                        tuple(records.ids),
                    )
                )

    @api.model
    def _find_repeated(self, causes):
        """Those of ``causes`` that happened as often as their rule wants."""
        days = [each.days for each, _signal in causes if each.messages > 1]
        if not days:
            return causes
        history = self._get_history(self._get_tickets(causes), max(days))
        return [
            (each, signal)
            for each, signal in causes
            if each.messages <= 1
            or self._count(each, history[signal.ticket_id]) >= each.messages
        ]

    @api.model
    def _get_tickets(self, causes):
        # sudo: helpdesk.ticket - rules bind whoever's message is screened
        tickets = self.env["helpdesk.ticket"].sudo()
        return tickets.union(*(signal.ticket_id for _rule, signal in causes))

    @api.model
    def _get_history(self, tickets, days):
        """The live signs of ``tickets`` in the last ``days``, as {ticket: signs}."""
        # sudo: dispute.signal - rules bind whoever's message is screened
        signals = self.env["dispute.signal"].sudo()
        since = fields.Datetime.now() - timedelta(days=days)
        by_ticket = signals.search_fetch(
            [
                ("ticket_id", "in", tickets.ids),
                ("state", "in", LIVE_STATES),
                ("occurred_at", ">=", since),
            ],
            ["ticket_id", "inbound_id", "company_id", "kind", "grade", "level"]
            + ["occurred_at"],
        ).grouped("ticket_id")
        return {
            ticket: by_ticket.get(ticket, signals)._as_signs() for ticket in tickets
        }

    # ------------------------------------------------------------------
    # Comparing
    # ------------------------------------------------------------------

    @api.model
    def _find_cause(self, condition, signs):
        """The id of the sign that meets the first half of a condition, or None."""
        for sign in signs:
            if self._is_match(condition, sign):
                return sign.id
        return None

    @api.model
    def _is_match(self, condition, sign):
        """Hook: whether ``sign`` alone meets what ``condition`` says of signs."""
        return (
            (not condition.kinds or sign.kind in condition.kinds)
            and sign.grade >= condition.grade
            and sign.level >= condition.level
            and condition.company in (False, sign.company)
        )

    @api.model
    def _check(self, condition, matter):
        """Hook: compare what ``condition`` says of the matter, cheap questions first.

        :return: generator of pairs: field of the rule, whether it is met
        """
        if condition.teams:
            yield "team_ids", matter.ticket.team_id.id in condition.teams
        if condition.rungs:
            yield "min_rung", matter.case.rung in condition.rungs
        if condition.ticket:
            yield "ticket_domain", self._fits(matter.ticket, condition.ticket)
        if condition.partner:
            yield "partner_domain", self._fits(matter.partner, condition.partner)
        if condition.amount:
            amount = matter.amount_in(condition.currency)
            yield "min_amount", amount is not None and amount >= condition.amount
        if condition.efforts:
            yield "min_efforts", matter.efforts >= condition.efforts

    @api.model
    def _count(self, condition, signs):
        """In how many messages such signs stand."""
        since = fields.Datetime.now() - timedelta(days=condition.days)
        return len(
            {
                sign.text
                for sign in signs
                if sign.at >= since and self._is_match(condition, sign)
            }
        )

    @api.model
    def _fits(self, record, domain):
        """Whether ``record`` is there and fits; a condition that fails is not met."""
        try:
            return bool(record.filtered_domain(domain))
        except Exception:
            _logger.info("A condition of a policy rule failed", exc_info=True)
            return False

    # ------------------------------------------------------------------
    # Conditions, kept
    # ------------------------------------------------------------------

    @api.model
    @ormcache()
    def _get_conditions(self):
        """The Conditions of all rules, in order. Without a query once they are read."""
        # sudo: dispute.policy.rule - rules bind whoever's message is screened
        rules = self.sudo().search([("active", "=", True)])
        return tuple(rule._prepare_condition() for rule in rules)

    def _prepare_condition(self):
        """Hook: the Condition of this rule."""
        self.ensure_one()
        try:
            ticket, partner = self._read_domains()
        except Exception:
            _logger.info("The conditions of rule %s cannot be read", self.id)
            ticket, partner = Domain.FALSE, None
        known = (self.target_names or {}).get("team_ids", ())
        return Condition(
            rule=self.id,
            mode=self.mode,
            company=self.company_id.id,
            kinds=frozenset(self._get_kinds()),
            grade=GRADE_RANK.get(self.min_grade, 0),
            level=LEVEL_RANK.get(self.min_level, 0),
            messages=self.message_count,
            days=self.window_days,
            # A team that was deleted must not make this a rule for all teams.
            teams=frozenset(int(team) for team in known),
            rungs=frozenset(self._get_rungs()),
            amount=self.min_amount,
            currency=self.currency_id.id,
            efforts=self.min_efforts,
            ticket=ticket,
            partner=partner,
        )

    def _get_kinds(self):
        """The kinds that count; none: any."""
        return [
            kind for kind in (self.kind, *self.other_kind_ids.mapped("code")) if kind
        ]

    def _get_rungs(self):
        """The stages at which the rule acts; none: any, and without a case."""
        if not (self.min_rung or self.max_rung):
            return []
        first = RUNG_ORDER.index(self.min_rung) if self.min_rung else 0
        last = RUNG_ORDER.index(self.max_rung) if self.max_rung else len(RUNG_ORDER)
        return RUNG_ORDER[first : last + 1]

    def _read_domains(self):
        """The conditions on ticket and customer, as Domains or None.

        :raise Exception: of any kind, for a text that is no domain of the model
        """
        return [
            self._read_domain(text, model)
            for text, model in (
                (self.ticket_domain, "helpdesk.ticket"),
                (self.partner_domain, "res.partner"),
            )
        ]

    @api.model
    def _read_domain(self, text, model):
        written = literal_eval(text or "[]")
        if not written:
            return None
        domain = Domain(written)
        domain.validate(self.env[model])
        return domain.optimize(self.env[model])


class DisputeSignal(models.Model):
    # one file a concern
    _inherit = "dispute.signal"

    def _as_signs(self):
        """These signals as rules look at them."""
        return [
            Sign(
                id=signal.id,
                company=signal.company_id.id,
                kind=signal.kind,
                grade=GRADE_RANK.get(signal.grade, 0),
                level=LEVEL_RANK[signal.level],
                at=signal.occurred_at,
                # what was noted by hand stands in no text: each is one of its own
                text=signal.inbound_id.id or -signal.id,
            )
            for signal in self
        ]

from textwrap import shorten

from odoo import api, models
from odoo.tools import format_amount

from .dispute_policy_rule_match import Matter
from .dispute_signal import GRADE_RANK, LEVEL_RANK, LIVE_STATES

LONGEST_WORDS = 200
STATES = [
    ("fired", "Acted"),
    ("shadow", "Would have acted"),
    ("nearly", "Nearly acted"),
    ("idle", "No such sign"),
]


class DisputePolicyRule(models.Model):
    """Why rules acted on a ticket, or did not: each condition in words."""

    # one file a concern
    _inherit = "dispute.policy.rule"

    @api.model
    def _explain(self, ticket):
        """What the rules have to do with ``ticket``.

        :return: list of dicts with ``rule``, ``state`` (of STATES), ``firing`` (the
            last, or an empty one) and ``checks``: pairs of whether a condition is met
            now and its words; those that acted first
        """
        rules = {rule.id: rule for rule in self.search([("active", "=", True)])}
        firings = self.env["dispute.policy.firing"].search(
            [("ticket_id", "=", ticket.id)], order="id"
        )
        last = {(firing.rule_id.id, firing.mode): firing for firing in firings}
        signals = self.env["dispute.signal"].search(
            [("ticket_id", "=", ticket.id), ("state", "in", LIVE_STATES)]
        )
        matter = Matter(ticket)
        told = []
        for condition in self._get_conditions():
            rule = rules.get(condition.rule)
            if rule and condition.company in (False, ticket.company_id.id):
                firing = last.get((rule.id, rule.mode), firings.browse())
                told.append(rule._explain_one(condition, matter, signals, firing))
        order = [state for state, _label in STATES]
        return sorted(told, key=lambda each: order.index(each["state"]))

    def _explain_one(self, condition, matter, signals, firing):
        self.ensure_one()
        sign, *checks = self._explain_conditions(condition, matter, signals)
        seen, met, _words = sign
        if firing:
            state = "fired" if firing.mode == "live" else "shadow"
        else:
            state = "nearly" if seen else "idle"
            if met and all(each[0] for each in checks):
                checks.append((False, self.env._("A new sign since then: none")))
        return {
            "rule": self,
            "state": state,
            "firing": firing,
            "checks": [sign[1:], *checks],
        }

    def _explain_conditions(self, condition, matter, signals):
        """First of the sign: whether one of the kind is there, whether it is grave
        enough, and words; then of each further condition: whether met, and words."""
        signs = signals._as_signs()
        by_id = {signal.id: signal for signal in signals}
        of_kind = [
            sign
            for sign in signs
            if self._is_match(condition._replace(grade=0, level=0), sign)
        ]
        matching = [sign for sign in of_kind if self._is_match(condition, sign)]
        gravest = max(
            matching or of_kind,
            key=lambda sign: (sign.grade, sign.level, sign.at),
            default=None,
        )
        # Any sign at all says little where the rule is about all kinds.
        seen = bool(matching or (condition.kinds and of_kind))
        told = self.env._("none")
        if seen:
            told = shorten(by_id[gravest.id].statement, LONGEST_WORDS, placeholder="…")
        yield (
            seen,
            bool(matching),
            self.env._("%(sign)s: %(words)s", sign=self._describe_sign(), words=told),
        )
        if condition.messages > 1:
            yield self._explain_count(condition, signs)
        for name, met in self._check(condition, matter):
            yield met, self._describe_check(name, condition, matter)

    def _describe_sign(self):
        """What kind of sign the rule is about."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        grades = dict(self._fields["min_grade"]._description_selection(self.env))
        levels = dict(self._fields["min_level"]._description_selection(self.env))
        parts = [
            " / ".join(kinds[kind] for kind in self._get_kinds())
            or self.env._("Any sign")
        ]
        if GRADE_RANK.get(self.min_grade, 0) > 1:
            parts.append(self.env._("from grade %s", grades[self.min_grade]))
        if LEVEL_RANK.get(self.min_level):
            parts.append(self.env._("from level %s", levels[self.min_level]))
        return ", ".join(parts)

    def _explain_count(self, condition, signs):
        count = self._count(condition, signs)
        return count >= condition.messages, self.env._(
            "In %(wanted)s messages within %(days)s days: %(count)s so far",
            wanted=condition.messages,
            days=condition.days,
            count=count,
        )

    def _describe_check(self, name, condition, matter):
        """A condition on the matter in words: what is wanted, what is there."""
        describe = getattr(self, f"_describe_check_{name}")
        wanted, found = describe(condition, matter)
        return self.env._("%(wanted)s: %(found)s", wanted=wanted, found=found)

    def _describe_check_team_ids(self, condition, matter):
        names = (self.target_names or {}).get("team_ids", {}).values()
        return (
            self.env._("Team %s", ", ".join(names)),
            matter.ticket.team_id.name or self.env._("none"),
        )

    def _describe_check_min_rung(self, condition, matter):
        rungs = dict(self._fields["min_rung"]._description_selection(self.env))
        return (
            self.env._(
                "Stage %s", " / ".join(rungs[rung] for rung in self._get_rungs())
            ),
            rungs.get(matter.case.rung, self.env._("no dispute")),
        )

    def _describe_check_ticket_domain(self, condition, matter):
        fits = self._fits(matter.ticket, condition.ticket)
        return self.env._("Ticket as the rule says"), self._describe_fit(fits)

    def _describe_check_partner_domain(self, condition, matter):
        fits = self._fits(matter.partner, condition.partner)
        return self.env._("Customer as the rule says"), self._describe_fit(fits)

    def _describe_fit(self, fits):
        return self.env._("fits") if fits else self.env._("does not fit")

    def _describe_check_min_amount(self, condition, matter):
        currency = self.currency_id or matter.case.currency_id
        amount = matter.amount_in(condition.currency)
        return (
            self.env._(
                "Amount from %s", format_amount(self.env, condition.amount, currency)
            ),
            self.env._("not known")
            if amount is None
            else format_amount(self.env, amount, currency),
        )

    def _describe_check_min_efforts(self, condition, matter):
        return (
            self.env._("Efforts at least %s", condition.efforts),
            str(matter.efforts),
        )


class HelpdeskTicket(models.Model):
    # one file a concern
    _inherit = "helpdesk.ticket"

    def action_explain_dispute_policy(self):
        """Show which rules acted on the ticket, which nearly did, and why."""
        self.ensure_one()
        return self.env["dispute.policy.explanation"]._open(self)

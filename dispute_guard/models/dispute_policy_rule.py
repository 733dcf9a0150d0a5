from datetime import timedelta

from odoo import api, fields, models

from .dispute_professional import ROLES
from .dispute_signal import GRADE_RANK, GRADES, KINDS, LEVEL_RANK, LEVELS, LIVE_STATES


class DisputePolicyRule(models.Model):
    """What a company wants to happen by itself when a signal of some kind arrives."""

    _name = "dispute.policy.rule"
    _description = "Dispute Policy Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    practice = fields.Text(translate=True, help="The reason for this rule.")
    # condition
    kind = fields.Selection(selection=KINDS, help="Empty: any kind.")
    min_grade = fields.Selection(selection=GRADES, string="From Grade")
    min_level = fields.Selection(selection=LEVELS, string="From Level")
    message_count = fields.Integer(
        string="Messages",
        default=1,
        help="In how many messages of the ticket such signals must stand.",
    )
    window_days = fields.Integer(string="Within Days", default=14)
    # actions
    open_case = fields.Boolean(default=True)
    place_hold = fields.Boolean(string="Place Legal Hold")
    handoff_role = fields.Selection(selection=ROLES, string="Hand Off To")
    firing_ids = fields.One2many("dispute.policy.firing", "rule_id")

    _positive_count = models.Constraint(
        "CHECK(message_count >= 1 AND window_days >= 1)",
        "A rule needs at least one message within at least one day.",
    )

    # ------------------------------------------------------------------
    # Station 4: policy
    # ------------------------------------------------------------------

    @api.model
    def _apply_policies(self, signals):
        """Let the rules act on ``signals``, each rule at most once for each cause.

        :return: the firings
        """
        signals = signals.filtered("ticket_id")
        if not signals:
            return self.env["dispute.policy.firing"]
        # sudo: dispute.policy.rule - rules bind whoever's message is screened
        rules = self.sudo().search(
            [("company_id", "in", [False, *signals.company_id.ids])]
        )
        history = rules._get_history(signals)
        causes = [
            (rule, cause)
            for rule in rules
            for ticket, fresh in signals.grouped("ticket_id").items()
            if (cause := rule._find_cause(fresh, history[ticket]))
        ]
        firings = self.env["dispute.policy.firing"]._record_firings(causes)
        firings._carry_out()
        return firings

    def _get_history(self, signals):
        """The live signals that rules with a count look back on, by ticket."""
        tickets = signals.ticket_id
        history = dict.fromkeys(tickets, self.env["dispute.signal"])
        counting = self.filtered(lambda rule: rule.message_count > 1)
        if counting:
            since = fields.Datetime.now() - timedelta(
                days=max(counting.mapped("window_days"))
            )
            past = signals.search(
                [
                    ("ticket_id", "in", tickets.ids),
                    ("state", "in", LIVE_STATES),
                    ("occurred_at", ">=", since),
                ]
            )
            history.update(past.grouped("ticket_id"))
        return history

    def _find_cause(self, fresh, history):
        """Return the signal among ``fresh`` that makes this rule act, or None."""
        self.ensure_one()
        causes = fresh.filtered(self._is_match)
        if not causes:
            return None
        if self.message_count > 1:
            since = fields.Datetime.now() - timedelta(days=self.window_days)
            matching = history.filtered(
                lambda signal: signal.occurred_at >= since and self._is_match(signal)
            )
            if len(matching.inbound_id) < self.message_count:
                return None
        return causes[0]

    def _is_match(self, signal):
        """Hook: whether ``signal`` alone meets the condition."""
        return (
            self.company_id in (self.env["res.company"], signal.company_id)
            and (not self.kind or self.kind == signal.kind)
            and GRADE_RANK.get(signal.grade, 0) >= GRADE_RANK.get(self.min_grade, 0)
            and LEVEL_RANK[signal.level] >= LEVEL_RANK.get(self.min_level, 0)
        )

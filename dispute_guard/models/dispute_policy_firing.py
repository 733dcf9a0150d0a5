from odoo import api, fields, models

from .dispute_policy_rule import MODES
from .dispute_policy_rule_match import acting


class DisputePolicyFiring(models.Model):
    """That a rule acted: on which cause, and what it did.

    What the safety of a dispute rests on (case, hold, handoff, lock) is done in batch
    and fails with the text that caused it, which is then read again. All else is done
    apart, and its failure only noted.
    """

    _name = "dispute.policy.firing"
    _description = "Policy Firing"
    _inherit = ["dispute.ticket.bound"]
    _order = "id desc"
    _rec_name = "rule_name"

    rule_id = fields.Many2one(
        "dispute.policy.rule", string="Rule Today", index=True, ondelete="set null"
    )
    rule_name = fields.Char(
        string="Rule",
        compute="_compute_rule_name",
        store=True,
        precompute=True,
        help="The name of the rule when it acted.",
    )
    mode = fields.Selection(selection=MODES, required=True, default="live")
    signal_id = fields.Many2one(
        "dispute.signal", string="Cause", required=True, ondelete="cascade"
    )
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    effect = fields.Text(readonly=True)
    problem = fields.Text(
        string="Not Done",
        readonly=True,
        help="What the rule was to do and could not, and why.",
    )

    _once_per_cause = models.UniqueIndex("(rule_id, signal_id, mode)")

    @api.depends("rule_id")
    def _compute_rule_name(self):
        for firing in self:
            firing.rule_name = firing.rule_id.name or firing.rule_name

    @api.model
    def _record_firings(self, causes, stopped=frozenset()):
        """Record the causes that have not been recorded before.

        :param list causes: pairs of a Condition and the signal that met it
        :param stopped: ids of rules that may not act again now
        """
        signals = self.env["dispute.signal"].union(*(cause for _rule, cause in causes))
        known = {
            (firing.rule_id.id, firing.signal_id, firing.mode)
            for firing in self.sudo().search([("signal_id", "in", signals.ids)])
        }
        # sudo: dispute.policy.firing - only this method records firings
        return self.sudo().create(
            [
                {
                    "rule_id": condition.rule,
                    "mode": condition.mode,
                    "signal_id": cause.id,
                    "ticket_id": cause.ticket_id.id,
                    "company_id": cause.company_id.id,
                    "problem": condition.rule in stopped and self._describe_loop(),
                }
                for condition, cause in causes
                if (condition.rule, cause, condition.mode) not in known
            ]
        )

    def _describe_loop(self):
        return self.env._(
            "Nothing was done: what this rule does had set it off again, it would go "
            "on without end."
        )

    # ------------------------------------------------------------------
    # Carrying out
    # ------------------------------------------------------------------

    def _carry_out(self):
        """Do what the rules say, and note it."""
        due = self.filtered(lambda firing: firing.mode == "live" and not firing.problem)
        with acting(due.rule_id.ids):
            due._act_on_cases()
        due._act_apart()
        for firing in self.filtered(lambda firing: firing.mode == "shadow"):
            firing.effect = firing._describe_shadow()

    def _act_on_cases(self):
        """Open cases, place holds and locks, hand off: in batch, all or nothing."""
        if not self:
            return
        wants_case = self.filtered(lambda firing: firing.rule_id._needs_case())
        wants_case.ticket_id._open_dispute_case()
        wants_case._open_again()
        for case, firings in self._group_by_case("place_hold").items():
            case._place_hold(firings[0].rule_name)
        handed = self.filtered("rule_id.handoff_role")
        self.env["dispute.handoff"]._open_handoffs(
            [(f.ticket_id, f.rule_id.handoff_role, f.signal_id) for f in handed]
        )
        for case, firings in self._group_by_case("lock").items():
            firings._lock(case)
        self.ticket_id._propose_agreements()

    def _open_again(self):
        """Let disputes go on that were closed before a legal threat of now."""
        late = self.filtered(lambda firing: firing._is_after_the_end())
        for case, firings in late.grouped(
            lambda f: f.ticket_id.dispute_case_id
        ).items():
            case._step("discuss", firings[0].rule_name)

    def _is_after_the_end(self):
        case = self.ticket_id.dispute_case_id
        return (
            case.rung == "closed"
            and not case.merged_into_id
            and self.signal_id.level == "legal"
            and self.signal_id.occurred_at > case.closed_at
        )

    def _group_by_case(self, name):
        """Those whose rule has the action ``name``, by their case."""
        wanted = self.filtered(lambda firing: firing.rule_id[name])
        return wanted.grouped(lambda firing: firing.ticket_id.dispute_case_id)

    def _lock(self, case):
        """Lock ``case``, at once if one of the rules says so."""
        at_once = self.filtered(lambda firing: firing.rule_id.lock == "now")
        first = (at_once or self)[0]
        case._place_lock("counsel", first.rule_name, when=first.rule_id.lock)

    # ------------------------------------------------------------------
    # Saying so
    # ------------------------------------------------------------------

    def _describe_case(self):
        return self.env._("Case %s", self.ticket_id.dispute_case_id.name)

    def _describe_shadow(self):
        words = self.rule_id._describe_actions().values()
        return self.env._("Would have: %s", ", ".join(words))

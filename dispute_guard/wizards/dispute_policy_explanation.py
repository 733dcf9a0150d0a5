from markupsafe import Markup

from odoo import api, fields, models

from ..models.dispute_policy_rule import MODES
from ..models.dispute_policy_rule_explain import STATES

MARKS = {
    True: Markup('<i class="fa fa-check text-success" title="%s"></i>'),
    False: Markup('<i class="fa fa-times text-danger" title="%s"></i>'),
}


class DisputePolicyExplanation(models.TransientModel):
    """Which rules acted on a ticket, which nearly did, and why, as things stand now."""

    _name = "dispute.policy.explanation"
    _description = "What Policy Did on a Ticket"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, ondelete="cascade")
    line_ids = fields.One2many(
        "dispute.policy.explanation.line", "explanation_id", readonly=True
    )

    @api.constrains("ticket_id")
    def _check_ticket(self):
        """Its name is told to whoever reads this; constraints run as superuser."""
        self.sudo(False).ticket_id.check_access("read")

    @api.model
    def _open(self, ticket):
        """The window for ``ticket``, which the user must be allowed to read."""
        explanation = self.create({"ticket_id": ticket.id})
        # sudo: dispute.policy.rule - conditions look at more than an agent sees; he is
        # told whether they are met
        rules = self.env["dispute.policy.rule"].sudo()
        # sudo: dispute.policy.explanation.line - made here alone
        explanation.sudo().line_ids.create(
            [
                explanation._prepare_line_values(told)
                for told in rules._explain(ticket.sudo())
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Policy Did"),
            "res_model": self._name,
            "res_id": explanation.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _prepare_line_values(self, told):
        """Hook: the line for what was told of a rule, see ``_explain``."""
        rule, firing = told["rule"], told["firing"]
        return {
            "explanation_id": self.id,
            "rule_id": rule.id,
            "mode": rule.mode,
            "state": told["state"],
            "fired_at": firing.create_date,
            "cause": firing.signal_id.statement,
            "effect": self._describe_outcome(firing),
            "conditions": self._format_checks(told["checks"]),
        }

    def _describe_outcome(self, firing):
        told = [firing.effect] if firing.effect else []
        if firing.problem:
            told.append(self.env._("Not done: %s", firing.problem))
        return "\n".join(told)

    def _format_checks(self, checks):
        """The conditions as a list with a mark at each."""
        titles = {True: self.env._("Met"), False: self.env._("Not met")}
        return Markup('<ul class="list-unstyled mb-0 text-wrap">%s</ul>') % Markup(
            ""
        ).join(
            Markup("<li>%s %s</li>") % (MARKS[met] % titles[met], words)
            for met, words in checks
        )


class DisputePolicyExplanationLine(models.TransientModel):
    _name = "dispute.policy.explanation.line"
    _description = "What a Rule Did on a Ticket"
    _order = "id"

    explanation_id = fields.Many2one(
        "dispute.policy.explanation", required=True, ondelete="cascade"
    )
    rule_id = fields.Many2one("dispute.policy.rule", ondelete="cascade")
    practice = fields.Text(related="rule_id.practice", related_sudo=False)
    mode = fields.Selection(selection=MODES)
    state = fields.Selection(selection=STATES, string="Outcome")
    fired_at = fields.Datetime(string="When")
    cause = fields.Text()
    effect = fields.Text(string="What It Did")
    conditions = fields.Html(sanitize=True)

from odoo import api, fields, models


class DisputePolicyFiring(models.Model):
    """That a rule acted: on which cause, and what it did."""

    _name = "dispute.policy.firing"
    _description = "Policy Firing"
    _inherit = ["dispute.ticket.bound"]
    _order = "id desc"
    _rec_name = "rule_id"

    rule_id = fields.Many2one(
        "dispute.policy.rule", required=True, index=True, ondelete="restrict"
    )
    signal_id = fields.Many2one(
        "dispute.signal", string="Cause", required=True, ondelete="cascade"
    )
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    effect = fields.Char(readonly=True)

    _once_per_cause = models.UniqueIndex("(rule_id, signal_id)")

    @api.model
    def _record_firings(self, causes):
        """Record the pairs of rule and cause that have not been recorded before."""
        signals = self.env["dispute.signal"].union(*(cause for _rule, cause in causes))
        known = {
            (firing.rule_id, firing.signal_id)
            for firing in self.sudo().search([("signal_id", "in", signals.ids)])
        }
        # sudo: dispute.policy.firing - only this method records firings
        return self.sudo().create(
            [
                {
                    "rule_id": rule.id,
                    "signal_id": cause.id,
                    "ticket_id": cause.ticket_id.id,
                    "company_id": cause.company_id.id,
                }
                for rule, cause in causes
                if (rule, cause) not in known
            ]
        )

    def _carry_out(self):
        """Do what the rules say, in batch, and note it."""
        if not self:
            return
        wants_case = self.filtered(
            lambda firing: firing.rule_id.open_case
            or firing.rule_id.place_hold
            or firing.rule_id.handoff_role
        )
        wants_case.ticket_id._open_dispute_case()
        held = self.filtered("rule_id.place_hold")
        for case, firings in held.grouped(
            lambda f: f.ticket_id.dispute_case_id
        ).items():
            case._place_hold(firings[0].rule_id.name)
        handed = self.filtered("rule_id.handoff_role")
        self.env["dispute.handoff"]._open_handoffs(
            [(f.ticket_id, f.rule_id.handoff_role, f.signal_id) for f in handed]
        )
        self.ticket_id._propose_agreements()
        for firing in self:
            firing.effect = firing._describe_effect()

    def _describe_effect(self):
        rule = self.rule_id
        case = self.ticket_id.dispute_case_id
        parts = [self.env._("Case %s", case.name)] if case else []
        if rule.place_hold:
            parts.append(self.env._("Legal hold"))
        if rule.handoff_role:
            role = dict(rule._fields["handoff_role"]._description_selection(self.env))
            parts.append(self.env._("Handoff: %s", role[rule.handoff_role]))
        return ", ".join(parts)

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..station import at_work, is_at_work, off_work, own_defaults
from .dispute_case import RUNGS
from .dispute_jurisdiction_term import CLOCK_KINDS
from .dispute_professional import ROLES
from .dispute_signal import GRADES, KINDS, LEVELS

MODES = [("live", "Live"), ("shadow", "Shadow")]
LOCKS = [("now", "At once"), ("acknowledged", "When the lawyer acknowledges")]
# Clocks that belong to a dispute, not to one of its handoffs.
RULE_CLOCKS = [kind for kind in CLOCK_KINDS if kind[0] != "acknowledgement"]
# Actions for which there must be a case.
CASE_ACTIONS = (
    "open_case",
    "place_hold",
    "lock",
    "handoff_role",
    "clock_kind",
    "plan_id",
)
# Fields that name records which may be deleted one day.
TARGETS = {
    "team_ids",
    "tag_ids",
    "plan_id",
    "notify_user_ids",
    "server_action_ids",
}
STATION_FIELDS = {"target_names", "run_as_id"}


class DisputePolicyRule(models.Model):
    """What a company wants to happen by itself when a signal of some kind arrives.

    Here stands what a rule is; how it is compared with signals, and how it is
    explained, have files of their own. What it does is done by its firings.
    """

    _name = "dispute.policy.rule"
    _description = "Dispute Policy Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    mode = fields.Selection(
        selection=MODES,
        required=True,
        default="live",
        help="In shadow a rule does nothing; it is noted when it would have acted and "
        "what it would have done.",
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: for all companies."
    )
    practice = fields.Text(translate=True, help="The reason for this rule.")
    # condition: the sign
    kind = fields.Selection(selection=KINDS, help="Empty: any kind.")
    other_kind_ids = fields.Many2many(
        "dispute.policy.kind", string="Or", help="Further kinds that count as well."
    )
    min_grade = fields.Selection(selection=GRADES, string="From Grade")
    min_level = fields.Selection(selection=LEVELS, string="From Level")
    message_count = fields.Integer(
        string="Messages",
        default=1,
        help="In how many messages of the ticket such signals must stand.",
    )
    window_days = fields.Integer(string="Within Days", default=14)
    # condition: the matter
    team_ids = fields.Many2many(
        "helpdesk.ticket.team", string="Teams", help="Empty: any team."
    )
    min_rung = fields.Selection(selection=RUNGS, string="From Stage")
    max_rung = fields.Selection(selection=RUNGS, string="Up to Stage")
    min_amount = fields.Monetary(
        string="Amount From",
        help="The sum in dispute, converted to this currency.",
    )
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    min_efforts = fields.Integer(
        string="Efforts At Least",
        help="How many efforts for a peaceful outcome the dispute must show.",
    )
    ticket_domain = fields.Char(string="Tickets", help="Empty: any ticket.")
    partner_domain = fields.Char(string="Customers", help="Empty: any customer.")
    # actions
    open_case = fields.Boolean(default=True)
    place_hold = fields.Boolean(string="Place Legal Hold")
    lock = fields.Selection(
        selection=LOCKS,
        string="Lock Messages",
        help="Only the routed person writes to the customer. Empty: no lock.",
    )
    handoff_role = fields.Selection(selection=ROLES, string="Hand Off To")
    clock_kind = fields.Selection(selection=RULE_CLOCKS, string="Start Clock")
    tag_ids = fields.Many2many("helpdesk.ticket.tag", string="Add Tags")
    plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Plan Activities",
        domain="[('res_model', '=', 'dispute.case')]",
        ondelete="set null",
    )
    notify_user_ids = fields.Many2many(
        "res.users", string="Notify", domain="[('share', '=', False)]"
    )
    # Whoever may write server actions may do anything: he alone chooses one.
    server_action_ids = fields.Many2many(
        "ir.actions.server",
        string="Run",
        domain="[('model_name', '=', 'helpdesk.ticket')]",
        copy=False,
        groups="base.group_system",
    )
    run_as_id = fields.Many2one(
        "res.users",
        string="With the Rights Of",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Who chose the server actions. They may do what he may do.",
    )
    # what a deletion must not take out of a rule without a word
    target_names = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        groups="dispute_guard.group_dispute_manager",
    )
    lost = fields.Text(
        string="Gone",
        compute="_compute_lost",
        help="What this rule names and what has been deleted or archived since.",
    )

    _positive_count = models.Constraint(
        "CHECK(message_count >= 1 AND window_days >= 1)",
        "A rule needs at least one message within at least one day.",
    )
    _positive_least = models.Constraint(
        "CHECK(COALESCE(min_amount, 0) >= 0 AND COALESCE(min_efforts, 0) >= 0)",
        "Amount and efforts cannot be less than nothing.",
    )

    @api.depends("target_names")
    @api.depends_context("lang")
    def _compute_lost(self):
        for rule in self:
            # sudo: dispute.policy.rule - names only, of what the rule names itself
            lost = rule.sudo()._get_lost()
            rule.lost = "\n".join(
                rule._describe_lost(name, lost[name]) for name in lost
            )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.constrains("ticket_domain", "partner_domain")
    def _check_domains(self):
        for rule in self:
            try:
                rule._read_domains()
            except Exception as error:
                raise ValidationError(
                    self.env._("This condition cannot be read: %s", error)
                ) from error

    @api.constrains("server_action_ids")
    def _check_server_actions(self):
        # sudo: dispute.policy.rule - who writes another field cannot see these
        for action in self.sudo().server_action_ids:
            if action.model_name != "helpdesk.ticket":
                raise ValidationError(
                    self.env._("“%s” does not run on tickets.", action.name)
                )

    @api.model
    def default_get(self, fields):
        return own_defaults(self, super().default_get(fields), STATION_FIELDS)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_station(vals)
        rules = super(DisputePolicyRule, off_work(self)).create(vals_list)
        for rule, vals in zip(rules, vals_list, strict=True):
            rule._remember_targets(vals)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        self._check_station(vals)
        result = super(DisputePolicyRule, off_work(self)).write(vals)
        self._remember_targets(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _check_station(self, vals):
        if vals.keys() & STATION_FIELDS and not is_at_work(self):
            raise UserError(
                self.env._("With whose rights a rule runs follows from who made it.")
            )

    # ------------------------------------------------------------------
    # Records that a rule names
    # ------------------------------------------------------------------

    def _remember_targets(self, vals):
        """Note the names of the records in ``vals``, and who chose server actions."""
        for rule in self if vals.keys() & TARGETS else ():
            # sudo: dispute.policy.rule - names only, of what the rule names itself
            known = rule.sudo().target_names or {}
            fresh = {
                name: {str(each.id): each.display_name for each in rule.sudo()[name]}
                for name in vals.keys() & TARGETS
            }
            values = {"target_names": known | fresh}
            if "server_action_ids" in vals:
                values["run_as_id"] = self.env.uid
            at_work(rule.sudo()).write(values)

    def _get_targets(self, name):
        """The records in the field ``name`` that can be used."""
        records = self[name]
        return records.filtered("active") if "active" in records._fields else records

    def _get_lost(self):
        """Names of records that are gone or archived, as {field: [name]}."""
        self.ensure_one()
        lost = {}
        for name, known in (self.target_names or {}).items():
            there = {str(each.id) for each in self._get_targets(name)}
            if gone := [label for id_, label in known.items() if id_ not in there]:
                lost[name] = gone
        return lost

    def _describe_lost_actions(self):
        """What cannot be done any more, in words, one entry for each action."""
        # A team is a condition; conditions fail safely.
        return [
            self._describe_lost(name, gone)
            for name, gone in self._get_lost().items()
            if name != "team_ids"
        ]

    def _describe_lost(self, name, gone):
        return self.env._(
            "%(field)s: %(names)s is gone or archived",
            field=self._fields[name]._description_string(self.env),
            names=", ".join(gone),
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def _needs_case(self):
        return any(self[name] for name in CASE_ACTIONS)

    def _describe_actions(self):
        """Hook: what the rule does, as {field: words}."""
        self.ensure_one()

        def label(name):
            names = dict(self._fields[name]._description_selection(self.env))
            return names[self[name]]

        words = {}
        if self._needs_case():
            words["open_case"] = self.env._("Case")
        if self.place_hold:
            words["place_hold"] = self.env._("Legal hold")
        if self.lock:
            words["lock"] = self.env._("Lock: %s", label("lock"))
        if self.handoff_role:
            words["handoff_role"] = self.env._("Handoff: %s", label("handoff_role"))
        if self.clock_kind:
            words["clock_kind"] = self.env._("Clock: %s", label("clock_kind"))
        for name in ("tag_ids", "plan_id", "notify_user_ids", "server_action_ids"):
            if targets := self._get_targets(name):
                names = ", ".join(targets.mapped("display_name"))
                words[name] = (
                    f"{self._fields[name]._description_string(self.env)}: {names}"
                )
        return words

    def action_view_firings(self):
        """Show when the rule acted or would have acted."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Has Acted"),
            "res_model": "dispute.policy.firing",
            "view_mode": "list,kanban,form",
            "domain": [("rule_id", "=", self.id)],
        }

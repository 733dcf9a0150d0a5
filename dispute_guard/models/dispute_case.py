from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..station import is_at_work, off_work, own_defaults
from .dispute_hold_guard import changed, replaced
from .dispute_signal import HIDDEN_STATES, LEVEL_RANK, LEVELS

RUNGS = [
    ("discuss", "Discuss"),
    ("cooling_off", "Cooling-off"),
    ("mediation", "Mediation"),
    ("formal_claim", "Formal claim"),
    ("court", "Court"),
    ("closed", "Closed"),
]
HOLD_FIELDS = {"hold", "hold_reason", "hold_at", "hold_ids"}


class DisputeCase(models.Model):
    """A dispute with one customer about one matter; it outlives its tickets."""

    _name = "dispute.case"
    _description = "Dispute"
    _inherit = [
        "dispute.ticket.bound",
        "dispute.hold.guard",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _held_fields = {"name": changed, "partner_id": replaced, "company_id": changed}
    _rec_names_search = ["name", "title", "partner_id"]

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default="/"
    )
    title = fields.Char(required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        tracking=True,
        domain="[('share', '=', False)]",
    )
    rung = fields.Selection(
        selection=RUNGS,
        string="Stage",
        required=True,
        default="discuss",
        tracking=True,
        group_expand=True,
    )
    level = fields.Selection(selection=LEVELS, default="calm", readonly=True)
    opened_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    closed_at = fields.Datetime(compute="_compute_closed_at", store=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_disputed = fields.Monetary(
        string="Exposure",
        tracking=True,
        help="The sum that the dispute is about.",
    )
    # legal hold
    hold_ids = fields.One2many("dispute.hold", "case_id", string="Legal Holds")
    hold = fields.Boolean(
        string="Legal Hold", compute="_compute_hold", store=True, tracking=True
    )
    hold_reason = fields.Char(compute="_compute_hold", store=True)
    hold_at = fields.Datetime(string="Held Since", compute="_compute_hold", store=True)
    hold_custodian_ids = fields.One2many(
        "dispute.hold.custodian", "case_id", string="Custodians"
    )
    hold_asked = fields.Boolean(compute="_compute_hold_release")
    hold_can_confirm = fields.Boolean(compute="_compute_hold_release")
    # what belongs to it
    ticket_ids = fields.One2many(
        "helpdesk.ticket",
        "dispute_case_id",
        string="Tickets",
        context={"active_test": False},
    )
    signal_ids = fields.One2many(
        "dispute.signal",
        "case_id",
        string="Signals",
        domain=[("state", "not in", HIDDEN_STATES)],
    )
    handoff_ids = fields.One2many("dispute.handoff", "case_id", string="Handoffs")
    agreement_link_ids = fields.One2many(
        "dispute.agreement.link", "case_id", string="Agreements"
    )
    ticket_count = fields.Integer(compute="_compute_counts")
    evidence_count = fields.Integer(compute="_compute_counts")

    @api.depends("name", "title")
    def _compute_display_name(self):
        for case in self:
            case.display_name = f"{case.name} {case.title or ''}".strip()

    @api.depends("rung")
    def _compute_closed_at(self):
        for case in self:
            case.closed_at = fields.Datetime.now() if case.rung == "closed" else False

    @api.depends("hold_ids.state", "hold_ids.reason", "hold_ids.placed_at")
    def _compute_hold(self):
        """As the oldest hold says that is not released."""
        for case in self:
            hold = case._get_active_holds().sorted("id")[:1]
            case.hold = bool(hold)
            case.hold_reason = " ".join(hold.reason.split()) if hold else False
            case.hold_at = hold.placed_at

    @api.depends("hold_ids.state", "hold_ids.asked_by_id")
    @api.depends_context("uid")
    def _compute_hold_release(self):
        for case in self:
            asked = case.hold_ids.filtered(lambda hold: hold.state == "asked")
            case.hold_asked = bool(asked)
            case.hold_can_confirm = any(asked.mapped("can_confirm"))

    @api.depends("ticket_ids")
    def _compute_counts(self):
        by_ticket = self.ticket_ids._count_evidence()
        for case in self:
            case.ticket_count = len(case.ticket_ids)
            case.evidence_count = sum(
                by_ticket.get(ticket.id, 0) for ticket in case.ticket_ids
            )

    @api.model
    def default_get(self, fields):
        guarded = HOLD_FIELDS | {"closed_at"}
        return own_defaults(self, super().default_get(fields), guarded)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_hold_write(vals)
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("dispute.case")
                )
        return super().create(vals_list)

    def write(self, vals):
        self._check_hold_write(vals)
        result = super(DisputeCase, off_work(self)).write(vals)
        if "rung" in vals:
            # what was said before a dispute was closed counts no longer
            self.ticket_ids._update_dispute_level()
        return result

    def _check_hold_write(self, vals):
        if "closed_at" in vals:
            raise UserError(self.env._("When a dispute was closed follows its stage."))
        if vals.keys() & HOLD_FIELDS and not is_at_work(self):
            raise UserError(
                self.env._("A hold is placed or released by its button, with a reason.")
            )

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("ticket_ids", "in", tickets)

    # ------------------------------------------------------------------
    # Station 5: the case
    # ------------------------------------------------------------------

    def _get_active_holds(self):
        return self.hold_ids.filtered(lambda hold: hold.state != "released")

    def _place_hold(self, reason):
        """Put the cases under legal hold by policy; those that have one keep theirs."""
        free = self.filtered(lambda case: not case.hold)
        self.env["dispute.hold"]._place(free, reason)

    def _update_level(self):
        """Let the level follow the tickets: the highest of theirs."""
        for case in self:
            level = max(
                case.ticket_ids.mapped("dispute_level"),
                key=LEVEL_RANK.get,
                default="calm",
            )
            if case.level != level:
                case.level = level

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_place_hold(self):
        """Ask for the reason and the custodians, then place the hold."""
        self.check_access("write")
        return self._open_hold_window("dispute.case.hold", self.env._("Legal Hold"))

    def action_release_hold(self):
        """Ask for the reason, then for the second person."""
        hold = self._get_active_holds().filtered(lambda hold: hold.state == "active")
        return hold.sorted("id")[:1].action_ask_release()

    def action_confirm_release(self):
        """Release as the second person."""
        self.hold_ids.filtered(
            lambda hold: hold.state == "asked"
        ).action_confirm_release()

    def action_refuse_release(self):
        """Let the hold go on."""
        self.hold_ids.filtered(
            lambda hold: hold.state == "asked"
        ).action_refuse_release()

    def _open_hold_window(self, model, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_view_tickets(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tickets"),
            "res_model": "helpdesk.ticket",
            "view_mode": "list,kanban,form",
            "domain": [("dispute_case_id", "=", self.id)],
        }

    def action_view_evidence(self):
        self.ensure_one()
        return self.ticket_ids.action_view_dispute_evidence()

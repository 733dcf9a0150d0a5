from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

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
# So many of the gravest signals stand on the form.
MAIN_SIGNALS = 10
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
    main_signal_ids = fields.Many2many(
        "dispute.signal", string="Gravest Words", compute="_compute_main_signal_ids"
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    evidence_count = fields.Integer(compute="_compute_evidence_count")

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
    def _compute_ticket_count(self):
        """Counted in the database: a dispute may have hundreds of tickets."""
        tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
        counts = dict(
            tickets._read_group(
                [("dispute_case_id", "in", self.ids)], ["dispute_case_id"], ["__count"]
            )
        )
        for case in self:
            case.ticket_count = counts.get(case, 0)

    @api.depends("ticket_ids")
    def _compute_evidence_count(self):
        tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
        ids = dict(
            tickets._read_group(
                [("dispute_case_id", "in", self.ids)],
                ["dispute_case_id"],
                ["id:array_agg"],
            )
        )
        by_ticket = tickets.browse(chain(*ids.values()))._count_evidence()
        for case in self:
            case.evidence_count = sum(
                by_ticket.get(each, 0) for each in ids.get(case, ())
            )

    @api.depends("signal_ids.state", "signal_ids.gravity")
    def _compute_main_signal_ids(self):
        """Of hundreds the form shows the gravest; the others are a click away."""
        signals = self.env["dispute.signal"]
        signals.flush_model()
        visible = signals._search(
            [("case_id", "in", self.ids), ("state", "not in", HIDDEN_STATES)]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT case_id, array_agg(id ORDER BY place) FROM (
                    SELECT case_id, id, row_number() OVER (
                        PARTITION BY case_id
                        ORDER BY gravity DESC, occurred_at DESC, id DESC
                    ) AS place
                    FROM dispute_signal WHERE id IN %s
                ) ranked WHERE place <= %s GROUP BY case_id
                """,
                visible.subselect(),
                MAIN_SIGNALS,
            )
        )
        ids = dict(rows)
        # read together, or else their access is checked case by case
        signals.browse(chain(*ids.values())).fetch(["company_id", "state"])
        for case in self:
            case.main_signal_ids = ids.get(case.id, [])

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

    def _get_first_ticket(self):
        """The ticket on which is recorded what concerns the whole dispute."""
        return self.with_context(active_test=False).ticket_ids.sorted("id")[:1]

    def _record_course(self, step, words, details=None):
        """Record as evidence what happened to these disputes.

        :param str step: a code for what it was
        :param str words: what people read
        :param dict details: more of it, as ``dispute.evidence`` takes it
        """
        # sudo: dispute.case - recorded whoever did it
        return self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "case",
                    "content": words,
                    "ticket": case._get_first_ticket(),
                    "company": case.company_id or self.env.company,
                    "author": self.env.user.name,
                    "occurred_at": fields.Datetime.now(),
                    "details": {"step": step, "case": case.name, **(details or {})},
                }
                for case in self.sudo()
            ]
        )

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

    def action_view_signals(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Was Said"),
            "res_model": "dispute.signal",
            "view_mode": "list,kanban,form",
            "domain": [("case_id", "=", self.id)],
        }

    def action_view_evidence(self):
        self.ensure_one()
        return self.ticket_ids.action_view_dispute_evidence()

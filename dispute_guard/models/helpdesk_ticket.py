from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..provenance import gateway_mail
from ..station import is_at_work, off_work, own_defaults
from .dispute_signal import HIDDEN_STATES, LEVELS, LIVE_STATES

AGENTS = "dispute_guard.group_dispute_user"
STATION_FIELDS = {"dispute_level", "dispute_signal_id"}


class HelpdeskTicket(models.Model):
    """Everything of the dispute guard that is particular to this helpdesk."""

    _inherit = "helpdesk.ticket"

    # Customers in the portal and colleagues outside the helpdesk see none of these.
    dispute_level = fields.Selection(
        selection=LEVELS,
        string="Conflict Level",
        default="calm",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=AGENTS,
    )
    dispute_signal_id = fields.Many2one(
        "dispute.signal",
        string="Gravest Signal",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=AGENTS,
    )
    dispute_quote = fields.Text(
        related="dispute_signal_id.quote", string="Words that Count", groups=AGENTS
    )
    dispute_statement = fields.Text(
        related="dispute_signal_id.statement", string="What Counts", groups=AGENTS
    )
    dispute_case_id = fields.Many2one(
        "dispute.case",
        string="Dispute",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=AGENTS,
    )
    dispute_hold = fields.Boolean(
        related="dispute_case_id.hold",
        string="Legal Hold",
        tracking=False,
        groups=AGENTS,
    )
    dispute_rung = fields.Selection(
        related="dispute_case_id.rung",
        string="Stage of the Dispute",
        tracking=False,
        groups=AGENTS,
    )
    dispute_signal_ids = fields.One2many(
        "dispute.signal",
        "ticket_id",
        string="Signals",
        domain=[("state", "not in", HIDDEN_STATES)],
        groups=AGENTS,
    )
    dispute_inbound_ids = fields.One2many(
        "dispute.inbound", "ticket_id", string="Inbound Texts", groups=AGENTS
    )
    dispute_handoff_ids = fields.One2many(
        "dispute.handoff", "ticket_id", string="Handoffs", groups=AGENTS
    )
    dispute_agreement_link_ids = fields.One2many(
        "dispute.agreement.link",
        "ticket_id",
        string="Agreements that Matter",
        groups=AGENTS,
    )
    dispute_signal_count = fields.Integer(
        compute="_compute_dispute_counts", groups=AGENTS
    )
    dispute_evidence_count = fields.Integer(
        compute="_compute_dispute_counts", groups=AGENTS
    )
    dispute_handoff_count = fields.Integer(
        compute="_compute_dispute_counts", groups=AGENTS
    )
    dispute_agreement_count = fields.Integer(
        compute="_compute_dispute_counts", groups=AGENTS
    )
    dispute_agreement_gap = fields.Boolean(
        compute="_compute_dispute_agreement_gap", groups=AGENTS
    )
    dispute_screening_note = fields.Char(
        compute="_compute_dispute_screening_note", groups=AGENTS
    )
    dispute_advice = fields.Char(
        string="What to Do Now", compute="_compute_dispute_advice", groups=AGENTS
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    def _compute_dispute_counts(self):
        signals = self._count_by_ticket(
            "dispute.signal", [("state", "in", LIVE_STATES)]
        )
        handoffs = self._count_by_ticket("dispute.handoff", [])
        agreements = self._count_by_ticket(
            "dispute.agreement.link", [("state", "!=", "rejected")]
        )
        evidence = self._count_evidence()
        for ticket in self:
            ticket.dispute_signal_count = signals.get(ticket.id, 0)
            ticket.dispute_handoff_count = handoffs.get(ticket.id, 0)
            ticket.dispute_agreement_count = agreements.get(ticket.id, 0)
            ticket.dispute_evidence_count = evidence.get(ticket.id, 0)

    def _count_by_ticket(self, model, domain):
        rows = self.env[model]._read_group(
            [("ticket_id", "in", self.ids), *domain], ["ticket_id"], ["__count"]
        )
        return {ticket.id: count for ticket, count in rows}

    def _count_evidence(self):
        rows = self.env["dispute.evidence"]._read_group(
            [("ticket_model", "=", self._name), ("ticket_id", "in", self.ids)],
            ["ticket_id"],
            ["__count"],
        )
        return dict(rows)

    @api.depends("dispute_level", "dispute_agreement_link_ids.state")
    def _compute_dispute_agreement_gap(self):
        for ticket in self:
            ticket.dispute_agreement_gap = ticket.dispute_level == "legal" and not any(
                link.state != "rejected" for link in ticket.dispute_agreement_link_ids
            )

    @api.depends("dispute_inbound_ids.state")
    def _compute_dispute_screening_note(self):
        """What an agent must read himself because the system could not."""
        for ticket in self:
            late = ticket.dispute_inbound_ids.filtered(
                lambda row: row.state in ("pending", "not_screened")
            )[:1]
            ticket.dispute_screening_note = late._describe_state() if late else False

    @api.depends("dispute_handoff_ids.state", "dispute_level", "dispute_locked")
    @api.depends_context("uid")
    def _compute_dispute_advice(self):
        for ticket in self:
            ticket.dispute_advice = ticket._get_dispute_advice()

    def _get_dispute_advice(self):
        """Hook: one sentence on who speaks now and what the agent does."""
        roles = dict(
            self.env["dispute.handoff"]._fields["role"]._description_selection(self.env)
        )
        who = {
            handoff.role: " ".join(
                filter(
                    None, [roles[handoff.role], handoff.professional_id.partner_id.name]
                )
            )
            for handoff in self.dispute_handoff_ids
            if handoff.state not in ("done", "cancelled")
        }
        if "security" in who:
            return self.env._("Security has been told. Look after your own safety.")
        if self.dispute_locked:
            return self.env._(
                "Write nothing to the customer. Note inside what you know and pass on "
                "what comes in."
            )
        if "lawyer" in who:
            return self.env._(
                "%(who)s takes over. Acknowledge receipt if you must, admit nothing, "
                "promise nothing, do not negotiate.",
                who=who["lawyer"],
            )
        if "mediator" in who:
            return self.env._(
                "%(who)s takes over. Stay calm and do not press the matter.",
                who=who["mediator"],
            )
        if "superior" in who:
            return self.env._(
                "%(who)s takes over. Tell the customer so, calmly.",
                who=who["superior"],
            )
        if self.dispute_level in ("tense", "hostile"):
            return self.env._("Listen, restate the problem, offer a call.")
        if self.dispute_level == "legal":
            return self.env._("Read the words above and ask your superior.")
        return False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """A mail is created as its author: do not assign a customer his own ticket.

        Nor do defaults bring a level, a signal or a dispute.
        """
        guarded = STATION_FIELDS | {"dispute_case_id"}
        defaults = own_defaults(self, super().default_get(fields), guarded)
        if gateway_mail() and defaults.get("user_id"):
            user = self.env["res.users"].browse(defaults["user_id"])
            if user.share or not user.active:
                del defaults["user_id"]
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_dispute_write(vals)
        tickets = super().create(vals_list)
        if not gateway_mail():
            self.env["dispute.inbound"]._capture_descriptions(tickets)
        return tickets

    def write(self, vals):
        self._check_dispute_write(vals)
        closed = self.filtered("closed") if "stage_id" in vals else self.browse()
        moves = "dispute_case_id" in vals and not is_at_work(self)
        # sudo: helpdesk.ticket - the level follows, whoever moves the ticket
        moved = self.sudo() if moves else self.browse()
        left = moved.dispute_case_id
        result = super(HelpdeskTicket, off_work(self)).write(vals)
        moved._update_dispute_level()
        left._update_level()
        closed.filtered(lambda ticket: not ticket.closed)._count_again()
        if "description" in vals and not gateway_mail():
            self.env["dispute.inbound"]._capture_descriptions(self)
        return result

    def _check_dispute_write(self, vals):
        """Refuse what would hide a threat."""
        if vals.keys() & STATION_FIELDS and not is_at_work(self):
            raise UserError(
                self.env._(
                    "The conflict level follows from the signals. Confirm or dismiss "
                    "those."
                )
            )
        if "dispute_case_id" in vals and not is_at_work(self):
            user = self.env.user
            if not (
                self.env.su or user.has_group("dispute_guard.group_dispute_supervisor")
            ):
                raise AccessError(
                    self.env._("Ask a supervisor to move a ticket to another dispute.")
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_dispute(self):
        """Open the ticket's case; make one first where there is none."""
        self.ensure_one()
        if not self.dispute_case_id:
            self.check_access("write")
            self._open_dispute_case()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dispute.case",
            "res_id": self.dispute_case_id.id,
            "view_mode": "form",
        }

    def action_note_dispute_signal(self):
        """Ask what was seen or heard, then note it as a signal."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Note a Signal"),
            "res_model": "dispute.signal.note",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }

    def _action_view_dispute(self, model, name, domain, context=None):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,kanban,form",
            "domain": domain,
            "context": context or {},
        }

    def action_view_dispute_handoffs(self):
        return self._action_view_dispute(
            "dispute.handoff", self.env._("Handoffs"), [("ticket_id", "in", self.ids)]
        )

    def action_view_dispute_evidence(self):
        return self._action_view_dispute(
            "dispute.evidence",
            self.env._("Evidence"),
            [("ticket_model", "=", self._name), ("ticket_id", "in", self.ids)],
        )

    def action_view_dispute_agreements(self):
        return self._action_view_dispute(
            "dispute.agreement.link",
            self.env._("Agreements"),
            [("ticket_id", "in", self.ids)],
            {"default_ticket_id": self[:1].id},
        )

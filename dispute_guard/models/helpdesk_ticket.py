from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..provenance import gateway_mail
from ..station import at_work, is_at_work, off_work
from .dispute_signal import LEVELS, LIVE_STATES

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
        ondelete="set null",
        groups=AGENTS,
    )
    dispute_quote = fields.Text(
        related="dispute_signal_id.quote", string="Words that Count", groups=AGENTS
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
        domain=[("state", "!=", "context")],
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

    @api.depends("dispute_handoff_ids.state", "dispute_level")
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
        """A mail is created as its author: do not assign a customer his own ticket."""
        defaults = super().default_get(fields)
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
        result = super(HelpdeskTicket, off_work(self)).write(vals)
        if "description" in vals and not gateway_mail():
            self.env["dispute.inbound"]._capture_descriptions(self)
        return result

    def _check_dispute_write(self, vals):
        """Refuse what would hide a threat or evade a hold."""
        if vals.keys() & STATION_FIELDS and not is_at_work(self):
            raise UserError(
                self.env._(
                    "The conflict level follows from the signals. Confirm or dismiss "
                    "those."
                )
            )
        if vals.get("active") is False:
            self._check_dispute_hold()
        if "dispute_case_id" in vals and not is_at_work(self):
            user = self.env.user
            if not (
                self.env.su or user.has_group("dispute_guard.group_dispute_supervisor")
            ):
                raise AccessError(
                    self.env._("Ask a supervisor to move a ticket to another dispute.")
                )
            # sudo: dispute.case - a hold binds also users who may not see the case
            for case in self.sudo().dispute_case_id.filtered("hold"):
                if case.id != vals["dispute_case_id"]:
                    raise UserError(case._get_hold_refusal())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_dispute_hold(self):
        self._check_dispute_hold()

    def _check_dispute_hold(self):
        """:raise UserError: when one of the tickets is under legal hold"""
        # sudo: dispute.case - a hold binds also users who may not see the case
        for case in self.sudo().dispute_case_id.filtered("hold"):
            raise UserError(case._get_hold_refusal())

    # ------------------------------------------------------------------
    # Called by the stations
    # ------------------------------------------------------------------

    def _update_dispute_level(self):
        """Let level and gravest signal follow the signals and what is unread."""
        # sudo: helpdesk.ticket - the level follows, whoever caused the change
        tickets = self.sudo()
        for ticket in tickets:
            live = ticket.dispute_signal_ids.filtered(
                lambda signal: signal.state in LIVE_STATES
            )
            gravest = live.sorted(lambda signal: signal._get_gravity())[-1:]
            level = gravest.level or ticket._get_level_without_signals()
            values = {"dispute_level": level, "dispute_signal_id": gravest.id}
            if level != ticket.dispute_level or gravest != ticket.dispute_signal_id:
                at_work(ticket).write(values)
        tickets.dispute_case_id._update_level()

    def _get_level_without_signals(self):
        unread = any(
            row.state in ("pending", "not_screened") for row in self.dispute_inbound_ids
        )
        return "not_screened" if unread else "calm"

    def _open_dispute_case(self):
        """Open a case for each ticket that has none.

        :return: the new cases
        """
        tickets = self.filtered(lambda ticket: not ticket.dispute_case_id)
        # sudo: dispute.case - opened by policy for whoever's message caused it
        cases = (
            self.env["dispute.case"]
            .sudo()
            .with_context(
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                tracking_disable=True,
            )
            .create([ticket._prepare_dispute_case_values() for ticket in tickets])
        )
        for ticket, case in zip(tickets, cases, strict=True):
            at_work(ticket).write({"dispute_case_id": case.id})
        return cases

    def _prepare_dispute_case_values(self):
        """Hook: the values of the case for this ticket."""
        return {
            # on one line, for it becomes the subject of mails
            "title": " ".join((self.name or "").split()),
            "partner_id": self.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self._get_dispute_responsible().id,
            "level": self.dispute_level,
        }

    def _get_dispute_responsible(self):
        """Hook: the user who answers for the case.

        Never the author of a mail, whom the helpdesk may assign to his own ticket, nor
        the system's own user.
        """
        users = self.user_id | self.team_id.user_id
        return users.filtered(lambda user: user.active and not user.share)[:1]

    def _propose_agreements(self):
        """Propose the customer's agreements for tickets under a legal threat."""
        tickets = self.filtered(
            lambda ticket: ticket.dispute_level == "legal"
            and ticket.commercial_partner_id
            and not ticket.dispute_agreement_link_ids
        )
        if not tickets:
            return
        # sudo: agreement - proposed for whoever's message caused it
        agreements = (
            self.env["agreement"]
            .sudo()
            .search(
                [
                    (
                        "commercial_partner_id",
                        "in",
                        tickets.commercial_partner_id.ids,
                    ),
                    ("company_id", "in", [False, *tickets.company_id.ids]),
                ]
            )
            .grouped("commercial_partner_id")
        )
        files = self._find_only_files(self.env["agreement"].union(*agreements.values()))
        self.env["dispute.agreement.link"].sudo().create(
            [
                {
                    "ticket_id": ticket.id,
                    "agreement_id": agreement.id,
                    "attachment_id": files.get(agreement.id),
                    "state": "proposed",
                }
                for ticket in tickets
                for agreement in agreements.get(ticket.commercial_partner_id, ())
                if agreement.company_id in (ticket.company_id, self.env["res.company"])
            ]
        )

    @api.model
    def _find_only_files(self, agreements):
        """The file of each agreement that has exactly one, as {id: attachment id}."""
        # sudo: ir.attachment - proposed for whoever's message caused it
        rows = (
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [("res_model", "=", "agreement"), ("res_id", "in", agreements.ids)],
                ["res_id"],
                ["id:array_agg"],
            )
        )
        return {agreement: ids[0] for agreement, ids in rows if len(ids) == 1}

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

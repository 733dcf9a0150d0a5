from odoo import api, fields, models
from odoo.exceptions import UserError

from ..station import at_work, is_at_work, off_work, own_defaults
from .dispute_case_outcome import OUTCOMES
from .dispute_professional import ROLES

OPEN_STATES = ("to_send", "sent", "acknowledged", "accepted")
WAITING_STATES = ("to_send", "sent")
TAKEN_STATES = ("acknowledged", "accepted")
# What people say when they open a handoff by hand; it stays.
CAUSE_FIELDS = {"case_id", "ticket_id", "role"}
# What people may put right until the brief is sent; then it is frozen.
DRAFT_FIELDS = {
    "professional_id",
    "language",
    "speciality_ids",
    "desired_outcome",
    "options",
    "brief",
}
# What people may note until the handoff is closed.
OUTCOME_FIELDS = {"outcome_kind", "outcome", "invoice_amount", "invoice_currency_id"}


class DisputeHandoff(models.Model):
    """A dispute given to a professional, from the threat until it is dealt with.

    It opens in the transaction that saw the threat. Brief, mail and activity follow
    right after commit in ``_cron_dispatch``, so that a mail server that is down
    delays the handoff, never the customer's mail. Who is asked stands in ``step_ids``,
    fixed at the first sending; ``_cron_sweep`` goes on to the next one when nobody
    answers in time. State, chain, clocks and the brief once it is sent are written by
    the system alone.
    """

    _name = "dispute.handoff"
    _description = "Handoff"
    _inherit = ["dispute.ticket.bound", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    case_id = fields.Many2one(
        "dispute.case", required=True, index=True, ondelete="restrict"
    )
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    signal_id = fields.Many2one("dispute.signal", string="Cause", ondelete="set null")
    quote = fields.Text(related="signal_id.quote")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    role = fields.Selection(selection=ROLES, required=True)
    language = fields.Selection(selection="_selection_language")
    speciality_ids = fields.Many2many(
        "dispute.speciality",
        string="Specialities Asked For",
        help="Those of the ticket's category, if none are named.",
    )
    professional_id = fields.Many2one(
        "dispute.professional", tracking=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(
        selection=[
            ("to_send", "To send"),
            ("sent", "Sent"),
            ("acknowledged", "Acknowledged"),
            ("accepted", "Accepted"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="to_send",
        tracking=True,
    )
    # the brief
    desired_outcome = fields.Text(help="What we want to reach.")
    options = fields.Text(help="The ways that are open to us.")
    brief = fields.Html(sanitize=True)
    brief_sha256 = fields.Char(
        string="SHA-256 of the Brief",
        readonly=True,
        copy=False,
        help="From the moment it is there, the brief stays as it is.",
    )
    # the chain
    step_ids = fields.One2many("dispute.handoff.step", "handoff_id", string="Chain")
    step_id = fields.Many2one(
        "dispute.handoff.step",
        string="Asked Now",
        readonly=True,
        ondelete="restrict",
    )
    reasons = fields.Text(related="step_id.reasons")
    price_note = fields.Char(related="step_id.price_note", string="Price")
    choice_note = fields.Text(string="Who Is Not Asked", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail",
        string="Outgoing Mail",
        readonly=True,
        ondelete="set null",
        groups="base.group_system",
    )
    mail_state = fields.Selection(related="mail_id.state", string="Mail")
    # the outcome
    outcome_kind = fields.Selection(selection=OUTCOMES, string="Result")
    outcome = fields.Text()
    invoice_amount = fields.Monetary(
        string="Invoiced", currency_field="invoice_currency_id"
    )
    invoice_currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    # clocks
    threat_at = fields.Datetime(readonly=True)
    attempted_at = fields.Datetime(readonly=True, export_string_translation=False)
    alarmed_at = fields.Datetime(readonly=True, export_string_translation=False)
    sent_at = fields.Datetime(readonly=True)
    deadline = fields.Datetime(string="Acknowledge By", readonly=True)
    acknowledged_at = fields.Datetime(readonly=True)
    accepted_at = fields.Datetime(readonly=True)
    active_at = fields.Datetime(string="Last Sign of Life", readonly=True)
    due_at = fields.Datetime(
        string="Looked At Next",
        readonly=True,
        help="When somebody is asked, reminded or told next if nothing happens.",
    )
    closed_at = fields.Datetime(readonly=True)
    hours_to_send = fields.Float(
        string="Hours to Handoff",
        compute="_compute_hours",
        store=True,
        aggregator="avg",
        readonly=True,
    )
    hours_to_acknowledge = fields.Float(
        string="Hours to Acknowledgement",
        compute="_compute_hours",
        store=True,
        aggregator="avg",
        readonly=True,
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _one_open_per_role = models.UniqueIndex(
        "(case_id, role) WHERE state IN "
        "('to_send', 'sent', 'acknowledged', 'accepted')",
        "This case has been handed to this role already.",
    )
    _positive_invoice = models.Constraint(
        "CHECK(invoice_amount >= 0)", "An invoice is not less than nothing."
    )
    _to_send = models.Index("(id) WHERE state = 'to_send'")
    _due = models.Index("(due_at) WHERE due_at IS NOT NULL")

    @api.model
    def _selection_language(self):
        return self.env["dispute.signal"]._selection_language()

    @api.depends("case_id.name", "role")
    def _compute_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for handoff in self:
            handoff.name = f"{handoff.case_id.name} · {roles.get(handoff.role, '')}"

    @api.depends("threat_at", "sent_at", "acknowledged_at")
    def _compute_hours(self):
        def hours(start, end):
            return (end - start).total_seconds() / 3600 if start and end else 0.0

        for handoff in self:
            handoff.hours_to_send = hours(handoff.threat_at, handoff.sent_at)
            handoff.hours_to_acknowledge = hours(
                handoff.sent_at, handoff.acknowledged_at
            )

    @api.depends("deadline", "state")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for handoff in self:
            handoff.is_overdue = bool(
                handoff.state in WAITING_STATES
                and handoff.deadline
                and handoff.deadline < now
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [("state", "in", WAITING_STATES), ("deadline", "<", "now")]

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        return own_defaults(
            self, super().default_get(fields), self._fields.keys() - self._get_free()
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_at_work(self):
            free = self._get_free() | CAUSE_FIELDS
            for vals in vals_list:
                self._refuse(vals.keys() - free)
            cases = self.env["dispute.case"].browse(
                vals.get("case_id") for vals in vals_list
            )
            vals_list = [
                self._prepare_own_values(case, vals)
                for case, vals in zip(cases, vals_list, strict=True)
            ]
        handoffs = super(DisputeHandoff, off_work(self)).create(vals_list)
        if handoffs:
            # sudo: ir.cron - woken by whoever opens a handoff
            self.env.ref("dispute_guard.ir_cron_handoff").sudo()._trigger()
        return handoffs

    def write(self, vals):
        if not is_at_work(self):
            self._refuse(vals.keys() - self._get_free())
            if vals.keys() & DRAFT_FIELDS and any(self.mapped("brief_sha256")):
                raise UserError(
                    self.env._("What was sent to the professional stays as it is.")
                )
            if vals.keys() & OUTCOME_FIELDS and any(self.mapped("closed_at")):
                raise UserError(
                    self.env._("The handoff is closed, its outcome stays as it is.")
                )
        return super(DisputeHandoff, off_work(self)).write(vals)

    @api.model
    def _get_free(self):
        """Hook: the names of the fields that people may write."""
        return DRAFT_FIELDS | OUTCOME_FIELDS

    @api.model
    def _refuse(self, names):
        """:raise UserError: when one of ``names`` is written by the system alone"""
        if any(not name.startswith(("message_", "activity_")) for name in names):
            raise UserError(
                self.env._(
                    "State, chain and times of a handoff follow from what is done "
                    "with its buttons, they are never entered."
                )
            )

    @api.model
    def _prepare_own_values(self, case, vals):
        """The values of a handoff that a person opens.

        It stands on the newest ticket of the dispute, so that agents see it, and asks
        for the language in which the customer spoke last.
        """
        spoken = case.signal_ids.filtered("language")[:1].language
        return {
            **vals,
            "ticket_id": vals.get("ticket_id") or case.ticket_ids.sorted("id")[-1:].id,
            "language": vals.get("language") or spoken,
            "threat_at": fields.Datetime.now(),
        }

    def _move(self, vals):
        """Write what only the stations write."""
        # sudo: dispute.handoff - who may take the step was checked, or it is the
        # professional himself, known by his invitation
        at_work(self.sudo()).write(vals)

    # ------------------------------------------------------------------
    # Station 6: opening
    # ------------------------------------------------------------------

    @api.model
    def _open_handoffs(self, wanted):
        """Open the handoffs that are not open yet and have them sent after commit.

        :param list wanted: (ticket, role, signal) for each
        :return: the new handoffs
        """
        # sudo: dispute.handoff - opened by policy for whoever's message caused it
        self = self.sudo()
        cases = self.env["dispute.case"].union(
            *(ticket.dispute_case_id for ticket, _role, _signal in wanted)
        )
        taken = {
            (handoff.case_id, handoff.role)
            for handoff in self.search(
                [("case_id", "in", cases.ids), ("state", "in", OPEN_STATES)]
            )
        }
        vals_list = []
        for ticket, role, signal in wanted:
            key = (ticket.dispute_case_id, role)
            if key not in taken:
                taken.add(key)
                vals_list.append(self._prepare_handoff_values(ticket, role, signal))
        handoffs = at_work(
            self.with_context(
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                tracking_disable=True,
            )
        ).create(vals_list)
        return handoffs.with_context(tracking_disable=False)

    @api.model
    def _prepare_handoff_values(self, ticket, role, signal):
        """Hook: the values of a handoff opened because of ``signal``."""
        # who speaks, a court, say, is a sign in no language: that of the letter then
        language = signal.language or signal.inbound_id.language
        known = dict(self._fields["language"]._description_selection(self.env))
        return {
            "case_id": ticket.dispute_case_id.id,
            "ticket_id": ticket.id,
            "signal_id": signal.id,
            "role": role,
            "language": language if language in known else False,
            "threat_at": signal.occurred_at or fields.Datetime.now(),
        }

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_dispatch(self):
        """Send now instead of with the next run of the scheduled action."""
        self.check_access("write")
        for handoff in self.filtered(lambda handoff: handoff.state == "to_send"):
            handoff._dispatch()

    def action_acknowledge(self):
        """Note that the professional has taken the matter over."""
        self.check_access("write")
        for handoff in self.filtered(lambda handoff: handoff.state == "sent"):
            handoff.step_id._acknowledge()

    def action_accept(self):
        """Note that the professional acts in the matter."""
        self.check_access("write")
        for handoff in self.filtered(lambda h: h.state in ("sent", "acknowledged")):
            handoff.step_id._accept()

    def action_done(self):
        """Close with the outcome that is noted."""
        self.check_access("write")
        self._close("done")

    def action_cancel(self):
        self.check_access("write")
        self._close("cancelled")

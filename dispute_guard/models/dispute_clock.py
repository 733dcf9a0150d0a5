import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..station import at_work
from .dispute_jurisdiction_term import CLOCK_KINDS

RUNNING_STATES = ("running", "suspended")
ACTIVITY_TYPES = [
    "dispute_guard.mail_activity_type_clock",
    "dispute_guard.mail_activity_type_clock_missed",
]


class DisputeClock(models.Model):
    """Until when something has to be done in a dispute, by law or by our own rules.

    Clocks start and end by themselves with what happens in the dispute
    (:meth:`_start`, :meth:`_meet`); supervisors add and correct them by a window that
    asks for a reason. Nobody writes them. A clock warns ahead and, when it is missed,
    tells a supervisor (``_cron_watch``).
    """

    _name = "dispute.clock"
    _description = "Clock of a Dispute"
    _inherit = [
        "dispute.ticket.bound",
        "dispute.kept",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "due_at, id"
    _rec_names_search = ["case_id"]
    _free_prefixes = ("message_", "activity_")
    _mail_post_access = "read"  # agents see to clocks and write none

    case_id = fields.Many2one(
        "dispute.case",
        string="Dispute",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, index="btree_not_null", ondelete="set null"
    )
    handoff_id = fields.Many2one(
        "dispute.handoff", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(related="case_id.partner_id")
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    user_id = fields.Many2one(
        related="case_id.user_id", string="Responsible", store=True
    )
    kind = fields.Selection(selection=CLOCK_KINDS, required=True, readonly=True)
    term_id = fields.Many2one(
        "dispute.jurisdiction.term", readonly=True, ondelete="set null"
    )
    words = fields.Text(
        string="Why This Date",
        readonly=True,
        help="The term as it stood when the clock started, with its source.",
    )
    is_suspendable = fields.Boolean(string="Stands Still in Mediation", readonly=True)
    suspended_days = fields.Integer(
        string="Stands Still At Most (days)", readonly=True, aggregator=None
    )
    started_at = fields.Datetime(string="Counts From", required=True, readonly=True)
    due_at = fields.Datetime(string="Due", required=True, readonly=True)
    due_day = fields.Date(
        compute="_compute_due_day", store=True, export_string_translation=False
    )
    warn_at = fields.Datetime(string="Warns", readonly=True)
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("suspended", "Standing still"),
            ("met", "Met"),
            ("missed", "Missed"),
            ("stopped", "Stopped"),
        ],
        required=True,
        default="running",
        readonly=True,
    )
    warned_at = fields.Datetime(string="Warned", readonly=True)
    suspended_at = fields.Datetime(string="Standing Still Since", readonly=True)
    resume_at = fields.Datetime(
        readonly=True, help="When it goes on by itself. Empty: when mediation ends."
    )
    missed_at = fields.Datetime(string="Missed", readonly=True)
    met_at = fields.Datetime(string="Done", readonly=True)
    reason = fields.Char(
        readonly=True, help="Why a person stopped, met or moved this clock."
    )

    _one_running = models.UniqueIndex(
        "(case_id, kind, COALESCE(handoff_id, 0)) "
        "WHERE state IN ('running', 'suspended')",
        "This clock is running already.",
    )
    _to_warn = models.Index("(warn_at) WHERE state = 'running' AND warned_at IS NULL")
    _to_resume = models.Index(
        "(resume_at) WHERE state = 'suspended' AND resume_at IS NOT NULL"
    )
    _to_miss = models.Index("(due_at) WHERE state = 'running'")

    @api.depends("kind", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for clock in self:
            clock.display_name = f"{kinds.get(clock.kind, '')} · {clock.case_id.name}"

    @api.depends("due_at")
    def _compute_due_day(self):
        """Where the calendar shows it: the day by the company's own clock."""
        for clock in self:
            zone = clock.company_id._get_clock_zone()
            due_at = pytz.utc.localize(clock.due_at)
            clock.due_day = due_at.astimezone(zone).date()

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)

    # ------------------------------------------------------------------
    # What people are told who write it themselves
    # ------------------------------------------------------------------

    def _refuse_deletion(self):
        raise UserError(self.env._("Clocks stay as the history of their dispute."))

    def _refuse_entry(self):
        raise UserError(
            self.env._("A clock is started and changed by its buttons alone.")
        )

    # ------------------------------------------------------------------
    # Starting
    # ------------------------------------------------------------------

    @api.model
    def _start(self, wanted):
        """Start clocks; those that run already go on as they are.

        :param list wanted: dicts with ``case`` (record) and ``kind`` (of CLOCK_KINDS);
            where there are any, also ``ticket``, ``handoff`` (records), ``started_at``
            (UTC, by default now), ``due_at`` (UTC, before what law and our own rules
            say) and ``words`` (why ``due_at``)
        :return: the new clocks; no law and no rule of ours: no clock
        """
        clocks = self._get_quiet()
        cases = self.env["dispute.case"].union(*(each["case"] for each in wanted))
        running = {clock._get_key(): clock for clock in clocks._search_running(cases)}
        jurisdictions = cases.sudo()._get_jurisdictions()
        new = {}
        for each in wanted:
            handoff = each.get("handoff") or self.env["dispute.handoff"]
            key = (each["case"].id, each["kind"], handoff.id)
            if key in new or (key in running and not running[key]._is_passed_on(each)):
                continue
            vals = clocks._prepare_clock_values(each, jurisdictions[each["case"]])
            if vals:
                new[key] = vals
        for key in new.keys() & running.keys():
            running[key]._end_passed_on()
        return at_work(clocks).create(list(new.values()))

    @api.model
    def _get_quiet(self):
        # sudo: dispute.clock - started by the system for whoever caused it
        return self.sudo().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True
        )

    def _is_passed_on(self, wanted):
        """Whether a new clock is for the next in the chain of the same handoff."""
        started_at = wanted.get("started_at") or self.started_at
        return bool(self.handoff_id) and self.started_at != started_at

    def _end_passed_on(self):
        """End the clock of a handoff that is now asked of somebody else."""
        if self.due_at <= fields.Datetime.now():
            self._miss()
        else:
            self._end_stopped(self.env._("The handoff went on to somebody else."))
        self.flush_recordset()

    @api.model
    def _search_running(self, cases, domain=()):
        return self.search(
            [("case_id", "in", cases.ids), ("state", "in", RUNNING_STATES), *domain]
        )

    def _get_key(self):
        """What there is one running clock for at most."""
        return (self.case_id.id, self.kind, self.handoff_id.id)

    @api.model
    def _prepare_clock_values(self, wanted, jurisdiction):
        """Hook: the values of a clock, or None where nothing says how long it runs.

        :param dict wanted: as for ``_start``
        """
        case, kind = wanted["case"].sudo(), wanted["kind"]
        ticket = wanted.get("ticket") or self.env["helpdesk.ticket"]
        handoff = wanted.get("handoff") or self.env["dispute.handoff"]
        started_at = wanted.get("started_at") or fields.Datetime.now()
        due_at, words = wanted.get("due_at"), wanted.get("words")
        term = jurisdiction._find_term(kind)
        if not due_at:
            due_at, words = self._find_end(case, kind, ticket, term, started_at)
        if not due_at:
            return None
        return {
            "case_id": case.id,
            "ticket_id": ticket.id,
            "handoff_id": handoff.id,
            "kind": kind,
            "term_id": term.id,
            "is_suspendable": term.suspended_in_mediation,
            "suspended_days": term.suspended_days,
            "words": words,
            "started_at": started_at,
            "due_at": due_at,
            "warn_at": self._get_warning(case.company_id, started_at, due_at),
        }

    @api.model
    def _find_end(self, case, kind, ticket, term, started_at):
        """When a clock ends, and why: by law or by our own rule, what comes first.

        :return: datetime (UTC) and text; (None, None) where nothing says so
        """
        company = case.company_id
        calendar = ticket.sudo()._get_dispute_calendar() if ticket else None
        rules = [(*company._get_own_term(kind), self.env._("our own rule"))]
        if term:
            rules.append((term.amount, term.unit, term._describe_source()))
        ends = sorted(
            (company._get_term_deadline(started_at, amount, unit, calendar), why, unit)
            for amount, unit, source in rules
            if amount
            for why in [f"{term._describe_length(amount, unit)}: {source}"]
        )
        if not ends:
            return None, None
        words = [why for _end, why, _unit in ends]
        words.append(company._describe_clock_hours(ends[0][2], calendar))
        return ends[0][0], "\n".join(filter(None, words))

    @api.model
    def _get_warning(self, company, started_at, due_at):
        """Hook: when a clock warns: when the last part of its time begins."""
        return due_at - (due_at - started_at) * company.dispute_warn_share / 100

from datetime import timedelta

from babel import Locale

from odoo import api, fields, models

from .. import screening

LEVELS = [
    ("calm", "Calm"),
    ("not_screened", "Not screened"),
    ("tense", "Tense"),
    ("hostile", "Hostile"),
    ("legal", "Legal"),
]
LEVEL_RANK = {level: rank for rank, (level, _label) in enumerate(LEVELS)}
GRADES = [
    ("mention", "Mentioned"),
    ("conditional", "Conditional"),
    ("announced", "Announced"),
    ("formal", "Formal letter"),
    ("filed", "Filed"),
]
GRADE_RANK = {grade: rank for rank, (grade, _label) in enumerate(GRADES, start=1)}
TEXT_KINDS = [
    ("legal_threat", "Legal threat"),
    ("regulator_complaint", "Complaint to an authority"),
    ("public_exposure", "Going public"),
    ("payment_reversal", "Chargeback"),
    ("hostile_tone", "Hostile tone"),
    ("abusive_language", "Abusive language"),
    ("physical_threat", "Physical threat"),
    ("superior_demanded", "Asks for somebody senior"),
    ("blame_shifting", "Shifts the blame"),
    ("excessive_demand", "Excessive demand"),
    ("pressure", "Pressure"),
    ("emotional_manipulation", "Emotional manipulation"),
    ("payment_refusal", "Refuses to pay"),
]
BEHAVIOUR_KINDS = [
    ("repeated_complaint", "Same complaint again"),
    ("reopened_issue", "Closed question again"),
    ("message_burst", "Burst of messages"),
    ("parallel_channels", "Same matter in several places"),
    ("off_hours", "Outside working hours"),
    ("falling_trajectory", "Getting worse"),
]
MANUAL_KINDS = [
    ("disruption", "Disturbs people at work"),
    ("own_composure", "We lose our calm"),
    ("other", "Something else"),
]
KINDS = TEXT_KINDS + BEHAVIOUR_KINDS + MANUAL_KINDS
# Signals that count: for the level, for policy, for the marks in the chatter.
LIVE_STATES = ("open", "confirmed")
# Findings of rules on trial: nobody sees them on a ticket.
HIDDEN_STATES = ("context", "shadow")


class DisputeSignal(models.Model):
    """A sign of a dispute, where it comes from, and what people made of it.

    It is found in words, counted from facts, or noted by an agent (``source``).
    Nobody writes a signal but the system: agents change its state through
    :meth:`action_confirm` and :meth:`_dismiss` and add one by :meth:`_note`.
    """

    _name = "dispute.signal"
    _description = "Conflict Signal"
    _inherit = ["dispute.ticket.bound"]
    _order = "occurred_at desc, id desc"
    _rec_names_search = ["quote", "note"]

    # where it stands
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    inbound_id = fields.Many2one("dispute.inbound", index=True, ondelete="cascade")
    speaker = fields.Selection(related="inbound_id.speaker", string="Who Speaks")
    message_id = fields.Many2one("mail.message", index=True, ondelete="set null")
    evidence_id = fields.Many2one("dispute.evidence", ondelete="restrict")
    case_id = fields.Many2one(
        related="ticket_id.dispute_case_id", store=True, string="Case", index=True
    )
    partner_id = fields.Many2one(
        related="ticket_id.commercial_partner_id", store=True, string="Customer"
    )
    team_id = fields.Many2one(related="ticket_id.team_id", store=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    occurred_at = fields.Datetime(required=True, string="Received")
    # what was found
    source = fields.Selection(
        selection=[
            ("text", "Words of the customer"),
            ("behaviour", "Counted facts"),
            ("manual", "Noted by staff"),
        ],
        required=True,
        default="text",
    )
    kind = fields.Selection(selection=KINDS, required=True)
    grade = fields.Selection(selection=GRADES)
    level = fields.Selection(selection=LEVELS, required=True)
    statement = fields.Text(
        string="What Was Seen",
        compute="_compute_statement",
        help="The words, the counted facts in a sentence, or what an agent noted.",
    )
    quote = fields.Text(string="Words")
    quote_start = fields.Integer(help="Offset of the first character in the text")
    quote_end = fields.Integer(help="Offset after the last character in the text")
    segment = fields.Selection(
        selection=[
            ("subject", "Subject"),
            ("new", "New text"),
            ("quoted", "Quoted text"),
            ("forwarded", "Forwarded text"),
            ("signature", "Signature"),
            ("footer", "Legal footer"),
        ],
        string="Found In",
    )
    language = fields.Selection(selection="_selection_language")
    rule = fields.Char()
    lexicon_version = fields.Char()
    confidence = fields.Float(digits=(3, 2), aggregator="avg")
    facts = fields.Json(
        export_string_translation=False, help="What was counted, and in which texts"
    )
    note = fields.Text(help="Why an agent noted it, in his words")
    # what it weighs
    gravity = fields.Integer(
        compute="_compute_gravity",
        store=True,
        aggregator=None,
        export_string_translation=False,
    )
    counts_until = fields.Datetime(
        compute="_compute_counts_until",
        store=True,
        help="When it stops to count for the conflict level. Empty: a legal threat, "
        "which counts until it is dismissed or the dispute is closed.",
    )
    faded = fields.Boolean(
        string="Counts No Longer",
        compute="_compute_faded",
        help="Too old to count for the conflict level, or of a dispute that was closed "
        "since.",
    )
    # what people made of it
    state = fields.Selection(
        selection=[
            ("shadow", "On trial"),
            ("suggested", "Suggested"),
            ("open", "Open"),
            ("context", "Context only"),
            ("confirmed", "Confirmed"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default="open",
    )
    reviewed_by = fields.Many2one("res.users")
    reviewed_at = fields.Datetime()
    dismiss_reason = fields.Text()

    _live_by_ticket = models.Index(
        """(ticket_id, gravity DESC, occurred_at DESC, id DESC)
        WHERE state IN ('open', 'confirmed')"""
    )
    _by_rule = models.Index("(rule, state)")
    _complete = models.Constraint(
        """CHECK(CASE source
            WHEN 'text' THEN inbound_id IS NOT NULL AND quote IS NOT NULL
                AND segment IS NOT NULL AND rule IS NOT NULL
                AND lexicon_version IS NOT NULL
            WHEN 'behaviour' THEN facts IS NOT NULL
            WHEN 'manual' THEN note IS NOT NULL
            ELSE TRUE END)""",
        "A signal needs the words, the facts or the note it rests on.",
    )

    @api.model
    def _selection_language(self):
        """The languages that have a lexicon, named in the user's language."""
        speech = Locale.parse(self.env.lang or "en_US")
        return [
            (code, Locale.parse(code).get_language_name(speech).capitalize())
            for code in screening.available_languages()
        ]

    @api.depends("level", "grade", "segment")
    def _compute_gravity(self):
        """The gravest words weigh most, those of the body more than the subject's."""
        for signal in self:
            signal.gravity = (
                LEVEL_RANK[signal.level] * 100
                + GRADE_RANK.get(signal.grade, 0) * 10
                + (signal.segment != "subject")
            )

    @api.depends(
        "level",
        "state",
        "occurred_at",
        "company_id.dispute_tense_days",
        "company_id.dispute_hostile_days",
        "company_id.dispute_confirmed_factor",
    )
    def _compute_counts_until(self):
        for signal in self:
            company = signal.company_id
            days = {
                "tense": company.dispute_tense_days,
                "hostile": company.dispute_hostile_days,
            }.get(signal.level)
            if signal.state == "confirmed":
                days = days and days * company.dispute_confirmed_factor
            signal.counts_until = days and signal.occurred_at + timedelta(days=days)

    @api.depends("counts_until", "occurred_at", "case_id.closed_at")
    def _compute_faded(self):
        now = fields.Datetime.now()
        for signal in self:
            # sudo: dispute.case - whoever sees the signal may know that it is settled
            closed = signal.case_id.sudo().closed_at
            signal.faded = bool(
                (signal.counts_until and signal.counts_until <= now)
                or (closed and signal.occurred_at <= closed)
            )

    # ------------------------------------------------------------------
    # Station 2: findings become signals
    # ------------------------------------------------------------------

    @api.model
    def _raise_signals(self, found):
        """Store the findings as signals and pass them on.

        :param list found: pairs of a ``dispute.inbound`` row and its Screening
        :return: the signals
        """
        signals = self.create(
            [
                self._prepare_signal_values(inbound, result, finding)
                for inbound, result in found
                for finding in result.findings
            ]
        )
        live = signals.filtered(lambda signal: signal.state == "open")
        live._pass_on()
        return signals

    def _pass_on(self):
        """Hand live signals to the next stations: evidence, level, policy."""
        words = self.filtered(lambda signal: signal.source == "text")
        self.env["dispute.evidence"]._record_signals(words)
        self.ticket_id._update_dispute_level()
        self.env["dispute.policy.rule"]._apply_policies(self)

    @api.model
    def _prepare_signal_values(self, inbound, result, finding):
        """Hook: the values of the signal for ``finding``."""
        return {
            "ticket_id": inbound.ticket_id.id,
            "inbound_id": inbound.id,
            "message_id": inbound.message_id.id,
            "company_id": inbound.company_id.id,
            "occurred_at": inbound.received_at,
            "kind": finding.kind,
            "grade": finding.grade or False,
            "level": screening.level_of(
                [finding._replace(segment="new")], finding.language
            ),
            "quote": finding.quote,
            "quote_start": finding.start,
            "quote_end": finding.end,
            "segment": finding.segment,
            "language": finding.language,
            "rule": finding.rule,
            "lexicon_version": inbound.lexicon_version,
            "confidence": finding.confidence,
            "state": self._get_first_state(inbound, finding),
        }

    @api.model
    def _get_first_state(self, inbound, finding):
        """Whether a finding counts, by its rule's mode and by where it stands."""
        mode = self.env["dispute.screening.rule"]._get_modes().get(finding.rule)
        if mode == "shadow":
            return "shadow"
        # Old or foreign words and the law merely mentioned move nothing by themselves.
        counts = (
            finding.segment in ("subject", "new")
            and finding.grade != "mention"
            and inbound.state == "screened"
        )
        if not counts:
            return "context"
        return "suggested" if mode == "suggest" else "open"

    def _get_gravity(self):
        """Sort key: the gravest signal last, of equals the newest."""
        self.ensure_one()
        return self.gravity, self.occurred_at, self.id

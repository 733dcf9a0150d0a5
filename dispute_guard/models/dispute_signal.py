from babel import Locale

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.mail.tools.discuss import Store

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
KINDS = [
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
# Signals that count: for the level, for policy, for the marks in the chatter.
LIVE_STATES = ("open", "confirmed")


class DisputeSignal(models.Model):
    """The words of a text that point to a dispute, and what people made of them.

    Nobody writes a signal but the system: agents change its state through
    :meth:`action_confirm` and :meth:`_dismiss`.
    """

    _name = "dispute.signal"
    _description = "Conflict Signal"
    _inherit = ["dispute.ticket.bound"]
    _order = "occurred_at desc, id desc"
    _rec_name = "quote"

    # where it stands
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    inbound_id = fields.Many2one(
        "dispute.inbound", required=True, index=True, ondelete="cascade"
    )
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
    kind = fields.Selection(selection=KINDS, required=True)
    grade = fields.Selection(selection=GRADES)
    level = fields.Selection(selection=LEVELS, required=True)
    quote = fields.Text(required=True)
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
        required=True,
    )
    language = fields.Selection(selection="_selection_language")
    rule = fields.Char(required=True)
    lexicon_version = fields.Char(required=True)
    confidence = fields.Float(digits=(3, 2), aggregator="avg")
    # what people made of it
    state = fields.Selection(
        selection=[
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
        "(ticket_id, occurred_at) WHERE state IN ('open', 'confirmed')"
    )

    @api.model
    def _selection_language(self):
        """The languages that have a lexicon, named in the user's language."""
        speech = Locale.parse(self.env.lang or "en_US")
        return [
            (code, Locale.parse(code).get_language_name(speech).capitalize())
            for code in screening.available_languages()
        ]

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
        self.env["dispute.evidence"]._record_signals(self)
        self.ticket_id._update_dispute_level()
        self.env["dispute.policy.rule"]._apply_policies(self)

    @api.model
    def _prepare_signal_values(self, inbound, result, finding):
        """Hook: the values of the signal for ``finding``."""
        # Old or foreign words and the law merely mentioned move nothing by themselves.
        counts = (
            finding.segment in ("subject", "new")
            and finding.grade != "mention"
            and inbound.state == "screened"
        )
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
            "state": "open" if counts else "context",
        }

    def _get_gravity(self):
        """Sort key: the gravest words last, those of the body after the subject's."""
        self.ensure_one()
        return (
            LEVEL_RANK[self.level],
            GRADE_RANK.get(self.grade, 0),
            self.segment != "subject",
            self.occurred_at,
            self.id,
        )

    # ------------------------------------------------------------------
    # Review by people
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Say that the signals are right."""
        self._check_review_access()
        # Policy has seen what was open; context and dismissed words are new to it.
        fresh = self.filtered(lambda signal: signal.state not in LIVE_STATES)
        self._review("confirmed")
        # sudo: dispute.signal - access was checked, the stations write as the system
        fresh.sudo()._pass_on()

    def action_dismiss(self):
        """Ask for the reason, then dismiss."""
        self._check_review_access()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss signal"),
            "res_model": "dispute.signal.dismiss",
            "view_mode": "form",
            "target": "new",
            "context": {"default_signal_ids": self.ids},
        }

    def _dismiss(self, reason):
        """Say that the signals are wrong.

        :raise UserError: without a reason
        """
        self._check_review_access()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why this is no sign of a dispute."))
        self._review("dismissed", reason.strip())

    def _check_review_access(self):
        self.check_access("read")
        self.ticket_id.check_access("write")

    def _review(self, state, reason=False):
        # sudo: dispute.signal - agents may judge a signal but never write one
        self.sudo().write(
            {
                "state": state,
                "dismiss_reason": reason,
                "reviewed_by": self.env.uid,
                "reviewed_at": fields.Datetime.now(),
            }
        )
        # sudo: helpdesk.ticket - the level follows, whoever caused the change
        self.sudo().ticket_id._update_dispute_level()
        # so that the marks in the chatter follow at once
        Store(bus_channel=self.env.user).add(
            self.message_id, ["dispute_quotes"]
        ).bus_send()

    def action_open_source(self):
        """Open the text in which the words stand."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dispute.inbound",
            "res_id": self.inbound_id.id,
            "view_mode": "form",
        }

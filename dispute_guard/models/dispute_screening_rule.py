import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..screening import LexiconError
from ..screening.phrasebook import (
    PhraseError,
    PhraseRule,
    check,
    forms_of,
    pattern_of,
)
from ..station import is_at_work, off_work, own_defaults
from .dispute_signal import GRADES, TEXT_KINDS

# What the rule looks for: changed in drafts only, as every try and review is about it.
WORDING_FIELDS = {"phrase", "patterns", "kind", "grade", "language"}
TRIAL_FIELDS = {"tried_at", "tried_read", "tried_found"}
# Written by the methods of this model alone.
STATION_FIELDS = TRIAL_FIELDS | {
    "origin",
    "state",
    "revision",
    "rule",
    "judged_from",
}
# Changes of these change what screening does.
BOOK_FIELDS = WORDING_FIELDS | {
    "active",
    "state",
    "revision",
    "company_id",
    "confidence",
}


class DisputeScreeningRule(models.Model):
    """A rule that screening works with: one of the lexicons, or an own phrase.

    Own phrases go draft -> shadow -> live -> retired. In shadow their words are noted
    and move nothing; a rule in state ``suggest`` shows words that an agent has to
    confirm first. Shipped rules are live from the start. What a rule looks for changes
    in a draft only, and each return to draft begins a new revision with an id of its
    own: signals and evidence keep naming exactly what they were found by.
    """

    _name = "dispute.screening.rule"
    _description = "Screening Rule"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "origin desc, kind, language, id"

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True
    )
    active = fields.Boolean(default=True)
    origin = fields.Selection(
        selection=[("phrase", "Own phrase"), ("lexicon", "Shipped")],
        required=True,
        default="phrase",
        readonly=True,
        copy=False,
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("shadow", "Shadow"),
            ("suggest", "Suggests"),
            ("live", "Live"),
            ("retired", "Retired"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    # what it looks for
    phrase = fields.Text(
        tracking=True,
        help="The words as a customer would write them. Another way to say the same "
        "goes on a line of its own. Forms of the words are found by themselves.",
    )
    patterns = fields.Text(
        compute="_compute_patterns",
        store=True,
        readonly=False,
        precompute=True,
        help="How screening reads the phrase, in the language of the lexicon.",
    )
    kind = fields.Selection(selection=TEXT_KINDS, required=True, tracking=True)
    grade = fields.Selection(selection=GRADES, tracking=True)
    language = fields.Selection(
        selection=lambda self: self.env["dispute.signal"]._selection_language(),
        required=True,
        tracking=True,
    )
    confidence = fields.Float(
        digits=(3, 2), default=0.9, help="How sure its signals are, from 0 to 1."
    )
    should_find = fields.Text(
        help="Sentences that the rule must find, one a line. Tested at each try."
    )
    should_leave = fields.Text(
        string="Should Leave Alone",
        help="Sentences that the rule must not find, one a line. Tested at each try.",
    )
    covered_forms = fields.Text(compute="_compute_covered_forms")
    # whose it is
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        default=lambda self: self.env.user,
        help="Is told when the rule is wrong too often.",
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    code = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self._make_code()
    )
    revision = fields.Integer(default=1, readonly=True, copy=False)
    rule = fields.Char(
        string="Rule ID",
        compute="_compute_rule",
        store=True,
        precompute=True,
        index=True,
        help="By this id signals and evidence name the rule.",
    )
    _unique_rule = models.Constraint(
        "UNIQUE(rule)", "There is a rule with this id already."
    )
    _sensible_confidence = models.Constraint(
        "CHECK(confidence > 0 AND confidence <= 1)",
        "The confidence lies between 0 and 1.",
    )

    @api.model
    def _make_code(self):
        return secrets.token_hex(4)

    @api.depends("phrase")
    def _compute_name(self):
        for rule in self:
            lines = (rule.phrase or "").strip().splitlines()
            rule.name = lines[0] if lines else rule.name

    @api.depends("phrase", "language")
    def _compute_patterns(self):
        for rule in self:
            try:
                rule.patterns = rule._make_patterns() or rule.patterns
            except PhraseError:
                rule.patterns = False  # the constraint and the warning say why

    @api.depends("phrase", "language")
    def _compute_covered_forms(self):
        for rule in self:
            try:
                rule.covered_forms = "\n".join(rule._describe_forms())
            except PhraseError:
                rule.covered_forms = False

    @api.depends("origin", "language", "code", "revision")
    def _compute_rule(self):
        for rule in self:
            shipped = rule.origin == "lexicon"
            rule.rule = rule.code if shipped else rule._make_id(rule.revision)

    def _make_id(self, revision):
        self.ensure_one()
        name = f"{self.code}_r{revision}" if revision > 1 else self.code
        return PhraseRule.id_of(self.language, name)

    # ------------------------------------------------------------------
    # Wording
    # ------------------------------------------------------------------

    def _get_lines(self, name):
        """The lines of a text field, without empty ones."""
        self.ensure_one()
        return [
            line.strip() for line in (self[name] or "").splitlines() if line.strip()
        ]

    def _make_patterns(self):
        """The phrase as patterns, one a line.

        :raise PhraseError: when a line of it cannot be used
        """
        if not self.language:
            return ""
        return "\n".join(
            pattern_of(line, self.language) for line in self._get_lines("phrase")
        )

    def _describe_forms(self):
        """For each word of the phrase a line with the forms that are found."""
        forms = {}
        for line in self._get_lines("phrase") if self.language else ():
            forms |= forms_of(line, self.language)
        return [f"{word}: {', '.join(found)}" for word, found in forms.items()]

    def _make_rule(self):
        """The rule as screening takes it."""
        self.ensure_one()
        return PhraseRule(
            language=self.language,
            kind=self.kind,
            id=self.rule,
            patterns=tuple(self._get_lines("patterns")),
            about=self.name or "",
            grade=self.grade or "",
            confidence=self.confidence,
            # the plain words first, so that an import finds them again
            yes=(*self._get_lines("phrase"), *self._get_lines("should_find")),
            no=tuple(self._get_lines("should_leave")),
        )

    @api.onchange("phrase", "language")
    def _onchange_phrase(self):
        if self.phrase and (problem := self._find_problem()):
            return {
                "warning": {"title": self.env._("Not a phrase yet"), "message": problem}
            }

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind != "legal_threat":
            self.grade = False
        elif not self.grade:
            self.grade = "conditional"

    def _find_problem(self):
        """Why the wording cannot be used, in plain words; None if it can."""
        self.ensure_one()
        try:
            self._make_patterns()
            if self.patterns:
                said = tuple(self._get_lines("phrase"))
                check(self._make_rule()._replace(yes=said, no=()))
        except PhraseError as error:
            return self._explain(error)
        except LexiconError as error:
            return str(error)
        return None

    @api.model
    def _explain(self, error):
        """What is wrong with a phrase, in the user's language."""
        count, limit = error.count, error.limit
        reasons = {
            "empty": self.env._("There are no words in it."),
            "short": self.env._("One letter is no word."),
            "stop_words": self.env._(
                "It has only words that stand in every text (%(count)s of them). Add a "
                "word that says what it is about.",
                count=count,
            ),
            "too_many_words": self.env._(
                "It has %(count)s words that carry a meaning; at most %(limit)s can be "
                "used. Keep those without which it would mean something else.",
                count=count,
                limit=limit,
            ),
            "too_wide": self.env._(
                "Its words are so frequent that it would fire on nearly every text."
            ),
            "too_long": self.env._(
                "It has %(count)s letters; at most %(limit)s can be used. Keep the few "
                "words that make the difference.",
                count=count,
                limit=limit,
            ),
        }
        return reasons.get(error.reason) or str(error)

    @api.constrains("phrase", "patterns", "kind", "grade", "language")
    def _check_wording(self):
        for rule in self.filtered(lambda rule: rule.origin == "phrase"):
            problem = rule._find_problem()
            if not problem and not rule.patterns:
                problem = self.env._("Say in plain words what the customer writes.")
            if problem:
                raise ValidationError(problem)

    # ------------------------------------------------------------------
    # Guards
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        return own_defaults(self, super().default_get(fields), STATION_FIELDS)

    @api.model_create_multi
    def create(self, vals_list):
        if not is_at_work(self):
            for vals in vals_list:
                self._check_station_fields(vals)
        self.env.registry.clear_cache()
        return super(DisputeScreeningRule, off_work(self)).create(vals_list)

    def write(self, vals):
        if not is_at_work(self):
            self._check_station_fields(vals, {"code"})
            self._check_draft(vals)
            if vals.keys() & WORDING_FIELDS:
                vals = vals | dict.fromkeys(TRIAL_FIELDS, False)
        if vals.keys() & BOOK_FIELDS:
            self.env.registry.clear_cache()
        result = super(DisputeScreeningRule, off_work(self)).write(vals)
        if "company_id" in vals:
            self.check_access("write")  # nobody puts a rule to work where he is not
        return result

    def _check_station_fields(self, vals, more=frozenset()):
        if names := vals.keys() & (STATION_FIELDS | more):
            labels = self.fields_get(names, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s cannot be set by hand. Use the buttons of the rule.",
                    fields=", ".join(
                        sorted(each["string"] for each in labels.values())
                    ),
                )
            )

    def _check_draft(self, vals):
        """Refuse another wording for a rule that is or was at work."""
        fixed = vals.keys() & (WORDING_FIELDS | {"active"})
        if fixed and any(rule.origin == "lexicon" for rule in self):
            raise UserError(
                self.env._(
                    "A shipped rule is changed in the lexicon. Here it can be switched "
                    "off, or set to suggest."
                )
            )
        if vals.keys() & WORDING_FIELDS and set(self.mapped("state")) - {"draft"}:
            raise UserError(
                self.env._("Set the rule back to draft before you change its words.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.filtered(lambda rule: rule.state != "draft" or rule.revision > 1):
            raise UserError(
                self.env._(
                    "Signals may name this rule, so it stays. Retire it instead."
                )
            )
        self.env.registry.clear_cache()

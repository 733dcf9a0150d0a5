import base64
import re
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.dispute_signal import TEXT_KINDS
from ..screening import LexiconError
from ..screening.phrasebook import PhraseError, export_book, import_report, pattern_of

# The id of a phrase: the code it has everywhere, the revision it has where it is from.
_ID = re.compile(r"book\.[a-z]+\.([a-z0-9_]+?)(?:_r\d+)?").fullmatch

LINE_FIELDS = ("action", "name", "reason")
OWN = [("origin", "=", "phrase")]


class Plan(NamedTuple):
    """What becomes of one phrase of a file: one of the line's actions, and why."""

    action: str
    name: str
    reason: str = ""
    rule: Any = None
    values: dict | None = None


class DisputeScreeningTransfer(models.TransientModel):
    """Takes own phrases out as lexicon files, and in again.

    What a file would do is shown before it is done. Whatever comes in is a draft.
    """

    _name = "dispute.screening.transfer"
    _description = "Import or Export Phrases"

    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    is_single = fields.Boolean(compute="_compute_is_single")
    language = fields.Selection(
        selection=lambda self: self.env["dispute.signal"]._selection_language(),
        help="For a single file, which does not say it. A zip says it by its folders.",
    )
    kind = fields.Selection(
        selection=TEXT_KINDS,
        help="For a single file, which does not say it. A zip says it by its files.",
    )
    line_ids = fields.One2many(
        "dispute.screening.transfer.line", "transfer_id", readonly=True
    )
    refused_count = fields.Integer(compute="_compute_counts")
    wanted_count = fields.Integer(compute="_compute_counts")
    leave_refused = fields.Boolean(string="Import the rest without them")

    @api.depends("file_name")
    def _compute_is_single(self):
        for transfer in self:
            name = (transfer.file_name or "").lower()
            transfer.is_single = name and not name.endswith(".zip")

    @api.depends("line_ids.action")
    def _compute_counts(self):
        for transfer in self:
            actions = transfer.line_ids.mapped("action")
            transfer.refused_count = actions.count("refused")
            transfer.wanted_count = actions.count("new") + actions.count("changed")

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------

    @api.model
    def action_export(self, rules=None):
        """Download own phrases as a zip in the format of the lexicons.

        :param rules: which; all that the user may see if there are none
        """
        own = (rules or self.env["dispute.screening.rule"]).filtered_domain(OWN)
        if not rules:
            own = own.search(OWN)
        if not own:
            raise UserError(self.env._("There are no phrases of your own to export."))
        book = export_book([rule._make_rule() for rule in own])
        transfer = self.create({"file": base64.b64encode(book)})
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{transfer.id}/file/phrase_book.zip"
            "?download=true",
            "target": "download",
        }

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------

    def action_read(self):
        """Show what the file would do; change nothing."""
        self.ensure_one()
        self.write(
            {
                "line_ids": [(5,)]
                + [
                    (0, 0, {key: getattr(plan, key) for key in LINE_FIELDS})
                    for plan in self._plan()
                ],
                "leave_refused": False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Phrases"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_import(self):
        """Do what was shown: all of it, or what is not refused if so ordered.

        :raise UserError: when something is refused and nobody said to leave it out
        """
        self.ensure_one()
        plans = self._plan()
        refused = [plan for plan in plans if plan.action == "refused"]
        if refused and not self.leave_refused:
            raise UserError(
                self.env._("Nothing was imported, because some phrases are refused:")
                + "".join(f"\n{plan.name}: {plan.reason}" for plan in refused)
            )
        rules = self.env["dispute.screening.rule"]
        rules.create([plan.values for plan in plans if plan.action == "new"])
        for plan in plans:
            if plan.action == "changed":
                plan.rule.action_draft()
                plan.rule.write(plan.values)
        return {"type": "ir.actions.act_window_close"}

    def _plan(self):
        """What becomes of each phrase in the file.

        :return: a list of Plan
        :raise UserError: when the file cannot be read at all
        """
        try:
            phrases, refused = import_report(
                base64.b64decode(self.file or b""),
                kind=self.kind or None,
                language=self.language or None,
            )
        except LexiconError as error:
            raise UserError(str(error)) from error
        plans = [Plan("refused", where, reason) for where, reason in refused]
        # sudo: dispute.screening.rule - an id is taken whoever may see the rule
        known = (
            self.env["dispute.screening.rule"]
            .sudo()
            .with_context(active_test=False)
            .search(OWN)
        )
        by_code = {rule.code: rule for rule in known}
        visible = known.sudo(False)._filtered_access("read")
        by_words = {self._get_words(rule._make_rule()): rule for rule in visible}
        for phrase in phrases:
            plans.append(self._plan_one(phrase, by_code, by_words))
        return plans

    def _plan_one(self, phrase, by_code, by_words):
        """:return: the Plan for ``phrase``, which is noted in both dictionaries"""
        name = phrase.about or phrase.id
        code = _ID(phrase.id)[1]
        rule = by_code.get(code)
        if rule is None and code in by_code:
            return Plan("refused", name, self.env._("It stands twice in the file."))
        by_code.setdefault(code, None)
        values = self._prepare_values(phrase)
        if rule is None:
            if twin := by_words.get(self._get_words(phrase)):
                return Plan("same", name, self.env._("Here as: %s", twin.name))
            return Plan("new", name, values=values | {"code": code})
        rule = rule.sudo(False)
        if not rule.has_access("write"):
            reason = self.env._("Another company has it.")
            return Plan("refused", name, reason)
        changed = [key for key in values if (rule[key] or False) != values[key]]
        if not changed:
            return Plan("same", name, rule=rule)
        if rule.state not in ("draft", "retired"):
            reason = self.env._(
                "It works here with other words. Set it back to draft first."
            )
            return Plan("refused", name, reason)
        return Plan("changed", name, self._name_fields(changed), rule, values)

    @api.model
    def _get_words(self, phrase):
        """What makes two phrases the same."""
        return phrase.language, phrase.kind, phrase.grade, frozenset(phrase.patterns)

    def _name_fields(self, names):
        labels = self.env["dispute.screening.rule"].fields_get(names, ["string"])
        return ", ".join(labels[name]["string"] for name in names)

    @api.model
    def _prepare_values(self, phrase):
        """Hook: the values of the row for ``phrase``."""
        said, examples = self._split_examples(phrase)
        return {
            "name": phrase.about or (said and said[0]) or phrase.id,
            "phrase": "\n".join(said) or False,
            "patterns": "\n".join(phrase.patterns),
            "kind": phrase.kind,
            "grade": phrase.grade or (phrase.kind == "legal_threat" and "announced"),
            "language": phrase.language,
            "confidence": phrase.confidence,
            "should_find": "\n".join(examples) or False,
            "should_leave": "\n".join(phrase.no) or False,
        }

    @api.model
    def _split_examples(self, phrase):
        """The plain words that the patterns were made of, and the other examples.

        The words stand first among the examples. A linguist's own patterns have none.
        """
        count = len(phrase.patterns)
        said = phrase.yes[:count]
        try:
            made = [pattern_of(line, phrase.language) for line in said]
        except PhraseError:
            made = []
        if made != list(phrase.patterns):
            said, count = (), 0
        return said, phrase.yes[count:]


class DisputeScreeningTransferLine(models.TransientModel):
    _name = "dispute.screening.transfer.line"
    _description = "Phrase of an Import"

    transfer_id = fields.Many2one(
        "dispute.screening.transfer", required=True, ondelete="cascade"
    )
    name = fields.Char(string="Phrase", readonly=True)
    action = fields.Selection(
        selection=[
            ("new", "New"),
            ("changed", "Changed"),
            ("same", "Here already"),
            ("refused", "Refused"),
        ],
        readonly=True,
    )
    reason = fields.Char(string="Why, or What Changes", readonly=True)

import functools
import logging
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import ormcache, plaintext2html

from .. import screening
from ..screening.phrasebook import PhraseRule
from ..station import at_work

_logger = logging.getLogger(__name__)

VERSION_PARAMETER = "dispute_guard.lexicon_version"
# Books kept ready, some 7 MB each: one, and one more for each company with phrases of
# its own.
BOOKS_KEPT = 4


class Book(NamedTuple):
    """What is added to the shipped lexicons, and what is taken from them."""

    phrases: tuple[PhraseRule, ...]
    quiet: frozenset[str]
    without: frozenset[str]


@functools.lru_cache(maxsize=BOOKS_KEPT)
def _extend(screener, book):
    return screener.extended(book.phrases, quiet=book.quiet, without=book.without)


class DisputeScreeningRule(models.Model):
    """What screening takes from the phrase book, and the shipped rules in it."""

    _inherit = "dispute.screening.rule"

    # ------------------------------------------------------------------
    # For screening
    # ------------------------------------------------------------------

    @api.model
    def _get_screener(self, company=None):
        """The Screener for texts of ``company``; its version names the book, too.

        Without a query when nothing has changed. A phrase that cannot be used any more
        must not keep a text from being read: then the shipped lexicons read alone.

        :param company: its own phrases are used beside those for all companies
        """
        screener = screening.default_screener()
        book = self._get_book(company.id if company else False)
        if not any(book):
            return screener
        try:
            return _extend(screener, book)
        except screening.LexiconError:
            _logger.exception("The phrase book cannot be used")
            return screener

    @api.model
    @ormcache()
    def _get_modes(self):
        """How rules work that do not count by themselves: {rule id: mode}.

        The modes are ``"shadow"`` and ``"suggest"``.
        """
        # sudo: dispute.screening.rule - rules bind whoever's text is screened
        rules = self.sudo().search_fetch(
            [("state", "in", ("shadow", "suggest"))], ["rule", "state"]
        )
        return {rule.rule: rule.state for rule in rules}

    @api.model
    @ormcache("company_id")
    def _get_book(self, company_id):
        # sudo: dispute.screening.rule - rules bind whoever's text is screened
        rules = self.sudo().search(
            Domain("company_id", "in", [False, company_id])
            & (
                Domain("origin", "=", "phrase")
                & Domain("state", "in", ("shadow", "suggest", "live"))
                | Domain("origin", "=", "lexicon") & Domain("state", "!=", "live")
            )
        )
        own = rules.filtered(lambda rule: rule.origin == "phrase")
        return Book(
            phrases=tuple(rule._make_rule() for rule in own),
            quiet=frozenset(
                rules.filtered(lambda rule: rule.state in ("shadow", "suggest")).mapped(
                    "rule"
                )
            ),
            without=frozenset(
                (rules - own)
                .filtered(lambda rule: rule.state == "retired")
                .mapped("rule")
            ),
        )

    # ------------------------------------------------------------------
    # Shipped rules
    # ------------------------------------------------------------------

    @api.model
    def _sync_if_changed(self):
        """Bring the book up to date when the lexicons are others than last time."""
        # sudo: ir.config_parameter - the version of the lexicons is no secret
        known = self.env["ir.config_parameter"].sudo().get_param(VERSION_PARAMETER)
        if known != screening.default_screener().version:
            self._sync_lexicon()

    @api.model
    def _sync_lexicon(self):
        """Let the shipped rules stand here as they stand in the lexicons.

        Rules that are new work from the start, others keep the state an administrator
        gave them; those that are gone are archived.
        """
        screener = screening.default_screener()
        shipped = {
            rule.id: self._prepare_shipped_values(language, rule)
            for language in screener.languages
            for rule in screener.lexicon(language).rules
        }
        rows = at_work(self).with_context(
            active_test=False, tracking_disable=True, mail_create_nosubscribe=True
        )
        known = rows.search([("origin", "=", "lexicon")])
        for row in known:
            values = shipped.pop(row.code, {"active": False})
            changed = {name for name in values if row[name] != values[name]}
            if changed:
                at_work(row).write({name: values[name] for name in changed})
        rows.create([values | {"state": "live"} for values in shipped.values()])
        self._retest_phrases()
        # sudo: ir.config_parameter - the version of the lexicons is no secret
        self.env["ir.config_parameter"].sudo().set_param(
            VERSION_PARAMETER, screener.version
        )

    @api.model
    def _prepare_shipped_values(self, language, rule):
        """Hook: the row for a ``rule`` of the lexicon of ``language``."""
        return {
            "origin": "lexicon",
            "code": rule.id,
            "name": rule.about or rule.id,
            "kind": rule.kind,
            "grade": rule.grade or False,
            "language": language,
            "confidence": rule.confidence,
            "patterns": "\n".join(pattern.text for pattern in rule.patterns),
            "should_find": "\n".join(rule.yes),
            "should_leave": "\n".join(rule.no),
            "user_id": False,
            "active": True,
        }

    @api.model
    def _retest_phrases(self):
        """Take phrases out of work that the lexicons do not allow any more."""
        phrases = self.search([("origin", "=", "phrase"), ("state", "!=", "draft")])
        for rule in phrases.filtered(lambda rule: rule.state != "retired"):
            if problem := rule._find_problem():
                rule.action_draft()
                rule.activity_schedule(
                    "dispute_guard.mail_activity_type_phrase_book",
                    note=plaintext2html(problem),
                    user_id=rule._get_keeper().id,
                )

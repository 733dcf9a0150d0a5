"""What screening takes from the phrase book, and the shipped rules in it."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import screening
from .common import ANNOUNCED
from .common_phrase_book import FOUND, PhraseCommon


@tagged("post_install", "-at_install")
class TestPhraseBookScreening(PhraseCommon):
    # ------------------------------------------------------------------
    # Shipped rules
    # ------------------------------------------------------------------

    def get_shipped(self, name):
        book = self.env["dispute.screening.rule"]
        # a lexicon may have been edited since the database was made
        book._sync_if_changed()
        return book.search([("rule", "=", name)])

    def test_installing_fills_the_book(self):
        book = self.env["dispute.screening.rule"]
        self.assertTrue(book.search([("origin", "=", "lexicon")]))
        parameters = self.env["ir.config_parameter"]
        self.assertTrue(parameters.get_param("dispute_guard.lexicon_version"))

    def test_shipped_rules_are_in_the_book(self):
        self.env["dispute.screening.rule"]._sync_if_changed()
        screener = screening.default_screener()
        shipped = {
            rule.id
            for code in screener.languages
            for rule in screener.lexicon(code).rules
        }
        rows = self.env["dispute.screening.rule"].search([("origin", "=", "lexicon")])
        self.assertEqual(set(rows.mapped("rule")), shipped)

    def test_shipped_rule_switched_off(self):
        signal = self.write_in(ANNOUNCED).dispute_signal_ids
        version = signal.lexicon_version
        shipped = self.get_shipped(signal.rule).with_user(self.manager)
        shipped.action_retire()
        found = self.write_in(ANNOUNCED).dispute_inbound_ids
        self.assertNotIn(shipped.rule, found.signal_ids.mapped("rule"))
        self.assertNotEqual(found.lexicon_version, version)
        shipped.action_switch_on()
        again = self.write_in(ANNOUNCED).dispute_signal_ids
        self.assertEqual((again.rule, again.lexicon_version), (shipped.rule, version))

    def test_shipped_rule_that_suggests(self):
        shipped = self.get_shipped(self.write_in(ANNOUNCED).dispute_signal_ids.rule)
        shipped.with_user(self.manager).action_suggest()
        signals = self.write_in(ANNOUNCED).dispute_inbound_ids.signal_ids
        suggested = signals.filtered(lambda signal: signal.rule == shipped.rule)
        self.assertEqual(suggested.state, "suggested")

    def test_shipped_rule_that_suggests_hides_no_other(self):
        body = "Refund me or I will sue you and go to court."
        strongest = self.write_in(body).dispute_signal_ids.filtered(
            lambda signal: signal.kind == "legal_threat"
        )
        self.get_shipped(strongest.rule).with_user(self.manager).action_suggest()
        ticket = self.write_in(body)
        states = ticket.dispute_signal_ids.mapped("state")
        self.assertEqual(sorted(states), ["open", "suggested"])
        self.assertEqual(ticket.dispute_level, "legal")

    def test_shipped_rule_keeps_its_words(self):
        shipped = self.get_shipped("en.legal.sue").with_user(self.manager)
        for values in ({"patterns": "sue"}, {"grade": "mention"}, {"active": False}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "lexicon"):
                shipped.write(values)
        with self.assertRaisesRegex(UserError, "lexicon"):
            shipped.action_draft()
        with self.assertRaises(UserError):
            shipped.unlink()

    def test_sync_follows_the_lexicon_and_keeps_decisions(self):
        book = self.env["dispute.screening.rule"]
        suing = self.get_shipped("en.legal.sue")
        suing.action_suggest()
        # as if the lexicons had been others so far
        gone, altered = book.search([("origin", "=", "lexicon")], limit=2) - suing
        self.env.cr.execute(
            "UPDATE dispute_screening_rule SET code = 'en.legal.old', "
            "rule = 'en.legal.old' WHERE id = %s",
            [gone.id],
        )
        name = altered.name
        self.env.cr.execute(
            "UPDATE dispute_screening_rule SET name = 'old' WHERE id = %s", [altered.id]
        )
        self.env.invalidate_all()
        self.env["ir.config_parameter"].set_param("dispute_guard.lexicon_version", "0")
        self.run_cron("ir_cron_screening_rule")
        self.env.invalidate_all()
        self.assertFalse(gone.active)
        self.assertEqual(altered.name, name)
        self.assertEqual(suing.state, "suggest")
        self.assertTrue(self.get_shipped("en.legal.sue"))
        self.test_shipped_rules_are_in_the_book()

    # ------------------------------------------------------------------
    # What screening gets
    # ------------------------------------------------------------------

    def test_version_names_the_book(self):
        plain = self.write_in(FOUND).dispute_inbound_ids.lexicon_version
        rule = self.make_live_rule()
        first = self.write_in(FOUND).dispute_inbound_ids.lexicon_version
        self.assertTrue(first.startswith(plain))
        self.assertNotEqual(first, plain)
        self.assertEqual(self.get_signals(rule).lexicon_version, first)
        self.make_live_rule(phrase="wake the carnival club")
        second = self.write_in(FOUND).dispute_inbound_ids.lexicon_version
        self.assertNotEqual(first, second)

    def test_book_costs_no_query(self):
        self.make_live_rule()
        book = self.env["dispute.screening.rule"]
        book._get_screener(self.company)
        book._get_modes()
        with self.assertQueryCount(0):
            screener = book._get_screener(self.company)
            book._get_modes()
            self.assertIs(screener, book._get_screener(self.company))

    def test_a_phrase_that_became_unusable_stops_no_text(self):
        rule = self.make_live_rule()
        self.env.cr.execute(
            "UPDATE dispute_screening_rule SET patterns = %s WHERE id = %s",
            ["NOSUCHTHING x", rule.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with mute_logger(
            "odoo.addons.dispute_guard.models.dispute_screening_rule_book"
        ):
            ticket = self.write_in(ANNOUNCED)
        self.assertEqual(ticket.dispute_level, "legal")
        self.env["dispute.screening.rule"]._sync_lexicon()
        self.assertEqual(rule.state, "draft")
        self.assertEqual(rule.activity_ids.user_id, self.manager)
        self.assertIn("NOSUCHTHING", rule.activity_ids.note)

    def test_phrases_of_a_company_read_its_texts_only(self):
        self.make_live_rule(company_id=self.company.id)
        book = self.env["dispute.screening.rule"]
        for company, found in ((self.company, 1), (self.other_company, 0)):
            result = book._get_screener(company).screen(FOUND)
            self.assertEqual(len(result.findings), found)
        self.assertEqual(self.write_in(FOUND).dispute_level, "legal")

"""The phrase book: wording and states of its rules, and what they move."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM
from .common_phrase_book import (
    FOUND,
    FOUND_TOO,
    LEFT_ALONE,
    PHRASE,
    PhraseCommon,
)


@tagged("post_install", "-at_install")
class TestPhraseBook(PhraseCommon):
    # ------------------------------------------------------------------
    # Wording
    # ------------------------------------------------------------------

    def test_form_helps(self):
        form = Form(self.env["dispute.screening.rule"].with_user(self.manager))
        form.language = "en"
        form.kind = "legal_threat"
        self.assertEqual(form.grade, "conditional")
        form.phrase = PHRASE
        self.assertIn("insurer", form.covered_forms)
        rule = form.save()
        self.assertEqual(rule.name, PHRASE)
        self.assertEqual(rule.state, "draft")
        self.assertEqual(rule.user_id, self.manager)
        self.assertTrue(rule.patterns)
        form.kind = "pressure"
        self.assertFalse(form.grade)

    def test_useless_phrases_are_refused_with_the_reason(self):
        for phrase, reason in (
            ("", "plain words"),
            ("   \n ", "plain words"),
            ("a", "letter"),
            ("!!!", "no words"),
            ("and then it is", "stand in every text"),
            ("insurers " * 3000, "at most"),
            (" ".join(f"word{chr(97 + n)}x" for n in range(20)), "at most"),
        ):
            with (
                self.subTest(phrase=phrase[:20]),
                self.assertRaisesRegex(ValidationError, reason),
            ):
                self.make_rule(phrase)

    def test_a_bad_line_is_refused_beside_a_good_one(self):
        with self.assertRaisesRegex(ValidationError, "stand in every text"):
            self.make_rule(f"{PHRASE}\nit is")

    def test_each_line_is_a_way_to_say_it(self):
        self.make_live_rule(phrase=f"{PHRASE}\nwake the carnival club")
        for body in (FOUND, "I will wake the whole carnival club."):
            self.assertEqual(self.write_in(body).dispute_level, "legal")

    def test_linguists_patterns(self):
        rule = self.make_rule(False, patterns="inform ..3 insurers", name="Insurers")
        self.assertEqual(rule.name, "Insurers")
        rule.action_try()
        rule.action_switch_on()
        self.assertEqual(self.write_in(FOUND).dispute_level, "legal")

    def test_wrong_pattern_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "NOSUCHTHING"):
            self.make_rule(False, patterns="NOSUCHTHING insurers", name="Insurers")

    def test_floor_and_confidence_are_sensible(self):
        rule = self.make_rule()
        for values in (
            {"floor": 1.5},
            {"floor": -1},
            {"least_reviews": 0},
            {"confidence": 0},
            {"confidence": 2},
        ):
            with (
                self.subTest(values),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                rule.write(values)
                rule.flush_recordset()

    # ------------------------------------------------------------------
    # Draft, shadow, live, retired
    # ------------------------------------------------------------------

    def test_draft_finds_nothing(self):
        self.make_rule().action_try()
        ticket = self.write_in(FOUND)
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(ticket.dispute_inbound_ids.signal_ids)

    def test_live_finds_other_forms(self):
        rule = self.make_live_rule()
        for body in (FOUND, FOUND_TOO):
            with self.subTest(body):
                signal = self.write_in(body).dispute_signal_ids
                self.assertEqual(signal.rule, rule.rule)
                self.assertEqual(
                    (signal.kind, signal.grade), ("legal_threat", "announced")
                )
                self.assertIn(signal.quote, body)
        self.assertEqual(self.write_in(LEFT_ALONE).dispute_level, "calm")
        rule.invalidate_recordset()
        self.assertEqual(rule.signal_count, 2)

    def test_live_phrase_moves_what_a_shipped_rule_moves(self):
        self.make_live_rule()
        ticket = self.write_in(FOUND)
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertTrue(ticket.dispute_case_id.hold)
        self.assertEqual(ticket.dispute_signal_ids.evidence_id.content, FOUND)

    def test_shadow_moves_nothing(self):
        rule = self.make_live_rule("shadow")
        ticket = self.write_in(FOUND)
        signal = self.get_signals(rule)
        self.assertEqual(signal.state, "shadow")
        self.assertEqual(signal.quote, FOUND)
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertEqual(ticket.dispute_inbound_ids.level, "calm")
        self.assertFalse(ticket.dispute_case_id)
        self.assertFalse(signal.evidence_id)
        self.assertFalse(signal.message_id.dispute_quotes)
        self.assertEqual(ticket.dispute_signal_count, 0)
        self.assertEqual(rule.signal_count, 1)

    def test_shadow_is_seen_by_supervisors_from_the_rule_only(self):
        rule = self.make_live_rule("shadow")
        ticket = self.write_in(FOUND)
        for user, number in (
            (self.supervisor, 1),
            (self.manager, 1),
            (self.agent_team, 0),
        ):
            with self.subTest(user.login):
                signals = self.get_signals(rule).with_user(user)
                self.assertEqual(
                    signals.search_count([("rule", "=", rule.rule)]), number
                )
                self.assertFalse(ticket.with_user(user).dispute_signal_ids)
        action = rule.with_user(self.supervisor).action_view_signals()
        self.assertEqual(
            self.env[action["res_model"]]
            .with_user(self.supervisor)
            .search(action["domain"]),
            self.get_signals(rule),
        )

    def test_shadow_never_hides_a_shipped_rule(self):
        self.make_live_rule("shadow", grade="filed")
        body = f"I will inform my insurers and {ANNOUNCED[0].lower()}{ANNOUNCED[1:]}"
        ticket = self.write_in(body)
        live = ticket.dispute_signal_ids.filtered(lambda signal: signal.state == "open")
        self.assertTrue(live.rule.startswith("en.legal"))
        self.assertEqual(ticket.dispute_level, "legal")

    def test_suggestion_counts_when_confirmed(self):
        rule = self.make_live_rule("suggest")
        ticket = self.write_in(FOUND)
        signal = ticket.with_user(self.agent_team).dispute_signal_ids
        self.assertEqual(signal.state, "suggested")
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(ticket.dispute_case_id)
        signal.action_confirm()
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertTrue(ticket.dispute_case_id.hold)
        self.assertEqual(signal.evidence_id.sudo().content, FOUND)
        self.assertEqual(rule.confirmed_count, 1)

    def test_suggestion_that_is_dismissed_moves_nothing(self):
        rule = self.make_live_rule("suggest")
        ticket = self.write_in(FOUND)
        self.dismiss(ticket.dispute_signal_ids)
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(ticket.dispute_case_id)
        self.assertEqual(rule.dismissed_count, 1)

    def test_retired_finds_nothing_and_leaves_the_past(self):
        rule = self.make_live_rule()
        ticket = self.write_in(FOUND)
        before = ticket.dispute_signal_ids.read(load=None)
        evidence = ticket.dispute_signal_ids.evidence_id
        digest = evidence.sha256
        rule.action_retire()
        self.env.invalidate_all()
        self.assertEqual(ticket.dispute_signal_ids.read(load=None), before)
        self.assertEqual(evidence.sha256, digest)
        self.assertTrue(evidence.intact)
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(self.write_in(FOUND).dispute_level, "calm")

    def test_archived_finds_nothing(self):
        rule = self.make_live_rule()
        self.assertEqual(self.write_in(FOUND).dispute_level, "legal")
        rule.action_archive()
        self.assertEqual(self.write_in(FOUND).dispute_level, "calm")

    def test_other_words_are_another_revision(self):
        rule = self.make_live_rule()
        old = self.write_in(FOUND).dispute_signal_ids
        rule.action_draft()
        rule.phrase = "wake the carnival club"
        rule.action_try()
        rule.action_switch_on()
        new = self.write_in("I will wake the whole carnival club.").dispute_signal_ids
        self.assertEqual(new.rule, rule.rule)
        self.assertNotEqual(old.rule, new.rule)
        rule.invalidate_recordset()
        self.assertEqual(rule.signal_count, 1)
        action = rule.action_view_signals()
        self.assertEqual(self.env["dispute.signal"].search(action["domain"]), old | new)
        self.assertEqual(self.write_in(FOUND).dispute_level, "calm")

    def test_words_change_in_a_draft_only(self):
        rule = self.make_live_rule()
        for values in (
            {"phrase": "wake the carnival club"},
            {"patterns": "club"},
            {"grade": "filed"},
            {"kind": "pressure", "grade": False},
            {"language": "lv"},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "draft"):
                rule.write(values)

    def test_switching_on_takes_a_try_of_these_words(self):
        rule = self.make_rule()
        actions = (rule.action_switch_on, rule.action_shadow, rule.action_suggest)
        for action in actions:
            with self.assertRaisesRegex(UserError, "Try it first"):
                action()
        rule.action_try()
        rule.phrase = "wake the carnival club"
        self.assertFalse(rule.tried_at)
        for action in actions:
            with self.assertRaisesRegex(UserError, "Try it first"):
                action()
        rule.action_try()
        rule.action_switch_on()
        self.assertEqual(rule.state, "live")

    def test_switching_on_takes_right_examples(self):
        rule = self.make_rule(should_find=FOUND_TOO, should_leave=LEFT_ALONE)
        rule.action_try()
        rule.should_leave = f"{LEFT_ALONE}\n{FOUND}"
        with self.assertRaisesRegex(UserError, "does not leave alone"):
            rule.action_switch_on()
        rule.write({"should_leave": LEFT_ALONE, "should_find": CALM})
        with self.assertRaisesRegex(UserError, "does not find"):
            rule.action_switch_on()
        rule.should_find = FOUND_TOO
        rule.action_switch_on()
        self.assertEqual(rule.state, "live")

    def test_a_retired_phrase_comes_back_as_a_draft(self):
        rule = self.make_live_rule()
        rule.action_retire()
        with self.assertRaisesRegex(UserError, "retired"):
            rule.action_switch_on()
        rule.action_draft()
        rule.action_switch_on()  # the words are those that were tried
        self.assertEqual(self.write_in(FOUND).dispute_level, "legal")

    def test_used_rules_cannot_be_deleted(self):
        rule = self.make_live_rule()
        with self.assertRaises(UserError):
            rule.unlink()
        rule.action_draft()
        with self.assertRaises(UserError):
            rule.unlink()
        self.make_rule("wake the carnival club").unlink()

    def test_a_copy_is_a_new_draft(self):
        rule = self.make_live_rule()
        copy = rule.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.tried_at)
        self.assertNotEqual(copy.rule, rule.rule)
        self.assertEqual(copy.phrase, rule.phrase)

"""How often agents agree with a rule, and what happens when they do not."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import ANNOUNCED
from .common_phrase_book import FOUND, PhraseCommon
from .test_growth import FEW, MANY, GrowthCommon


@tagged("post_install", "-at_install")
class TestPhraseBookPrecision(PhraseCommon):
    def setUp(self):
        super().setUp()
        self.env["mail.gateway.allowed"].create({"email": "paula@example.net"})

    def review(self, rule, right, wrong):
        """Let an agent confirm and dismiss so many new signals of the rule."""
        for turn in range(right + wrong):
            ticket = self.write_in(FOUND)
            signal = ticket.dispute_signal_ids.filtered(
                lambda signal: signal.rule == rule.rule
            )
            if turn < right:
                signal.with_user(self.agent_team).action_confirm()
            else:
                self.dismiss(signal)
        rule.invalidate_recordset()

    def watch(self):
        self.run_cron("ir_cron_screening_rule")
        self.env.invalidate_all()

    def test_counts(self):
        rule = self.make_live_rule()
        self.assertEqual(rule.precision, 0)
        self.write_in(FOUND)
        self.review(rule, 3, 1)
        self.assertEqual(rule.signal_count, 5)
        self.assertEqual((rule.confirmed_count, rule.dismissed_count), (3, 1))
        self.assertEqual(rule.precision, 0.75)

    def test_below_the_floor_it_only_suggests(self):
        rule = self.make_live_rule(least_reviews=4)
        self.review(rule, 2, 2)
        self.assertEqual(rule.state, "live")
        self.watch()
        self.assertEqual(rule.state, "suggest")
        activity = rule.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        for figure in ("2 of the 4", "50 %", "70 %"):
            self.assertIn(figure, activity.note)
            self.assertTrue(
                any(figure in body for body in rule.message_ids.mapped("body"))
            )
        signal = self.write_in(FOUND).dispute_signal_ids
        self.assertEqual(signal.state, "suggested")

    def test_falls_once(self):
        rule = self.make_live_rule(least_reviews=2)
        self.review(rule, 0, 2)
        self.watch()
        messages = len(rule.message_ids)
        self.watch()
        self.watch()
        self.assertEqual(len(rule.activity_ids), 1)
        self.assertEqual(len(rule.message_ids), messages)

    def test_at_the_floor_it_stays(self):
        rule = self.make_live_rule(least_reviews=4, floor=0.5)
        self.review(rule, 2, 2)
        self.watch()
        self.assertEqual(rule.state, "live")

    def test_few_reviews_judge_nothing(self):
        rule = self.make_live_rule(least_reviews=4)
        self.review(rule, 0, 3)
        self.watch()
        self.assertEqual(rule.state, "live")
        self.assertFalse(rule.activity_ids)

    def test_changing_ones_mind_counts(self):
        rule = self.make_live_rule(least_reviews=2)
        self.review(rule, 0, 2)
        self.get_signals(rule).with_user(self.agent_team).action_confirm()
        rule.invalidate_recordset()
        self.assertEqual((rule.confirmed_count, rule.dismissed_count), (2, 0))
        self.watch()
        self.assertEqual(rule.state, "live")

    def test_switched_on_again_it_is_judged_anew(self):
        rule = self.make_live_rule(least_reviews=2)
        self.review(rule, 0, 2)
        self.watch()
        later = fields.Datetime.now() + timedelta(minutes=1)
        with freeze_time(later):
            rule.action_switch_on()
            self.watch()
        self.assertEqual(rule.state, "live")
        self.assertEqual(rule.dismissed_count, 0)
        self.assertEqual(rule.signal_count, 2)
        with freeze_time(later + timedelta(minutes=1)):
            self.review(rule, 1, 2)
            self.watch()
        self.assertEqual(rule.state, "suggest")

    def test_shipped_rule_falls_and_an_administrator_is_told(self):
        ticket = self.write_in(ANNOUNCED)
        rule = self.env["dispute.screening.rule"].search(
            [("rule", "=", ticket.dispute_signal_ids.rule)]
        )
        rule.least_reviews = 2
        self.dismiss(ticket.dispute_signal_ids)
        self.dismiss(self.write_in(ANNOUNCED).dispute_signal_ids)
        rule.invalidate_recordset()
        self.watch()
        self.assertEqual(rule.state, "suggest")
        told = rule.activity_ids.user_id
        self.assertTrue(told.has_group("dispute_guard.group_dispute_manager"))

    def test_an_owner_who_left_is_not_told(self):
        rule = self.make_live_rule(least_reviews=2)
        self.review(rule, 0, 2)
        self.manager.active = False
        self.watch()
        self.assertEqual(rule.state, "suggest")
        self.assertTrue(rule.activity_ids.user_id.active)

    def test_an_agent_needs_no_right_on_the_rule(self):
        rule = self.make_live_rule(company_id=self.company.id, least_reviews=1)
        self.review(rule, 0, 1)
        self.assertEqual(rule.dismissed_count, 1)


@tagged("post_install", "-at_install")
class TestPhraseBookGrowth(GrowthCommon, PhraseCommon):
    def make_rules(self, number):
        """Live phrases, each with a signal that an agent dismissed."""
        rules = self.env["dispute.screening.rule"]
        words = ("teapot", "kettle", "saucer", "spoon", "goblet")
        colours = ("purple", "golden", "crimson", "silver")
        phrases = [f"{colour} {word}" for word in words for colour in colours]
        for phrase in phrases[:number]:
            rules |= self.make_live_rule(phrase=phrase, least_reviews=1)
        for phrase in phrases[:number]:
            self.dismiss(self.write_in(f"Send me the {phrase}.").dispute_signal_ids)
        return rules

    def test_list_of_rules(self):
        rules = self.make_rules(MANY).with_user(self.supervisor)
        names = [
            "name",
            "signal_count",
            "confirmed_count",
            "dismissed_count",
            "precision",
        ]
        self.assertSameCost(lambda some: some.read(names), rules[:FEW], rules)

    def test_watching_rules_that_do_well(self):
        rules = self.make_rules(MANY)
        rules.least_reviews = 100
        rules[FEW:].action_retire()
        self.run_cron("ir_cron_screening_rule")
        few = self.count(lambda: self.run_cron("ir_cron_screening_rule"))
        for rule in rules[FEW:]:
            rule.action_draft()
            rule.action_switch_on()
        many = self.count(lambda: self.run_cron("ir_cron_screening_rule"))
        self.assertLessEqual(many, few)

    def test_trying_reads_texts_in_portions(self):
        tickets = self.make_tickets(FEW, FOUND)
        self.try_phrase()
        few = self.count(self.try_phrase)
        tickets |= self.make_tickets(MANY - FEW, FOUND)
        many = self.count(self.try_phrase)
        self.assertLessEqual(many, few + 2)

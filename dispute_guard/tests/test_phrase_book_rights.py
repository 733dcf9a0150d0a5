"""Who may do what with the phrase book, and what no client can claim."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import RpcCommon
from .common_phrase_book import PHRASE, PhraseCommon


@tagged("post_install", "-at_install")
class TestPhraseBookRights(PhraseCommon):
    def test_supervisor_reads_and_tries(self):
        rule = self.make_rule().with_user(self.supervisor)
        self.open_trial(rule, self.supervisor)
        self.assertTrue(rule.tried_at)
        for name in ("switch_on", "shadow", "suggest", "retire", "draft"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(rule, f"action_{name}")()
        with self.assertRaises(AccessError):
            rule.phrase = "wake the carnival club"
        with self.assertRaises(AccessError):
            rule.action_export()
        with self.assertRaises(AccessError):
            self.make_rule(user=self.supervisor)
        with self.assertRaises(AccessError):
            self.try_phrase(user=self.supervisor).action_add()

    def test_agent_sees_nothing_of_the_book(self):
        rule = self.make_rule().with_user(self.agent_team)
        for action in (
            lambda: rule.read(["phrase"]),
            rule.action_try,
            lambda: self.try_phrase(user=self.agent_team),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_rules_of_another_company(self):
        rule = self.make_rule(company_id=self.company.id).with_user(self.foreigner)
        with self.assertRaises(AccessError):
            rule.read(["phrase"])
        self.assertFalse(rule.search([("phrase", "=", PHRASE)]))

    def test_rule_is_not_moved_to_another_company(self):
        rule = self.make_live_rule(company_id=self.company.id)
        with self.assertRaises(AccessError):
            rule.company_id = self.other_company


@tagged("post_install", "-at_install")
class TestPhraseBookRpc(RpcCommon, PhraseCommon):
    def test_states_cannot_be_written(self):
        rule = self.make_rule()
        self.login(self.manager)
        for values in (
            {"state": "live"},
            {"tried_at": "2026-01-01 00:00:00"},
            {"tried_read": 100},
            {"origin": "lexicon"},
            {"revision": 7},
            {"code": "other"},
            {"rule": "en.legal.sue"},
            {"judged_from": "2026-01-01 00:00:00"},
        ):
            for context in ({}, {"dispute_station": True}):
                with self.subTest(values=values, context=context):
                    self.assertDenied(
                        "UserError",
                        rule._name,
                        "write",
                        rule.ids,
                        values,
                        context=context,
                    )
        for values in ({"state": "live"}, {"tried_at": "2026-01-01 00:00:00"}):
            self.assertDenied(
                "UserError",
                rule._name,
                "create",
                [{"phrase": PHRASE, "kind": "pressure", "language": "en", **values}],
            )
        self.assertEqual(rule.state, "draft")

    def test_states_cannot_be_brought_as_defaults(self):
        self.login(self.manager)
        values = {"phrase": PHRASE, "kind": "pressure", "language": "en"}
        forged = {"state": "live", "origin": "lexicon", "tried_read": 99, "rule": "a.b"}
        [given] = self.call(
            "dispute.screening.rule",
            "create",
            [values],
            context={f"default_{name}": value for name, value in forged.items()},
        )
        self.env["ir.default"].with_user(self.manager).set(
            "dispute.screening.rule", "state", "live", user_id=True
        )
        [stored] = self.call("dispute.screening.rule", "create", [values])
        for rule in self.env["dispute.screening.rule"].browse([given, stored]):
            self.assertEqual((rule.state, rule.origin), ("draft", "phrase"))
            self.assertEqual(rule.rule, f"book.en.{rule.code}")
            self.assertFalse(rule.tried_read)

    def test_a_try_cannot_be_claimed(self):
        """What a client says of a try is not believed."""
        self.login(self.manager)
        [trial] = self.call(
            "dispute.screening.trial",
            "create",
            [
                {
                    "phrase": PHRASE,
                    "language": "en",
                    "is_done": True,
                    "read_count": 999,
                    "found_count": 1,
                }
            ],
        )
        action = self.call("dispute.screening.trial", "action_add", [trial])
        rule = self.env["dispute.screening.rule"].browse(action["res_id"])
        self.assertNotEqual(rule.tried_read, 999)
        self.assertTrue(rule.tried_at)

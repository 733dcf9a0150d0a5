"""Verifying by hand, by schedule, and against a head that somebody kept."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import dispute_ledger_verify
from ..wizards import dispute_ledger_check
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestLedgerCheck(LedgerCommon):
    def setUp(self):
        super().setUp()
        self.evidence = self.grow(4, 4, 2)

    # ------------------------------------------------------------------
    # A head is pasted back
    # ------------------------------------------------------------------

    def paste(self, text, user=None):
        wizard = self.env["dispute.ledger.check"].with_user(user or self.supervisor)
        action = wizard.create(
            {"ledger_id": self.ledger.id, "text": text}
        ).action_check()
        return action

    def test_pasted_head(self):
        text = "Dear Sven,\n> " + self.get_heads()[1].text.replace("\n", "\n> ")
        action = self.paste(text)
        report = self.env["dispute.ledger.report"].browse(action["res_id"])
        self.assertEqual(report.state, "intact")
        self.assertEqual(report.asked_by, self.supervisor.login)
        self.assertIn("It fits the head that was brought", report.anchors)

    def test_pasted_head_of_a_long_log(self):
        text = self.get_heads()[1].text
        with patch.object(dispute_ledger_check, "AT_ONCE", 3):
            self.assertIn("fits the stored tree", self.message(text))
            self.set_leaf(1, "0" * 64)
            self.assertIn("was rewritten", self.message(text))
            self.cut(7, heads=True)
            self.assertIn("tail was cut off", self.message(text))

    def message(self, text):
        self.env.invalidate_all()
        return self.paste(text)["params"]["message"]

    def test_what_is_pasted_and_is_no_head_of_this_log(self):
        text = self.get_heads()[1].text
        other = self.env["dispute.ledger"]._of(self.other_company).log
        for pasted, words in (
            ("", "not a whole tree head"),
            ("Dear Sven,", "not a whole tree head"),
            (text[:200], "not a whole tree head"),
            (text.replace(self.ledger.log, other), "another log"),
            (text.replace("Size:      8", "Size:      7"), "signature does not fit"),
        ):
            with self.subTest(words), self.assertRaises(UserError) as refusal:
                self.paste(pasted)
            self.assertIn(words, str(refusal.exception))

    def test_long_log_is_verified_in_the_background(self):
        with patch.object(dispute_ledger_verify, "AT_ONCE", 5):
            action = self.ledger.with_user(self.supervisor).action_verify()
        self.assertIn("in the background", action["params"]["message"])
        self.run_cron("ir_cron_ledger_verify")
        self.assertEqual(self.ledger.report_state, "intact")

    def test_fault_is_told_and_taken_back(self):
        with self.env.cr.savepoint() as savepoint:
            self.forge(self.evidence[4], content="I praise you.")
            self.run_cron("ir_cron_ledger_verify")
            self.assertEqual(self.ledger.report_state, "broken")
            self.assertEqual(len(self.ledger.activity_ids), 1)
            savepoint.rollback()
        self.env.invalidate_all()
        self.run_cron("ir_cron_ledger_verify")
        self.assertEqual(self.ledger.report_state, "intact")
        self.assertFalse(self.ledger.activity_ids)

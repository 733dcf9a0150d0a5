"""Verification tells of guards taken away and of holds changed behind the buttons."""

from odoo.tests import tagged

from .common import ANNOUNCED
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestLedgerGuard(LedgerCommon):
    def setUp(self):
        super().setUp()
        self.case = self.write_in(ANNOUNCED).dispute_case_id
        self.hold = self.case.hold_ids
        self.sequence()

    def execute(self, query, *params):
        self.env.flush_all()
        self.env.cr.execute(query, params)

    def assertAlarm(self, *words):
        report = self.verify()
        self.assertEqual((report.state, report.fault), ("noted", False))
        for word in words:
            self.assertIn(word, report.remarks)
            self.assertIn(word, self.ledger.verify_problem)
        self.assertTrue(self.ledger.activity_ids, "somebody is told")

    def test_all_guards_stand(self):
        report = self.verify()
        self.assertEqual((report.state, report.remarks), ("intact", ""))
        self.assertFalse(self.ledger.verify_problem)

    def test_dropped(self):
        self.execute("DROP TRIGGER dispute_guard_rows ON dispute_evidence")
        self.assertAlarm("dispute_evidence.dispute_guard_rows")

    def test_switched_off(self):
        self.execute("ALTER TABLE dispute_hold DISABLE TRIGGER dispute_guard_columns")
        self.assertAlarm("dispute_hold.dispute_guard_columns")

    def test_condition_weakened(self):
        self.execute(
            """
            CREATE OR REPLACE TRIGGER dispute_guard_held_delete
            BEFORE DELETE ON dispute_inbound FOR EACH ROW WHEN (false)
            EXECUTE FUNCTION dispute_guard_held('ticket_id')
            """
        )
        self.assertAlarm("dispute_inbound.dispute_guard_held_delete")

    def test_function_emptied(self):
        self.execute(
            """
            CREATE OR REPLACE FUNCTION dispute_guard_refuse() RETURNS trigger
            LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
            """
        )
        self.assertAlarm("dispute_guard_refuse()")

    def test_restored_guards_are_quiet_again(self):
        self.execute("ALTER TABLE dispute_evidence DISABLE TRIGGER USER")
        self.assertAlarm("dispute_evidence.dispute_guard_queue")
        self.execute("ALTER TABLE dispute_evidence ENABLE TRIGGER USER")
        self.test_all_guards_stand()

    def test_hold_ended_by_sql(self):
        self.execute(
            "UPDATE dispute_hold SET state = 'released' WHERE id = %s", self.hold.id
        )
        self.assertAlarm(self.hold.name, "Released")

    def test_hold_deleted_by_sql(self):
        self.execute("ALTER TABLE dispute_hold DISABLE TRIGGER USER")
        self.execute(
            "DELETE FROM dispute_hold_custodian WHERE hold_id = %s", self.hold.id
        )
        self.execute("DELETE FROM dispute_hold WHERE id = %s", self.hold.id)
        self.execute("ALTER TABLE dispute_hold ENABLE TRIGGER USER")
        self.assertAlarm("hold was deleted")

    def test_hold_that_no_evidence_knows(self):
        self.execute(
            """
            INSERT INTO dispute_hold (case_id, company_id, reason, placed_at, state)
            VALUES (%s, %s, 'back-dated', '2020-01-01', 'active')
            """,
            self.case.id,
            self.company.id,
        )
        self.assertAlarm("no evidence tells who placed it")

    def test_hold_through_all_its_steps(self):
        hold = self.hold.with_user(self.supervisor)
        hold._ask_release("settled")
        self.sequence()
        self.assertFalse(self.verify().remarks)
        hold.with_user(self.manager).action_refuse_release()
        self.sequence()
        self.assertFalse(self.verify().remarks)
        self.release_hold(self.case)
        self.sequence()
        self.assertFalse(self.verify().remarks)

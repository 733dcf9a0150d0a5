from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..station import at_work
from .common import SENIOR
from .common_handoff import HandoffCommon
from .test_growth import MANY, GrowthCommon


@tagged("post_install", "-at_install")
class TestHandoffGrowth(GrowthCommon, HandoffCommon):
    def make_waiting(self, number, state="sent", hours=1):
        """Open handoffs whose time has not come."""
        due = fields.Datetime.now() + timedelta(hours=hours)
        cases = self.env["dispute.case"].create(
            [
                {"title": f"Matter {turn}", "company_id": self.company.id}
                for turn in range(number)
            ]
        )
        return at_work(self.env["dispute.handoff"]).create(
            [
                {
                    "case_id": case.id,
                    "role": "lawyer",
                    "state": state,
                    "brief_sha256": "0",
                    "deadline": due,
                    "due_at": due,
                }
                for case in cases
            ]
        )

    def test_sweep_does_not_look_at_what_is_not_due(self):
        for state in ("sent", "acknowledged", "accepted"):
            self.make_waiting(2, state)
        self.run_cron("ir_cron_handoff_sweep")
        few = self.count(lambda: self.run_cron("ir_cron_handoff_sweep"))
        for state in ("sent", "acknowledged", "accepted"):
            self.make_waiting(MANY, state)
        many = self.count(lambda: self.run_cron("ir_cron_handoff_sweep"))
        self.assertLessEqual(many, few)

    def test_sweep_of_what_is_due(self):
        """Each costs as much as the one before."""
        self.make_professional("lawyer", "Bert Lawyer", "en")

        def cost(number):
            for _turn in range(number):
                self.hand_off()
            handoffs = self.env["dispute.handoff"].search([("state", "=", "sent")])
            handoffs._move({"due_at": "2020-01-01"})
            return self.count(lambda: self.run_cron("ir_cron_handoff_sweep"))

        cost(1)
        one, few, many = cost(1), cost(3), cost(9)
        first, later = (few - one) / 2, (many - few) / 6
        self.assertLessEqual(later, first + 1, f"{one}, {few}, {many} queries")

    def test_list_of_handoffs(self):
        names = ["name", "professional_id", "state", "is_overdue", "reasons"]
        names += ["price_note", "consent_state", "emergency_note", "open_count"][:3]
        handoffs = self.make_waiting(MANY).with_user(self.supervisor)
        self.assertSameCost(lambda records: records.read(names), handoffs[:2], handoffs)

    def test_list_of_professionals(self):
        people = self.lawyer
        for number in range(MANY):
            people |= self.make_professional("lawyer", f"N{number} Lawyer")
        self.assertSameCost(
            lambda records: records.read(["open_count"]), people[:2], people
        )

    def test_calm_and_superior_mails_ask_nothing_of_the_sweep(self):
        self.make_professional("superior", "Berta Boss")
        handoff = self.hand_off(SENIOR)
        self.assertEqual(handoff.state, "sent")
        queries = self.count(lambda: self.run_cron("ir_cron_handoff_sweep"), "dispute_")
        self.assertLessEqual(queries, 2)

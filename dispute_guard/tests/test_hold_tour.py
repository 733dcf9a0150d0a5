from odoo.tests import tagged

from .common import ANNOUNCED, DisputeCommon, make_mail
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestHoldTour(DisputeCommon, PictureCommon):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.receive(make_mail("Where is it?", Subject="My kitchen"))
        cls.ticket.user_id = cls.agent_team
        cls.reply(cls.ticket, ANNOUNCED)
        cls.case = cls.ticket.dispute_case_id

    def setUp(self):
        super().setUp()
        self.run_cron("ir_cron_hold")

    def test_two_people_release_a_hold(self):
        address = f"/odoo/disputes/{self.case.id}"
        self.start_tour(address, "dispute_hold_ask_tour", login=self.supervisor.login)
        self.assertEqual(self.case.hold_ids.state, "asked")
        self.start_tour(address, "dispute_hold_confirm_tour", login=self.manager.login)
        placed, released = self.case.hold_ids.sorted("id", reverse=True)
        self.assertEqual(released.asked_by_id, self.supervisor)
        self.assertEqual(released.released_by_id, self.manager)
        self.assertEqual(placed.placed_by, self.manager.name)
        self.assertEqual(placed.reason, "The insurer asks")

    def test_a_custodian_acknowledges(self):
        custodian = self.case.hold_ids.custodian_ids
        self.start_tour(
            f"/odoo/dispute-custodians/{custodian.id}",
            "dispute_hold_custodian_tour",
            login=self.agent_team.login,
        )
        self.assertEqual(custodian.state, "acknowledged")

    def test_screens(self):
        """Pictures of the holds for the documentation."""
        hold = self.case.hold_ids
        hold.with_user(self.supervisor)._ask_release("Settled on 3 November")
        request = self.env["dispute.erasure.request"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "wish": "Please erase everything that you have of me.",
            }
        )
        self.env.flush_all()
        tab = ".o_notebook .nav-link[name=holds]"
        self.take_pictures(
            self.manager,
            {
                "dispute_hold": (
                    f"disputes/{self.case.id}",
                    "[name=hold_custodian_ids] .o_data_row",
                    tab,
                ),
                "hold": (f"dispute-holds/{hold.id}", ".o_form_view .o_data_row"),
                "holds": ("dispute-holds", ".o_data_row"),
                "custodians": ("dispute-custodians", ".o_data_row"),
                "custodian": (
                    f"dispute-custodians/{hold.custodian_ids.id}",
                    ".o_form_view",
                ),
                "erasure_request": (
                    f"dispute-erasure-requests/{request.id}",
                    ".o_form_view .alert",
                ),
                "erasure_requests": ("dispute-erasure-requests", ".o_data_row"),
            },
        )

from odoo.tests import tagged

from .common import ANNOUNCED, PHYSICAL
from .common_handoff import HandoffCommon
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestHandoffTour(HandoffCommon, PictureCommon):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia = cls.make_professional(
            "mediator", "Mia Mediator", "en", price_unit="hour", price=90
        )
        cls.make_professional(
            "mediator", "Nils Mediator", price_unit="free", sequence=20
        )
        cls.make_professional("security", "Sid Security")
        cls.ticket = cls.write_in(f"{ANNOUNCED} {PHYSICAL}", Subject="My kitchen")

    def setUp(self):
        super().setUp()
        self.run_cron("ir_cron_handoff")

    def test_supervisor(self):
        """A supervisor hands off by hand, records a consent and a refusal."""
        case = self.ticket.dispute_case_id
        self.start_tour(
            f"/odoo/disputes/{case.id}",
            "dispute_handoff_tour",
            login=self.supervisor.login,
        )
        handoff = case.handoff_ids.filtered(lambda each: each.role == "mediator")
        self.assertIn("Peace before Christmas.", str(handoff.brief))
        self.assertEqual(handoff.step_ids[:1].answer, "No time.")
        self.run_cron("ir_cron_handoff")
        self.assertEqual(
            self.get_chain(handoff), [("Mia", "declined"), ("Nils", "asked")]
        )
        security = case.handoff_ids.filtered(lambda each: each.role == "security")
        chain = ".nav-link[name=chain]"
        rows = "[name=step_ids] .o_data_row"
        self.take_pictures(
            self.supervisor,
            {
                "handoff_chain": (f"dispute-handoffs/{handoff.id}", rows, chain),
                "handoff_security": (
                    f"dispute-handoffs/{security.id}",
                    ".o-mail-Message-body",
                ),
            },
        )
        self.take_pictures(
            self.manager,
            {
                "professional": (
                    f"action-dispute_guard.dispute_professional_action/{self.mia.id}",
                    ".o_form_view",
                ),
                "professionals": (
                    "action-dispute_guard.dispute_professional_action",
                    ".o_data_row",
                ),
            },
        )

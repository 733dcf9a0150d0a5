from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_gate import GateCommon
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestGateTour(GateCommon, PictureCommon):
    browser_size = "1400x900"

    def test_agent_and_counsel(self):
        self.lock()
        self.template.send_mail(self.ticket.id)
        withheld = self.get_withheld()
        with mute_logger("odoo.http"):
            self.start_tour(
                f"/odoo/helpdesk.ticket/{self.ticket.id}",
                "dispute_gate_agent_tour",
                login=self.agent_team.login,
            )
        self.assertEqual(withheld.state, "waiting")
        self.start_tour(
            f"/odoo/dispute-withheld/{withheld.id}",
            "dispute_gate_counsel_tour",
            login=self.counsel.login,
        )
        self.assertEqual(withheld.state, "released")

    def test_supervisor(self):
        self.start_tour(
            f"/odoo/disputes/{self.case.id}",
            "dispute_gate_supervisor_tour",
            login=self.supervisor.login,
        )
        self.assertEqual(self.case.lock_ids.state, "lifted")

    def test_screens(self):
        """Pictures of the gate for the documentation."""
        lock = self.lock()
        self.template.send_mail(self.ticket.id)
        self.env.flush_all()
        self.take_pictures(
            self.supervisor,
            {
                "gate_ticket": (
                    f"helpdesk.ticket/{self.ticket.id}",
                    "[name=dispute_lock]",
                ),
                "gate_dispute": (
                    f"disputes/{self.case.id}",
                    "[name=lock_ids] .o_data_row",
                    ".o_notebook .nav-link[name=locks]",
                ),
                "gate_lock": (f"dispute-locks/{lock.id}", ".o_form_view"),
                "gate_withheld": ("dispute-withheld", ".o_data_row"),
                "gate_withheld_mail": (
                    f"dispute-withheld/{self.get_withheld().id}",
                    ".o_form_view",
                ),
            },
        )

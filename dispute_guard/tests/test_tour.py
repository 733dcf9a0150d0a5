import base64
import os
from pathlib import Path

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import ANNOUNCED, DisputeCommon, make_mail

HEATED = "This is a disgrace."

PICTURES = os.environ.get("DISPUTE_GUARD_PICTURES")


@tagged("post_install", "-at_install")
class TestTour(DisputeCommon, HttpCase):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_professional("lawyer", "Eleanor Lawyer", "en")
        cls.make_agreement("K-7")
        cls.ticket = cls.receive(
            make_mail(f"Hello,\n\n{ANNOUNCED}\n\n{HEATED}", Subject="My kitchen")
        )

    def setUp(self):
        super().setUp()
        self.run_cron("ir_cron_handoff")

    def test_agent(self):
        """An agent reads the ticket, reviews the signals and follows every lead."""
        self.start_tour("/odoo", "dispute_agent_tour", login=self.agent_team.login)
        signals = self.ticket.dispute_signal_ids.sorted("quote_start")
        self.assertRecordValues(
            signals,
            [
                {
                    "quote": ANNOUNCED,
                    "state": "confirmed",
                    "reviewed_by": self.agent_team.id,
                    "dismiss_reason": False,
                },
                {
                    "quote": HEATED,
                    "state": "dismissed",
                    "reviewed_by": self.agent_team.id,
                    "dismiss_reason": "She means the supplier, not us.",
                },
            ],
        )
        self.assertEqual(self.ticket.dispute_level, "legal")
        self.assertEqual(self.ticket.dispute_agreement_link_ids.state, "linked")
        self.assertIn(
            "agreement",
            self.env["dispute.evidence"]
            .search([("ticket_id", "=", self.ticket.id)])
            .mapped("kind"),
        )
        if PICTURES:
            self.take_pictures(Path(PICTURES))

    # ------------------------------------------------------------------
    # Pictures for the documentation
    # ------------------------------------------------------------------

    def take_pictures(self, folder):
        """Save a picture of each main screen, as a supervisor sees it."""
        folder.mkdir(parents=True, exist_ok=True)
        case = self.ticket.dispute_case_id
        handoff = self.ticket.dispute_handoff_ids
        screens = {
            "ticket": (f"helpdesk-tickets/{self.ticket.id}", "[name=dispute_legal]"),
            "tickets_list": ("helpdesk-tickets", ".o_list_view .badge"),
            "dispute": (f"disputes/{case.id}", ".ribbon"),
            "handoff": (f"dispute-handoffs/{handoff.id}", "[name=brief]"),
            "signals": ("dispute-signals", ".o_list_view .badge"),
        }
        if "spreadsheet.dashboard" in self.env:
            screens["dashboard"] = ("dashboards", ".o-spreadsheet")
        browser = ChromeBrowser(self)
        try:
            with self.allow_requests(browser=browser):
                login = self.supervisor.login
                self.authenticate(login, login, browser=browser)
                for name, (path, selector) in screens.items():
                    browser.navigate_to(f"{self.base_url()}/odoo/{path}")
                    browser._wait_ready(f"!!document.querySelector('{selector}')")
                    answer = browser._websocket_request("Page.captureScreenshot")
                    (folder / f"{name}.png").write_bytes(
                        base64.b64decode(answer["data"])
                    )
        finally:
            browser.stop()

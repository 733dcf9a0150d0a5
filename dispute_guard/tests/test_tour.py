from odoo.tests import tagged

from .common import ANNOUNCED, HEATED, DisputeCommon, make_mail
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestTour(DisputeCommon, PictureCommon):
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
        signals = self.ticket.dispute_signal_ids
        confirmed = signals.filtered(lambda signal: signal.state == "confirmed")
        dismissed = signals.filtered(lambda signal: signal.state == "dismissed")
        self.assertEqual(confirmed.quote, ANNOUNCED)
        self.assertIn(dismissed.quote, HEATED)
        self.assertEqual(dismissed.dismiss_reason, "She means the supplier, not us.")
        self.assertEqual((confirmed | dismissed).reviewed_by, self.agent_team)
        self.assertEqual(self.ticket.dispute_level, "legal")
        self.assertEqual(self.ticket.dispute_agreement_link_ids.state, "linked")
        self.assertIn(
            "agreement",
            self.env["dispute.evidence"]
            .search([("ticket_id", "=", self.ticket.id)])
            .mapped("kind"),
        )
        self.take_pictures(self.supervisor, self.get_screens())

    def get_screens(self):
        """The main screens, as a supervisor sees them."""
        case = self.ticket.dispute_case_id
        handoff = self.ticket.dispute_handoff_ids
        screens = {
            "ticket": (f"helpdesk-tickets/{self.ticket.id}", ".o-mail-Message-body"),
            "tickets_list": ("helpdesk-tickets", ".o_list_view .badge"),
            "tickets_kanban": ("helpdesk-tickets?view_type=kanban", ".o_kanban_record"),
            "dispute": (f"disputes/{case.id}", ".ribbon"),
            "handoff": (f"dispute-handoffs/{handoff.id}", ".o-mail-Message-body"),
            "signals": ("dispute-signals", ".o_list_view .badge"),
        }
        if "spreadsheet.dashboard" in self.env:
            screens["dashboard"] = ("dashboards", ".o-spreadsheet")
        return screens

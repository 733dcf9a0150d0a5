from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM
from .common_ledger import LedgerCommon
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestLedgerTour(LedgerCommon, PictureCommon):
    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        for body in (CALM, ANNOUNCED, CALM):
            self.write_in(body)
        self.sequence()

    def test_supervisor(self):
        """A supervisor verifies the log and pastes half a head."""
        with mute_logger("odoo.http"):
            self.start_tour("/odoo", "dispute_ledger_tour", login=self.supervisor.login)
        report = self.ledger.report_id
        self.assertEqual((report.state, report.size), ("intact", self.ledger.size))
        self.assertEqual(report.asked_by, self.supervisor.login)

    def test_screens(self):
        """Pictures of the ledger for the documentation."""
        self.company.dispute_head_emails = "notary@example.com"
        self.run_cron("ir_cron_ledger_outside")
        self.verify()
        evidence = self.grow(3)
        self.forge(evidence[0], content="I praise you.")
        report = self.verify()
        self.env.flush_all()
        heads = self.get_heads()
        self.take_pictures(
            self.supervisor,
            {
                "ledger": (f"dispute-ledger/{self.ledger.id}", ".o_form_view"),
                "ledger_report": (
                    f"dispute.ledger.report/{report.id}",
                    ".o_form_view .alert-danger",
                ),
                "ledger_intact": (
                    f"dispute.ledger.report/{report.id - 1}",
                    ".o_form_view .alert-success",
                ),
                "ledger_head": (f"dispute.ledger.head/{heads[0].id}", ".o_form_view"),
            },
        )

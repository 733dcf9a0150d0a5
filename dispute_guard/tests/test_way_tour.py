"""The whole way of a dispute, on the screens of those who walk it."""

from odoo.tests import tagged

from ..models.dispute_invitation import LINK_PATH
from .common import make_mail
from .common_invitation import CODE, read_taken
from .common_invitation_browser import PageBrowserCommon

FORMAL = (
    "Letter before claim. We act for Ms Paula Customer. Unless you pay 1,200 EUR "
    "within 14 days, we shall issue court proceedings without further notice."
)


@tagged("post_install", "-at_install")
class TestWayTour(PageBrowserCommon):
    browser_size = "1400x900"

    def test_from_the_threat_to_the_outcome(self):
        """Agent, lawyer with a telephone, supervisor: each does his part."""
        ticket = self.receive(make_mail(FORMAL, Subject="My kitchen"))
        self.run_cron("ir_cron_handoff")
        handoff = ticket.dispute_handoff_ids
        case = ticket.dispute_case_id
        self.env.flush_all()
        self.start_tour(
            f"/odoo/helpdesk.ticket/{ticket.id}",
            "dispute_way_agent_tour",
            login=self.agent_team.login,
        )
        self.assertEqual(ticket.message_ids[:1].body, "<p>Their letter is here.</p>")

        with self.page_browser():
            self.answer_on_the_telephone(handoff)
        self.assertEqual(handoff.state, "done")
        self.assertEqual(case.lock_ids.state, "active", "counsel said nothing of it")

        self.start_tour(
            f"/odoo/disputes/{case.id}",
            "dispute_way_supervisor_tour",
            login=self.supervisor.login,
        )
        self.assertEqual((case.rung, case.outcome), ("closed", "settled"))
        self.assertEqual(case.cost_total, 450)
        self.assertFalse(case.clock_ids.filtered(lambda one: one.state == "running"))

    def answer_on_the_telephone(self, handoff):
        """Acknowledge, accept and report as the lawyer does, from the mail on."""
        self.open(LINK_PATH + self.get_token(handoff), "form[action$='/code']")
        with self.mail_server() as server:
            self.submit("code", "#code")
        code = CODE.findall("".join(read_taken(server)))[-1]
        self.submit("confirm", ".brief", code=code)
        self.assertIn(
            "issue court proceedings", self.run_code("document.body.innerText")
        )
        self.assertFits()
        self.take("way_brief")
        self.submit("acknowledge", ".answer.acknowledged")
        self.submit("accept", ".answer.accepted")
        self.submit(
            "outcome",
            "h1",
            outcome="settled",
            words="Half is paid back, nobody admits anything.",
            amount="450",
        )

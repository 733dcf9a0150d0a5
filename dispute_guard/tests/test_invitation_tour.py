from odoo.tests import tagged

from ..models.dispute_invitation import LINK_PATH
from .common_invitation import CODE, read_taken
from .common_invitation_browser import PageBrowserCommon


@tagged("post_install", "-at_install")
class TestInvitationTour(PageBrowserCommon):
    def setUp(self):
        super().setUp()
        self.enterContext(self.page_browser())

    def test_from_the_mail_to_the_outcome(self):
        handoff = self.hand_off()
        self.open(LINK_PATH + "x" * 43, "h1")
        self.take("refused")
        self.open(LINK_PATH + self.get_token(handoff), "form[action$='/code']")
        self.take("door")
        self.assertFits()
        with self.mail_server() as server:
            self.submit("code", "#code")
        self.take("code")
        code = CODE.findall("".join(read_taken(server)))[-1]
        self.submit("confirm", "[role=alert]", code="000000")
        self.take("wrong_code")
        self.submit("confirm", ".brief", code=code)
        self.take("asked")
        self.assertFits()
        self.submit("acknowledge", ".answer.acknowledged")
        self.assertEqual(handoff.state, "acknowledged")
        self.submit("ask", ".talk", text="Who signed the order, and when?")
        # what was just said is in sight
        self.assertEqual(self.run_code("location.hash"), "#questions")
        self.env["dispute.handoff.exchange"]._say(
            handoff.step_id,
            "ours",
            "Sven Supervisor",
            "Mrs Berg signed on 4 May. The order is attached.",
            [
                {
                    "name": "Order AH-R-0412.pdf",
                    "mimetype": "application/pdf",
                    "data": b"%PDF",
                }
            ],
        )
        self.submit("accept", ".answer.accepted")
        self.run_code(
            "document.querySelectorAll('details').forEach(each => each.open = true)"
        )
        self.take("accepted")
        self.assertFits()
        outcome = {"outcome": "settled", "words": "Half is paid back."}
        self.submit("outcome", "[role=alert]", **outcome, amount="a lot")
        self.take("outcome_wrong")
        self.submit("outcome", "h1", **outcome, amount="450,00")
        self.take("farewell")
        self.assertEqual(handoff.state, "done")
        self.assertEqual(handoff.invoice_amount, 450)

"""Requests to a professional's page that no browser would send."""

from odoo.tests import tagged

from ..models.dispute_invitation import LINK_PATH, PAGE_PATH
from .common_invitation import PageCommon

ODD_NAMES = ("%00", "x%00y", "%ff%fe", "%ed%a0%80", "..%2f..%2fweb", "x" * 3000)


@tagged("post_install", "-at_install")
class TestInvitationOdd(PageCommon):
    def test_odd_addresses(self):
        """They open nothing, like any other that opens nothing."""
        for name in ODD_NAMES:
            self.env["dispute.invitation.refusal"].search([]).unlink()
            for path in (
                LINK_PATH + name,
                PAGE_PATH + name,
                f"{PAGE_PATH}{name}/file/1",
                f"{PAGE_PATH}{name}/dossier/99999999999999999999",
                f"{PAGE_PATH}x?lang=%00&done=%00",
            ):
                with self.subTest(path[:60]):
                    self.assertEqual(self.get(path).status_code, 404)
            with self.subTest(name[:60], method="POST"):
                answer = self.get(f"{PAGE_PATH}{name}/ask", data={"proof": "ß"})
                self.assertEqual(answer.status_code, 404)

    def test_odd_numbers(self):
        handoff = self.hand_off()
        self.enter(handoff)
        for number in (0, 2**31, 10**30):
            for kind in ("file", "dossier"):
                with self.subTest(number=number, kind=kind):
                    answer = self.get(f"{self.get_path(handoff)}/{kind}/{number}")
                    self.assertEqual(answer.status_code, 200)
                    self.assertIn("not there", answer.text)

    def test_odd_forms(self):
        """Files in place of words, and words that are no proof, do nothing."""
        handoff = self.hand_off()
        self.open_link(self.get_token(handoff))
        odd = {"code": ("code", b"123456"), "text": ("text", b"Hello")}
        for proof in ("ß", "\0", "x"):
            with self.subTest(proof):
                answer = self.act(handoff, "code", proof=proof)
                self.assertEqual(answer.status_code, 200)
        answer = self.act(handoff, "code", proof="", files={"proof": ("p", b"x")})
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.get_invitation(handoff).device_ids)
        code = self.ask_code(handoff)
        answer = self.act(handoff, "confirm", files={"code": odd["code"]})
        self.assertEqual(answer.status_code, 200)
        self.act(handoff, "confirm", code=code)
        for action, values in {
            "ask": {"text": ("text", b"Hello")},
            "upload": {"text": ("text", b"Hello")},
            "decline": {"reason": ("text", b"Hello")},
            "outcome": {
                name: ("text", b"settled")
                for name in ("outcome", "amount", "currency", "words")
            },
        }.items():
            with self.subTest(action):
                answer = self.act(handoff, action, files=values)
                self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.env["dispute.handoff.exchange"].search([]))
        self.assertEqual(handoff.state, "sent")

    def test_markup_stays_text(self):
        """What a professional or a customer writes is shown, never run."""
        bad = "<img src=x onerror=alert(1)>"
        handoff = self.hand_off(
            f"I will see you in court. {bad} <script>alert(2)</script>",
            Subject=f"My kitchen {bad}",
        )
        page = self.enter(handoff)
        self.act(handoff, "ask", text=bad)
        self.act(
            handoff,
            "upload",
            text=bad,
            files={"files": (f"{bad}.svg", b"<svg onload=alert(3)/>", "image/svg+xml")},
        )
        page = self.get(self.get_path(handoff)).text
        for text in ("<img src=x", "<script", "<svg"):
            self.assertNotIn(text, page)
        self.assertNotIn("<img", str(handoff.activity_ids.mapped("note")))
        file = self.env["dispute.handoff.exchange"].search([]).file_ids
        answer = self.get(f"{self.get_path(handoff)}/file/{file.id}")
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_another_host(self):
        """The mail's link and the way back do not follow the Host header."""
        handoff = self.hand_off()
        token = self.get_token(handoff)
        base = self.env["ir.config_parameter"].get_param("web.base.url")
        self.assertTrue(self.get_invitation(handoff)._get_url().startswith(base))
        answer = self.open_link(
            token,
            headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"},
            allow_redirects=False,
        )
        self.assertNotIn("evil", answer.headers["Location"])

"""Heads leave the database: by mail and to a time-stamping authority."""

import base64
import itertools
import shutil
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest import skipUnless
from unittest.mock import MagicMock, patch

import requests

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.mail.models.mail_mail import MailMail

from ..ledger import head_from_text
from ..ledger.timestamp import make_request
from .common import CALM
from .common_ledger import LedgerCommon
from .pure.time_stamping import Authority

NOTARY = "notary@example.com"


@tagged("post_install", "-at_install")
class TestMailedHeads(LedgerCommon):
    def setUp(self):
        super().setUp()
        self.company.dispute_head_emails = f"{NOTARY}, auditor@example.com"

    def carry_out(self, days=0):
        with freeze_time(fields.Datetime.now() + timedelta(days=days)):
            self.run_cron("ir_cron_ledger_outside")
        self.env.flush_all()
        self.env.invalidate_all()

    def get_mails(self):
        return self.env["mail.mail"].search([("email_to", "ilike", NOTARY)], order="id")

    def test_mailed_once_a_day_when_there_is_something_new(self):
        self.grow(2)
        self.carry_out()
        self.grow(1)
        self.carry_out()
        mail = self.get_mails()
        self.assertEqual(len(mail), 1)
        head = self.get_heads()[0]
        self.assertTrue(head.mailed_at)
        self.assertIn(NOTARY, head.mailed_to)
        self.carry_out(days=1)
        self.carry_out(days=2)
        self.assertEqual(len(self.get_mails()), 2)
        self.assertEqual([bool(each.mailed_at) for each in self.get_heads()], [1, 1])

    def test_mail_can_be_pasted_back(self):
        self.grow(2)
        self.carry_out()
        mail = self.get_mails()
        head = self.get_heads()
        found, signature = head_from_text(html2plaintext(mail.body_html))
        self.assertEqual(found.data.decode(), head.canonical)
        self.assertEqual(signature, head.signature)
        self.assertEqual(mail.attachment_ids.raw.decode(), head.canonical)
        report = self.assertIntact(2, outside=[html2plaintext(mail.body_html)])
        self.assertIn(f"mailed {head.mailed_at} UTC to {NOTARY}", report.anchors)

    def test_mail_server_that_is_down(self):
        self.grow(1)
        down = MailDeliveryException("The mail server is down")
        with (
            patch.object(MailMail, "_send", side_effect=down),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self.carry_out()
        self.assertFalse(self.get_heads().mailed_at)
        self.assertIn("server is down", self.ledger.mail_problem)
        self.assertEqual(len(self.ledger.activity_ids), 1)
        self.grow(1)
        self.carry_out()
        self.assertEqual([bool(each.mailed_at) for each in self.get_heads()], [0, 1])
        self.assertFalse(self.ledger.mail_problem or self.ledger.activity_ids)

    def test_no_addresses_no_mail(self):
        self.company.dispute_head_emails = False
        self.grow(1)
        self.carry_out()
        self.assertFalse(self.get_mails() or self.ledger.mail_problem)

    def test_clock_set_back_does_not_stop_mails(self):
        self.grow(1)
        self.carry_out(days=365)
        self.grow(1)
        self.carry_out()
        self.assertEqual(len(self.get_mails()), 2)

    def test_addresses_are_addresses(self):
        for written in ("notary", "a@example.com, notary", "a@example.com b"):
            with self.subTest(written), self.assertRaises(ValidationError):
                self.company.dispute_head_emails = written


@tagged("post_install", "-at_install")
@skipUnless(shutil.which("openssl"), "openssl makes the authority of these tests")
class TestTimeStamps(LedgerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tsa_folder = Path(tempfile.mkdtemp(prefix="dispute-guard-tsa-"))
        cls.addClassCleanup(shutil.rmtree, cls.tsa_folder)
        cls.authority = Authority(cls.tsa_folder)
        cls.company.write(
            {
                "dispute_tsa_url": "https://tsa.example.com/",
                "dispute_tsa_roots": cls.authority.root_pem.decode(),
            }
        )

    def stamp(self, answer=None):
        """Run the scheduled action; ``answer`` takes and returns bytes, or raises."""
        answer = answer or self.authority.answer
        asked = []

        def ask(ledger, url, request):
            asked.append(url)
            return answer(request)

        ledger = type(self.env["dispute.ledger"])
        with patch.object(ledger, "_ask_authority", ask):
            self.run_cron("ir_cron_ledger_outside")
        self.env.flush_all()
        self.env.invalidate_all()
        return asked

    def assertNotStamped(self, words, answer):
        self.stamp(answer)
        self.assertFalse(any(self.get_heads().mapped("token_time")))
        self.assertIn(words, self.ledger.stamp_problem)
        self.assertEqual(len(self.ledger.activity_ids), 1)

    def test_newest_head_is_stamped_once(self):
        self.grow(1, 1)
        self.assertEqual(self.stamp(), ["https://tsa.example.com/"])
        self.assertFalse(self.stamp())
        older, newest = self.get_heads()
        self.assertFalse(older.token_time)
        self.assertEqual(newest.token_authority, "CN=Test Authority")
        report = self.assertIntact(2)
        self.assertIn("time-stamped", report.anchors)
        self.assertIn("CN=Test Authority", report.anchors)

    def test_token_holds_for_openssl(self):
        self.grow(1)
        self.stamp()
        head = self.get_heads()
        (self.folder / "head.json").write_text(head.canonical)
        (self.folder / "head.tsr").write_bytes(base64.b64decode(head.token))
        (self.folder / "root.pem").write_bytes(self.authority.root_pem)
        verdict = subprocess.run(
            ["openssl", "ts", "-verify", "-data", "head.json", "-in", "head.tsr"]
            + ["-CAfile", "root.pem"],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        self.assertIn(b"Verification: OK", verdict.stdout + verdict.stderr)

    def test_authority_that_is_down(self):
        self.grow(1)

        def down(request):
            raise requests.ConnectionError("no route to host")

        self.assertNotStamped("no route to host", down)
        # capturing and sequencing go on, and what is newest then is stamped
        self.write_in(CALM)
        self.sequence()
        self.stamp()
        self.assertEqual([bool(each.token_time) for each in self.get_heads()], [0, 1])
        self.assertFalse(self.ledger.stamp_problem or self.ledger.activity_ids)

    def test_authority_that_lies(self):
        self.grow(1)
        old = self.authority.answer(make_request(b"another head")[0])
        self.assertNotStamped("something else", lambda request: old)

        def altered(request):
            answer = bytearray(self.authority.answer(request))
            answer[-20] ^= 1
            return bytes(answer)

        self.assertNotStamped("does not hold", altered)
        self.assertNotStamped("no time-stamp", lambda request: b"<html>busy</html>")
        with tempfile.TemporaryDirectory() as folder:
            stranger = Authority(Path(folder))
            self.assertNotStamped("does not hold", stranger.answer)

    def test_question_and_answer_over_http(self):
        response = MagicMock(iter_content=lambda size: iter([b"an", b"swer"]))
        response.__enter__.return_value = response
        response.__exit__.return_value = False
        with patch.object(requests, "post", return_value=response) as post:
            url = "https://tsa.example.com/"
            self.assertEqual(self.ledger._ask_authority(url, b"question"), b"answer")
            self.assertEqual(post.call_args.args, (url,))
            asked = post.call_args.kwargs
            self.assertEqual(asked["data"], b"question")
            self.assertEqual(
                asked["headers"], {"Content-Type": "application/timestamp-query"}
            )
            self.assertTrue(asked["timeout"])
            response.raise_for_status.assert_called_once_with()
            endless = itertools.repeat(b"0" * (1 << 20))
            response.iter_content = lambda size: endless
            self.assertLess(len(self.ledger._ask_authority(url, b"")), 4 << 20)
            response.raise_for_status.side_effect = requests.HTTPError("503")
            with self.assertRaises(requests.HTTPError):
                self.ledger._ask_authority(url, b"")

    def test_authority_with_another_time(self):
        self.grow(1)
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            self.assertNotStamped("the authority's clock says", None)

    def test_bad_token_is_found(self):
        self.grow(1, 1)
        self.stamp()
        head = self.get_heads()[-1]
        other = self.authority.answer(make_request(b"another head")[0])
        for values, words in (
            ({"token": base64.b64encode(other)}, "something else"),
            ({"token": base64.b64encode(b"x")}, "no time-stamp"),
            ({"token": False}, "no time-stamp"),
            ({"token_time": "2020-01-01 00:00:00"}, "it says"),
        ):
            with self.subTest(words), self.env.cr.savepoint() as savepoint:
                with self.owner():
                    head.write(values)
                    self.env.flush_all()
                report = self.assertFault("token", words=words)
                self.assertEqual((report.size, report.position), (2, -1))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_certificates_taken_away(self):
        self.grow(1)
        self.stamp()
        self.company.write({"dispute_tsa_url": False, "dispute_tsa_roots": False})
        report = self.verify()
        self.assertEqual(report.state, "noted")
        self.assertIn("could not be checked", report.remarks)

    def test_authority_without_certificates(self):
        for values in (
            {"dispute_tsa_roots": False},
            {"dispute_tsa_roots": "no certificate"},
            {"dispute_tsa_url": "file:///etc/passwd"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.company.write(values)

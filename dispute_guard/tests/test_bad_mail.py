"""Whatever arrives, the gateway does not raise and no words of a customer are lost."""

import base64
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.dispute_inbound import DisputeInbound
from ..models.dispute_signal import DisputeSignal
from ..screening import LexiconError
from .common import ANNOUNCED, CALM, INBOX, DisputeCommon, make_mail

MULTIPART = 'multipart/mixed; boundary="b"'
INBOUND_LOGGER = "odoo.addons.dispute_guard.models.dispute_inbound_screening"


@tagged("post_install", "-at_install")
class TestBadMail(DisputeCommon):
    def setUp(self):
        super().setUp()
        # Odoo bounces a mail that fails with a cursor of its own.
        self.registry_enter_test_mode()

    def assertKept(self, raw, level="legal"):
        """Assert that ``raw`` arrives on a ticket, is kept and has ``level``."""
        ticket = self.receive(raw)
        self.assertTrue(ticket, "the mail was not delivered")
        kept = [base64.b64decode(row.raw) for row in ticket.dispute_inbound_ids]
        self.assertIn(raw, kept)
        self.env.flush_all()
        self.assertEqual(ticket.dispute_level, level)
        return ticket

    def get_strays(self):
        return self.env["dispute.stray.mail"].search(
            [("company_id", "in", (self.company | self.env.company).ids)]
        )

    # ------------------------------------------------------------------
    # Form
    # ------------------------------------------------------------------

    def test_no_charset(self):
        self.assertKept(make_mail(ANNOUNCED, Content_Type="text/plain"))

    def test_no_charset_and_8_bit(self):
        body = f"{ANNOUNCED}\r\nGrüße".encode("latin-1")
        self.assertKept(make_mail(body, Content_Type="text/plain"))

    def test_unknown_charset(self):
        self.assertKept(make_mail(ANNOUNCED, Content_Type="text/plain; charset=x-moon"))

    def test_wrong_charset(self):
        body = f"{ANNOUNCED} Привет".encode("koi8-r")
        self.assertKept(make_mail(body, Content_Type="text/plain; charset=utf-8"))

    def test_no_mime_headers_at_all(self):
        self.assertKept(
            make_mail(
                ANNOUNCED,
                MIME_Version=None,
                Content_Type=None,
                Content_Transfer_Encoding=None,
            )
        )

    def test_broken_mime(self):
        part = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        cases = {
            "no end": f"--b\r\n{part}{ANNOUNCED}",
            "only an end": f"{ANNOUNCED}\r\n--b--\r\n",
            "nested without boundary": f"--b\r\nContent-Type: multipart/mixed\r\n\r\n"
            f"{ANNOUNCED}\r\n--b--\r\n",
        }
        for name, body in cases.items():
            with self.subTest(name):
                raw = make_mail(
                    body, Content_Type=MULTIPART, Content_Transfer_Encoding=None
                )
                ticket = self.receive(raw)
                self.assertIn(
                    raw,
                    [base64.b64decode(row.raw) for row in ticket.dispute_inbound_ids],
                )
                self.assertNotEqual(ticket.dispute_level, "calm")

    def test_broken_transfer_encodings(self):
        cases = {
            "base64": b"SSBoYXZlIGluc3RydWN0ZWQ=====!!!not base64",
            "quoted-printable": b"=ZZ=\r\n=E4=F6 " + ANNOUNCED.encode(),
            "x-unknown": ANNOUNCED.encode(),
        }
        for encoding, body in cases.items():
            with self.subTest(encoding):
                raw = make_mail(body, Content_Transfer_Encoding=encoding)
                ticket = self.receive(raw)
                self.assertTrue(ticket.dispute_inbound_ids.filtered("raw"))

    def test_no_headers_but_recipient(self):
        raw = f"To: {INBOX}\r\n\r\n{ANNOUNCED}\r\n".encode()
        self.assertKept(raw)

    def test_no_message_id(self):
        ticket = self.assertKept(make_mail(ANNOUNCED, Message_ID=None))
        self.assertTrue(ticket.dispute_inbound_ids.message_identifier)

    def test_two_mails_without_message_id_are_two(self):
        first = self.receive(make_mail(CALM, Message_ID=None))
        second = self.receive(make_mail(ANNOUNCED, Message_ID=None))
        self.assertNotEqual(first, second)
        self.assertEqual(second.dispute_level, "legal")

    def test_bad_headers(self):
        cases = {
            "undecodable subject": {"Subject": b"\xff\xfe Zahlung \x80"},
            "undecodable sender": {"From": b"P\xe4ula <paula@example.net>"},
            "undecodable message id": {"Message_ID": b"<\xff\xfe1@example.net>"},
            "broken encoded word": {"Subject": b"=?utf-8?B?////?= =?x-no?Q?a?="},
            "half an encoded word": {"Subject": b"=?utf-8?Q?=D0"},
            "surrogate in encoded word": {"Subject": b"=?utf-8?Q?=ED=A0=80?="},
            "no sender": {"From": None},
            "senseless sender": {"From": b"<<>>,,;:@"},
            "senseless date": {"Date": b"yesterday, 99:99"},
            "senseless references": {"References": b"<<a@b> ><\xff>"},
            "no subject": {"Subject": None},
            "long subject": {"Subject": b"x" * 20000},
        }
        for name, headers in cases.items():
            with self.subTest(name):
                self.assertKept(make_mail(ANNOUNCED, **headers))

    def test_nul_bytes(self):
        cases = {
            "body": (ANNOUNCED + "\0 end", {}),
            "html body": (
                f"<p>{ANNOUNCED}</p><p>a\0b</p>",
                {"Content_Type": "text/html; charset=utf-8"},
            ),
            "subject": (ANNOUNCED, {"Subject": b"My\0 order"}),
            "encoded subject": (ANNOUNCED, {"Subject": b"=?utf-8?Q?My=00order?="}),
            "sender": (ANNOUNCED, {"From": b"Pau\0la <paula@example.net>"}),
            "message id": (ANNOUNCED, {"Message_ID": b"<nul\0@example.net>"}),
            "other header": (ANNOUNCED, {"X_Other": b"a\0b"}),
        }
        for name, (body, headers) in cases.items():
            with self.subTest(name), mute_logger("odoo.sql_db"):
                self.assertKept(make_mail(body, **headers))

    def test_covered_mail_is_not_bounced(self):
        """A mail that is delivered after all must not be sent back as refused."""
        before = self.env["mail.mail"].search_count([])
        with mute_logger("odoo.sql_db"):
            self.assertKept(make_mail(ANNOUNCED, Subject=b"My\0 order"))
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertNotEqual(self.team.alias_id.alias_status, "invalid")

    def test_control_characters_stay_out_of_the_way(self):
        self.assertKept(make_mail(f"\x01\x02\x1b[31m {ANNOUNCED} \u202e\ufeff"))

    # ------------------------------------------------------------------
    # Size
    # ------------------------------------------------------------------

    def test_10_mb_body(self):
        line = "Please look at the photos of the kitchen once more.\r\n"
        body = line * (10 * 1024**2 // len(line)) + ANNOUNCED + "\r\n"
        raw = make_mail(body)
        ticket = self.receive(raw)
        self.assertEqual(base64.b64decode(ticket.dispute_inbound_ids.raw), raw)
        # Odoo itself cuts such a body: then the ticket must say that it is unread.
        self.assertIn(ticket.dispute_level, ("legal", "not_screened"))

    def test_2000_recipients(self):
        many = ",\r\n ".join(f"person{n}@example.org" for n in range(2000))
        before = self.env["res.partner"].search_count([])
        self.assertKept(make_mail(ANNOUNCED, Cc=many.encode()))
        self.assertLessEqual(self.env["res.partner"].search_count([]), before + 1)

    def test_empty_body_with_attachment(self):
        scan = base64.b64encode(b"%PDF-1.4 a scanned letter").decode()
        body = (
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\r\n"
            "--b\r\nContent-Type: application/pdf; name=letter.pdf\r\n"
            "Content-Disposition: attachment; filename=letter.pdf\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{scan}\r\n--b--\r\n"
        )
        raw = make_mail(body, Content_Type=MULTIPART, Content_Transfer_Encoding=None)
        ticket = self.assertKept(raw, level="not_screened")
        self.assertEqual(ticket.dispute_inbound_ids.state, "not_screened")
        self.assertIn("attachment", ticket.dispute_screening_note)

    def test_nothing_at_all(self):
        raw = make_mail("", Subject="")
        ticket = self.receive(raw)
        self.assertEqual(base64.b64decode(ticket.dispute_inbound_ids.raw), raw)

    def test_language_without_lexicon_is_said(self):
        ticket = self.write_in(
            "Tere! Minu külmkapp ei tööta ja ma soovin, et te selle parandate.",
            Subject="Külmkapp",
        )
        self.assertEqual(ticket.dispute_level, "not_screened")
        self.assertIn("language is not recognised", ticket.dispute_screening_note)

    # ------------------------------------------------------------------
    # Message-ID used twice
    # ------------------------------------------------------------------

    def test_same_mail_twice(self):
        raw = make_mail(ANNOUNCED)
        ticket = self.receive(raw)
        self.assertFalse(self.receive(raw))
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)
        stray = self.get_strays()[0]
        self.assertEqual((stray.state, stray.ticket_id), ("duplicate", ticket))
        self.assertFalse(stray.activity_ids)

    def test_same_mail_over_two_servers(self):
        raw = make_mail(ANNOUNCED)
        ticket = self.receive(raw)
        self.assertFalse(self.receive(b"Received: by other.example.net\r\n" + raw))
        self.assertEqual(self.get_strays()[0].state, "duplicate")
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)

    def test_other_letter_under_a_used_message_id(self):
        """Odoo drops it unread; who knows a Message-ID could hide a threat so."""
        calm = make_mail(CALM, Message_ID="<used@example.net>")
        first = self.receive(calm)
        second = make_mail(
            ANNOUNCED, Message_ID="<used@example.net>", Subject="Second letter"
        )
        self.receive(second)
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "Second letter")])
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(base64.b64decode(ticket.dispute_inbound_ids.raw), second)
        self.assertEqual(first.dispute_level, "calm")
        self.receive(second)
        self.assertEqual(
            self.env["helpdesk.ticket"].search_count([("name", "=", "Second letter")]),
            1,
        )

    def test_used_message_id_in_a_reply(self):
        ticket = self.write_in(CALM, Message_ID="<used@example.net>")
        self.reply(ticket, ANNOUNCED, Message_ID="<used@example.net>")
        self.assertEqual(ticket.dispute_level, "legal")

    # ------------------------------------------------------------------
    # Robots
    # ------------------------------------------------------------------

    def test_bounce_of_our_answer(self):
        ticket = self.write_in(CALM)
        answer = ticket.message_post(
            body="Our answer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        raw = make_mail(
            "--b\r\nContent-Type: text/plain\r\n\r\n"
            f"Your mail could not be delivered. {ANNOUNCED}\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Final-Recipient: rfc822; paula@example.net\r\nStatus: 5.0.0\r\n"
            "--b\r\nContent-Type: message/rfc822\r\n\r\n"
            f"Message-ID: {answer.message_id}\r\nSubject: Re: My order\r\n\r\n"
            "Our answer\r\n--b--\r\n",
            From="MAILER-DAEMON@example.net",
            To=f"bounce@{INBOX.partition('@')[2]}",
            Content_Type="multipart/report; report-type=delivery-status; boundary=b",
            Content_Transfer_Encoding=None,
        )
        self.receive(raw)
        self.assertEqual(ticket.dispute_level, "calm")
        stray = self.get_strays()[0]
        self.assertEqual((stray.state, stray.ticket_id), ("robot", ticket))
        self.assertEqual(base64.b64decode(stray.raw), raw)

    def test_claim_of_being_a_robot_in_the_body_does_not_help(self):
        ticket = self.write_in(f"Auto-Submitted: auto-replied\r\n\r\n{ANNOUNCED}")
        self.assertEqual(ticket.dispute_level, "legal")


@tagged("post_install", "-at_install")
class TestFailure(DisputeCommon):
    """Our own failures: the mail is stored, the ticket says so, a retry heals."""

    def assertPending(self, raw, reason):
        with mute_logger(INBOUND_LOGGER, "odoo.sql_db"):
            ticket = self.receive(raw)
        self.assertTrue(ticket.message_ids)
        inbound = ticket.dispute_inbound_ids
        self.assertEqual(base64.b64decode(inbound.raw), raw)
        self.assertEqual(inbound.state, "pending")
        self.assertIn(reason, inbound.problem)
        self.assertEqual(ticket.dispute_level, "not_screened")
        self.assertIn("Screening pending", ticket.dispute_screening_note)
        self.assertIn(reason, ticket.dispute_screening_note)
        activity = ticket.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn(reason, str(activity.note))
        self.assertFalse(ticket.dispute_signal_ids)
        return ticket

    def assertHealed(self, ticket):
        self.run_cron("ir_cron_screening")
        inbound = ticket.dispute_inbound_ids
        self.assertEqual((inbound.state, inbound.problem), ("screened", False))
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertFalse(ticket.dispute_screening_note)
        self.assertFalse(ticket.activity_ids)
        self.assertEqual(len(ticket.dispute_signal_ids), 1)
        self.assertEqual(len(ticket.dispute_case_id.handoff_ids), 1)

    def test_lexicon_that_does_not_parse(self):
        error = LexiconError("en/legal_threat.toml", "line 3: no value", "add one")
        with self.broken_screener(error):
            ticket = self.assertPending(make_mail(ANNOUNCED), "legal_threat.toml")
        self.assertHealed(ticket)

    def test_screening_crash(self):
        with self.broken_screener(RecursionError("too deep")):
            ticket = self.assertPending(make_mail(ANNOUNCED), "too deep")
        self.assertHealed(ticket)

    def test_text_of_the_failure_is_harmless(self):
        with self.broken_screener(ValueError("nul \0 and \udcff surrogate")):
            self.assertPending(make_mail(ANNOUNCED), "ValueError")
            self.env.flush_all()

    def test_database_error_while_raising_signals(self):
        def fail(records, found):
            records.env.cr.execute("SELECT 1 FROM no_such_table")

        with patch.object(DisputeSignal, "_raise_signals", fail):
            ticket = self.assertPending(make_mail(ANNOUNCED), "no_such_table")
            self.env.cr.execute("SELECT 1")
        self.assertHealed(ticket)

    def test_failure_after_the_signals_are_stored_leaves_none(self):
        def fail(records):
            raise ZeroDivisionError("half-way")

        with patch.object(DisputeSignal, "_pass_on", fail):
            ticket = self.assertPending(make_mail(ANNOUNCED), "half-way")
        self.assertHealed(ticket)

    def test_failure_before_anything_is_stored(self):
        """Our own capture fails: the mail is delivered or kept for another try."""

        def fail(records, message, speaker):
            raise ZeroDivisionError("capture")

        raw = make_mail(ANNOUNCED)
        with (
            patch.object(DisputeInbound, "_prepare_message_values", fail),
            mute_logger(INBOUND_LOGGER),
        ):
            self.receive(raw)
        ticket = self.env["dispute.inbound"].search([], limit=1).ticket_id
        if not (ticket and ticket.dispute_inbound_ids.raw):
            stray = self.env["dispute.stray.mail"].search([], limit=1)
            self.assertEqual(stray.state, "undelivered")
            self.assertEqual(base64.b64decode(stray.raw), raw)
            self.assertTrue(stray.activity_ids)
            self.run_cron("ir_cron_stray_mail")
            self.assertEqual(stray.state, "delivered")
            self.assertFalse(stray.activity_ids)

    def test_retry_that_fails_again_is_counted(self):
        with self.broken_screener(ValueError("still broken")):
            ticket = self.assertPending(make_mail(ANNOUNCED), "still broken")
            with mute_logger(INBOUND_LOGGER):
                self.run_cron("ir_cron_screening")
                self.run_cron("ir_cron_screening")
        inbound = ticket.dispute_inbound_ids
        self.assertEqual((inbound.state, inbound.attempts), ("pending", 2))
        self.assertEqual(len(ticket.activity_ids), 1)
        self.assertHealed(ticket)

    def test_retry_by_hand(self):
        with self.broken_screener(ValueError("broken")):
            ticket = self.assertPending(make_mail(ANNOUNCED), "broken")
        ticket.dispute_inbound_ids.with_user(self.agent_team).action_retry()
        self.assertEqual(ticket.dispute_level, "legal")

    def test_other_mails_are_not_held_up(self):
        with self.broken_screener(ValueError("broken")):
            waiting = self.assertPending(make_mail(ANNOUNCED), "broken")
        ticket = self.write_in(ANNOUNCED)
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertHealed(waiting)

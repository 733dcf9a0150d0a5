import base64
import hashlib
from xmlrpc.client import Binary

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM, CONDITIONAL, DisputeCommon, make_mail

THREATS = {
    "en": ANNOUNCED,
    "ru": "Я подам на вас в суд. Мой адвокат уже готовит исковое заявление.",
    "lv": "Esmu spiesta vērsties tiesā un iesniegt prasību pret jūsu uzņēmumu.",
    "lt": "Kreipsiuosi į teismą ir pateiksiu ieškinį prieš jūsų įmonę.",
}


def is_same(inbound, raw):
    """Whether ``inbound`` kept exactly the bytes ``raw``."""
    return (
        base64.b64decode(inbound.raw or b"") == raw
        and inbound.raw_sha256 == hashlib.sha256(raw).hexdigest()
        and inbound.raw_size == len(raw)
    )


@tagged("post_install", "-at_install")
class TestGateway(DisputeCommon):
    # ------------------------------------------------------------------
    # The main job
    # ------------------------------------------------------------------

    def test_threat_in_new_mail(self):
        ticket = self.write_in(f"Hello,\n\n{ANNOUNCED}\n\nPaula")
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.company_id, self.company)
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(ticket.dispute_quote, ANNOUNCED)
        inbound = ticket.dispute_inbound_ids
        self.assertRecordValues(
            inbound,
            [
                {
                    "origin": "gateway",
                    "speaker": "customer",
                    "state": "screened",
                    "language": "en",
                    "level": "legal",
                    "problem": False,
                    "author_name": "Paula Customer",
                    "subject": "My order",
                    "remote_address": False,
                }
            ],
        )
        signal = ticket.dispute_signal_ids
        self.assertEqual(signal.inbound_id, inbound)
        self.assertEqual(signal.message_id, inbound.message_id)
        self.assertEqual((signal.kind, signal.grade), ("legal_threat", "announced"))
        self.assertEqual(signal.evidence_id.content, ANNOUNCED)
        self.assertTrue(signal.evidence_id.intact)

    def test_calm_mail_leaves_no_trace_but_its_own(self):
        ticket = self.write_in(CALM)
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertEqual(ticket.dispute_inbound_ids.state, "screened")
        self.assertFalse(ticket.dispute_signal_ids)
        self.assertFalse(ticket.dispute_case_id)
        self.assertFalse(ticket.dispute_screening_note)
        self.assertFalse(ticket.activity_ids)

    def test_threat_in_reply(self):
        ticket = self.write_in(CALM)
        self.assertEqual(self.reply(ticket, ANNOUNCED), ticket)
        self.assertEqual(ticket.dispute_level, "legal")
        newest = ticket.dispute_inbound_ids.sorted("id")[-1]
        self.assertEqual(ticket.dispute_signal_ids.inbound_id, newest)
        self.assertEqual(len(ticket.dispute_inbound_ids), 2)

    def test_each_language(self):
        for language, threat in THREATS.items():
            with self.subTest(language=language):
                ticket = self.write_in(threat, Subject="AH-1")
                self.assertEqual(ticket.dispute_inbound_ids.language, language)
                self.assertEqual(ticket.dispute_level, "legal")
                self.assertIn(ticket.dispute_quote, threat)
                evidence = ticket.dispute_signal_ids.evidence_id
                self.assertTrue(all(evidence.mapped("intact")))

    def test_old_charsets(self):
        charsets = {
            "ru": ("koi8-r", "windows-1251"),
            "lv": ("windows-1257", "iso-8859-13"),
            "lt": ("windows-1257", "iso-8859-13"),
        }
        for language, names in charsets.items():
            for charset in names:
                with self.subTest(language=language, charset=charset):
                    ticket = self.write_in(
                        THREATS[language].encode(charset),
                        Subject="AH-1",
                        Content_Type=f"text/plain; charset={charset}",
                    )
                    self.assertEqual(ticket.dispute_inbound_ids.language, language)
                    self.assertEqual(ticket.dispute_level, "legal")

    def test_threat_in_subject_only(self):
        ticket = self.write_in(CALM, Subject="I will see you in court")
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(ticket.dispute_signal_ids.segment, "subject")
        self.assertEqual(ticket.dispute_quote, "I will see you in court")

    def test_threat_in_html_mail(self):
        ticket = self.write_in(
            f"<html><body><p>Hello,</p><p><b>{ANNOUNCED}</b></p></body></html>",
            Content_Type="text/html; charset=utf-8",
        )
        self.assertEqual(ticket.dispute_quote, ANNOUNCED)
        self.assertEqual(ticket.message_ids[-1].dispute_quotes, [ANNOUNCED])

    # ------------------------------------------------------------------
    # Quoted words
    # ------------------------------------------------------------------

    def test_quoted_threat_is_context(self):
        quoted = "\n".join(f"> {line}" for line in (ANNOUNCED, CONDITIONAL))
        ticket = self.write_in(f"{CALM}\n\nOn Monday the clerk wrote:\n{quoted}\n")
        signals = ticket.dispute_inbound_ids.signal_ids
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertTrue(signals)
        self.assertEqual(set(signals.mapped("state")), {"context"})
        self.assertEqual(set(signals.mapped("segment")), {"quoted"})
        self.assertFalse(ticket.dispute_case_id)

    def test_forged_quote_mark_does_not_hide_a_threat(self):
        """A sender may mark his own new words as quoted: the chatter folds them."""
        ticket = self.write_in(
            f'<p>{CALM}</p><p data-o-mail-quote="1">{ANNOUNCED}</p>',
            Content_Type="text/html; charset=utf-8",
        )
        self.assertIn(ANNOUNCED, ticket.dispute_inbound_ids.signal_ids.mapped("quote"))

    # ------------------------------------------------------------------
    # The bytes as received
    # ------------------------------------------------------------------

    def test_raw_bytes_are_kept_as_they_came(self):
        latin = "Zażółć gęślą".encode("iso-8859-2")
        mails = {
            "CRLF": make_mail("line one\r\nline two\r\n\r\n"),
            "LF": make_mail("line one\nline two\n").replace(b"\r\n", b"\n"),
            "mixed line ends": make_mail("one\rtwo\nthree\r\nfour"),
            "8-bit": make_mail(latin, Content_Type="text/plain; charset=iso-8859-2"),
            "trailing blanks": make_mail("words   \t\r\n   \r\n\r\n\r\n"),
            "folded header": make_mail(CALM, X_Long="a\r\n\tb\r\n  c"),
            "mbox From": make_mail("From the start\r\n.\r\n..dots"),
        }
        for name, raw in mails.items():
            with self.subTest(name):
                inbound = self.receive(raw).dispute_inbound_ids
                self.assertTrue(is_same(inbound, raw))

    def test_each_way_a_mail_server_hands_over(self):
        raw = make_mail("Grüße\r\n")
        ticket = self.receive(Binary(raw))
        self.assertTrue(is_same(ticket.dispute_inbound_ids, raw))
        raw = make_mail("Grüße\r\n")
        ticket = self.receive(raw.decode())
        self.assertTrue(is_same(ticket.dispute_inbound_ids, raw))

    def test_raw_bytes_of_a_reply(self):
        ticket = self.write_in(CALM)
        raw = make_mail(CALM, In_Reply_To=ticket.message_ids[-1].message_id)
        self.receive(raw)
        self.assertTrue(is_same(ticket.dispute_inbound_ids.sorted("id")[-1], raw))

    def test_evidence_names_the_digest_of_the_mail(self):
        raw = make_mail(ANNOUNCED)
        ticket = self.receive(raw)
        canonical = ticket.dispute_signal_ids.evidence_id.canonical
        self.assertIn(hashlib.sha256(raw).hexdigest(), canonical)

    def test_notification_of_the_mail_carries_no_raw(self):
        """The raw mail belongs to the one message that was made of it."""
        ticket = self.write_in(ANNOUNCED)
        with_raw = ticket.dispute_inbound_ids.filtered("raw")
        self.assertEqual(len(with_raw), 1)
        self.assertIn("paula@example.net", with_raw.message_id.email_from)

    # ------------------------------------------------------------------
    # Who speaks
    # ------------------------------------------------------------------

    def test_mail_of_our_own_staff_is_kept_and_counts_for_nothing(self):
        self.agent_team.email = "agent@nordwind.example.com"
        raw = make_mail(CALM, From="Agent <agent@nordwind.example.com>")
        ticket = self.receive(raw)
        inbound = ticket.dispute_inbound_ids
        self.assertEqual((inbound.speaker, inbound.state), ("staff", "skipped"))
        self.assertTrue(is_same(inbound, raw))
        self.assertEqual(ticket.dispute_level, "calm")

    def test_auto_reply_is_kept_and_counts_for_nothing(self):
        ticket = self.write_in(CALM)
        self.reply(ticket, CALM, Auto_Submitted="auto-replied")
        inbound = ticket.dispute_inbound_ids.sorted("id")[-1]
        self.assertEqual((inbound.speaker, inbound.state), ("robot", "skipped"))
        self.assertEqual(ticket.dispute_level, "calm")

    def test_threat_in_disguise_is_left_to_a_person(self):
        """Anybody can claim to be a robot or one of us; law firms' systems are."""
        self.agent_team.email = "agent@nordwind.example.com"
        for claim in (
            {"From": "Agent <agent@nordwind.example.com>"},
            {"Auto_Submitted": "auto-generated"},
            {"X_Failed_Recipients": "x@example.org"},
        ):
            with self.subTest(**claim):
                ticket = self.receive(make_mail(ANNOUNCED, **claim))
                self.assertEqual(ticket.dispute_inbound_ids.state, "not_screened")
                self.assertEqual(ticket.dispute_level, "not_screened")
                self.assertIn("words that count", ticket.dispute_screening_note)
                self.assertFalse(ticket.dispute_case_id)

    def test_answers_of_our_staff_are_not_screened(self):
        ticket = self.write_in(CALM)
        ticket.with_user(self.agent_team).message_post(
            body=ANNOUNCED, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)
        self.assertEqual(ticket.dispute_level, "calm")

    def test_threat_reported_on_the_phone(self):
        """An agent writes down what a customer said: it counts, marked as reported."""
        ticket = (
            self.env["helpdesk.ticket"]
            .with_user(self.agent_team)
            .create(
                {
                    "name": "Call of Ms Customer",
                    "description": f"<p>She said: {ANNOUNCED}</p>",
                    "team_id": self.team.id,
                    "partner_id": self.customer.id,
                }
            )
        )
        self.assertEqual(ticket.dispute_level, "legal")
        inbound = ticket.sudo().dispute_inbound_ids
        self.assertEqual(inbound.speaker, "reported")
        self.assertEqual(inbound.recorded_by, "dispute_agent_team")

    def test_unknown_sender(self):
        ticket = self.write_in(ANNOUNCED, From="Nobody <nobody@example.org>")
        inbound = ticket.dispute_inbound_ids
        self.assertIn("nobody@example.org", inbound.author_email)
        self.assertEqual(ticket.dispute_level, "legal")

    # ------------------------------------------------------------------
    # What is none of our business
    # ------------------------------------------------------------------

    def test_mail_for_nobody_is_refused_as_without_the_addon(self):
        raw = make_mail(ANNOUNCED, To="nobody@elsewhere.example.com")
        before = self.env["dispute.stray.mail"].search_count([])
        with self.assertRaises(ValueError), mute_logger("odoo.addons.mail.models"):
            self.receive(raw)
        self.assertEqual(self.env["dispute.stray.mail"].search_count([]), before)

    def test_mail_for_another_model(self):
        partner = self.env["res.partner"].create({"name": "Record"})
        post = partner.message_post(body="hello", message_type="comment")
        raw = make_mail(ANNOUNCED, To="x@example.com", In_Reply_To=post.message_id)
        before = self.env["dispute.inbound"].search_count([])
        self.env["mail.thread"].message_process(None, raw)
        self.assertEqual(len(partner.message_ids.filtered("parent_id")), 1)
        self.assertEqual(self.env["dispute.inbound"].search_count([]), before)

    def test_stranger_at_an_alias_for_followers_is_still_told(self):
        """Who may not write to an alias gets Odoo's answer as without the addon."""
        self.team.alias_contact = "followers"
        mails = self.env["mail.mail"]
        before = mails.search([])
        nobody = "nobody@example.org"
        raw = make_mail(ANNOUNCED, From=nobody, Return_Path=f"<{nobody}>")
        self.assertFalse(self.receive(raw))
        answers = (mails.search([]) - before).mapped("email_to")
        self.assertEqual(len(answers), 1)
        self.assertIn(nobody, answers[0])

    def test_loop_detection_does_not_silence_an_angry_customer(self):
        """Odoo drops the mails of who writes too many; we still read them."""
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("mail.gateway.loop.threshold", 1)
        ticket = self.write_in(CALM)
        raw = make_mail(ANNOUNCED, In_Reply_To=ticket.message_ids[-1].message_id)
        self.assertFalse(self.receive(raw))
        stray = self.env["dispute.stray.mail"].search([], limit=1)
        self.assertEqual((stray.state, stray.ticket_id), ("dropped", ticket))
        self.assertEqual(base64.b64decode(stray.raw), raw)
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(ticket.dispute_quote, ANNOUNCED)

"""Who speaks: decided by the system, shown with its reason, corrected by agents."""

import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM, CONDITIONAL, DisputeCommon, make_mail

LETTER = (
    "Dear Sirs\n\nI write for Ms Customer. Please address any further correspondence "
    "about the order to this office.\n\nYours faithfully\nJane Rowe"
)
SHOWN = "Please address any further correspondence about the order to this office."
COUNSEL = "Jane Rowe <jane@rowe.example.com>"


@tagged("post_install", "-at_install")
class TestSpeaker(DisputeCommon):
    def newest(self, ticket):
        return ticket.dispute_inbound_ids.sorted("id")[-1:]

    def assertSpeaks(self, inbound, who, basis, words=False):
        self.assertRecordValues(
            inbound,
            [{"speaker": who, "speaker_basis": basis, "speaker_words": words}],
        )

    # ------------------------------------------------------------------
    # By the text and its headers
    # ------------------------------------------------------------------

    def test_customer_needs_no_reason(self):
        inbound = self.write_in(CALM).dispute_inbound_ids
        self.assertSpeaks(inbound, "customer", False)
        self.assertFalse(inbound.speaker_reason)

    def test_letter_of_counsel_is_formal(self):
        ticket = self.write_in(LETTER, From=COUNSEL)
        inbound = ticket.dispute_inbound_ids
        self.assertSpeaks(inbound, "counsel", "words", SHOWN)
        self.assertIn(SHOWN, inbound.speaker_reason)
        self.assertEqual((inbound.state, inbound.level), ("screened", "legal"))
        signal = ticket.dispute_signal_ids
        self.assertRecordValues(
            signal,
            [
                {
                    "kind": "legal_threat",
                    "grade": "formal",
                    "quote": SHOWN,
                    "rule": "speaker.counsel",
                    "state": "open",
                    "speaker": "counsel",
                }
            ],
        )
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertTrue(ticket.dispute_hold)
        self.assertIn('"counsel"', signal.evidence_id.canonical)
        self.assertIn(SHOWN, signal.evidence_id.canonical)

    def test_legal_words_of_counsel_are_lifted(self):
        ticket = self.write_in(f"{CONDITIONAL}\n\n{LETTER}", From=COUNSEL)
        signals = ticket.dispute_signal_ids.filtered(
            lambda signal: signal.kind == "legal_threat"
        )
        self.assertEqual(set(signals.mapped("grade")), {"formal"})

    def test_body_writes_from_its_own_address(self):
        sender = "PTAC <pasts@ptac.gov.lv>"
        ticket = self.write_in("Sveiki! Pielikumā mūsu vēstule.", From=sender)
        inbound = ticket.dispute_inbound_ids
        self.assertSpeaks(inbound, "authority", "address", "pasts@ptac.gov.lv")
        self.assertEqual(ticket.dispute_signal_ids.grade, "formal")

    def test_letter_that_is_only_a_file(self):
        sender = "PTAC <pasts@ptac.gov.lv>"
        ticket = self.write_in("", From=sender, Subject="Iesniegums Nr. 4-1")
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(ticket.dispute_quote, "Iesniegums Nr. 4-1")

    def test_customer_who_quotes_or_is_a_lawyer(self):
        quoted = "\n".join(f"> {line}" for line in LETTER.split("\n"))
        for body in (
            f"{CALM}\n\nOn Monday Jane Rowe wrote:\n{quoted}\n",
            f"{CALM}\n\nBest regards\nRebecca Stein\nStein Alderton Solicitors",
            f"My lawyer wrote: {SHOWN}",
        ):
            with self.subTest(body):
                inbound = self.write_in(body).dispute_inbound_ids
                self.assertEqual(inbound.speaker, "customer")

    def test_list_is_read_as_the_customer_s(self):
        ticket = self.write_in(ANNOUNCED, List_Id="<villa.example.net>")
        inbound = ticket.dispute_inbound_ids
        self.assertSpeaks(inbound, "list", "header", "List-Id: <villa.example.net>")
        self.assertEqual(ticket.dispute_level, "legal")

    def test_robot_shows_its_header(self):
        ticket = self.write_in(CALM, Auto_Submitted="auto-replied")
        inbound = ticket.dispute_inbound_ids
        self.assertSpeaks(inbound, "robot", "header", "Auto-Submitted: auto-replied")
        self.assertEqual(inbound.state, "skipped")

    def test_court_notice_that_a_machine_sends(self):
        ticket = self.write_in(
            "Claim number K4QZ11. You are required to respond within 14 days.",
            From="County Court <noreply@justice.gov.uk>",
            Auto_Submitted="auto-generated",
        )
        self.assertEqual(ticket.dispute_inbound_ids.speaker, "authority")
        self.assertEqual(ticket.dispute_level, "legal")

    # ------------------------------------------------------------------
    # Known people
    # ------------------------------------------------------------------

    def test_our_own_lawyer(self):
        firm = self.env["res.partner"].create({"name": "Law", "is_company": True})
        lawyer = self.make_professional(
            "lawyer", "Alice Lawyer", partner={"parent_id": firm.id}
        )
        self.env["res.partner"].create(
            {"name": "Bob", "email": "bob@law.example", "parent_id": firm.id}
        )
        for sender in (lawyer.email, "Bob <bob@law.example>"):
            with self.subTest(sender):
                ticket = self.write_in(CALM, From=sender)
                inbound = ticket.dispute_inbound_ids
                self.assertEqual(inbound.speaker, "professional")
                self.assertEqual(inbound.speaker_basis, "partner")
                self.assertEqual(inbound.state, "skipped")
                self.assertEqual(ticket.dispute_level, "calm")
        # his words are no threat of the customer, but somebody looks
        ticket = self.write_in(ANNOUNCED, From=lawyer.email)
        self.assertEqual(ticket.dispute_level, "not_screened")
        self.assertFalse(ticket.dispute_signal_ids)
        self.assertFalse(ticket.dispute_case_id)

    def test_lawyer_who_left_and_lawyer_of_another_company(self):
        lawyer = self.make_professional("lawyer", "Alice Lawyer")
        self.write_in(CALM, From=lawyer.email)
        lawyer.active = False
        ticket = self.write_in(ANNOUNCED, From=lawyer.email)
        self.assertEqual(ticket.dispute_level, "legal")
        lawyer.write({"active": True, "company_id": self.other_company.id})
        ticket = self.write_in(ANNOUNCED, From=lawyer.email)
        self.assertEqual(ticket.dispute_level, "legal")

    def test_address_of_our_lawyer_changes(self):
        lawyer = self.make_professional("lawyer", "Alice Lawyer")
        self.write_in(CALM, From=lawyer.email)
        lawyer.partner_id.email = "alice@new.example"
        ticket = self.write_in(CALM, From="alice@new.example")
        self.assertEqual(ticket.dispute_inbound_ids.speaker, "professional")

    def test_forged_sender_is_nobody_of_ours(self):
        lawyer = self.make_professional("lawyer", "Alice Lawyer")
        self.agent_team.email = "agent@nordwind.example.com"
        for sender in (lawyer.email, "Agent <agent@nordwind.example.com>"):
            ticket = self.write_in(
                ANNOUNCED, From=sender, Authentication_Results="mx; dmarc=fail"
            )
            self.assertEqual(ticket.dispute_inbound_ids.speaker, "customer")
            self.assertEqual(ticket.dispute_level, "legal")

    def test_sender_with_two_addresses_is_nobody_of_ours(self):
        lawyer = self.make_professional("lawyer", "Alice Lawyer")
        self.agent_team.email = ours = "agent@nordwind.example.com"
        for sender in (
            f"{lawyer.email} <paula@example.net>",
            f"{ours} <paula@example.net>",
            f"{ours}, paula@example.net",
            f'"Paula" <{ours}> <paula@example.net>',
            f"{ours}\r\nFrom: paula@example.net",
        ):
            with self.subTest(sender):
                ticket = self.write_in(ANNOUNCED, From=sender)
                self.assertEqual(ticket.dispute_inbound_ids.speaker, "customer")
                self.assertEqual(ticket.dispute_level, "legal")
        ticket = self.write_in(ANNOUNCED, From=f"{ours} <{ours.upper()}>")
        self.assertEqual(ticket.dispute_inbound_ids.speaker, "staff")

    def test_contact_known_as_counsel(self):
        self.customer.dispute_speaker = "counsel"
        ticket = self.write_in("Thank you, I received your letter of 3 May.")
        inbound = ticket.dispute_inbound_ids
        self.assertSpeaks(inbound, "counsel", "partner", "Paula Customer")
        self.assertEqual(
            ticket.dispute_quote, "Thank you, I received your letter of 3 May."
        )
        # in the portal, too
        post = self.write_in(CALM)
        post.with_user(self.portal).sudo().message_post(
            body="<p>I received your second letter.</p>",
            message_type="comment",
            author_id=self.customer.id,
        )
        self.assertEqual(self.newest(post).speaker, "counsel")

    def test_contact_known_as_customer(self):
        self.customer.dispute_speaker = "customer"
        ticket = self.write_in(LETTER)
        self.assertSpeaks(
            ticket.dispute_inbound_ids, "customer", "partner", "Paula Customer"
        )
        self.assertFalse(ticket.dispute_signal_ids)

    def test_mark_of_a_contact_taken_back(self):
        self.customer.dispute_speaker = "counsel"
        self.write_in(CALM)
        self.customer.dispute_speaker = False
        ticket = self.write_in(CALM)
        self.assertEqual(ticket.dispute_inbound_ids.speaker, "customer")

    def test_only_agents_see_how_a_contact_writes(self):
        self.customer.dispute_speaker = "counsel"
        with self.assertRaises(AccessError):
            self.customer.with_user(self.portal).read(["dispute_speaker"])
        self.assertEqual(
            self.customer.with_user(self.agent_team).dispute_speaker, "counsel"
        )

    # ------------------------------------------------------------------
    # Corrections
    # ------------------------------------------------------------------

    def correct(self, inbound, speaker, reason="she signs so", user=None, **more):
        """Fill in the form that corrects the speaker, as ``user`` does."""
        inbound = inbound.with_user(user or self.agent_team)
        action = inbound.action_correct_speaker()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(inbound.env.user)
            .with_context(**action["context"])
        )
        wizard.speaker = speaker
        wizard.reason = reason
        for name, value in more.items():
            setattr(wizard, name, value)
        wizard.save().action_apply()

    def test_customer_is_corrected_to_counsel(self):
        ticket = self.write_in(f"{ANNOUNCED} {CALM}")
        inbound = ticket.dispute_inbound_ids
        announced = ticket.dispute_signal_ids
        evidence = announced.evidence_id
        before = evidence.canonical
        self.correct(inbound, "counsel")
        self.assertEqual((inbound.speaker, inbound.speaker_basis), ("counsel", "agent"))
        self.assertIn("she signs so", inbound.speaker_reason)
        self.assertEqual(announced.state, "context")
        formal = inbound.signal_ids - announced
        self.assertEqual((formal.grade, formal.state), ("formal", "open"))
        self.assertEqual(evidence.canonical, before)
        self.assertTrue(formal.evidence_id.intact)
        self.assertEqual(ticket.dispute_signal_id, formal)
        self.assertIn("she signs so", ticket.message_ids.sorted("id")[-1].body)

    def test_counsel_is_corrected_to_customer_and_back(self):
        ticket = self.write_in(LETTER, From=COUNSEL)
        inbound, signal = ticket.dispute_inbound_ids, ticket.dispute_signal_ids
        self.correct(inbound, "customer")
        self.assertEqual(signal.state, "context")
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertEqual((inbound.state, inbound.level), ("screened", "calm"))
        self.correct(inbound, "counsel")
        self.assertEqual(signal.state, "open")
        self.assertEqual(inbound.signal_ids, signal)
        self.assertEqual(ticket.dispute_level, "legal")

    def test_what_people_judged_stays(self):
        ticket = self.write_in(f"{ANNOUNCED}\n\n{CONDITIONAL}")
        confirmed, dismissed = ticket.dispute_signal_ids
        confirmed.with_user(self.agent_team).action_confirm()
        dismissed.with_user(self.agent_team)._dismiss("about another shop")
        self.correct(ticket.dispute_inbound_ids, "staff")
        self.assertEqual(confirmed.state, "confirmed")
        self.assertEqual(dismissed.state, "dismissed")
        self.assertEqual(ticket.dispute_inbound_ids.state, "skipped")

    def test_own_lawyer_s_letter_is_off_the_agent_s_desk(self):
        lawyer = self.make_professional("lawyer", "Alice Lawyer")
        ticket = self.write_in(ANNOUNCED, From=lawyer.email)
        self.assertEqual(ticket.dispute_level, "not_screened")
        self.correct(ticket.dispute_inbound_ids, "professional", "our own letter")
        self.assertEqual(ticket.dispute_inbound_ids.state, "skipped")
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(ticket.dispute_screening_note)

    def test_remembered_for_later_texts(self):
        ticket = self.write_in(CALM)
        self.correct(ticket.dispute_inbound_ids, "counsel", remember=True)
        self.assertEqual(self.customer.dispute_speaker, "counsel")
        later = self.write_in(CALM)
        self.assertEqual(later.dispute_inbound_ids.speaker, "counsel")

    def test_correction_is_kept_when_screening_runs_again(self):
        ticket = self.write_in(LETTER, From=COUNSEL)
        inbound = ticket.dispute_inbound_ids
        with (
            self.broken_screener(RuntimeError("no lexicon")),
            mute_logger("odoo.addons.dispute_guard.models.dispute_inbound_screening"),
        ):
            self.correct(inbound, "customer")
        self.assertEqual(inbound.state, "pending")
        self.assertEqual(ticket.dispute_signal_ids.state, "open")
        self.run_cron("ir_cron_screening")
        self.assertSpeaks(
            inbound, "customer", "agent", f"{self.agent_team.name}: she signs so"
        )
        self.assertEqual(inbound.state, "screened")

    def test_reason_is_needed(self):
        inbound = self.write_in(CALM).dispute_inbound_ids.with_user(self.agent_team)
        for reason in ("", "  \n", False):
            with self.assertRaises(UserError):
                inbound._correct_speaker("counsel", reason)

    def test_outsiders_correct_nothing(self):
        ticket = self.write_in(CALM)
        ticket.user_id = self.agent_team
        inbound = ticket.dispute_inbound_ids
        for user in (self.portal, self.foreigner, self.agent_own):
            with self.subTest(user.login), self.assertRaises(AccessError):
                inbound.with_user(user)._correct_speaker("counsel", "x")
            with self.subTest(user.login), self.assertRaises(AccessError):
                inbound.with_user(user).action_correct_speaker()
        with self.assertRaises(AccessError):
            inbound.with_user(self.agent_team).write({"speaker": "robot"})
        self.assertEqual(inbound.speaker, "customer")


@tagged("post_install", "-at_install")
class TestParts(DisputeCommon):
    """Words that the mail as shown has not: its plain half, attached texts."""

    def receive_parts(self, *parts, **headers):
        body = "".join(f"--x\r\n{part}\r\n" for part in parts) + "--x--\r\n"
        headers.setdefault("Content_Type", "multipart/alternative; boundary=x")
        return self.receive(make_mail(body, **headers))

    def part(self, kind, text, extra=""):
        return f"Content-Type: {kind}; charset=utf-8\r\n{extra}\r\n{text}"

    def test_threat_in_the_plain_half_only(self):
        ticket = self.receive_parts(
            self.part("text/plain", f"{CALM} {ANNOUNCED}"),
            self.part("text/html", f"<p>{CALM}</p>"),
        )
        self.assertEqual(ticket.dispute_level, "legal")
        part = ticket.dispute_signal_ids.inbound_id
        mail = ticket.dispute_inbound_ids - part
        self.assertEqual((part.part, mail.part), ("text/plain", False))
        self.assertEqual((mail.level, part.level), ("calm", "legal"))
        self.assertFalse(part.raw)
        self.assertEqual(part.raw_sha256, mail.raw_sha256)
        self.assertEqual(part.message_id, mail.message_id)

    def test_same_words_in_both_halves_are_one_text(self):
        ticket = self.receive_parts(
            self.part("text/plain", f"{ANNOUNCED}\r\n<https://example.com/x>"),
            self.part("text/html", f"<p>{ANNOUNCED}</p>"),
        )
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)
        self.assertEqual(len(ticket.dispute_signal_ids), 1)

    def test_harmless_difference_leaves_no_row(self):
        ticket = self.receive_parts(
            self.part("text/plain", f"[logo] {CALM}"),
            self.part("text/html", f"<p>{CALM}</p>"),
        )
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)

    def attach(self, kind, text, name="letter.txt"):
        extra = f"Content-Disposition: attachment; filename={name}\r\n"
        return self.receive_parts(
            self.part("text/plain", CALM),
            self.part(kind, text, extra),
            Content_Type="multipart/mixed; boundary=x",
        )

    def test_threat_in_an_attached_text(self):
        ticket = self.attach("text/plain", ANNOUNCED)
        self.assertEqual(ticket.dispute_level, "legal")
        inbound = ticket.dispute_signal_ids.inbound_id
        self.assertEqual(inbound.part, "letter.txt")
        self.assertEqual(ticket.dispute_quote, ANNOUNCED)

    def test_harmless_and_foreign_files_leave_no_row(self):
        for kind, text in (
            ("text/plain", CALM),
            ("text/csv", ANNOUNCED),
            ("text/plain", ANNOUNCED + " x" * 200_000),
        ):
            ticket = self.attach(kind, text)
            self.assertEqual(len(ticket.dispute_inbound_ids), 1)

    def test_second_copy_of_a_mail_with_parts_is_known(self):
        raw = make_mail(
            f"--x\r\n{self.part('text/plain', ANNOUNCED)}\r\n"
            f"--x\r\n{self.part('text/html', f'<p>{CALM}</p>')}\r\n--x--\r\n",
            Content_Type="multipart/alternative; boundary=x",
        )
        ticket = self.receive(raw)
        self.assertFalse(self.receive(raw))
        stray = self.env["dispute.stray.mail"].search([], limit=1)
        self.assertEqual(stray.state, "duplicate")
        self.assertEqual(len(ticket.dispute_inbound_ids), 2)
        kept = ticket.dispute_inbound_ids.filtered("raw")
        self.assertEqual(base64.b64decode(kept.raw), raw)

    def test_lawyer_s_letter_attached_by_the_customer(self):
        ticket = self.attach("text/plain", f"{LETTER}\r\n{ANNOUNCED}")
        self.assertEqual(
            set(ticket.dispute_inbound_ids.mapped("speaker")), {"customer"}
        )
        self.assertNotIn("formal", ticket.dispute_signal_ids.mapped("grade"))

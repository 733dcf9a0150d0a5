"""Texts that are read again: after a failure, or because somebody else speaks."""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM, CONDITIONAL, make_mail
from .common_phrase_book import FOUND, PhraseCommon

SCREENING = "odoo.addons.dispute_guard.models.dispute_inbound_screening"


@tagged("post_install", "-at_install")
class TestCorrectedAgain(PhraseCommon):
    def correct(self, ticket, speaker):
        inbound = ticket.dispute_inbound_ids.with_user(self.agent_team)
        inbound._correct_speaker(speaker, "she signs so")

    def test_rule_on_trial_does_not_hide_a_shipped_one(self):
        self.make_live_rule(
            "shadow", phrase="instructed my solicitor to issue court proceedings"
        )
        ticket = self.write_in(ANNOUNCED)
        signals = ticket.dispute_inbound_ids.signal_ids
        before = {signal: signal.state for signal in signals}
        self.assertEqual(set(before.values()), {"open", "shadow"})
        self.correct(ticket, "customer")
        self.assertEqual({signal: signal.state for signal in signals}, before)
        self.assertEqual(ticket.dispute_inbound_ids.signal_ids, signals)
        self.assertEqual(ticket.dispute_level, "legal")

    def test_suggestion_comes_back_as_a_suggestion(self):
        self.make_live_rule("suggest")
        ticket = self.write_in(FOUND)
        signal = ticket.dispute_inbound_ids.signal_ids
        self.assertEqual(signal.state, "suggested")
        self.correct(ticket, "staff")
        self.assertEqual(signal.state, "context")
        self.correct(ticket, "customer")
        self.assertEqual(signal.state, "suggested")
        self.assertEqual(ticket.dispute_level, "calm")

    def test_correction_while_screening_fails(self):
        ticket = self.write_in(CONDITIONAL)
        said = ticket.dispute_signal_ids
        with self.broken_screener(RuntimeError("no lexicon")), mute_logger(SCREENING):
            self.correct(ticket, "counsel")
        self.run_cron("ir_cron_screening")
        self.assertEqual(said.state, "context")
        formal = ticket.dispute_inbound_ids.signal_ids - said
        self.assertEqual((formal.grade, formal.state), ("formal", "open"))

    def test_text_whose_ticket_is_gone(self):
        ticket = self.write_in(CALM)
        inbound = ticket.dispute_inbound_ids
        ticket.unlink()
        inbound.with_user(self.supervisor)._correct_speaker("counsel", "she says so")
        self.assertEqual(inbound.speaker, "counsel")

    def test_text_of_another_company_is_not_named(self):
        ticket = self.write_in(CALM)
        inbound = ticket.dispute_inbound_ids.id
        for model, values in (
            (
                "dispute.speaker.correct",
                {"inbound_id": inbound, "speaker": "staff", "reason": "x"},
            ),
            ("dispute.signal.note", {"ticket_id": ticket.id, "note": "x"}),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.foreigner).create(values)


@tagged("post_install", "-at_install")
class TestFailedFirst(PhraseCommon):
    def make_halves(self, plain, shown, **headers):
        """A mail whose plain half is not what is shown."""
        halves = (("plain", plain), ("html", f"<p>{shown}</p>"))
        body = "".join(
            f"--x\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{text}\r\n"
            for kind, text in halves
        )
        headers["Content_Type"] = "multipart/alternative; boundary=x"
        return make_mail(f"{body}--x--\r\n", **headers)

    def fail(self, raw):
        with self.broken_screener(RuntimeError("no lexicon")), mute_logger(SCREENING):
            return self.receive(raw)

    def test_parts_are_read_when_the_mail_is(self):
        ticket = self.fail(self.make_halves(f"{CALM} {ANNOUNCED}", CALM))
        mail = ticket.dispute_inbound_ids
        self.assertEqual(mail.state, "pending")
        self.run_cron("ir_cron_screening")
        part = ticket.dispute_inbound_ids - mail
        self.assertEqual((mail.level, part.level), ("calm", "legal"))
        self.assertEqual((part.part, part.raw), ("text/plain", False))
        self.assertEqual(part.received_at, mail.received_at)
        self.assertEqual(ticket.dispute_level, "legal")

    def test_parts_are_read_once(self):
        raw = self.make_halves(f"{CALM} {ANNOUNCED}", CONDITIONAL)
        raising = type(self.env["dispute.signal"])
        with (
            patch.object(raising, "_raise_signals", side_effect=ValueError("no")),
            mute_logger(SCREENING),
        ):
            ticket = self.receive(raw)
        self.assertEqual(
            ticket.dispute_inbound_ids.mapped("state"), ["pending", "pending"]
        )
        self.run_cron("ir_cron_screening")
        self.assertEqual(len(ticket.dispute_inbound_ids), 2)
        self.assertEqual(len(ticket.dispute_signal_ids), 2)

    def test_same_words_in_both_halves(self):
        ticket = self.fail(self.make_halves(ANNOUNCED, ANNOUNCED))
        self.run_cron("ir_cron_screening")
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)
        self.assertEqual(len(ticket.dispute_signal_ids), 1)

    def test_parts_of_a_robot_s_mail(self):
        robot = {"Auto_Submitted": "auto-replied"}
        ticket = self.receive(self.make_halves(f"{CALM} {ANNOUNCED}", CALM, **robot))
        self.assertEqual(ticket.dispute_level, "not_screened")
        self.assertFalse(ticket.dispute_signal_ids)
        ticket = self.receive(self.make_halves(f"[logo] {CALM}", CALM, **robot))
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)

    def test_calm_part_of_a_robot_s_mail(self):
        hours = "In December our shop opens at nine and closes at six every day."
        robot = {"Auto_Submitted": "auto-replied"}
        ticket = self.receive(self.make_halves(hours, CALM, **robot))
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)
        self.assertFalse(ticket.message_ids.attachment_ids)  # as it was sent

    def test_collision_while_a_mail_is_fetched(self):
        """A mail server marks a mail as read, whatever is raised."""
        tickets = type(self.env["helpdesk.ticket"])
        collision = SerializationFailure("could not serialize access")
        with patch.object(tickets, "message_new", side_effect=collision):
            self.assertFalse(self.write_in(ANNOUNCED))
        stray = self.env["dispute.stray.mail"].search([], limit=1)
        self.assertEqual(stray.state, "undelivered")
        self.run_cron("ir_cron_stray_mail")
        self.assertEqual(stray.state, "delivered")
        ticket = self.env["helpdesk.ticket"].search([], order="id desc", limit=1)
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertFalse(ticket.message_ids.attachment_ids)  # as it was sent

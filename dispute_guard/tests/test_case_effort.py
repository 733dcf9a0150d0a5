"""What we did for peace: read from the record, or noted by people."""

from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CALM
from .common_case import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseEffort(CaseCommon):
    def answer(self, ticket, body="We are looking into it.", **values):
        return ticket.with_user(self.agent_team).message_post(
            body=body,
            **{"message_type": "comment", "subtype_xmlid": "mail.mt_comment", **values},
        )

    def log_call(self, ticket):
        window = self.open_window(
            ticket.with_user(self.agent_team).action_log_dispute_call(), self.agent_team
        )
        window.content = "We spoke about the worktop."
        window.save().action_apply()

    def get_kinds(self, case):
        case.invalidate_recordset()
        return sorted(case.effort_ids.mapped("kind"))

    def note(self, case, user=None, **values):
        return (
            self.env["dispute.effort.entry"]
            .with_user(user or self.agent_team)
            .create(
                {
                    "case_id": case.id,
                    "kind": "offer",
                    "words": "A new worktop, free of charge",
                    **values,
                }
            )
        )

    # ------------------------------------------------------------------
    # From the record
    # ------------------------------------------------------------------

    def test_answers_and_calls_count_by_themselves(self):
        case = self.make_case()
        self.assertFalse(case.effort_count)
        self.answer(case.ticket_ids)
        self.log_call(case.ticket_ids)
        self.assertEqual(self.get_kinds(case), ["answer", "call"])
        self.assertEqual(case.effort_count, 2)

    def test_those_from_before_the_dispute_count(self):
        ticket = self.write_in(CALM)
        self.answer(ticket)
        ticket._open_dispute_case()
        self.assertEqual(self.get_kinds(ticket.dispute_case_id), ["answer"])

    def test_what_is_no_answer(self):
        case = self.make_case()
        ticket = case.ticket_ids
        self.answer(ticket, subtype_xmlid="mail.mt_note")
        self.answer(ticket, message_type="notification")
        self.reply(ticket, "And another thing.")
        ticket.message_post(body="Robot", subtype_xmlid="mail.mt_comment")
        self.assertFalse(self.get_kinds(case))

    def test_they_go_with_their_ticket(self):
        case, other = self.make_case(), self.make_case()
        ticket = self.add_ticket(case)
        self.answer(ticket)
        self.assertEqual(self.get_kinds(case), ["answer"])
        ticket.dispute_case_id = other
        self.assertFalse(self.get_kinds(case))
        self.assertEqual(self.get_kinds(other), ["answer"])

    # ------------------------------------------------------------------
    # Noted
    # ------------------------------------------------------------------

    def test_an_agent_notes_an_offer(self):
        case = self.make_case()
        window = self.open_window(
            self.env["dispute.effort"]
            .with_context(**case.action_view_efforts()["context"])
            .action_note(),
            self.agent_team,
        )
        window.kind = "offer"
        window.words = "A new worktop, free of charge"
        entry = window.save()
        self.assertEqual(entry.author, self.agent_team.name)
        self.assertEqual(self.get_kinds(case), ["offer"])
        evidence = self.env["dispute.evidence"].search([], order="id desc", limit=1)
        self.assertEqual(evidence.kind, "offer")
        self.assertEqual(evidence.ticket_id, case.ticket_ids.id)
        self.assertIn("A new worktop, free of charge", evidence.content)
        self.assertEqual(evidence.author, self.agent_team.name)
        self.assertEqual(evidence.occurred_source, "typed")

    def test_an_apology_is_course_of_the_dispute(self):
        case = self.make_case()
        self.note(case, kind="apology", words="We said that we are sorry for the wait")
        ((step, details),) = self.get_course(case)
        self.assertEqual((step, details["effort"]), ("effort", "apology"))

    def test_it_stays_as_it_was_noted(self):
        case = self.make_case()
        entry = self.note(case)
        for change in (
            lambda: entry.sudo().write({"words": "Nothing"}),
            lambda: entry.sudo().unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        self.env.flush_all()
        with mute_logger("odoo.sql_db"):
            for query in ("UPDATE %s SET words = ''", "DELETE FROM %s"):
                with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                    self.env.cr.execute(query % "dispute_effort_entry")
        self.assertEqual(entry.words, "A new worktop, free of charge")

    def test_what_cannot_be_noted(self):
        case, other = self.make_case(), self.make_case()
        for wrong in (
            {"occurred_at": "2099-01-01"},
            {"words": "  "},
            {"ticket_id": other.ticket_ids.id},
        ):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self.note(case, **wrong)
        with self.assertRaises(UserError):
            self.note(case, author="The director")
        with self.assertRaises(ValueError):
            self.note(case, kind="answer")

    def test_nobody_notes_on_disputes_he_does_not_see(self):
        case = self.make_case()
        self.send_far(case.ticket_ids)
        with self.assertRaises(AccessError):
            self.note(case)
        with self.assertRaises(AccessError):
            self.note(case, self.foreigner)
        entry = self.note(case, self.supervisor)
        with self.assertRaises(AccessError):
            entry.with_user(self.agent_team).read(["words"])
        efforts = self.env["dispute.effort"].with_user(self.agent_team)
        self.assertFalse(efforts.search([("case_id", "=", case.id)]))

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..ledger import sha256_hex
from .common import ANNOUNCED, CALM
from .common_capture import PDF, FileCommon


@tagged("post_install", "-at_install")
class TestCall(FileCommon):
    def get_calls(self, ticket):
        return self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "call")], order="id"
        )

    def plan(self, record, kind="mail.mail_activity_data_call", **values):
        return record.with_user(self.manager).activity_schedule(
            kind,
            summary="Call Paula",
            note="<p>Offer a date</p>",
            user_id=self.agent_team.id,
            **values,
        )

    def test_a_call_that_is_done_is_recorded(self):
        ticket = self.write_in(CALM)
        file = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create({"name": "o.pdf", "raw": PDF, "res_model": "mail.compose.message"})
        )
        self.plan(ticket).with_user(self.manager).action_feedback(
            feedback="She agrees to Friday.", attachment_ids=file.ids
        )
        call = self.get_calls(ticket)
        self.assertEqual(len(call), 1)
        for words in ("Call Paula", "Offer a date", "She agrees to Friday."):
            self.assertIn(words, call.content)
        self.assertEqual(call.author, "Martha Manager")
        self.assertEqual(call.occurred_source, "server")
        record = call._get_record()
        self.assertEqual(record["details"]["assigned_to"], "Tessa Agent")
        self.assertEqual(
            [each["sha256"] for each in record["files"]], [sha256_hex(PDF)]
        )
        self.assertEqual(self.read_back(sha256_hex(PDF)), PDF)

    def test_calls_on_a_dispute_stand_on_its_ticket(self):
        ticket = self.write_in(ANNOUNCED)
        self.plan(ticket.dispute_case_id).with_user(self.manager).action_feedback(
            "Done"
        )
        self.assertEqual(len(self.get_calls(ticket)), 1)

    def test_other_activities_are_no_calls(self):
        ticket = self.write_in(CALM)
        self.plan(ticket, "mail.mail_activity_data_todo").action_feedback("Done")
        before = self.env["dispute.evidence"].search_count([("kind", "=", "call")])
        self.customer.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.env.user.id
        ).action_feedback("Done")
        self.assertFalse(self.get_calls(ticket))
        self.assertEqual(
            self.env["dispute.evidence"].search_count([("kind", "=", "call")]), before
        )

    def log(self, ticket, user=None, **values):
        action = ticket.with_user(user or self.agent_team).action_log_dispute_call()
        wizard = (
            self.env["dispute.call.log"]
            .with_user(user or self.agent_team)
            .with_context(**action["context"])
            .create({"content": "She wants Friday.", **values})
        )
        wizard.action_apply()

    def test_a_call_noted_by_hand_is_recorded(self):
        ticket = self.write_in(CALM)
        ticket.team_id = self.team
        earlier = fields.Datetime.now() - timedelta(hours=2)
        self.log(ticket, occurred_at=earlier, minutes=7, direction="out")
        call = self.get_calls(ticket)
        self.assertEqual(call.content, "She wants Friday.")
        self.assertEqual((call.occurred_at, call.occurred_source), (earlier, "typed"))
        details = call._get_record()["details"]
        self.assertEqual((details["direction"], details["minutes"]), ("out", 7))
        self.assertEqual(details["spoken_with"], "Paula Customer")
        note = ticket.message_ids[0]
        self.assertIn("She wants Friday.", note.body)
        self.assertTrue(note.is_internal or note.subtype_id.internal)

    def test_a_call_of_tomorrow_is_refused(self):
        ticket = self.write_in(CALM)
        with self.assertRaises(ValidationError):
            self.log(ticket, occurred_at=fields.Datetime.now() + timedelta(days=1))

    def test_who_may_not_work_on_the_ticket_logs_no_call(self):
        ticket = self.write_in(CALM)
        for user in (self.foreigner, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.log(ticket, user)
        self.assertFalse(self.get_calls(ticket))

"""Mails that come in while the other side may not be written to."""

from odoo.tests import tagged

from .common import ANNOUNCED, CALM, INBOX, make_mail
from .common_gate import SECRET, GateCommon

COUNSEL = "Alice Lawyer <alice@nordwind.example.com>"


@tagged("post_install", "-at_install")
class TestGateGateway(GateCommon):
    def answer_by_mail(self, sender, body=SECRET, **headers):
        """Let ``sender`` answer to the newest message; return what comes of it."""
        before = self.ticket.message_ids
        # what answers to a note is a note in Odoo itself
        shown = before.filtered(lambda message: not message.subtype_id.internal)
        headers.setdefault("In_Reply_To", shown.sorted("id")[-1].message_id)
        with self.outside() as seen:
            self.reply(
                self.ticket,
                body,
                From=sender,
                Return_Path=sender[sender.index("<") :],
                **headers,
            )
        return (self.ticket.message_ids - before).sorted("id"), seen

    def test_colleague(self):
        sender = self.agent_team.email_formatted
        messages, seen = self.answer_by_mail(sender)
        self.assertTrue(seen)
        self.assertFalse(messages[0].subtype_id.internal)

    def test_colleague_while_locked(self):
        self.lock()
        sender = self.agent_team.email_formatted
        messages, seen = self.answer_by_mail(
            sender, To=f"{INBOX}, paula@example.net", Cc="stefan@example.org"
        )
        self.assertFalse(seen)
        note = messages[0]
        self.assertIn(SECRET, note.body)
        self.assertTrue(note.is_internal)
        self.assertTrue(note.subtype_id.internal)
        self.assertEqual(note.author_id, self.agent_team.partner_id)
        self.assertFalse(note.partner_ids & (self.customer | self.stranger))
        self.assertFalse(note.with_user(self.portal).has_access("read"))
        self.assertFalse(self.get_withheld())
        told = self._new_mails.filtered(lambda mail: "Not sent on" in mail.subject)
        self.assertEqual(told.recipient_ids, self.agent_team.partner_id)
        self.assertIn("only Alice Lawyer", told.body_html)

    def test_answer_to_a_note(self):
        """The customer does not read what colleagues write among themselves."""
        note = self.ticket.with_user(self.supervisor).message_post(
            body="What shall we do?", message_type="comment"
        )
        messages, seen = self.answer_by_mail(
            self.agent_team.email_formatted, In_Reply_To=note.message_id
        )
        self.assertFalse(seen)
        self.assertTrue(messages[0].is_internal)
        self.assertFalse(messages[0].with_user(self.portal).has_access("read"))

    def test_who_speaks(self):
        self.lock()
        messages, seen = self.answer_by_mail(COUNSEL)
        self.assertTrue(seen)
        self.assertFalse(messages[0].subtype_id.internal)
        self.assertFalse(self.get_withheld())

    def test_lawyer_outside(self):
        outside = self.make_professional("lawyer", "Otto Outside", "en")
        sender = f"Otto Outside <{outside.email}>"
        self.lock()
        messages, seen = self.answer_by_mail(sender)
        self.assertFalse(seen)
        self.assertTrue(messages[0].is_internal)

    def test_forged_sender(self):
        self.lock()
        for headers in (
            {"Authentication_Results": "mx.nordwind.example.com; dmarc=fail"},
            {"Auto_Submitted": "auto-replied"},
        ):
            with self.subTest(headers=headers), self.undone():
                messages, seen = self.answer_by_mail(COUNSEL, **headers)
                self.assertFalse(seen)
                self.assertFalse(
                    [m for m in messages if not m.is_internal and SECRET in m.body]
                )

    def test_customer(self):
        colleague = self.stranger
        self.ticket.message_subscribe(colleague.ids)
        self.lock()
        messages, _seen = self.answer_by_mail("Paula Customer <paula@example.net>")
        message = messages[0]
        self.assertFalse(message.subtype_id.internal)
        self.assertEqual(message.author_id, self.customer)
        self.assertTrue(message.with_user(self.portal).has_access("read"))
        self.assertFalse(self.get_withheld())

    def test_customer_threatens(self):
        self.lock()
        before = len(self.ticket.dispute_signal_ids)
        self.answer_by_mail("Paula Customer <paula@example.net>", ANNOUNCED)
        self.assertGreater(len(self.ticket.dispute_signal_ids), before)

    def test_somebody_else(self):
        self.lock()
        messages, _seen = self.answer_by_mail("Stefan Stranger <stefan@example.org>")
        self.assertFalse(messages[0].subtype_id.internal)

    def test_nobody_is_out_of_office(self):
        """An agent who is away does not answer by himself."""
        self.agent_team.write(
            {
                "out_of_office_from": "2020-01-01 00:00:00",
                "out_of_office_to": "2099-01-01 00:00:00",
                "out_of_office_message": f"<p>{SECRET}</p>",
            }
        )
        sender = "Paula Customer <paula@example.net>"
        with self.undone():
            messages, seen = self.answer_by_mail(sender, CALM)
            self.assertTrue(seen)
        self.lock()
        messages, seen = self.answer_by_mail(sender, CALM)
        self.assertFalse([each for each in seen if "portal" not in each])
        self.assertFalse([each for each in messages if SECRET in each.body])
        self.assertIn(SECRET, self.get_withheld().body)

    def test_new_mail_of_the_customer(self):
        self.lock()
        ticket = self.receive(make_mail(CALM))
        self.assertNotEqual(ticket, self.ticket)
        self.assertFalse(ticket.dispute_case_id)

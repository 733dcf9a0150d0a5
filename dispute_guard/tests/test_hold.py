import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import ANNOUNCED, CONDITIONAL, DisputeCommon, make_mail

SCAN = base64.b64encode(b"%PDF-1.4 a letter").decode()
WITH_FILE = (
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n"
    "--b\r\nContent-Type: application/pdf; name=letter.pdf\r\n"
    "Content-Disposition: attachment; filename=letter.pdf\r\n"
    f"Content-Transfer-Encoding: base64\r\n\r\n{SCAN}\r\n--b--\r\n"
)


@tagged("post_install", "-at_install")
class TestHold(MockEmail, DisputeCommon):
    def write_with_file(self, body):
        raw = make_mail(
            WITH_FILE.format(body),
            Content_Type='multipart/mixed; boundary="b"',
            Content_Transfer_Encoding=None,
        )
        return self.receive(raw)

    def get_users(self):
        """Everybody who may delete tickets without a hold, the superuser included."""
        return (self.manager, self.env.ref("base.user_admin"), self.env.user)

    def assertHeld(self, records, case):
        """Assert that nobody deletes ``records`` and that the case is named."""
        for user in self.get_users():
            with self.subTest(records=records, user=user.login):
                company = {"allowed_company_ids": user.company_ids.ids}
                with self.assertRaises(UserError) as refusal:
                    records.with_user(user).sudo().with_context(**company).unlink()
                self.assertIn(case.name, str(refusal.exception))
                self.assertIn("legal hold", str(refusal.exception))
        for user in (self.agent_team, self.manager, self.supervisor):
            with self.subTest(records=records, user=user.login):
                with self.assertRaises(UserError):
                    records.with_user(user).unlink()
        self.assertEqual(records.exists(), records)

    def test_ticket(self):
        ticket = self.write_in(ANNOUNCED)
        self.assertHeld(ticket, ticket.dispute_case_id)
        with self.assertRaises(UserError) as refusal:
            ticket.with_user(self.manager).unlink()
        self.assertIn(ticket.dispute_case_id.name, str(refusal.exception))

    def test_ticket_without_messages_of_the_customer(self):
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Call",
                "description": f"<p>{ANNOUNCED}</p>",
                "team_id": self.team.id,
                "partner_id": self.customer.id,
            }
        )
        self.assertFalse(ticket.dispute_inbound_ids.message_id)
        self.assertHeld(ticket, ticket.dispute_case_id)

    def test_ticket_in_a_batch(self):
        held = self.write_in(ANNOUNCED)
        free = self.write_in("Where is my order?")
        with self.assertRaises(UserError):
            (free | held).unlink()
        self.assertTrue(free.exists())

    def test_inbound_message(self):
        ticket = self.write_in(ANNOUNCED)
        message = ticket.dispute_inbound_ids.message_id
        self.assertTrue(message)
        self.assertHeld(message, ticket.dispute_case_id)

    def test_message_from_before_the_hold(self):
        ticket = self.write_in("Where is my order?")
        first = ticket.dispute_inbound_ids.message_id
        self.reply(ticket, ANNOUNCED)
        self.assertHeld(first, ticket.dispute_case_id)

    def test_attachment(self):
        ticket = self.write_with_file(ANNOUNCED)
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)]
        )
        self.assertEqual(file.name, "letter.pdf")
        self.assertHeld(file, ticket.dispute_case_id)

    def test_emptying_a_message_does_not_delete_its_files(self):
        """Deleting in the chatter empties the message and drops its files."""
        ticket = self.write_with_file(ANNOUNCED)
        message = ticket.dispute_inbound_ids.message_id
        file = message.attachment_ids
        with self.assertRaises(UserError):
            ticket._message_update_content(
                message, body="", attachment_ids=[], strict=False
            )
        self.assertTrue(file.exists())

    def test_case(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        self.assertHeld(case, case)

    def test_archiving_is_no_way_round(self):
        ticket = self.write_in(ANNOUNCED)
        with self.assertRaises(UserError):
            ticket.active = False
        with self.assertRaises(UserError):
            ticket.sudo().action_archive()
        self.assertTrue(ticket.active)
        self.assertHeld(ticket, ticket.dispute_case_id)

    def test_messages_stay_as_they_were_sent(self):
        """Neither the customer's words nor our own answers change or go."""
        ticket = self.write_in(ANNOUNCED)
        answer = ticket.with_user(self.agent_team).message_post(
            body="Sorry, we shall pay.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        for message in (ticket.dispute_inbound_ids.message_id, answer):
            for vals in ({"body": ""}, {"date": "2001-01-01"}, {"email_from": "x@y.z"}):
                with self.subTest(vals=vals), self.assertRaises(UserError):
                    message.sudo().write(vals)
            with self.assertRaises(UserError):
                message.sudo().unlink()
            message.write({"body": message.body, "subject": "Re: allowed"})

    def test_taking_the_ticket_out_of_its_case_is_no_way_round(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        for user in (self.agent_team, self.manager):
            with self.subTest(user.login), self.assertRaises(UserError):
                ticket.with_user(user).dispute_case_id = False
        self.assertEqual(ticket.dispute_case_id, case)

    def test_nobody_lifts_the_hold_in_passing(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        for user in (self.agent_team, self.supervisor, self.manager, self.env.user):
            for forged in (None, True, {"x": 1}, object()):
                mine = case.with_user(user).with_context(dispute_station=forged)
                with self.subTest(user.login), self.assertRaises(UserError):
                    mine.write({"hold": False})
        self.assertTrue(case.hold)

    def release(self, case, reason):
        """Release the hold as people do: by the window that asks for the reason."""
        action = case.action_release_hold()
        window = Form(case.env[action["res_model"]].with_context(**action["context"]))
        window.reason = reason
        return window.save().action_apply()

    def test_supervisor_releases_the_hold_with_a_reason(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        for reason in (False, "  "):
            with self.assertRaises((UserError, AssertionError)[not reason]):
                self.release(case.with_user(self.supervisor), reason)
        self.assertTrue(case.hold)
        self.release(case.with_user(self.supervisor), "Settled on 3 November")
        self.assertFalse(case.hold)
        self.assertIn("Settled on 3 November", case.message_ids[0].body)
        self.assertEqual(case.message_ids[0].author_id, self.supervisor.partner_id)
        ticket.with_user(self.manager).unlink()
        self.assertFalse(ticket.exists())

    def test_agent_does_not_release_the_hold(self):
        case = self.write_in(ANNOUNCED).dispute_case_id.with_user(self.agent_team)
        with self.assertRaises(AccessError):
            self.release(case, "because")
        with self.assertRaises(AccessError):
            case._release_hold("because")
        self.assertTrue(case.hold)

    def test_nothing_is_held_without_a_hold(self):
        ticket = self.write_with_file(CONDITIONAL)
        self.assertTrue(ticket.dispute_case_id)
        self.assertFalse(ticket.dispute_hold)
        self.env["ir.attachment"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)]
        ).unlink()
        ticket.dispute_inbound_ids.message_id.unlink()
        ticket.with_user(self.manager).unlink()
        self.assertFalse(ticket.exists())

    def test_other_tickets_are_free(self):
        self.write_in(ANNOUNCED)
        ticket = self.write_in("Where is my order?")
        ticket.with_user(self.manager).unlink()
        self.assertFalse(ticket.exists())

    def test_supervisor_places_a_hold(self):
        case = self.write_in(CONDITIONAL).dispute_case_id
        with self.assertRaises(AccessError):
            case.with_user(self.agent_team).action_place_hold()
        case.with_user(self.supervisor).action_place_hold()
        self.assertTrue(case.hold)
        self.assertIn(self.supervisor.name, case.hold_reason)
        self.assertHeld(case.ticket_ids, case)

    def test_sent_mail_of_a_held_ticket_is_cleaned_up(self):
        """A veto there would break sending after the mail server has taken the mail."""
        ticket = self.write_in(ANNOUNCED)
        mail = self.env["mail.mail"].create(
            {
                "subject": "Your order",
                "body_html": "<p>We are looking into it.</p>",
                "email_to": "paula@example.net",
                "email_from": f"office@{self.alias_domain.name}",
                "model": "helpdesk.ticket",
                "res_id": ticket.id,
                "auto_delete": True,
            }
        )
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mail.send(raise_exception=True)
        self.assertEqual(len(self._mails), 1)
        self.assertFalse(mail.exists())

"""What goes on under a hold, and what Odoo does by itself."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_hold import HoldCommon, merge

# one pixel
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestHoldGoesOn(HoldCommon):
    def test_people_go_on_working(self):
        ticket = self.held.ticket.with_user(self.agent_team)
        stage = self.env["helpdesk.ticket.stage"].search([("closed", "=", True)])[:1]
        ticket.write({"stage_id": stage.id, "priority": "1", "user_id": False})
        ticket.tag_ids = self.env["helpdesk.ticket.tag"].create(
            {"name": "Angry", "company_id": self.company.id}
        )
        ticket.message_post(body="Another answer", message_type="comment")
        ticket.activity_schedule("mail.mail_activity_data_todo", note="Do it")
        self.held.planned.with_user(self.agent_team).action_feedback(feedback="Done")
        self.reply(self.held.ticket, "And another mail", From=self.held.customer.email)
        self.assertTrue(self.held.ticket.active)
        self.held.case.with_user(self.supervisor).write(
            {"title": "Kitchen", "rung": "cooling_off", "amount_disputed": 5}
        )

    def test_odoo_goes_on_writing(self):
        """What Odoo itself writes later, and what changes nothing."""
        message, file = self.held.message, self.held.file
        message.write(
            {
                "subject": message.subject,
                "partner_ids": [Command.link(self.stranger.id)],
                "message_id": message.message_id,
                "body": message.body,
                "date": message.date,
                "author_id": message.author_id.id,
                "model": message.model,
                "res_id": message.res_id,
            }
        )
        message.write({})
        note = self.held.ticket._message_log(body="A note")
        self.assertFalse(note.subject)
        note.subject = "Re: My order\nand more"
        note.subject = "Re: My order and more"
        with self.assertRaises(UserError):
            note.subject = "Re: Nothing"
        extra = self.env["ir.attachment"].create({"name": "more.txt", "raw": b"more"})
        message.write({"attachment_ids": [Command.link(extra.id)]})
        file.generate_access_token()
        file.write({"raw": file.raw, "name": file.name, "res_id": file.res_id})
        file.write({"datas": file.datas, "description": "A letter"})
        self.held.ticket.write(
            {
                "description": self.held.ticket.description,
                "partner_id": self.held.ticket.partner_id.id,
                "active": True,
                "dispute_case_id": self.held.case.id,
            }
        )
        self.held.notice.write({"notification_status": "bounce", "is_read": True})

    def test_what_is_empty_can_be_filled_in(self):
        customer = self.held.customer
        customer.write({"phone": "+371 20000000", "vat": False, "comment": "angry"})
        customer.write({"phone": "+371 20000001", "image_1920": PICTURE})
        customer.image_1920 = False
        with self.assertRaises(UserError):
            customer.phone = False
        self.env["res.partner"].create(
            {"name": "Office", "parent_id": customer.id, "email": "new@example.net"}
        )

    def test_a_file_moves_from_the_activity_to_its_message(self):
        planned = self.held.planned
        file = self.env["ir.attachment"].create(
            {
                "name": "notes.txt",
                "raw": b"notes",
                "res_model": "mail.activity",
                "res_id": planned.id,
            }
        )
        with self.assertRaises(UserError):
            file.unlink()
        planned.with_user(self.agent_team).action_feedback(feedback="Called")
        self.assertEqual(file.res_model, "mail.message")
        with self.assertRaises(UserError):
            file.unlink()

    def test_a_file_lent_to_a_message_is_held(self):
        """Wherever it belongs itself."""
        file = self.env["ir.attachment"].create({"name": "terms.txt", "raw": b"terms"})
        self.assertIsNone(self.take(lambda t, d: file.unlink(), self.held))
        self.held.answer.write({"attachment_ids": [Command.link(file.id)]})
        self.assertNamesHold(
            self.take(lambda t, d: file.unlink(), self.held), self.held
        )

    def test_authors_stay_with_their_messages(self):
        """A deletion or a merge by SQL would take the author from his messages."""
        expert = self.env["res.partner"].create({"name": "E", "email": "e@example.org"})
        self.held.ticket.message_post(body="Seen", author_id=expert.id)
        self.assertNamesHold(
            self.take(lambda t, d: expert.unlink(), self.held), self.held
        )
        self.assertNamesHold(
            self.take(lambda t, d: merge(d, expert, t.stranger), self.held), self.held
        )
        expert.write({"active": False, "name": "Retired"})

    # ------------------------------------------------------------------
    # Collectors of garbage
    # ------------------------------------------------------------------

    def test_the_collector_of_notifications_spares_what_is_held(self):
        self.env["mail.notification"]._gc_notifications(max_age_days=1)
        self.assertTrue(self.held.notice.exists())
        self.assertFalse(self.free.notice.exists())

    def test_the_collector_of_activities_spares_what_is_held(self):
        self.env["ir.config_parameter"].set_param(
            "mail.activity.gc.delete_overdue_years", 1
        )
        (self.held.planned | self.free.planned).date_deadline = "2001-01-01"
        self.env["mail.activity"]._gc_delete_old_overdue_activities()
        self.assertTrue(self.held.planned.exists())
        self.assertFalse(self.free.planned.exists())

    def test_the_collector_of_lost_files_spares_what_is_held(self):
        lost = self.env["ir.attachment"].create(
            [
                {"name": "a", "raw": raw, "res_model": "mail.compose.message"}
                for raw in (b"held", b"free")
            ]
        )
        self.held.answer.attachment_ids = [Command.link(lost[0].id)]
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE ir_attachment SET create_date = '2001-01-01',
                write_date = '2001-01-01', res_id = 0 WHERE id IN %s
            """,
            [lost._ids],
        )
        self.env.invalidate_all()
        self.env["mail.compose.message"]._gc_lost_attachments()
        self.assertEqual(lost.exists(), lost[0])

    def test_sent_mails_are_kept_and_sending_goes_on(self):
        for dispute, kept in ((self.held, True), (self.free, False)):
            mail = self.env["mail.mail"].create(
                {
                    "mail_message_id": dispute.answer.id,
                    "body_html": "<p>Answer</p>",
                    "email_to": dispute.customer.email,
                    "auto_delete": True,
                }
            )
            mail.state = "sent"
            mail.auto_delete = True
            mail._postprocess_sent_message([], [])
            with self.subTest(kept=kept):
                self.assertEqual(bool(mail.exists()), kept)
                self.assertTrue(dispute.answer.exists())

    def test_what_the_system_plans_for_itself_comes_and_goes(self):
        ticket = self.held.ticket
        housekeeping = "dispute_guard.mail_activity_type_screening"
        ticket.activity_schedule(housekeeping)
        ticket.activity_unlink([housekeeping])
        self.assertFalse(ticket.activity_search([housekeeping]))
        handoff = self.held.case.handoff_ids[:1]
        self.assertTrue(handoff)
        handoff.with_user(self.supervisor).action_cancel()
        self.assertEqual(handoff.state, "cancelled")

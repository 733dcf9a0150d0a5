"""What Odoo sends by itself while the other side may not be written to."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_gate import SECRET, GateCommon

LATER, AFTER = "2099-01-01 00:00:00", "2099-01-02 00:00:00"


@tagged("post_install", "-at_install")
class TestGateSystem(GateCommon):
    def as_agent(self, record=None):
        return (record or self.ticket).with_user(self.agent_team)

    def run_odoo_cron(self, xmlid):
        cron = self.env.ref(xmlid)
        cron.ir_actions_server_id.with_user(cron.user_id).run()

    # ------------------------------------------------------------------
    # Stages
    # ------------------------------------------------------------------

    def test_stage_mail(self):
        with self.outside() as seen:
            self.as_agent().stage_id = self.stage
            self.flush_tracking()
        self.assertTrue(seen)
        self.assertFalse(self.get_withheld())

    def test_stage_mail_while_locked(self):
        self.lock()
        for user in (self.agent_team, self.counsel, self.env.ref("base.user_root")):
            with self.subTest(user.name), self.undone():
                with self.outside() as seen:
                    self.ticket.with_user(user).stage_id = self.stage
                    self.flush_tracking()
                self.assertFalse(seen)
                self.assertEqual(self.ticket.stage_id, self.stage)
                withheld = self.get_withheld()
                self.assertEqual(withheld.way, "mail")
                self.assertEqual(withheld.partner_ids, self.customer)
                self.assertEqual(withheld.subject, "Your ticket")
                self.assertIn(SECRET, withheld.body)
                self.assertEqual(withheld.ticket_id, self.ticket)

    def test_tracking_that_outsiders_follow(self):
        subtype = self.env["mail.message.subtype"].create(
            {"name": "Stage", "res_model": "helpdesk.ticket"}
        )
        self.patch(
            self.registry["helpdesk.ticket"],
            "_track_subtype",
            lambda ticket, initial: subtype if "stage_id" in initial else False,
        )
        self.ticket.message_subscribe(self.customer.ids, subtype_ids=subtype.ids)
        self.ticket.message_subscribe(
            self.agent_own.partner_id.ids, subtype_ids=subtype.ids
        )
        self.stage.mail_template_id = False
        self.lock()
        with self.outside() as seen:
            self.as_agent().stage_id = self.stage
            self.flush_tracking()
        self.assertFalse(seen)
        self.assertEqual(self.get_withheld().way, "notice")
        told = self._new_mails.recipient_ids
        self.assertIn(self.agent_own.partner_id, told)
        self.assertNotIn(self.customer, told)

    # ------------------------------------------------------------------
    # Automations
    # ------------------------------------------------------------------

    def test_server_actions(self):
        self.lock()
        model_id = self.env["ir.model"]._get_id("helpdesk.ticket")
        code = f"record.message_post(body={SECRET!r}, subtype_xmlid='mail.mt_comment')"
        for name, values in {
            "code": {"state": "code", "code": code},
            "comment": {"state": "mail_post", "mail_post_method": "comment"},
            "mail": {"state": "mail_post", "mail_post_method": "email"},
        }.items():
            action = self.env["ir.actions.server"].create(
                {"name": name, "model_id": model_id, **values}
            )
            if values["state"] == "mail_post":
                action.template_id = self.template
            for user in (self.agent_team, self.counsel):
                with self.subTest(name, who=user.name), self.undone():
                    with self.outside() as seen:
                        action.with_user(user).with_context(
                            active_model="helpdesk.ticket",
                            active_id=self.ticket.id,
                            active_ids=self.ticket.ids,
                        ).sudo().run()
                    self.assertFalse(seen)
                    self.assertIn(SECRET, self.get_withheld().body)

    def test_note_of_what_was_withheld(self):
        self.lock()
        message = self.ticket.message_post(
            body=SECRET,
            subject="News",
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(len(message), 1)
        self.assertIn("Withheld: News", message.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertNotIn(SECRET, message.body)
        outside = message.with_user(self.portal)
        self.assertFalse(outside.has_access("read"))

    def test_files_of_what_was_withheld(self):
        self.lock()
        kept = self.env["ir.attachment"].create(
            {
                "name": "old.txt",
                "raw": b"old",
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        self.ticket.message_post(
            body=SECRET,
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("new.txt", b"new")],
            attachment_ids=kept.ids,
        )
        files = self.get_withheld().attachment_ids
        self.assertEqual(
            {file.name: file.raw for file in files},
            {"old.txt": b"old", "new.txt": b"new"},
        )
        self.assertEqual(set(files.mapped("res_model")), {"dispute.withheld"})
        self.assertFalse(self.ticket.attachment_ids)
        self.assertFalse(files[0].with_user(self.portal).has_access("read"))

    def test_chatter_of_a_withheld_mail(self):
        """Nobody takes it for sent."""
        self.lock()
        self.template.attachment_ids = self.env["ir.attachment"].create(
            {"name": "terms.txt", "raw": b"terms", "res_model": "mail.template"}
        )
        self.template.send_mail(self.ticket.id)
        message = self.ticket.message_ids[:1]
        self.assertIn("Withheld: Your ticket", message.body)
        self.assertNotIn(SECRET, message.body)
        self.assertTrue(message.is_internal)
        withheld = self.get_withheld()
        self.assertIn(SECRET, withheld.body)
        self.assertEqual(withheld.file_ids.mapped("name"), ["terms.txt"])

    def test_someone_is_told_once(self):
        self.lock()
        for _turn in range(3):
            self.ticket.message_post(
                body=SECRET,
                message_type="auto_comment",
                subtype_xmlid="mail.mt_comment",
            )
        planned = self.case.activity_search(
            ["dispute_guard.mail_activity_type_withheld"]
        )
        self.assertEqual(len(planned), 1)
        self.assertEqual(planned.user_id, self.counsel)

    # ------------------------------------------------------------------
    # What waits while a lock is placed
    # ------------------------------------------------------------------

    def schedule(self, user, **values):
        return (
            self.env["mail.scheduled.message"]
            .with_user(user)
            .create(
                {
                    "author_id": user.partner_id.id,
                    "model": "helpdesk.ticket",
                    "res_id": self.ticket.id,
                    "body": SECRET,
                    "subject": "Later",
                    "partner_ids": self.customer.ids,
                    "scheduled_date": LATER,
                    **values,
                }
            )
        )

    def post_scheduled(self, scheduled):
        with self.outside() as seen, freeze_time(AFTER):
            self.run_odoo_cron("mail.ir_cron_post_scheduled_message")
        self.assertFalse(scheduled.exists())
        return seen

    def test_scheduled_message(self):
        self.assertTrue(self.post_scheduled(self.schedule(self.agent_team)))

    def test_scheduled_message_while_locked(self):
        scheduled = self.schedule(self.agent_team)
        self.lock()
        self.assertFalse(self.post_scheduled(scheduled))
        withheld = self.get_withheld()
        self.assertEqual(withheld.way, "scheduled")
        self.assertEqual(withheld.author, self.agent_team.name)
        self.assertEqual(withheld.partner_ids, self.customer)
        self.assertIn(SECRET, withheld.body)

    def test_scheduled_message_of_who_speaks(self):
        self.lock()
        self.assertTrue(self.post_scheduled(self.schedule(self.counsel)))
        self.assertFalse(self.get_withheld())

    def test_scheduled_note(self):
        scheduled = self.schedule(self.agent_team, is_note=True, partner_ids=[])
        self.lock()
        self.assertFalse(self.post_scheduled(scheduled))
        self.assertFalse(self.get_withheld())
        self.assertIn(SECRET, self.ticket.message_ids[:1].body)

    def test_scheduled_message_sent_now(self):
        scheduled = self.schedule(self.agent_team)
        self.lock()
        with self.assertRaisesRegex(UserError, "only Alice Lawyer"):
            scheduled.post_message()

    def test_notifications_that_wait(self):
        """A message that was shown before the lock is mailed by nobody after it."""
        self.as_agent().message_post(
            body=SECRET,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            scheduled_date=LATER,
        )
        waiting = self.env["mail.message.schedule"].search([])
        for user, passes in ((self.agent_team, False), (self.counsel, True)):
            with self.subTest(user.name), self.undone():
                waiting.mail_message_id.sudo().write({"author_id": user.partner_id.id})
                self.env.cr.execute(
                    "UPDATE mail_message SET create_uid = %s WHERE id = %s",
                    (user.id, waiting.mail_message_id.id),
                )
                self.env.invalidate_all()
                self.lock()
                with self.outside() as seen, freeze_time(AFTER):
                    self.run_odoo_cron("mail.ir_cron_send_scheduled_message")
                self.assertEqual(bool(seen), passes)
                self.assertEqual(bool(self.get_withheld()), not passes)
                self.assertFalse(waiting.exists())

    def make_waiting_mail(self, user):
        return (
            self.env["mail.mail"]
            .with_user(user)
            .sudo()
            .create(
                {
                    "model": "helpdesk.ticket",
                    "res_id": self.ticket.id,
                    "subject": "In the queue",
                    "body_html": SECRET,
                    "recipient_ids": self.customer.ids,
                }
            )
        )

    def test_mail_queue(self):
        users = {
            self.agent_team: False,
            self.env.ref("base.user_root"): False,
            self.counsel: True,
        }
        for user, passes in users.items():
            with self.subTest(user.name), self.undone():
                mail = self.make_waiting_mail(user)
                internal = self.make_waiting_mail(user)
                internal.recipient_ids = self.agent_own.partner_id
                self.lock()
                with self.outside() as seen:
                    self.env["mail.mail"].process_email_queue()
                self.assertEqual(bool(seen), passes)
                self.assertEqual(mail.state, "sent" if passes else "cancel")
                self.assertEqual(internal.state, "sent")
                self.assertEqual(self.get_withheld().mapped("way"), ["queue"][passes:])

    def test_mail_woken_up(self):
        self.lock()
        self.template.with_user(self.env.ref("base.user_root")).send_mail(
            self.ticket.id
        )
        mail = self.env["mail.mail"].search([("subject", "=", "Your ticket")])
        self.assertEqual(mail.state, "cancel")
        mail.mark_outgoing()
        with self.outside() as seen:
            mail.send()
        self.assertFalse(seen)
        self.assertEqual(mail.state, "cancel")

    # ------------------------------------------------------------------
    # What goes on
    # ------------------------------------------------------------------

    def test_notes(self):
        self.lock()
        self.ticket.message_subscribe(
            self.customer.ids, subtype_ids=self.env.ref("mail.mt_note").ids
        )
        colleague = self.agent_own.partner_id
        lawyer = self.professional.partner_id
        with self.outside() as seen:
            self.as_agent().message_post(
                body="Careful",
                message_type="comment",
                partner_ids=(colleague | lawyer).ids,
            )
            self.as_agent().message_notify(body="Look", partner_ids=colleague.ids)
            self.as_agent().activity_schedule(
                "mail.mail_activity_data_call", user_id=self.agent_team.id
            ).action_feedback(feedback="He was angry.")
            self.as_agent().message_subscribe(self.stranger.ids)
            self.as_agent().priority = "3"
            self.as_agent().user_id = self.agent_own
            self.flush_tracking()
        self.assertFalse(seen)
        self.assertFalse(self.get_withheld())
        self.assertIn(colleague, self._new_mails.recipient_ids)

    def test_mail_to_the_lawyer_outside(self):
        outside = self.make_professional("lawyer", "Otto Outside", "en")
        self.lock()
        with self.mock_mail_gateway():
            self.handoff.message_post(
                body="Please look", partner_ids=outside.partner_id.ids
            )
            self.as_agent().message_post(
                body="Please look", partner_ids=outside.partner_id.ids
            )
        self.assertEqual(len(self._mails), 2)
        self.assertFalse(self.get_withheld())

    def test_handoff_under_a_lock(self):
        """The mail that hands a dispute over leaves, and stays readable."""
        outside = self.make_professional("lawyer", "Otto Outside", "en")
        self.lock()
        with self.mock_mail_gateway():
            self.handoff._reassign(outside, "He knows the customer.")
        mails = self._new_mails.filtered(
            lambda mail: mail.recipient_ids == outside.partner_id
        )
        self.assertTrue(mails)
        for mail in mails:
            self.assertNotEqual(mail.state, "cancel")
            self.assertNotIn("Withheld", mail.mail_message_id.body)
        self.assertFalse(self.get_withheld())

    def test_our_counsel_among_the_parties(self):
        self.lock()
        party = self.case.sudo().party_ids.create(
            {
                "case_id": self.case.id,
                "role": "our_counsel",
                "partner_id": self.stranger.id,
            }
        )
        note = {"message_type": "comment", "partner_ids": self.stranger.ids}
        with self.mock_mail_gateway():
            self.as_agent().message_post(body="Please look", **note)
        self.assertTrue(self._mails)
        party.role = "their_counsel"
        with self.assertRaisesRegex(UserError, "only Alice Lawyer"):
            self.as_agent().message_post(body="Please look", **note)

    def test_automatic_by_its_type(self):
        """What a person calls automatic does not leave either."""
        self.lock()
        for kind in ("auto_comment", "out_of_office"):
            for user in (self.agent_team, self.counsel):
                with self.subTest(kind, who=user.name), self.outside() as seen:
                    self.ticket.with_user(user).message_post(
                        body=SECRET, message_type=kind, subtype_xmlid="mail.mt_comment"
                    )
                self.assertFalse(seen)
        self.assertEqual(len(self.get_withheld()), 4)

    def test_other_tickets(self):
        self.lock()
        with self.mock_mail_gateway():
            self.as_agent(self.calm).message_post(
                body="On Friday.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertTrue(self._mails)
        later = self.make_calm_ticket()
        later.dispute_case_id = self.case
        with self.assertRaisesRegex(UserError, "only Alice Lawyer"):
            self.as_agent(later).message_post(
                body="On Friday.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )

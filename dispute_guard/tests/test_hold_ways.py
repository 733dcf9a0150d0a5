"""Every way to get rid of something, taken by everybody, with a hold and without."""

import base64

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_hold import HoldCommon

# one pixel
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


def merge(dispute, source, target):
    wizard = dispute.ticket.env["base.partner.merge.automatic.wizard"]
    wizard._merge((source | target).ids, target)


def look_up(dispute, record):
    """A line of Odoo's privacy tool that found ``record``."""
    env = dispute.ticket.env
    wizard = env["privacy.lookup.wizard"].create(
        {"name": "P", "email": "p@example.net"}
    )
    return env["privacy.lookup.wizard.line"].create(
        {
            "wizard_id": wizard.id,
            "res_id": record.id,
            "res_model_id": env["ir.model"]._get_id(record._name),
            "is_active": True,
        }
    )


def duplicate(dispute, other):
    dispute.ticket.env["helpdesk.ticket.duplicate.wizard"].create(
        {"ticket_id": dispute.ticket.id, "duplicate_of_id": other.id}
    ).action_confirm()


# name: what to do with the records of a dispute (d), ``t`` being the test
WAYS = {
    # the ticket
    "ticket: delete": lambda t, d: d.ticket.unlink(),
    "ticket: archive": lambda t, d: d.ticket.action_archive(),
    "ticket: take out of its dispute": lambda t, d: d.ticket.write(
        {"dispute_case_id": False}
    ),
    "ticket: move to another dispute": lambda t, d: d.ticket.write(
        {"dispute_case_id": t.spare_case.id}
    ),
    "ticket: rewrite": lambda t, d: d.ticket.write({"description": "<p>Nothing</p>"}),
    "ticket: rename": lambda t, d: d.ticket.write({"name": "Nothing"}),
    "ticket: another customer": lambda t, d: d.ticket.write(
        {"partner_id": t.stranger.id}
    ),
    "ticket: redact": lambda t, d: d.ticket.write({"partner_email": False}),
    "ticket: mark as duplicate": lambda t, d: duplicate(d, t.calm_ticket),
    "ticket: merge its messages away": lambda t, d: d.ticket.message_change_thread(
        t.calm_ticket
    ),
    "ticket: drop its messages": lambda t, d: d.ticket.write(
        {"message_ids": [Command.delete(d.message.id)]}
    ),
    "ticket: drop its files": lambda t, d: d.ticket.write(
        {"attachment_ids": [Command.clear()]}
    ),
    # messages
    "message: delete": lambda t, d: d.message.unlink(),
    "message: delete our own": lambda t, d: d.answer.unlink(),
    "message: edit": lambda t, d: d.message.write({"body": "<p>All fine</p>"}),
    "message: edit our own": lambda t, d: d.answer.write({"body": "<p>No</p>"}),
    "message: empty": lambda t, d: d.ticket._message_update_content(
        d.answer, body="", strict=False
    ),
    "message: empty, files too": lambda t, d: d.ticket._message_update_content(
        d.message, body="", attachment_ids=[], strict=False
    ),
    "message: other subject": lambda t, d: d.message.write({"subject": "Nothing"}),
    "message: other date": lambda t, d: d.message.write({"date": "2001-01-01"}),
    "message: other sender": lambda t, d: d.message.write({"email_from": "x@y.z"}),
    "message: other author": lambda t, d: d.answer.write({"author_id": t.stranger.id}),
    "message: other type": lambda t, d: d.message.write(
        {"message_type": "auto_comment"}
    ),
    "message: make internal": lambda t, d: d.answer.write({"is_internal": True}),
    "message: make a note": lambda t, d: d.answer.write(
        {"subtype_id": t.env.ref("mail.mt_note").id}
    ),
    "message: move": lambda t, d: d.message.write({"res_id": t.calm_ticket.id}),
    "message: detach its file": lambda t, d: d.message.write(
        {"attachment_ids": [Command.unlink(d.file.id)]}
    ),
    "message: detach all files": lambda t, d: d.message.write(
        {"attachment_ids": [Command.clear()]}
    ),
    # what became of a message
    "notification: delete": lambda t, d: d.notice.unlink(),
    "notification: other reader": lambda t, d: d.notice.write(
        {"res_partner_id": t.stranger.id}
    ),
    "tracking: delete": lambda t, d: t.tracking(d).unlink(),
    "tracking: edit": lambda t, d: t.tracking(d).write({"new_value_integer": 9}),
    # mails
    "mail: delete": lambda t, d: d.sent.unlink(),
    "mail: edit": lambda t, d: d.sent.write({"body_html": "<p>No</p>"}),
    "mail: other recipient": lambda t, d: d.sent.write({"email_to": "x@y.z"}),
    "mail: not sent after all": lambda t, d: d.sent.mark_outgoing(),
    # files
    "file: delete": lambda t, d: d.file.unlink(),
    "file: delete and tell": lambda t, d: d.file._delete_and_notify(),
    "file: overwrite": lambda t, d: d.file.write({"raw": b"another"}),
    "file: overwrite in base64": lambda t, d: d.file.write(
        {"datas": base64.b64encode(b"another")}
    ),
    "file: empty": lambda t, d: d.file.write({"raw": False}),
    "file: rename": lambda t, d: d.file.write({"name": "nothing.pdf"}),
    "file: move": lambda t, d: d.file.write({"res_id": t.calm_ticket.id}),
    "file: make a link": lambda t, d: d.file.write(
        {"type": "url", "url": "https://example.com"}
    ),
    # interactions
    "activity: cancel": lambda t, d: d.planned.action_cancel(),
    "activity: delete a done one": lambda t, d: d.done.unlink(),
    "activity: edit a done one": lambda t, d: d.done.write({"feedback": "Nothing"}),
    "activity: move": lambda t, d: d.planned.write({"res_id": t.calm_ticket.id}),
    # the person
    "contact: delete": lambda t, d: d.customer.unlink(),
    "contact: archive": lambda t, d: t.close_account(d) or d.customer.action_archive(),
    "contact: anonymise": lambda t, d: d.customer.write({"name": "Anonymous 17"}),
    "contact: other address": lambda t, d: d.customer.write({"email": "x@y.z"}),
    "contact: no address": lambda t, d: d.customer.write({"email": False}),
    "contact: merge away": lambda t, d: merge(d, d.customer, t.stranger),
    "contact: merge into": lambda t, d: merge(
        d, t.stranger.with_env(d.customer.env), d.customer
    ),
    "contact: merge by SQL": lambda t, d: d.ticket.env[
        "base.partner.merge.automatic.wizard"
    ]._update_foreign_keys_generic("res.partner", d.customer, t.stranger),
    "contact: delete the account": lambda t, d: d.portal.unlink(),
    # linked documents
    "agreement: archive": lambda t, d: d.agreement.action_archive(),
    "agreement: rewrite": lambda t, d: d.agreement.write({"name": "Nothing"}),
    "agreement: other partner": lambda t, d: d.agreement.write(
        {"partner_id": t.stranger.id}
    ),
    "agreement: overwrite its file": lambda t, d: d.agreement_file.write(
        {"raw": b"another"}
    ),
    "agreement: delete its file": lambda t, d: d.agreement_file.unlink(),
    "agreement: delete its link": lambda t, d: d.link.unlink(),
    # the dispute
    "dispute: other customer": lambda t, d: d.case.write({"partner_id": t.stranger.id}),
    "signal: delete": lambda t, d: d.signal.unlink(),
    # Odoo's privacy tool
    "privacy: delete the contact": lambda t, d: look_up(d, d.customer).action_unlink(),
    "privacy: archive the contact": lambda t, d: t.close_account(d)
    or look_up(d, d.customer).action_archive_all(),
    "privacy: delete a message": lambda t, d: look_up(d, d.message).action_unlink(),
    "privacy: delete the ticket": lambda t, d: look_up(d, d.ticket).action_unlink(),
    "privacy: delete a mail": lambda t, d: look_up(d, d.sent).action_unlink(),
    "privacy: delete all": lambda t, d: look_up(d, d.ticket).action_unlink_all(),
}
# Ways that other rules close, too, with a hold or without.
CLOSED_WAYS = {
    "dispute: delete": lambda t, d: d.case.unlink(),
    "dispute: other company": lambda t, d: d.case.write(
        {"company_id": t.other_company.id}
    ),
    "agreement: delete": lambda t, d: d.agreement.unlink(),
    "text as received: delete": lambda t, d: d.inbound.unlink(),
}
# Keys of the context that open something somewhere in Odoo or here.
FORGED = (
    "dispute_station",
    "dispute_hold_collecting",
    "force_delete",
    "_force_unlink",
    "install_mode",
    "module",
    "tracking_disable",
)
FORGED_WAYS = (
    "ticket: delete",
    "ticket: take out of its dispute",
    "message: delete",
    "message: edit",
    "mail: delete",
    "file: delete",
    "file: overwrite",
    "activity: cancel",
    "contact: delete",
    "agreement: delete its link",
    "text as received: delete",
)


@tagged("post_install", "-at_install")
class TestHoldWays(HoldCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spare_case = cls.env["dispute.case"].create(
            {"title": "Another matter", "company_id": cls.company.id}
        )

    def tracking(self, dispute):
        values = dispute.ticket.message_ids.sudo(dispute.ticket.env.su)
        return values.tracking_value_ids[:1]

    def close_account(self, dispute):
        """What Odoo wants before a contact can be archived."""
        dispute.portal.with_env(self.env).active = False

    def setUp(self):
        super().setUp()
        for dispute in (self.held, self.free):
            message = dispute.ticket.message_ids.sorted("id")[-1]
            self.env["mail.tracking.value"].create(
                {
                    "mail_message_id": message.id,
                    "field_id": self.env["ir.model.fields"]
                    ._get("helpdesk.ticket", "priority")
                    .id,
                    "new_value_integer": 3,
                }
            )
        self.env.flush_all()

    def who(self):
        """(name, records of the held dispute, whether rights let him do anything)"""
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        return [
            ("agent", self.seen_by(self.held, self.agent_team), False),
            ("supervisor", self.seen_by(self.held, self.supervisor), False),
            ("manager", self.seen_by(self.held, self.manager), False),
            ("administrator", self.seen_by(self.held, admin), False),
            ("agent, sudo", self.seen_by(self.held, self.agent_team, True), True),
            ("manager, sudo", self.seen_by(self.held, self.manager, True), True),
            ("superuser", self.held, True),
        ]

    def take(self, way, dispute):
        """Take ``way`` and undo it; return the refusal or None."""
        savepoint = self.env.cr.savepoint()
        try:
            way(self, dispute)
            self.env.flush_all()
            return None
        except (UserError, psycopg2.Error) as refusal:
            return refusal
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.clear()

    @mute_logger("odoo.models.unlink", "odoo.addons.base.models.ir_model")
    def test_nobody_gets_past_a_hold(self):
        for name, way in (WAYS | CLOSED_WAYS).items():
            for who, records, mighty in self.who():
                with self.subTest(way=name, who=who):
                    refusal = self.take(way, records)
                    self.assertIsInstance(refusal, UserError)
                    if mighty and not name.startswith("agreement: delete"):
                        self.assertNamesHold(refusal, self.held)
                    elif not isinstance(refusal, AccessError):
                        self.assertIn(self.held.case.name, str(refusal))

    @mute_logger("odoo.models.unlink", "odoo.addons.base.models.ir_model")
    def test_without_a_hold_all_is_as_in_odoo(self):
        for name, way in WAYS.items():
            with self.subTest(way=name):
                if name in (
                    # refused by the database or the pin, hold or not
                    "contact: delete",
                    "privacy: delete the contact",
                    "agreement: delete its file",
                ):
                    continue
                self.assertIsNone(self.take(way, self.free))

    @mute_logger("odoo.models.unlink")
    def test_a_released_hold_keeps_nothing(self):
        self.release_hold(self.held.case)
        for name in ("ticket: delete", "message: edit", "file: delete", "mail: delete"):
            with self.subTest(way=name):
                self.assertIsNone(self.take(WAYS[name], self.held))

    def test_no_context_opens_a_way(self):
        """Whatever a client puts into the context."""
        for forged in (True, "x", 1, {"x": 1}, object()):
            context = dict.fromkeys(FORGED, forged)
            for name in FORGED_WAYS:
                records = self.seen_by(self.held, self.manager, True)
                for key, value in vars(records).items():
                    setattr(records, key, value.with_context(**context))
                with self.subTest(way=name, forged=forged):
                    refusal = self.take((WAYS | CLOSED_WAYS)[name], records)
                    self.assertNamesHold(refusal, self.held)

    def test_one_held_record_stops_the_batch(self):
        with self.assertRaises(UserError):
            (self.calm_ticket | self.held.ticket).unlink()
        self.assertTrue(self.calm_ticket.exists())

    # ------------------------------------------------------------------
    # By SQL
    # ------------------------------------------------------------------

    def assertSqlRefused(self, query, *args):
        with (
            self.assertRaises(psycopg2.Error) as refusal,
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.cr.execute(query, args)
        return str(refusal.exception)

    def test_rows_stay_against_sql(self):
        stray = self.env["dispute.stray.mail"].create(
            {
                "company_id": self.company.id,
                "ticket_id": self.held.ticket.id,
                "state": "robot",
                "origin": "gateway",
                "raw": base64.b64encode(b"From: x"),
            }
        )
        self.env.flush_all()
        for table, row in (
            ("dispute_inbound", self.held.inbound.id),
            ("dispute_stray_mail", stray.id),
            ("helpdesk_ticket", self.held.ticket.id),
        ):
            refusal = self.assertSqlRefused(f"DELETE FROM {table} WHERE id = %s", row)
            self.assertIn(self.held.hold.name, refusal)
        for table, row in (
            ("dispute_inbound", self.held.inbound.id),
            ("dispute_stray_mail", stray.id),
        ):
            refusal = self.assertSqlRefused(
                f"UPDATE {table} SET ticket_id = NULL WHERE id = %s", row
            )
            self.assertIn(self.held.hold.name, refusal)
        for table in ("dispute_inbound", "dispute_stray_mail", "helpdesk_ticket"):
            refusal = self.assertSqlRefused(f"TRUNCATE {table} CASCADE")
            self.assertIn("Dispute Guard: TRUNCATE", refusal)
        refusal = self.assertSqlRefused(
            "UPDATE helpdesk_ticket SET dispute_case_id = NULL WHERE id = %s",
            self.held.ticket.id,
        )
        self.assertIn(self.held.hold.name, refusal)

    def test_rows_without_a_hold_are_free(self):
        self.env.cr.execute(
            "UPDATE dispute_inbound SET ticket_id = NULL WHERE id = %s",
            [self.free.inbound.id],
        )
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET dispute_case_id = NULL WHERE id = %s",
            [self.free.ticket.id],
        )

    def test_the_history_of_holds_stays_against_sql(self):
        hold = self.held.hold
        self.assertSqlRefused("DELETE FROM dispute_hold WHERE id = %s", hold.id)
        self.assertSqlRefused("TRUNCATE dispute_hold CASCADE")
        self.assertSqlRefused(
            "UPDATE dispute_hold SET reason = 'none' WHERE id = %s", hold.id
        )

    # ------------------------------------------------------------------
    # What goes on under a hold
    # ------------------------------------------------------------------

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
            {"title": "Kitchen", "rung": "mediation", "amount_disputed": 5}
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

    # ------------------------------------------------------------------
    # Uninstalling
    # ------------------------------------------------------------------

    def test_uninstalling_is_refused_and_says_why(self):
        modules = self.env["ir.module.module"]
        guard = modules.search([("name", "=", "dispute_guard")])
        needed = modules.search([("name", "=", "helpdesk_mgmt")])
        for way in (
            guard.button_uninstall,
            needed.button_uninstall,
            lambda: guard.write({"state": "to remove"}),
            lambda: guard.sudo().write({"state": "uninstalled"}),
        ):
            with self.subTest(way=way), self.assertRaises(UserError) as refusal:
                way()
            self.assertIn(self.held.hold.name, str(refusal.exception))
        self.assertEqual(guard.state, "installed")
        self.assertEqual(needed.state, "installed")

    def test_uninstalling_is_free_without_holds(self):
        self.release_hold(self.held.case)
        others = self.env["dispute.hold"].search([("state", "!=", "released")])
        self.assertFalse(others)
        guard = self.env["ir.module.module"].search([("name", "=", "dispute_guard")])
        guard.button_uninstall()
        self.assertEqual(guard.state, "to remove")

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

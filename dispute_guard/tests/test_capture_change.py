import os
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ledger import sha256_hex
from .common import CALM, RpcCommon
from .common_capture import PDF, FileCommon, SendingCommon, make_mail_with


class ChangeCommon(FileCommon):
    def get_changes(self, ticket):
        """What was recorded of changes of ``ticket``: list of (details, evidence)."""
        self.env.flush_all()
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "change"), ("ticket_id", "=", ticket.id)], order="id"
        )
        return [(each._get_record()["details"], each) for each in evidence]

    def get_change(self, ticket):
        """The one change that was recorded of ``ticket``."""
        [(details, evidence)] = self.get_changes(ticket)
        self.assertTrue(evidence.intact)
        return details

    def get_message(self, ticket):
        return ticket.dispute_inbound_ids.message_id


@tagged("post_install", "-at_install")
class TestChange(ChangeCommon):
    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------

    def test_an_edited_message_is_recorded_with_before_and_after(self):
        ticket = self.write_in(CALM)
        message = self.get_message(ticket)
        said = message.body
        message.with_user(self.manager).sudo().write({"body": "<p>I love you.</p>"})
        change = self.get_change(ticket)
        self.assertEqual(
            (change["action"], change["model"]), ("edited", "mail.message")
        )
        self.assertEqual(change["id"], message.id)
        self.assertEqual(change["before"], {"body": str(said)})
        self.assertEqual(change["after"], {"body": "<p>I love you.</p>"})
        self.assertEqual(change["account"], self.manager.login)

    def test_claims_about_a_message_are_recorded(self):
        ticket = self.write_in(CALM)
        other = self.env["res.partner"].create({"name": "Other"})
        self.get_message(ticket).write(
            {
                "date": "2020-01-01 00:00:00",
                "email_from": "other@example.org",
                "author_id": other.id,
                "subject": "Praise",
                "message_type": "comment",
            }
        )
        change = self.get_change(ticket)
        self.assertEqual(
            set(change["before"]),
            {"date", "email_from", "author_id", "subject", "message_type"},
        )
        self.assertEqual(change["before"]["subject"], "My order")
        self.assertEqual(change["after"]["author_id"], [f"Other ({other.id})"])

    def test_writing_what_it_says_already_is_no_change(self):
        ticket = self.write_in(CALM)
        message = self.get_message(ticket)
        message.write(
            {"body": message.body, "subject": message.subject, "date": message.date}
        )
        message.write({"message_id": message.message_id, "partner_ids": False})
        self.assertFalse(self.get_changes(ticket))

    def test_a_mail_and_its_answer_change_nothing(self):
        ticket = self.write_in(CALM)
        ticket.message_subscribe(self.customer.ids)
        ticket.with_user(self.agent_team).message_post(
            body="Next week.", subtype_xmlid="mail.mt_comment"
        )
        self.reply(ticket, "Thank you.")
        ticket.with_user(self.agent_team).write({"user_id": self.agent_team.id})
        self.assertFalse(self.get_changes(ticket))

    def test_a_deleted_message_is_recorded(self):
        ticket = self.write_in(CALM)
        message = self.get_message(ticket)
        number, said = message.id, message.body
        message.unlink()
        change = self.get_change(ticket)
        self.assertEqual((change["action"], change["id"]), ("deleted", number))
        self.assertEqual(change["before"]["body"], str(said))
        self.assertIn("paula@example.net", change["before"]["email_from"])
        self.assertEqual(change["after"], {})

    def test_an_emptied_message_is_recorded_as_deleted(self):
        ticket = self.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        ticket._message_update_content(
            self.get_message(ticket), body="", attachment_ids=[], strict=False
        )
        changes = self.get_changes(ticket)
        self.assertEqual(
            sorted((each["action"], each["model"]) for each, _evidence in changes),
            [("deleted", "ir.attachment"), ("deleted", "mail.message")],
        )

    def test_a_moved_message_is_recorded_on_both_tickets(self):
        ticket, target = self.write_in(CALM), self.write_in("Another matter.")
        ticket.message_change_thread(target)
        for concerned in (ticket, target):
            change = [each for each, _evidence in self.get_changes(concerned)][0]
            self.assertEqual(change["action"], "moved")
            self.assertEqual(change["before"]["res_id"], ticket.id)
            self.assertEqual(change["after"]["res_id"], target.id)

    def test_what_was_never_captured_is_not_recorded(self):
        ticket = self.write_in(CALM)
        note = ticket.with_user(self.agent_team).message_post(body="A note")
        note.write({"body": "Another"})
        note.unlink()
        elsewhere = self.customer.message_post(body="A note")
        elsewhere.write({"body": "Another"})
        elsewhere.unlink()
        before = self.env["dispute.evidence"].search_count([("kind", "=", "change")])
        self.assertFalse(self.get_changes(ticket))
        self.customer.message_post(body="A note").unlink()
        self.assertEqual(
            self.env["dispute.evidence"].search_count([("kind", "=", "change")]), before
        )

    def test_changing_takes_the_same_queries_however_many(self):
        def count(number):
            ticket = self.write_in(CALM)
            for _n in range(number - 1):
                self.reply(ticket, "And another thing.")
            messages = ticket.dispute_inbound_ids.message_id
            messages = messages.browse(messages.ids)  # to read them together
            self.assertEqual(len(messages), number)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            messages.write({"is_internal": True})
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - start
            self.assertEqual(len(self.get_changes(ticket)), number)
            return queries

        count(1)
        self.assertEqual(count(2), count(8))

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    def test_changed_tickets_are_recorded(self):
        ticket = self.write_in(CALM)
        other = self.env["res.partner"].create({"name": "Other"})
        for vals, action in (
            ({"name": "All is well"}, "edited"),
            ({"description": "<p>All is well</p>"}, "edited"),
            ({"partner_id": other.id}, "edited"),
            ({"duplicate_id": self.write_in("The same").id}, "merged"),
            ({"active": False}, "archived"),
            ({"active": True}, "restored"),
        ):
            known = len(self.get_changes(ticket))
            ticket.write(vals)
            changes = self.get_changes(ticket)[known:]
            with self.subTest(vals):
                self.assertEqual([each["action"] for each, _e in changes], [action])
                [name] = vals
                self.assertIn(name, changes[0][0]["before"])
        ticket.write({"name": ticket.name, "user_id": self.agent_own.id})
        self.assertEqual(len(self.get_changes(ticket)), 6)

    def test_a_deleted_ticket_leaves_what_it_said(self):
        ticket = self.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        self.file_now()
        number, ticket_id = ticket.number, ticket.id
        ticket.unlink()
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "change"), ("ticket_number", "=", number)]
        )
        actions = {
            (record["model"], record["action"]): record
            for record in (each._get_record()["details"] for each in evidence)
        }
        deleted = actions["helpdesk.ticket", "deleted"]
        self.assertEqual(deleted["id"], ticket_id)
        self.assertEqual(deleted["before"]["name"], "My order")
        self.assertIn(("mail.message", "deleted"), actions)

    def test_a_refused_deletion_leaves_no_trace(self):
        ticket = self.write_in(CALM)
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            ticket.with_user(self.portal).unlink()
        self.assertFalse(self.get_changes(ticket))

    def test_tickets_without_a_word_of_a_customer_are_not_recorded(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Own", "description": "", "company_id": self.company.id}
        )
        ticket.write({"name": "Mine"})
        self.assertFalse(self.get_changes(ticket))

    def test_merged_contacts_are_recorded(self):
        ticket, untouched = (
            self.write_in(CALM),
            self.write_in(CALM, From="Zoe <zoe@example.org>"),
        )
        ticket.partner_id = self.customer
        known = len(self.get_changes(ticket))
        target = self.env["res.partner"].create(
            {"name": "Target", "email": "paula@example.net"}
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        self.portal.sudo().partner_id = self.env["res.partner"].create({"name": "P"})
        wizard._merge((self.customer | target).ids, target, extra_checks=False)
        [(change, _evidence)] = self.get_changes(ticket)[known:]
        self.assertEqual(change["action"], "merged")
        self.assertIn("Paula Customer", change["before"]["contacts"][0])
        self.assertIn("Target", change["after"]["contacts"][0])
        self.assertFalse(self.get_changes(untouched))
        self.assertEqual(ticket.partner_id, target)

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def get_attachment(self, ticket):
        return ticket.message_ids.attachment_ids

    def test_changed_files_are_recorded(self):
        ticket = self.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        attachment = self.get_attachment(ticket)
        target = self.write_in("Another matter.")
        for vals, action, name in (
            ({"raw": b"forged"}, "edited", "sha256"),
            ({"name": "other.pdf"}, "edited", "name"),
            ({"res_id": target.id}, "moved", "on"),
        ):
            known = len(self.get_changes(ticket))
            attachment.write(vals)
            [(change, _evidence)] = self.get_changes(ticket)[known:]
            with self.subTest(name):
                self.assertEqual(change["action"], action)
                self.assertNotEqual(change["before"][name], change["after"][name])
        first = self.get_changes(ticket)[0][0]
        self.assertEqual(first["before"]["sha256"], sha256_hex(PDF))
        self.assertEqual(first["after"]["sha256"], sha256_hex(b"forged"))

    def test_deleted_files_are_recorded(self):
        ticket = self.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        self.get_attachment(ticket).unlink()
        change = self.get_change(ticket)
        self.assertEqual(
            (change["action"], change["before"]["name"]), ("deleted", "o.pdf")
        )
        self.assertEqual(change["before"]["sha256"], sha256_hex(PDF))

    def test_showing_a_file_is_no_change(self):
        ticket = self.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        attachment = self.get_attachment(ticket)
        attachment.generate_access_token()
        attachment.write({"raw": PDF, "name": "o.pdf"})
        self.assertFalse(self.get_changes(ticket))

    def test_files_of_agreements_are_watched(self):
        ticket = self.write_in(CALM)
        agreement, file = self.make_agreement("AH-7")
        self.env["dispute.agreement.link"].create(
            {
                "ticket_id": ticket.id,
                "agreement_id": agreement.id,
                "attachment_id": file.id,
            }
        )
        self.assertEqual(self.get_files(ticket, "agreement")[0]["name"], "AH-7.pdf")
        self.assertEqual(
            self.read_back(self.get_files(ticket, "agreement")[0]["sha256"]),
            b"the signed text",
        )
        file.write({"raw": b"another text"})
        change = self.get_change(ticket)
        self.assertEqual(change["before"]["sha256"], sha256_hex(b"the signed text"))

    def test_a_file_that_is_lost_already_is_not_taken_for_an_empty_one(self):
        ticket = self.write_in(CALM)
        agreement, file = self.make_agreement("AH-8", b"lost before it was linked")
        os.unlink(file._full_path(file.store_fname))
        self.env.invalidate_all()
        self.env["dispute.agreement.link"].create(
            {
                "ticket_id": ticket.id,
                "agreement_id": agreement.id,
                "attachment_id": file.id,
            }
        )
        self.assertEqual(self.get_files(ticket, "agreement"), [])

    def test_files_elsewhere_are_none_of_ours(self):
        ticket = self.write_in(CALM)
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": "a",
                    "raw": b"a",
                    "res_model": "helpdesk.ticket",
                    "res_id": ticket.id,
                },
                {"name": "b", "raw": b"b", "res_model": "res.partner", "res_id": 1},
            ]
        )
        files.write({"name": "c"})
        files.unlink()
        self.assertFalse(self.get_changes(ticket))


@tagged("post_install", "-at_install")
class TestNotifications(ChangeCommon, SendingCommon):
    def test_states_are_recorded_before_odoo_cleans_up(self):
        ticket = self.make_ticket(self.customer | self.agent_own.partner_id)
        with self.mail_server():
            message = self.answer(ticket)
        self.env.flush_all()
        long_ago = fields.Datetime.now() - timedelta(days=200)
        notifications = message.sudo().notification_ids
        notifications.write({"is_read": True})
        notifications.write({"read_date": long_ago})
        self.env["mail.notification"]._gc_notifications()
        self.assertLess(len(notifications.exists()), len(notifications))
        change = self.get_change(ticket)
        self.assertEqual((change["action"], change["id"]), ("cleaned", message.id))
        [state] = change["before"]["notifications"]
        self.assertIn("Owen Agent", state["to"])
        self.assertEqual(state["status"], "sent")

    def test_notifications_of_other_messages_are_none_of_ours(self):
        message = self.customer.message_post(
            body="x", partner_ids=self.agent_own.partner_id.ids
        )
        before = self.env["dispute.evidence"].search_count([])
        message.notification_ids.unlink()
        self.assertEqual(self.env["dispute.evidence"].search_count([]), before)


@tagged("post_install", "-at_install")
class TestChangeByRpc(ChangeCommon, RpcCommon):
    def test_changes_through_calls_name_account_and_origin(self):
        ticket = self.write_in(CALM)
        message = self.get_message(ticket)
        self.login(self.manager)
        self.call("mail.message", "write", message.ids, {"date": "2020-01-01 00:00:00"})
        self.call("mail.message", "unlink", message.ids)
        first, second = (each for each, _evidence in self.get_changes(ticket))
        self.assertEqual((first["action"], second["action"]), ("edited", "deleted"))
        for change in (first, second):
            self.assertEqual(change["origin"], "rpc")
            self.assertEqual(change["account"], self.manager.login)
            self.assertTrue(change["address"])

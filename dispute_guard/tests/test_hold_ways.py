"""Every way to get rid of something, taken by everybody, with a hold and without."""

import base64

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_hold import HoldCommon, merge


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
    "message: other Message-ID": lambda t, d: d.message.write({"message_id": "<x@y>"}),
    "message: other reply address": lambda t, d: d.answer.write({"reply_to": "x@y.z"}),
    "message: no parent": lambda t, d: d.answer.write({"parent_id": False}),
    "message: fewer recipients": lambda t, d: d.answer.write({"partner_ids": False}),
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
    "message: no file": lambda t, d: d.message.write({"attachment_ids": False}),
    "message: another file": lambda t, d: d.message.write(
        {"attachment_ids": [d.agreement_file.id]}
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

    def test_triggers_stand_on_all_tables(self):
        self.env.cr.execute(
            """
            SELECT tgrelid::regclass::text, count(*) FROM pg_trigger
            WHERE tgname LIKE 'dispute_guard_held_%%' GROUP BY 1
            """
        )
        tables = (
            "dispute_inbound",
            "dispute_outbound",
            "dispute_stray_mail",
            "helpdesk_ticket",
        )
        self.assertEqual(dict(self.env.cr.fetchall()), dict.fromkeys(tables, 3))

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

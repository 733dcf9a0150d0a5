from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .common import CONDITIONAL, DisputeCommon


@tagged("post_install", "-at_install")
class TestInstall(DisputeCommon):
    def test_tickets_from_before_are_left_alone(self):
        """The helpdesk's own demo tickets were there before this addon was."""
        earlier = self.env["ir.model.data"].search(
            [("module", "=", "helpdesk_mgmt"), ("model", "=", "helpdesk.ticket")]
        )
        tickets = self.env["helpdesk.ticket"].browse(earlier.mapped("res_id")).exists()
        self.assertLessEqual(set(tickets.mapped("dispute_level")), {False})
        for field in (
            "dispute_inbound_ids",
            "dispute_signal_ids",
            "dispute_case_id",
            "dispute_agreement_link_ids",
        ):
            with self.subTest(field):
                self.assertFalse(tickets[field])

    def test_history_entered_before_is_not_screened(self):
        """Only what arrives is captured, not what is already there."""
        ticket = self.write_in(CONDITIONAL)
        rows = ticket.dispute_inbound_ids
        ticket.write({"priority": "3"})
        ticket.description = f"<p>{CONDITIONAL}</p>"
        self.assertEqual(ticket.dispute_inbound_ids, rows)

    def test_scheduled_actions_are_on(self):
        for name in ("ir_cron_handoff", "ir_cron_screening", "ir_cron_stray_mail"):
            with self.subTest(name):
                cron = self.env.ref(f"dispute_guard.{name}")
                self.assertTrue(cron.active)
                self.assertEqual(cron.user_id, self.env.ref("base.user_root"))

    def test_whoever_works_on_tickets_sees_signals(self):
        for name in ("user_own", "user_team", "user", "manager"):
            group = self.env.ref(f"helpdesk_mgmt.group_helpdesk_{name}")
            with self.subTest(name):
                self.assertIn(
                    self.env.ref("dispute_guard.group_dispute_user"),
                    group.all_implied_ids,
                )

    def test_uninstalling_frees_the_tables_and_keeps_the_messages(self):
        ticket = self.write_in(CONDITIONAL)
        messages = ticket.message_ids
        self.env["dispute.content"]._keep(
            [{"name": "a.txt", "mimetype": "text/plain", "data": b"kept"}]
        )
        kept = [("res_model", "=", "dispute.content"), ("res_field", "=", "raw")]
        self.assertTrue(self.env["ir.attachment"].search_count(kept))
        self.env.flush_all()
        with mute_logger("odoo.sql_db"):
            uninstall_hook(self.env)
        self.env.cr.execute("DELETE FROM dispute_signal")
        self.env.cr.execute("DELETE FROM dispute_evidence")
        self.env.cr.execute("UPDATE dispute_inbound SET raw = NULL")
        self.env.invalidate_all()
        self.assertEqual(messages.exists(), messages)
        self.assertIn(CONDITIONAL, messages[-1].body)
        self.assertFalse(self.env["ir.attachment"].search_count(kept))

    def test_installing_again_puts_the_triggers_back(self):
        uninstall_hook(self.env)
        models = ("dispute.evidence", "dispute.inbound", "dispute.stray.mail")
        for model in models:
            self.env[model].init()
        self.env.cr.execute(
            """
            SELECT tgrelid::regclass::text, tgname FROM pg_trigger
            WHERE tgname LIKE 'dispute_guard_%%'
            """
        )
        self.assertEqual(
            set(self.env.cr.fetchall()),
            {
                ("dispute_evidence", "dispute_guard_queue"),
                ("dispute_evidence", "dispute_guard_rows"),
                ("dispute_evidence", "dispute_guard_table"),
                ("dispute_inbound", "dispute_guard_columns"),
                ("dispute_inbound", "dispute_guard_held_delete"),
                ("dispute_inbound", "dispute_guard_held_table"),
                ("dispute_inbound", "dispute_guard_held_update"),
                ("dispute_stray_mail", "dispute_guard_held_delete"),
                ("dispute_stray_mail", "dispute_guard_held_table"),
                ("dispute_stray_mail", "dispute_guard_held_update"),
                ("dispute_inbound", "dispute_guard_queue"),
                ("dispute_inbound", "dispute_guard_raw"),
                ("dispute_stray_mail", "dispute_guard_columns"),
            },
        )

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from .common import ANNOUNCED, RpcCommon
from .common_handoff import HandoffCommon

# What a forger would write, for each field that only the system writes.
FORGED = {
    "state": "done",
    "sent_at": "2020-01-01 00:00:00",
    "threat_at": "2020-01-01 00:00:00",
    "acknowledged_at": "2020-01-01 00:00:00",
    "accepted_at": "2020-01-01 00:00:00",
    "deadline": "2040-01-01 00:00:00",
    "due_at": "2040-01-01 00:00:00",
    "attempted_at": "2040-01-01 00:00:00",
    "alarmed_at": "2040-01-01 00:00:00",
    "active_at": "2040-01-01 00:00:00",
    "closed_at": "2020-01-01 00:00:00",
    "hours_to_send": 0.1,
    "hours_to_acknowledge": 0.1,
    "brief_sha256": "0",
    "step_id": False,
    "step_ids": [(5, 0, 0)],
    "consent_ids": [(5, 0, 0)],
    "choice_note": "x",
    "role": "mediator",
    "case_id": False,
    "ticket_id": False,
    "signal_id": False,
    "mail_id": False,
    "partner_id": False,
    "company_id": False,
}


@tagged("post_install", "-at_install")
class TestGuard(HandoffCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.handoff = cls.write_in(ANNOUNCED).dispute_handoff_ids

    def setUp(self):
        super().setUp()
        self.run_cron("ir_cron_handoff")

    def test_what_the_system_writes_nobody_else_writes(self):
        """Neither a supervisor nor an administrator nor the superuser."""
        users = (self.supervisor, self.manager, self.env.user)
        for name, value in FORGED.items():
            for user in users:
                with (
                    self.subTest(name, user=user.login),
                    self.assertRaises(UserError),
                ):
                    self.handoff.with_user(user).write({name: value})

    def test_table_names_all_that_is_not_free(self):
        handoff = type(self.handoff)
        free = self.handoff._get_free()
        own = {
            name
            for name, field in handoff._fields.items()
            if field.store
            and field._modules == ("dispute_guard",)
            and field.name not in MAGIC_COLUMNS
            and not name.startswith(("message_", "activity_"))
            and field.type != "one2many"
        }
        self.assertEqual(own - free - FORGED.keys(), set())

    def test_nothing_in_the_context_opens_it(self):
        for key in ("dispute_station", "install_mode", "import_file"):
            with self.subTest(key), self.assertRaises(UserError):
                self.handoff.with_user(self.manager).with_context(
                    **{key: True}
                ).state = "done"

    def test_opened_by_hand_it_begins_at_the_beginning(self):
        values = {"case_id": self.handoff.case_id.id, "role": "superior"}
        model = self.env["dispute.handoff"].with_user(self.supervisor)
        for name in ("state", "sent_at", "deadline", "threat_at", "brief_sha256"):
            with self.subTest(name), self.assertRaises(UserError):
                model.create({**values, name: FORGED[name]})
        handoff = model.with_context(
            default_state="done", default_sent_at="2020-01-01 00:00:00"
        ).create(values)
        self.assertEqual(handoff.state, "to_send")
        self.assertFalse(handoff.sent_at)
        self.assertLessEqual(handoff.threat_at, fields.Datetime.now())

    def test_steps_are_made_and_changed_by_nobody(self):
        step = self.handoff.step_id
        values = {
            "handoff_id": self.handoff.id,
            "professional_id": self.lawyer.id,
            "name": "Forger",
        }
        for user in (self.supervisor, self.manager, self.env.user):
            mine = step.with_user(user)
            for name, call in {
                "write": lambda mine=mine: mine.write({"state": "accepted"}),
                "clock": lambda mine=mine: mine.write({"deadline": "2040-01-01"}),
                "create": lambda mine=mine: mine.create(values),
                "unlink": mine.unlink,
            }.items():
                with (
                    self.subTest(name, user=user.login),
                    self.assertRaises(UserError),
                ):
                    call()

    def test_outcome_is_noted_until_it_is_closed(self):
        handoff = self.handoff.with_user(self.supervisor)
        handoff.outcome = "They called."
        handoff.write({"outcome_kind": "settled", "invoice_amount": 10})
        handoff.action_done()
        for values in (
            {"outcome": "Won"},
            {"outcome_kind": "won"},
            {"invoice_amount": 1},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                handoff.write(values)

    def test_agents_only_read(self):
        handoff = self.handoff.with_user(self.agent_team)
        self.assertEqual(handoff.step_ids.name, "Alice Lawyer")
        for action in (
            "action_dispatch",
            "action_acknowledge",
            "action_accept",
            "action_done",
            "action_cancel",
            "action_write_brief",
        ):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(handoff, action)()
        for model in (
            "dispute.handoff.decline",
            "dispute.handoff.reassign",
            "dispute.handoff.open",
            "dispute.handoff.consent.record",
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.agent_team).create({})

    def test_chain_is_seen_with_its_ticket(self):
        other = self.env["helpdesk.ticket.team"].create(
            {"name": "Sales", "company_id": self.company.id}
        )
        step = self.handoff.step_id
        self.assertTrue(step.with_user(self.agent_team).has_access("read"))
        self.handoff.ticket_id.write({"team_id": other.id, "user_id": False})
        for user, allowed in (
            (self.agent_team, False),
            (self.agent_own, False),
            (self.supervisor, True),
            (self.foreigner, False),
        ):
            self.env.invalidate_all()
            with self.subTest(user.login):
                self.assertEqual(step.with_user(user).has_access("read"), allowed)

    def test_windows(self):
        decline = self.env["dispute.handoff.decline"].with_user(self.supervisor)
        decline.create({"handoff_id": self.handoff.id, "reason": "Ill."}).action_apply()
        self.assertEqual(self.handoff.step_ids.state, "declined")
        self.assertEqual(self.handoff.step_ids.answer, "Ill.")


@tagged("post_install", "-at_install")
class TestRpc(RpcCommon, HandoffCommon):
    def test_remote_calls(self):
        handoff = self.hand_off()
        step = handoff.step_id
        self.login(self.manager)
        for model, method, *args in (
            ("dispute.handoff", "write", handoff.ids, {"state": "done"}),
            ("dispute.handoff", "write", handoff.ids, {"brief": "x"}),
            ("dispute.handoff", "unlink", handoff.ids),
            ("dispute.handoff", "_close", handoff.ids, "done"),
            ("dispute.handoff", "_move", handoff.ids, {"state": "done"}),
            ("dispute.handoff", "_cron_sweep"),
            ("dispute.handoff", "lock_for_update", handoff.ids),
            ("dispute.handoff.step", "write", step.ids, {"state": "accepted"}),
            ("dispute.handoff.step", "_acknowledge", step.ids),
            ("dispute.handoff.step", "_move", step.ids, {"state": "accepted"}),
            ("dispute.handoff.step", "unlink", step.ids),
        ):
            with self.subTest(f"{model}.{method}"):
                self.assertDenied(
                    "Error", model, method, *args, context={"dispute_station": 1}
                )
        self.assertEqual((handoff.state, step.state), ("sent", "asked"))
        self.login(self.supervisor)
        self.call("dispute.handoff", "action_acknowledge", handoff.ids)
        self.assertEqual(handoff.state, "acknowledged")

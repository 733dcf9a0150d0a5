from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import (
    ANNOUNCED,
    CALM,
    CONDITIONAL,
    HEATED,
    INSULT,
    PHYSICAL,
    SENIOR,
    DisputeCommon,
)


@tagged("post_install", "-at_install")
class TestPolicy(DisputeCommon):
    def roles(self, ticket):
        return sorted(ticket.dispute_case_id.handoff_ids.mapped("role"))

    # ------------------------------------------------------------------
    # The rules that are shipped
    # ------------------------------------------------------------------

    def test_announced_legal_action(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        self.assertEqual(case.title, "My order")
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.company_id, self.company)
        self.assertEqual(case.level, "legal")
        self.assertTrue(case.hold)
        self.assertTrue(case.hold_at)
        self.assertIn("lawyer", case.hold_reason)
        handoff = case.handoff_ids
        self.assertEqual((handoff.role, handoff.state), ("lawyer", "to_send"))
        self.assertEqual(handoff.signal_id, ticket.dispute_signal_ids)
        self.assertEqual(handoff.quote, ANNOUNCED)
        self.assertEqual(handoff.language, "en")

    def test_conditional_threat_opens_a_case_only(self):
        ticket = self.write_in(CONDITIONAL)
        self.assertTrue(ticket.dispute_case_id)
        self.assertFalse(ticket.dispute_case_id.hold)
        self.assertFalse(self.roles(ticket))

    def test_condition_then_announcement(self):
        ticket = self.write_in(CONDITIONAL)
        case = ticket.dispute_case_id
        self.reply(ticket, ANNOUNCED)
        self.assertEqual(ticket.dispute_case_id, case)
        self.assertTrue(case.hold)
        self.assertEqual(self.roles(ticket), ["lawyer"])

    def test_three_heated_messages(self):
        ticket = self.write_in(HEATED)
        self.reply(ticket, HEATED)
        self.assertFalse(self.roles(ticket))
        self.assertFalse(ticket.dispute_case_id)
        self.reply(ticket, HEATED)
        self.assertEqual(self.roles(ticket), ["mediator"])
        self.assertFalse(ticket.dispute_case_id.hold)

    def test_three_heated_sentences_in_one_message_are_one_message(self):
        ticket = self.write_in(f"{HEATED}\n\n{HEATED}\n\n{HEATED}")
        self.assertGreaterEqual(len(ticket.dispute_signal_ids), 3)
        self.assertFalse(self.roles(ticket))

    def test_calm_messages_between_do_not_matter(self):
        ticket = self.write_in(HEATED)
        for body in (CALM, HEATED, CALM):
            self.reply(ticket, body)
        self.assertFalse(self.roles(ticket))
        self.reply(ticket, HEATED)
        self.assertEqual(self.roles(ticket), ["mediator"])

    def test_heated_messages_on_other_tickets_do_not_count(self):
        for _turn in range(3):
            ticket = self.write_in(HEATED)
        self.assertFalse(self.roles(ticket))

    def test_old_heat_is_forgotten(self):
        now = fields.Datetime.now()
        with freeze_time(now - timedelta(days=15)):
            ticket = self.write_in(HEATED)
            self.reply(ticket, HEATED)
        self.reply(ticket, HEATED)
        self.assertFalse(self.roles(ticket))

    def test_each_rule_has_its_own_memory(self):
        """A rule that looks far back does not lengthen the memory of another."""
        self.env.ref("dispute_guard.dispute_policy_rule_heated").copy(
            {"window_days": 60, "message_count": 9, "handoff_role": "superior"}
        )
        with freeze_time(fields.Datetime.now() - timedelta(days=15)):
            ticket = self.write_in(HEATED)
            self.reply(ticket, HEATED)
        self.reply(ticket, HEATED)
        self.assertFalse(self.roles(ticket))

    def test_dismissed_heat_does_not_count(self):
        ticket = self.write_in(HEATED)
        self.reply(ticket, HEATED)
        ticket.dispute_signal_ids._dismiss("irony")
        self.reply(ticket, HEATED)
        self.assertFalse(self.roles(ticket))

    def test_asks_for_somebody_senior(self):
        ticket = self.write_in(SENIOR)
        self.assertEqual(self.roles(ticket), ["superior"])
        self.assertFalse(ticket.dispute_case_id.hold)

    def test_insult(self):
        ticket = self.write_in(INSULT)
        self.assertEqual(self.roles(ticket), ["superior"])
        self.assertFalse(ticket.dispute_case_id.hold)

    def test_physical_threat(self):
        ticket = self.write_in(PHYSICAL)
        self.assertEqual(self.roles(ticket), ["security"])
        self.assertTrue(ticket.dispute_case_id.hold)

    def test_calm_mail(self):
        ticket = self.write_in(CALM)
        self.assertFalse(ticket.dispute_case_id)
        self.assertFalse(
            self.env["dispute.policy.firing"].search([("ticket_id", "=", ticket.id)])
        )

    def test_everything_at_once(self):
        ticket = self.write_in(f"{SENIOR} {INSULT} {PHYSICAL} {ANNOUNCED}")
        self.assertEqual(self.roles(ticket), ["lawyer", "security", "superior"])
        self.assertEqual(
            self.env["dispute.case"].search_count([("ticket_ids", "in", ticket.ids)]), 1
        )

    # ------------------------------------------------------------------
    # Once for each cause
    # ------------------------------------------------------------------

    def firings(self, ticket):
        return self.env["dispute.policy.firing"].search([("ticket_id", "=", ticket.id)])

    def test_firing_says_what_was_done(self):
        ticket = self.write_in(ANNOUNCED)
        rule = self.env.ref("dispute_guard.dispute_policy_rule_legal")
        firing = self.firings(ticket).filtered(lambda f: f.rule_id == rule)
        self.assertEqual(firing.signal_id, ticket.dispute_signal_ids)
        for word in (ticket.dispute_case_id.name, "Legal hold", "Lawyer"):
            self.assertIn(word, firing.effect)

    def test_same_cause_acts_once(self):
        ticket = self.write_in(ANNOUNCED)
        signal = ticket.dispute_signal_ids
        before = self.firings(ticket)
        signal.action_confirm()
        signal._dismiss("mistake")
        signal.action_confirm()
        self.env["dispute.policy.rule"]._apply_policies(signal)
        self.assertEqual(self.firings(ticket), before)
        self.assertEqual(self.roles(ticket), ["lawyer"])

    def test_database_refuses_a_second_firing_for_a_cause(self):
        firing = self.firings(self.write_in(ANNOUNCED))[0]
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            firing.copy()

    def test_second_threat_does_not_hand_off_again(self):
        ticket = self.write_in(ANNOUNCED)
        self.reply(ticket, "I will see you in court.")
        self.assertEqual(self.roles(ticket), ["lawyer"])
        self.assertEqual(len(ticket.dispute_case_id), 1)

    def test_retry_of_a_failed_screening_does_not_double(self):
        with (
            self.broken_screener(ValueError("broken")),
            mute_logger("odoo.addons.dispute_guard.models.dispute_inbound_screening"),
        ):
            ticket = self.write_in(ANNOUNCED)
        self.run_cron("ir_cron_screening")
        before = self.firings(ticket)
        self.assertTrue(before)
        self.run_cron("ir_cron_screening")
        ticket.dispute_inbound_ids.action_retry()
        self.assertEqual(self.firings(ticket), before)
        self.assertEqual(self.roles(ticket), ["lawyer"])
        self.assertEqual(len(ticket.dispute_signal_ids), 1)

    def test_hold_keeps_its_first_date(self):
        with freeze_time("2026-11-02 10:00:00"):
            ticket = self.write_in(ANNOUNCED)
        with freeze_time("2026-11-05 10:00:00"):
            self.reply(ticket, PHYSICAL)
        self.assertEqual(
            ticket.dispute_case_id.hold_at,
            fields.Datetime.to_datetime("2026-11-02 10:00"),
        )

    # ------------------------------------------------------------------
    # A company's own rules
    # ------------------------------------------------------------------

    def test_archived_rule_does_not_act(self):
        self.env.ref("dispute_guard.dispute_policy_rule_superior").active = False
        self.assertFalse(self.write_in(SENIOR).dispute_case_id)

    def test_rule_of_another_company_does_not_act(self):
        rule = self.env.ref("dispute_guard.dispute_policy_rule_superior")
        rule.company_id = self.other_company
        self.assertFalse(self.write_in(SENIOR).dispute_case_id)
        rule.company_id = self.company
        self.assertTrue(self.write_in(SENIOR).dispute_case_id)

    def test_rule_acts_only_for_its_company_in_a_batch(self):
        rule = self.env.ref("dispute_guard.dispute_policy_rule_superior")
        rule.company_id = self.other_company
        tickets = self.env["helpdesk.ticket"].create(
            [
                {
                    "name": "Call",
                    "description": f"<p>{SENIOR}</p>",
                    "company_id": company.id,
                }
                for company in (self.company, self.other_company)
            ]
        )
        self.assertEqual(tickets.mapped("dispute_level"), ["tense", "tense"])
        self.assertFalse(tickets[0].dispute_case_id)
        self.assertTrue(tickets[1].dispute_case_id)

    def test_own_rule(self):
        self.env["dispute.policy.rule"].with_user(self.manager).create(
            {
                "name": "Chargeback twice",
                "kind": "payment_reversal",
                "message_count": 2,
                "window_days": 7,
                "open_case": True,
                "company_id": self.company.id,
            }
        )
        chargeback = "I have raised a chargeback with my bank."
        ticket = self.write_in(chargeback)
        self.assertFalse(ticket.dispute_case_id)
        self.reply(ticket, chargeback)
        self.assertTrue(ticket.dispute_case_id)

    def test_senseless_counts_are_refused(self):
        for values in ({"message_count": 0}, {"window_days": 0}):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env["dispute.policy.rule"].create({"name": "x", **values})

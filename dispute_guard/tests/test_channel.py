"""After some heated mails a call is proposed, with the guide for it."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CALM, HEATED, INSULT, SENIOR
from .common_ladder import LadderCommon

DAY = timedelta(days=1)
START = fields.Datetime.to_datetime("2026-03-02 09:00:00")


@tagged("post_install", "-at_install")
class TestChannel(LadderCommon):
    def write_heated(self, *bodies, ticket=None, start=START):
        """Let the customer write each of ``bodies``, one a day."""
        for number, body in enumerate(bodies):
            with freeze_time(start + number * DAY):
                if ticket:
                    self.reply(ticket, body)
                else:
                    ticket = self.write_in(body)
        return ticket

    def get_advice(self, ticket, user=None):
        ticket.invalidate_recordset()
        return ticket.with_user(user or self.agent_team).dispute_call_advice

    def test_third_heated_mail_proposes_a_call(self):
        ticket = self.write_heated(HEATED, CALM, INSULT)
        self.assertFalse(self.get_advice(ticket))
        self.write_heated(SENIOR, ticket=ticket, start=START + 5 * DAY)
        self.assertIn("3 heated mails", self.get_advice(ticket))

    def test_many_words_in_one_mail_are_one_mail(self):
        ticket = self.write_heated(f"{HEATED}\n\n{INSULT}\n\n{SENIOR}")
        self.assertFalse(self.get_advice(ticket))

    def test_company_says_how_many(self):
        ticket = self.write_heated(HEATED, INSULT)
        self.company.dispute_heated_mails = 2
        self.assertTrue(self.get_advice(ticket))
        self.company.dispute_heated_mails = 0
        self.assertFalse(self.get_advice(ticket))

    def test_dismissed_words_do_not_count(self):
        ticket = self.write_heated(HEATED, INSULT, SENIOR)
        self.assertTrue(self.get_advice(ticket))
        signals = ticket.dispute_signal_ids
        text = signals.filtered(lambda each: each.kind == "abusive_language").inbound_id
        signals.filtered(lambda each: each.inbound_id == text)._dismiss("a quotation")
        self.assertFalse(self.get_advice(ticket))

    def test_call_begins_the_count_anew(self):
        ticket = self.write_heated(HEATED, INSULT, SENIOR)
        self.env["dispute.call.log"].with_user(self.agent_team).create(
            {
                "ticket_id": ticket.id,
                "direction": "out",
                "spoken_with": "Paula",
                "occurred_at": START + 4 * DAY,
                "content": "She wants a new door.",
            }
        ).action_apply()
        self.assertFalse(self.get_advice(ticket))
        later = START + 6 * DAY
        self.write_heated(HEATED, INSULT, SENIOR, ticket=ticket, start=later)
        self.assertIn("3 heated mails", self.get_advice(ticket))

    def test_planned_call_is_shown_and_planned_once(self):
        ticket = self.write_heated(HEATED, INSULT, SENIOR).with_user(self.agent_team)
        ticket.sudo().user_id = self.agent_team
        self.assertFalse(ticket.dispute_call_planned)
        for _turn in range(2):
            ticket.action_plan_dispute_call()
        calls = ticket.activity_ids.filtered(
            lambda each: each.activity_category == "phonecall"
        )
        self.assertEqual(len(calls), 1)
        self.assertEqual(calls.user_id, self.agent_team)
        self.assertEqual(calls.date_deadline, fields.Date.context_today(ticket) + DAY)
        for words in ("Listen.", "in your own words", "which solution"):
            self.assertIn(words, calls.note)
        ticket.invalidate_recordset()
        self.assertIn(self.agent_team.name, ticket.dispute_call_planned)
        # done, it is a call on record
        calls.action_feedback(feedback="She wants a new door.")
        self.assertFalse(self.get_advice(ticket))

    def test_nobody_calls_once_a_lawyer_speaks(self):
        ticket = self.write_heated(HEATED, INSULT, SENIOR)
        ticket._open_dispute_case()
        (handoff,) = self.env["dispute.handoff"]._open_handoffs(
            [(ticket, "lawyer", self.env["dispute.signal"])]
        )
        self.assertFalse(self.get_advice(ticket))
        handoff.action_cancel()
        self.assertTrue(self.get_advice(ticket))

    def test_nobody_calls_while_counsel_has_the_word(self):
        ticket = self.write_heated(HEATED, INSULT, SENIOR)
        ticket._open_dispute_case()
        case = ticket.dispute_case_id
        case._place_lock("counsel", "A formal letter")
        self.assertFalse(self.get_advice(ticket))
        case._lift_locks("counsel", "They talk again")
        self.assertTrue(self.get_advice(ticket))

    def test_closed_dispute_proposes_none(self):
        ticket = self.write_heated(HEATED, INSULT, SENIOR)
        ticket._open_dispute_case()
        self.close_dispute(ticket.dispute_case_id)
        self.assertFalse(self.get_advice(ticket))

    def test_who_may_not_write_the_ticket_plans_no_call(self):
        ticket = self.write_heated(HEATED)
        ticket.user_id = self.agent_team
        for user in (self.agent_own, self.foreigner, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                ticket.with_user(user).action_plan_dispute_call()

    def test_queries_do_not_grow(self):
        tickets = self.env["helpdesk.ticket"]
        for _turn in range(4):
            tickets |= self.write_heated(HEATED, INSULT, SENIOR)
        one = tickets[:1]

        def count(records):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records.mapped("dispute_call_advice")
            return self.cr.sql_log_count - before

        count(tickets)
        self.assertLessEqual(count(tickets), count(one) + 1)

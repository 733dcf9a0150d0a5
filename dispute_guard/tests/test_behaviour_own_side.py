from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ANNOUNCED, CALM, SENIOR
from .common_behaviour import BehaviourCommon

# 2026-10-19 is a Monday; the team works 8 to 12 and 13 to 17, eight hours a day.
MONDAY = "2026-10-19"


@tagged("post_install", "-at_install")
class TestOwnSide(BehaviourCommon):
    def look(self, moment):
        """Count our own side at ``moment``; return what was found."""
        self.observe()
        with freeze_time(moment):
            self.run_cron("ir_cron_lapse")
        return self.env["dispute.lapse"].search([("company_id", "=", self.company.id)])

    def plan(self, moment, ticket, activity_type, deadline):
        with freeze_time(moment):
            return ticket.activity_schedule(
                activity_type,
                date_deadline=deadline,
                summary="Send the plan",
                user_id=self.agent_team.id,
            )

    def promise(self, moment, ticket, deadline):
        return self.plan(
            moment, ticket, "dispute_guard.mail_activity_type_promise", deadline
        )

    def do(self, moment, activity):
        with freeze_time(moment):
            activity.with_user(self.agent_team).action_feedback("done")
            self.env.flush_all()

    def told(self, ticket):
        ticket.invalidate_recordset()
        return ticket.with_user(self.agent_team).dispute_own_side

    def test_day_of_a_promise_ends_where_the_team_works(self):
        self.company.resource_calendar_id.tz = "America/Los_Angeles"
        ticket = self.say(f"{MONDAY} 16:00")
        self.answer(f"{MONDAY} 17:00", ticket)
        kept = self.promise(f"{MONDAY} 17:00", ticket, "2026-10-20")
        broken = self.promise(f"{MONDAY} 17:00", ticket, "2026-10-20")
        # half past five in the afternoon of the 20th
        self.do("2026-10-21 00:30", kept)
        self.assertFalse(self.look("2026-10-21 01:00"))
        lapse = self.look("2026-10-21 08:00")
        self.assertEqual(lapse.activity_id, broken)

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def test_late_answer(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer("2026-10-21 12:00", ticket)
        lapse = self.look("2026-10-21 13:00")
        self.assertEqual(lapse.kind, "late_answer")
        self.assertEqual(lapse.state, "late")
        self.assertEqual(lapse.hours, 20)
        self.assertEqual(lapse.days, 2.5)
        self.assertEqual(str(lapse.due_at), "2026-10-20 17:00:00")
        self.assertEqual(
            lapse.statement, "Asked on Oct 19, 2026, answered after 2.5 working days"
        )
        self.assertEqual(
            self.told(ticket), "late answers: 1, the longest 2.5 working days"
        )
        self.assertEqual(ticket.dispute_level, "calm")  # no fault of the customer

    def test_answer_in_time(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer("2026-10-20 16:00", ticket)
        self.assertFalse(self.look("2026-10-30 13:00"))
        self.assertFalse(self.told(ticket))

    def test_weekends_and_holidays_are_no_working_time(self):
        ticket = self.say("2026-10-16 16:00")  # Friday
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-10-19 00:00:00",
                "date_to": "2026-10-19 23:59:59",
            }
        )
        self.answer("2026-10-21 15:00", ticket)
        self.assertFalse(self.look("2026-10-30 13:00"))

    def test_no_answer_yet(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.assertFalse(self.look("2026-10-20 16:00"))
        lapse = self.look("2026-10-21 12:00")
        self.assertEqual(lapse.state, "open")
        self.assertEqual(
            lapse.statement, "Asked on Oct 19, 2026, not answered for 2.5 working days"
        )
        self.look("2026-10-22 12:00")
        self.assertEqual(lapse.days, 3.5)
        self.answer("2026-10-22 17:00", ticket)
        self.assertEqual(self.look("2026-10-30 12:00"), lapse)
        self.assertEqual((lapse.state, lapse.days), ("late", 4))

    def test_internal_notes_and_customers_are_no_answer(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer(f"{MONDAY} 09:00", ticket, subtype_xmlid="mail.mt_note")
        self.say(f"{MONDAY} 10:00", CALM, ticket)
        lapse = self.look("2026-10-22 12:00")
        self.assertEqual(str(lapse.began_at), f"{MONDAY} 08:00:00")

    def test_answer_by_telephone(self):
        ticket = self.say(f"{MONDAY} 08:00")
        call = self.plan(
            f"{MONDAY} 09:00", ticket, "mail.mail_activity_data_call", MONDAY
        )
        self.do(f"{MONDAY} 10:00", call)
        self.assertFalse(self.look("2026-10-30 12:00"))

    def test_texts_that_wait_together_are_one_lapse(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.say("2026-10-20 08:00", CALM, ticket)
        self.look("2026-10-21 12:00")
        self.say("2026-10-21 13:00", CALM, ticket)
        self.answer("2026-10-23 12:00", ticket)
        self.assertEqual(len(self.look("2026-10-30 12:00")), 1)
        self.say("2026-11-02 08:00", CALM, ticket)
        self.assertEqual(len(self.look("2026-11-06 12:00")), 2)
        self.assertIn("late answers: 2", self.told(ticket))

    def test_closing_without_an_answer(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.close("2026-10-23 12:00", ticket)
        lapse = self.look("2026-10-30 12:00")
        self.assertEqual(lapse.state, "dropped")
        self.assertIn("without an answer", lapse.statement)

    def test_closing_in_time_needs_no_answer(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.close(f"{MONDAY} 12:00", ticket)
        self.assertFalse(self.look("2026-10-30 12:00"))

    def test_agents_are_silent_where_a_lawyer_has_taken_over(self):
        self.make_professional("lawyer", "Alice Lawyer", "en")
        ticket = self.say(f"{MONDAY} 08:00", ANNOUNCED)
        with freeze_time(f"{MONDAY} 08:05"):
            self.run_cron("ir_cron_handoff")
        self.say("2026-10-21 08:00", CALM, ticket)
        self.assertFalse(self.look("2026-10-30 12:00"))

    def test_robots_wait_for_no_answer(self):
        self.say(f"{MONDAY} 08:00", Auto_Submitted="auto-replied")
        self.assertFalse(self.look("2026-10-30 12:00"))

    def test_own_hours_of_the_company(self):
        self.company.dispute_answer_hours = 40
        self.say(f"{MONDAY} 08:00")
        self.assertFalse(self.look("2026-10-22 12:00"))
        self.company.dispute_answer_hours = 0  # not counted
        self.assertFalse(self.look("2026-12-22 12:00"))

    # ------------------------------------------------------------------
    # Promises and calls
    # ------------------------------------------------------------------

    def test_broken_promise(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer(f"{MONDAY} 09:00", ticket)
        activity = self.promise(f"{MONDAY} 10:00", ticket, "2026-10-21")
        self.assertFalse(self.look("2026-10-21 18:00"))
        lapse = self.look("2026-10-22 12:00")
        self.assertEqual(lapse.kind, "broken_promise")
        self.assertEqual(lapse.user_id, self.agent_team)
        self.assertEqual(
            lapse.statement, "Send the plan: due on Oct 21, 2026, still open"
        )
        self.do("2026-10-23 12:00", activity)
        self.assertEqual(self.look("2026-10-23 13:00"), lapse)
        self.assertEqual(
            lapse.statement, "Send the plan: due on Oct 21, 2026, done on Oct 23, 2026"
        )
        self.assertEqual(self.told(ticket), "promises broken: 1")

    def test_kept_promise(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer(f"{MONDAY} 09:00", ticket)
        activity = self.promise(f"{MONDAY} 10:00", ticket, "2026-10-21")
        self.do("2026-10-21 12:00", activity)
        self.assertFalse(self.look("2026-10-30 12:00"))

    def test_promise_that_was_done_late_before_we_looked(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer(f"{MONDAY} 09:00", ticket)
        activity = self.promise(f"{MONDAY} 10:00", ticket, "2026-10-21")
        self.do("2026-10-26 12:00", activity)
        self.assertEqual(self.look("2026-10-30 12:00").state, "late")

    def test_promise_taken_off_the_list_stays_broken(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer(f"{MONDAY} 09:00", ticket)
        activity = self.promise(f"{MONDAY} 10:00", ticket, "2026-10-21")
        lapse = self.look("2026-10-22 12:00")
        activity.unlink()
        self.look("2026-10-23 12:00")
        self.assertEqual(lapse.state, "dropped")
        self.assertIn("never done", lapse.statement)

    def test_missed_call(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer(f"{MONDAY} 09:00", ticket)
        self.plan(
            f"{MONDAY} 09:00", ticket, "mail.mail_activity_data_call", "2026-10-20"
        )
        self.assertEqual(self.look("2026-10-30 12:00").kind, "missed_call")
        self.assertEqual(self.told(ticket), "calls missed: 1")

    def test_other_activities_are_no_promise(self):
        ticket = self.say(f"{MONDAY} 08:00")
        self.answer(f"{MONDAY} 09:00", ticket)
        self.plan(
            f"{MONDAY} 09:00", ticket, "mail.mail_activity_data_todo", "2026-10-20"
        )
        self.assertFalse(self.look("2026-10-30 12:00"))

    # ------------------------------------------------------------------
    # What counsel is told
    # ------------------------------------------------------------------

    def test_brief_tells_both_sides(self):
        self.make_professional("superior", "Sue Senior")
        ticket = self.say(f"{MONDAY} 08:00")
        for hour in (9, 10, 11):
            self.say(f"{MONDAY} {hour:02}:00", CALM, ticket)
        lapse = self.look("2026-10-26 12:00")
        counted = ticket.dispute_signal_ids
        with freeze_time("2026-10-26 13:00"):
            self.reply(ticket, SENIOR)
            self.run_cron("ir_cron_handoff")
        brief = str(ticket.dispute_handoff_ids.brief)
        self.assertIn("Our own side", brief)
        self.assertIn(lapse.statement, brief)
        self.assertIn("What was counted or noted", brief)
        self.assertIn(
            counted.filtered(lambda s: s.kind == "message_burst").statement, brief
        )
        self.assertNotIn("<q></q>", brief)
        self.assertEqual(brief.count("<q>"), 1)

    # ------------------------------------------------------------------
    # Who may what
    # ------------------------------------------------------------------

    def test_supervisor_says_what_was_no_lapse(self):
        ticket = self.say(f"{MONDAY} 08:00", "Thank you, all is well.")
        lapse = self.look("2026-10-30 12:00")
        action = lapse.with_user(self.supervisor).action_excuse()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.supervisor)
            .with_context(**action["context"])
        )
        wizard.reason = "He only said thank you."
        wizard.save().action_apply()
        self.assertFalse(self.told(ticket))
        self.assertEqual(lapse.excused_by, self.supervisor)
        self.assertEqual(self.look("2026-11-30 12:00"), lapse)  # not counted anew
        self.assertFalse(self.told(ticket))

    def test_excuse_needs_a_reason_and_a_supervisor(self):
        self.say(f"{MONDAY} 08:00")
        lapse = self.look("2026-10-30 12:00")
        with self.assertRaises(UserError):
            lapse.with_user(self.supervisor)._excuse("  ")
        with self.assertRaises(AccessError):
            lapse.with_user(self.agent_team)._excuse("I was ill")
        with self.assertRaises(AccessError):
            lapse.with_user(self.agent_team).action_excuse()

    def test_lapses_follow_the_ticket(self):
        ticket = self.say(f"{MONDAY} 08:00")
        lapse = self.look("2026-10-30 12:00")
        ticket.user_id = self.agent_team
        for user, sees in (
            (self.agent_team, True),
            (self.agent_own, False),
            (self.supervisor, True),
            (self.foreigner, False),
        ):
            with self.subTest(user.login):
                found = self.env["dispute.lapse"].with_user(user).search([])
                self.assertEqual(lapse in found, sees)

    def test_nobody_writes_lapses(self):
        self.say(f"{MONDAY} 08:00")
        lapse = self.look("2026-10-30 12:00")
        for user in (self.agent_team, self.supervisor, self.manager):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    lapse.with_user(user).write({"days": 0})
                with self.assertRaises(AccessError):
                    lapse.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    lapse.with_user(user).copy()

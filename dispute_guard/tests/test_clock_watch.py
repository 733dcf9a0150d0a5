"""Clocks warn ahead, are missed, and cost nothing while they are not due."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED
from .common_clock import MONDAY, ClockCommon, utc
from .test_growth import FEW, MANY, GrowthCommon

LOGGER = "odoo.addons.dispute_guard.models.dispute_clock_watch"


class WatchCommon(ClockCommon):
    def watch(self, moment):
        with freeze_time(moment):
            self.run_cron("ir_cron_clock")

    def get_activities(self, clock, name):
        return clock.activity_search([f"dispute_guard.mail_activity_type_{name}"])

    def open_case_of(self, user, **values):
        case = self.open_case(**values)
        case.user_id = user
        return case


@tagged("post_install", "-at_install")
class TestClockWatch(WatchCommon):
    # ------------------------------------------------------------------
    # Warning
    # ------------------------------------------------------------------

    def test_warned_once_in_the_last_quarter(self):
        case = self.open_case_of(self.agent_team)
        clock = self.get_clock(case, "first_answer")
        # from Monday 9:00 to Wednesday 9:00: 48 hours, the last twelve
        for moment, warned in (
            ("2026-11-17 20:50:00", 0),
            ("2026-11-17 21:10:00", 1),
            ("2026-11-17 21:20:00", 1),
        ):
            self.watch(moment)
            activities = self.get_activities(clock, "clock")
            with self.subTest(moment):
                self.assertEqual(len(activities), warned)
        self.assertEqual(activities.user_id, self.agent_team)
        self.assertEqual(str(activities.date_deadline), "2026-11-18")
        self.assertEqual(str(clock.warned_at), "2026-11-17 21:10:00")
        self.assertEqual(self.get_steps(case), [("first_answer", "warned")])

    def test_agent_can_finish_the_warning(self):
        case = self.open_case_of(self.agent_team)
        clock = self.get_clock(case, "first_answer")
        self.watch("2026-11-17 21:10:00")
        activity = self.get_activities(clock, "clock").with_user(self.agent_team)
        activity.action_feedback("I write to her now")
        self.assertFalse(self.get_activities(clock, "clock"))

    def test_an_answer_takes_the_warning_away(self):
        case = self.open_case_of(self.agent_team)
        clock = self.get_clock(case, "first_answer")
        self.watch("2026-11-17 21:10:00")
        self.answer(case.ticket_ids, "2026-11-18 08:00:00")
        self.assertFalse(self.get_activities(clock, "clock"))
        self.watch("2026-11-19 08:00:00")
        self.assertEqual(clock.state, "met")
        self.assertFalse(self.get_activities(clock, "clock_missed"))

    def test_nobody_responsible(self):
        case = self.open_case_of(False)
        clock = self.get_clock(case, "first_answer")
        self.watch("2026-11-17 21:10:00")
        self.assertEqual(self.get_activities(clock, "clock").user_id, self.manager)

    # ------------------------------------------------------------------
    # Missing
    # ------------------------------------------------------------------

    def test_missed_goes_to_the_responsible_and_a_supervisor(self):
        case = self.open_case_of(self.agent_team)
        clock = self.get_clock(case, "first_answer")
        self.watch("2026-11-17 21:10:00")
        self.watch("2026-11-18 09:00:00")
        self.assertEqual(clock.state, "running")  # not yet over
        self.watch("2026-11-18 09:00:01")
        self.watch("2026-11-18 09:10:00")
        self.assertEqual(
            (clock.state, str(clock.missed_at)), ("missed", "2026-11-18 09:00:01")
        )
        activities = self.get_activities(clock, "clock_missed")
        self.assertEqual(
            sorted(activities.user_id.mapped("login")),
            ["dispute_agent_team", "dispute_supervisor"],
        )
        self.assertFalse(self.get_activities(clock, "clock"))
        self.assertEqual(
            self.get_steps(case),
            [("first_answer", "warned"), ("first_answer", "missed")],
        )
        self.answer(case.ticket_ids, "2026-11-18 10:00:00")
        self.assertEqual(str(clock.met_at), "2026-11-18 10:00:00")
        self.assertFalse(self.get_activities(clock, "clock_missed"))

    def test_leader_of_the_team_is_told_where_he_is_a_supervisor(self):
        for leader, told in (
            (self.manager, self.manager),
            (self.agent_own, self.supervisor),
        ):
            self.team.user_id = leader
            case = self.open_case_of(self.agent_team)
            clock = self.get_clock(case, "first_answer")
            self.watch("2026-11-18 09:10:00")
            activities = self.get_activities(clock, "clock_missed")
            with self.subTest(leader.login):
                self.assertEqual(activities.user_id, self.agent_team | told)

    def test_missed_after_a_standstill_of_the_scheduled_action(self):
        case = self.open_case_of(self.agent_team, country="lv")
        self.watch("2026-12-20 09:00:00")
        for kind, state in (
            ("first_answer", "missed"),
            ("complaint_answer", "missed"),
            ("limitation", "running"),
        ):
            with self.subTest(kind):
                self.assertEqual(self.get_clock(case, kind).state, state)
        # what is missed is not warned of
        self.assertFalse(self.get_activities(case.clock_ids, "clock"))

    def test_a_call_is_an_answer(self):
        case = self.open_case_of(self.agent_team)
        clock = self.get_clock(case, "first_answer")
        ticket = case.ticket_ids
        with freeze_time("2026-11-17 10:00:00"):
            ticket.with_user(self.agent_team).activity_schedule(
                "mail.mail_activity_data_call", user_id=self.agent_team.id
            ).action_feedback("Talked it over")
        self.watch("2026-11-18 10:00:00")
        self.assertEqual(
            (clock.state, str(clock.met_at)), ("met", "2026-11-17 10:00:00")
        )

    def test_a_lawyer_who_took_over_is_an_answer(self):
        case = self.open_case_of(self.agent_team)
        with freeze_time("2026-11-16 09:15:00"):
            self.run_cron("ir_cron_handoff")
        with freeze_time("2026-11-16 11:00:00"):
            case.handoff_ids.step_id._acknowledge()
        self.watch("2026-11-18 10:00:00")
        clock = self.get_clock(case, "first_answer")
        self.assertEqual(clock.state, "met")
        self.assertEqual(str(clock.met_at), "2026-11-16 11:00:00")
        self.assertEqual(self.get_clock(case, "complaint_answer").state, "running")

    def test_a_lawyer_who_was_only_asked_is_no_answer(self):
        case = self.open_case_of(self.agent_team)
        with freeze_time("2026-11-16 09:15:00"):
            self.run_cron("ir_cron_handoff")
        self.assertEqual(case.handoff_ids.state, "sent")
        self.watch("2026-11-18 10:00:00")
        self.assertEqual(self.get_clock(case, "first_answer").state, "missed")

    def test_a_closed_ticket_needs_no_answer(self):
        case = self.open_case_of(self.agent_team)
        stage = self.env["helpdesk.ticket.stage"].create(
            {"name": "All done", "closed": True, "company_id": False}
        )
        with freeze_time("2026-11-17 10:00:00"):
            case.ticket_ids.with_user(self.agent_team).stage_id = stage
        self.watch("2026-11-18 10:00:00")
        self.assertEqual(self.get_clock(case, "first_answer").state, "stopped")

    def test_limitation_that_stands_still_is_not_missed(self):
        case = self.open_case_of(self.agent_team, country="lv")
        limitation = self.get_clock(case, "limitation")
        self.step(case, "mediation", "2029-11-01 09:00:00")
        self.watch("2029-12-01 09:00:00")
        self.assertEqual(limitation.state, "suspended")
        self.step(case, "discuss", "2029-12-01 10:00:00")
        self.watch("2029-12-01 11:00:00")
        self.assertEqual(limitation.state, "running")
        self.assertTrue(self.get_activities(limitation, "clock"))
        self.watch("2029-12-17 11:00:00")
        self.assertEqual(limitation.state, "missed")

    def test_limitation_goes_on_when_the_law_lets_it_stand_no_longer(self):
        case = self.open_case_of(self.agent_team, country="ru")
        limitation = self.get_clock(case, "limitation")
        due = limitation.due_at
        self.step(case, "mediation", "2026-11-20 09:00:00")
        self.watch("2027-05-19 08:00:00")
        self.assertEqual(limitation.state, "suspended")
        self.watch("2027-05-25 09:00:00")
        self.assertEqual(limitation.state, "running")
        self.assertEqual(limitation.due_at, due + timedelta(days=180))
        # leaving mediation, or coming back to it, adds nothing
        self.step(case, "discuss", "2027-06-01 09:00:00")
        self.step(case, "mediation", "2027-06-02 09:00:00")
        self.step(case, "discuss", "2027-07-02 09:00:00")
        self.assertEqual(limitation.due_at, due + timedelta(days=180))
        self.assertEqual(limitation.state, "running")

    def test_acknowledgement_pages_nobody_here(self):
        case = self.open_case_of(self.agent_team)
        clock = self.env["dispute.clock"]._start(
            [
                {
                    "case": case,
                    "kind": "acknowledgement",
                    "handoff": case.handoff_ids[:1],
                    "started_at": utc(MONDAY),
                    "due_at": utc("2026-11-17 09:00:00"),
                }
            ]
        )
        self.watch("2026-11-17 10:00:00")
        self.assertEqual(clock.state, "missed")
        self.assertFalse(self.get_activities(clock, "clock_missed"))
        self.assertIn(("acknowledgement", "missed"), self.get_steps(case))

    # ------------------------------------------------------------------
    # Trouble
    # ------------------------------------------------------------------

    def test_one_that_fails_does_not_stop_the_others(self):
        cases = [self.open_case_of(self.agent_team) for _turn in range(3)]
        clocks = [self.get_clock(case, "first_answer") for case in cases]
        model = self.env.registry["dispute.clock"]
        describe = model._describe_step

        def fail(clock, *args):
            if clock == clocks[1]:
                raise ValueError("no words")
            return describe(clock, *args)

        with patch.object(model, "_describe_step", fail), mute_logger(LOGGER):
            self.watch("2026-11-18 10:00:00")
        self.assertEqual(
            [clock.state for clock in clocks], ["missed", "running", "missed"]
        )
        self.watch("2026-11-18 10:10:00")
        self.assertEqual(clocks[1].state, "missed")

    def test_what_another_run_holds_is_left_to_it(self):
        case = self.open_case_of(self.agent_team)
        clock = self.get_clock(case, "first_answer")
        with patch.object(
            self.env.registry["dispute.clock"],
            "try_lock_for_update",
            lambda clocks, **_kwargs: clocks.browse(),
        ):
            self.watch("2026-11-18 10:00:00")
        self.assertEqual(clock.state, "running")

    def test_chunks(self):
        cases = [self.open_case_of(self.agent_team) for _turn in range(3)]
        with patch("odoo.addons.dispute_guard.models.dispute_clock_watch.CHUNK", 2):
            self.watch("2026-11-18 10:00:00")
        for case in cases:
            self.assertEqual(self.get_clock(case, "first_answer").state, "missed")


@tagged("post_install", "-at_install")
class TestClockWatchGrowth(GrowthCommon, WatchCommon):
    def test_clocks_that_are_not_due_cost_nothing(self):
        def idle():
            return self.count(
                lambda: self.watch("2026-11-16 10:00:00"), about="dispute_"
            )

        with freeze_time(MONDAY):
            self.make_tickets(1)
        idle()
        few = idle()
        with freeze_time(MONDAY):
            self.make_tickets(MANY)
        self.assertEqual(idle(), few)
        self.assertLessEqual(few, 4)

    def test_clocks_that_are_due_cost_the_same_each(self):
        def cost(number, day):
            with freeze_time(f"{day} 09:00:00"):
                self.make_tickets(number, ANNOUNCED)
            return self.count(
                lambda: self.watch("2026-12-31 09:00:00"), about="dispute_"
            )

        cost(1, "2026-11-02")
        few, many = cost(FEW, "2026-11-03"), cost(MANY, "2026-11-04")
        self.assertLessEqual((many - few) / (MANY - FEW), 10, f"{few}, {many}")

"""Clocks of disputes that are merged or split, and how clocks are shown."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import CALM, SENIOR
from .common_clock import MONDAY, ClockCommon, utc


@tagged("post_install", "-at_install")
class TestClockMerge(ClockCommon):
    def test_clocks_follow_a_merge(self):
        old = self.open_case(SENIOR, country="lv")
        new = self.open_case(SENIOR, moment="2026-11-18 09:00:00")
        count = len(old.clock_ids | new.clock_ids)
        old.handoff_ids.action_cancel()
        new.with_user(self.supervisor)._merge_into(
            old.with_user(self.supervisor), "the same kitchen"
        )
        self.assertFalse(new.clock_ids)
        self.assertEqual(len(old.clock_ids), count)
        for kind in ("complaint_answer", "limitation"):
            clocks = self.get_clock(old, kind)
            running = clocks.filtered(lambda clock: clock.state == "running")
            with self.subTest(kind):
                self.assertEqual(len(clocks), 2)
                self.assertEqual(str(running.started_at), MONDAY)

    def test_clocks_of_a_part_that_is_split_off(self):
        case = self.open_case(SENIOR, country="lv")
        with freeze_time("2026-11-17 09:00:00"):
            other = self.write_in(CALM)
            other.with_user(self.supervisor).dispute_case_id = case
        self.env["dispute.clock"]._start(
            [
                {
                    "case": case,
                    "kind": "counsel_reply",
                    "ticket": other,
                    "started_at": utc("2026-11-17 09:00:00"),
                }
            ]
        )
        before = {
            clock.kind: clock.due_at
            for clock in case.clock_ids
            if not clock.ticket_id and clock.state == "running"
        }
        part = case.with_user(self.supervisor)._split(other, "The worktop", "another")
        self.assertFalse(self.get_clock(case, "counsel_reply"))
        self.assertEqual(self.get_clock(part, "counsel_reply").ticket_id, other)
        for kind, due in before.items():
            for each in (case, part):
                with self.subTest(kind, case=each.name):
                    self.assertEqual(self.get_clock(each, kind).mapped("due_at"), [due])

    def test_customer_merged_into_another(self):
        case = self.open_case(SENIOR, country="lv")
        other = self.customer.copy({"name": "Paula C.", "email": "pc@example.net"})
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | other).ids, other
        )
        self.env.invalidate_all()
        self.assertEqual(case.clock_ids.partner_id, other)
        self.assertTrue(case.clock_text)

    def test_merged_out_of_mediation_limitation_goes_on(self):
        """No mediation would ever end it in the dispute where it is now."""
        old = self.open_case(SENIOR, country="lv")
        new = self.open_case(SENIOR, moment="2026-11-18 09:00:00")
        self.step(new, "mediation", "2026-11-20 09:00:00")
        due = self.get_clock(new, "limitation").due_at
        self.get_clock(old, "limitation")._end_stopped("not ours to claim")
        (old | new).handoff_ids.action_cancel()
        with freeze_time("2026-11-25 09:00:00"):
            new.with_user(self.supervisor)._merge_into(
                old.with_user(self.supervisor), "the same kitchen"
            )
        running = self.get_clock(old, "limitation").filtered(
            lambda clock: clock.state == "running"
        )
        self.assertEqual(running.due_at, due + timedelta(days=5))
        self.assertNotIn("suspended", old.clock_ids.mapped("state"))


@tagged("post_install", "-at_install")
class TestClockShown(ClockCommon):
    def test_countdown(self):
        case = self.open_case()
        ticket = case.ticket_ids.with_user(self.agent_team)
        for moment, words, late in (
            ("2026-11-17 09:00:00", "First answer: in 1 day", False),
            ("2026-11-18 07:00:00", "First answer: in 2 hours", False),
            ("2026-11-20 09:00:00", "First answer: was due 2 days ago", True),
        ):
            with freeze_time(moment), self.subTest(moment):
                self.env.invalidate_all()
                self.assertEqual(ticket.dispute_clock_text, words)
                self.assertEqual(ticket.dispute_clock_is_late, late)
                self.assertEqual(case.clock_text, words)

    def test_a_letter_after_the_end_is_counted(self):
        case = self.open_case(SENIOR)
        ticket = case.ticket_ids
        with freeze_time("2026-11-20 09:00:00"):
            self.run_cron("ir_cron_clock")
            self.close_dispute(case)
            self.assertIn("missed", case.clock_ids.mapped("state"))
            self.assertFalse(case.clock_text)
        with freeze_time("2026-11-23 09:00:00"):
            self.env["dispute.clock"]._start([{"case": case, "kind": "counsel_reply"}])
            self.env.invalidate_all()
            self.assertRegex(ticket.dispute_clock_text, "^Reply to counsel: in")

    def test_timeline(self):
        case = self.open_case()
        self.answer(case.ticket_ids, "2026-11-20 09:00:00")
        self.env.flush_all()
        words = (
            self.env["dispute.timeline"]
            .search([("case_id", "=", case.id), ("kind", "=", "clock")])
            .mapped("words")
        )
        self.assertIn("Clock started: First answer", words)
        self.assertIn("Clock missed: First answer", words)
        self.assertIn("Done, as the clock asked: First answer", words)

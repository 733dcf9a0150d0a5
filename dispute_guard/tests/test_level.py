from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM, HEATED, SENIOR
from .common_behaviour import BehaviourCommon

SUPERIOR = "superior_demanded"


@tagged("post_install", "-at_install")
class TestLevel(BehaviourCommon):
    """How the conflict level of a ticket passes, and what it says of itself."""

    def age(self, moment, ticket):
        """Let time pass until ``moment``; return the level."""
        with freeze_time(moment):
            self.run_cron("ir_cron_level")
        return ticket.dispute_level

    def reason(self, ticket, moment, user=None, lang="en_US"):
        """What the ticket says of its level at ``moment``."""
        ticket.invalidate_recordset()
        with freeze_time(moment):
            return (
                ticket.with_user(user or self.agent_team)
                .with_context(tz="UTC", lang=lang)
                .dispute_level_reason
            )

    # ------------------------------------------------------------------
    # Age
    # ------------------------------------------------------------------

    def test_tense_passes_after_two_weeks(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        self.assertEqual(self.age("2026-03-15 09:00", ticket), "tense")
        self.assertEqual(self.age("2026-03-15 11:00", ticket), "calm")
        self.assertFalse(ticket.dispute_signal_id)
        self.assertEqual(ticket.dispute_signal_count, 1)  # still to be read

    def test_hostile_passes_after_a_month(self):
        ticket = self.say("2026-03-01 10:00", HEATED)
        self.assertEqual(self.age("2026-03-30 10:00", ticket), "hostile")
        self.assertEqual(self.age("2026-04-01 10:00", ticket), "calm")

    def test_legal_does_not_pass(self):
        ticket = self.say("2026-03-01 10:00", ANNOUNCED)
        self.assertEqual(self.age("2029-03-01 10:00", ticket), "legal")

    def test_what_lies_below_shows_again(self):
        ticket = self.say("2026-03-01 10:00", HEATED)
        self.say("2026-03-25 10:00", SENIOR, ticket)
        self.assertEqual(self.age("2026-04-01 10:00", ticket), "tense")
        self.assertEqual(self.age("2026-04-09 10:00", ticket), "calm")

    def test_confirmed_counts_three_times_as_long(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        with freeze_time("2026-03-02 10:00"):
            ticket.dispute_signal_ids.with_user(self.agent_team).action_confirm()
        self.assertEqual(self.age("2026-04-11 10:00", ticket), "tense")
        self.assertEqual(self.age("2026-04-13 10:00", ticket), "calm")

    def test_old_words_that_are_confirmed_count_again(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        self.assertEqual(self.age("2026-03-20 10:00", ticket), "calm")
        with freeze_time("2026-03-20 11:00"):
            ticket.dispute_signal_ids.with_user(self.agent_team).action_confirm()
        self.assertEqual(ticket.dispute_level, "tense")

    def test_days_are_a_setting_of_the_company(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        self.company.dispute_tense_days = 3
        self.assertEqual(self.age("2026-03-05 10:00", ticket), "calm")

    def test_longer_days_count_at_once(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        self.assertEqual(self.age("2026-03-20 10:00", ticket), "calm")
        with freeze_time("2026-03-20 11:00"):
            self.company.dispute_tense_days = 30
            self.assertEqual(ticket.dispute_level, "tense")
            self.company.dispute_tense_days = 14
        self.assertEqual(self.age("2026-03-20 12:00", ticket), "calm")

    def test_days_that_no_calendar_has(self):
        for name in ("dispute_tense_days", "dispute_hostile_days"):
            for days in (0, 3_000_000):
                with (
                    self.subTest(name=name, days=days),
                    self.assertRaises(IntegrityError),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    self.company[name] = days
                    self.company.flush_recordset()

    def test_archived_ticket_cools_down_too(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        ticket.dispute_case_id.handoff_ids.action_cancel()
        ticket.active = False
        self.assertEqual(self.age("2026-04-01 10:00", ticket), "calm")

    def test_case_follows(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        self.assertEqual(ticket.dispute_case_id.level, "tense")
        self.age("2026-04-01 10:00", ticket)
        self.assertEqual(ticket.dispute_case_id.level, "calm")

    def test_unread_text_is_not_called_calm(self):
        ticket = self.say("2026-03-01 10:00", SENIOR)
        self.say("2026-03-01 11:00", "Ich warte seit Wochen auf meine Küche.", ticket)
        self.assertEqual(self.age("2026-04-01 10:00", ticket), "not_screened")

    # ------------------------------------------------------------------
    # The dispute is closed
    # ------------------------------------------------------------------

    def test_closing_the_dispute_settles_what_was_said(self):
        ticket = self.say("2026-03-01 10:00", ANNOUNCED)
        case = ticket.dispute_case_id
        with freeze_time("2026-04-01 10:00"):
            self.close_dispute(case)
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertEqual(case.level, "calm")

    def test_ticket_that_is_moved_to_another_dispute(self):
        ticket = self.say("2026-03-01 10:00", ANNOUNCED)
        case = ticket.dispute_case_id
        self.release_hold(case, "they paid")
        self.close_dispute(case)
        self.assertEqual(ticket.dispute_level, "calm")
        ticket.with_user(self.supervisor).dispute_case_id = False
        self.assertEqual(ticket.dispute_level, "legal")
        ticket.with_user(self.supervisor).dispute_case_id = case
        self.assertEqual(ticket.dispute_level, "calm")
        case.with_user(self.supervisor).rung = "discuss"
        self.assertEqual(case.level, "legal")
        ticket.with_user(self.supervisor).dispute_case_id = False
        self.assertEqual(case.level, "calm")

    def test_day_of_closing_is_not_written(self):
        case = self.say("2026-03-01 10:00", ANNOUNCED).dispute_case_id
        for user in (self.supervisor, self.manager):
            with self.assertRaises(UserError):
                case.with_user(user).closed_at = "2099-01-01 00:00:00"

    def test_words_after_closing_count(self):
        ticket = self.say("2026-03-01 10:00", ANNOUNCED)
        with freeze_time("2026-04-01 10:00"):
            self.close_dispute(ticket.dispute_case_id)
        self.say("2026-04-02 10:00", SENIOR, ticket)
        self.assertEqual(ticket.dispute_level, "tense")

    def test_dispute_that_is_opened_again(self):
        ticket = self.say("2026-03-01 10:00", ANNOUNCED)
        self.close_dispute(ticket.dispute_case_id)
        ticket.dispute_case_id.rung = "discuss"
        self.assertEqual(ticket.dispute_level, "legal")

    # ------------------------------------------------------------------
    # What is told
    # ------------------------------------------------------------------

    def test_reason_of_a_calm_ticket(self):
        ticket = self.say("2026-03-01 10:00", CALM)
        self.assertFalse(self.reason(ticket, "2026-03-01 11:00"))

    def test_reason(self):
        ticket = self.say("2026-03-01 10:00", HEATED)
        self.assertEqual(
            self.reason(ticket, "2026-03-02 10:00"),
            "Hostile because of words of Mar 1, 2026, until Mar 31, 2026",
        )

    def test_reason_names_who_confirmed_and_what_has_passed(self):
        ticket = self.say("2026-03-01 10:00", HEATED)
        self.say("2026-05-03 10:00", SENIOR, ticket)
        self.age("2026-05-03 11:00", ticket)
        senior = ticket.dispute_signal_ids.filtered(lambda s: s.kind == SUPERIOR)
        with freeze_time("2026-05-03 12:00"):
            senior.with_user(self.agent_team).action_confirm()
        self.assertEqual(
            self.reason(ticket, "2026-05-04 10:00"),
            "Tense because of words of May 3, 2026, confirmed by "
            f"{self.agent_team.name}, until Jun 14, 2026; words of Mar 1, 2026 "
            "(hostile) no longer count",
        )

    def test_reason_after_everything_has_passed(self):
        ticket = self.say("2026-03-01 10:00", HEATED)
        self.age("2026-05-01 11:00", ticket)
        self.assertEqual(
            self.reason(ticket, "2026-05-01 12:00"),
            "Words of Mar 1, 2026 (hostile) no longer count",
        )

    def test_reason_after_closing(self):
        ticket = self.say("2026-03-01 10:00", ANNOUNCED)
        with freeze_time("2026-04-01 10:00"):
            self.close_dispute(ticket.dispute_case_id)
        self.assertEqual(
            self.reason(ticket, "2026-04-02 10:00"),
            "Words of Mar 1, 2026 (legal) no longer count",
        )

    def test_dismissed_words_are_not_told(self):
        ticket = self.say("2026-03-01 10:00", HEATED)
        ticket.dispute_signal_ids._dismiss("a song")
        self.assertFalse(self.reason(ticket, "2026-03-02 10:00"))

    def test_reason_of_a_note(self):
        ticket = self.say("2026-03-01 10:00", CALM)
        signals = self.env["dispute.signal"].with_user(self.agent_team)
        with freeze_time("2026-03-02 10:00"):
            signals._note(ticket, "disruption", "He shouted in the shop.")
        self.assertIn(
            f"what {self.agent_team.name} noted on Mar 2, 2026",
            self.reason(ticket, "2026-03-03 10:00"),
        )

    def test_list_and_search_use_the_stored_level(self):
        old = self.say("2026-03-01 10:00", SENIOR)
        new = self.say("2026-04-01 10:00", SENIOR)
        self.age("2026-04-02 10:00", old)
        tickets = self.env["helpdesk.ticket"].with_user(self.agent_team)
        found = tickets.search(
            [("dispute_level", "=", "tense"), ("id", "in", (old | new).ids)]
        )
        self.assertEqual(found, new)

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.dispute_behaviour import DisputeBehaviour
from .common import ANNOUNCED, CALM, HEATED, SENIOR, RpcCommon
from .common_behaviour import BehaviourCommon

COMPLAINT = (
    "The dishwasher that you fitted leaks every time we use it. Your fitter promised "
    "to come back with another hose and never came."
)
AGAIN = (
    "Every time we use the dishwasher that you fitted, it leaks. Your fitter never "
    "came back, although he promised to come with another hose!"
)


@tagged("post_install", "-at_install")
class TestBehaviour(BehaviourCommon):
    # ------------------------------------------------------------------
    # The same again
    # ------------------------------------------------------------------

    def test_same_complaint_again(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.answer("2026-10-19 12:00", ticket)
        self.say("2026-10-21 10:00", AGAIN, ticket)
        signal = self.observe("repeated_complaint")
        self.assertEqual(signal.ticket_id, ticket)
        self.assertEqual(signal.source, "behaviour")
        self.assertEqual(signal.facts["count"], 2)
        self.assertEqual(
            signal.statement,
            "Said 2 times since Oct 19, 2026, without a new number, date or name",
        )
        self.assertEqual(ticket.dispute_level, "tense")
        self.assertEqual(ticket.dispute_statement, signal.statement)

    def test_what_we_left_unanswered_is_said(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, ticket)
        signal = self.observe("repeated_complaint")
        self.assertIn("we had not answered in between", signal.statement)

    def test_new_facts_are_no_repetition(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", f"{AGAIN} The repair costs 240 euros.", ticket)
        self.assertFalse(self.observe("repeated_complaint"))

    def test_sent_twice_is_not_said_twice(self):
        self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-19 10:05", COMPLAINT)
        self.assertFalse(self.observe("repeated_complaint"))

    def test_quoted_history_is_no_repetition(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        quoted = f"> {COMPLAINT.lower()}"
        self.say("2026-10-21 10:00", f"Thank you, all is well now.\n\n{quoted}", ticket)
        self.assertFalse(self.observe("repeated_complaint"))

    def test_other_customers_say_their_own(self):
        self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, From="Otto <otto@example.net>")
        self.assertFalse(self.observe("repeated_complaint"))

    def test_unknown_sender_is_known_by_his_address(self):
        sender = "Otto Unknown <otto@example.net>"
        self.say("2026-10-19 10:00", COMPLAINT, From=sender)
        self.say("2026-10-21 10:00", AGAIN, From=sender)
        self.assertEqual(self.observe("repeated_complaint").facts["count"], 2)

    def test_edited_message_is_the_same_message(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        message = ticket.dispute_inbound_ids.message_id
        with freeze_time("2026-10-19 10:05"):
            message.write({"body": f"<p>{AGAIN}</p>"})
        self.assertEqual(len(ticket.dispute_inbound_ids), 2)
        self.assertFalse(self.observe("repeated_complaint"))

    # ------------------------------------------------------------------
    # A closed question
    # ------------------------------------------------------------------

    def test_messages_on_a_closed_question(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        self.close("2026-10-20 10:00", ticket)
        for day in (21, 22, 23, 25):
            self.say(f"2026-10-{day} 10:00", CALM, ticket)
        signal = self.observe("reopened_issue")
        self.assertEqual(
            signal.statement,
            "Message no. 4 on a question closed on Oct 20, 2026, in 6 day(s)",
        )
        self.assertEqual(ticket.dispute_level, "tense")

    def test_a_word_of_thanks_opens_nothing(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        self.close("2026-10-20 10:00", ticket)
        self.say("2026-10-21 10:00", "Thank you!", ticket)
        self.assertFalse(self.observe("reopened_issue"))

    def test_one_message_that_is_not_calm_is_enough(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        self.close("2026-10-20 10:00", ticket)
        self.say("2026-10-21 10:00", SENIOR, ticket)
        self.assertEqual(self.observe("reopened_issue").facts["count"], 1)

    def test_ticket_opened_again(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        self.close("2026-10-20 10:00", ticket)
        self.say("2026-10-21 10:00", CALM, ticket)
        self.assertFalse(self.observe("reopened_issue"))
        ticket.with_user(self.agent_team).stage_id = self.stage_open
        self.assertEqual(self.observe("reopened_issue").facts["count"], 1)

    def test_second_closing_is_another_fact(self):
        ticket = self.say("2026-10-01 10:00", CALM)
        for day in (2, 6):
            self.close(f"2026-10-0{day} 10:00", ticket)
            self.say(f"2026-10-0{day + 1} 10:00", CALM, ticket)
            self.say(f"2026-10-0{day + 2} 10:00", CALM, ticket)
            self.observe("reopened_issue")
            ticket.stage_id = self.stage_open
        self.assertEqual(len(self.observe("reopened_issue")), 2)

    # ------------------------------------------------------------------
    # Bursts and several places
    # ------------------------------------------------------------------

    def test_burst(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        for hour in (11, 12, 13):
            self.say(f"2026-10-19 {hour}:00", CALM, ticket)
        signal = self.observe("message_burst")
        self.assertIn("4 messages within 4 h", signal.statement)

    def test_conversation_is_no_burst(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        for hour in (11, 12, 13, 14):
            self.answer(f"2026-10-19 {hour}:00", ticket)
            self.say(f"2026-10-19 {hour}:30", CALM, ticket)
        self.assertFalse(self.observe("message_burst"))

    def test_same_matter_on_two_tickets(self):
        first = self.say("2026-10-19 10:00", "Where is order AH-20318? I wait for it.")
        other = self.say("2026-10-20 10:00", "Nobody answers me about AH-20318!")
        self.assertNotEqual(first, other)
        signal = self.observe("parallel_channels")
        for part in (first.number, other.number, "Received by mail"):
            self.assertIn(part, signal.statement)

    def test_two_matters_on_two_tickets(self):
        self.say("2026-10-19 10:00", "Where is order AH-20318? I wait for it.")
        self.say("2026-10-20 10:00", "The invoice AH-77812 has a wrong address.")
        self.assertFalse(self.observe("parallel_channels"))

    def test_same_matter_a_month_later(self):
        self.say("2026-10-01 10:00", "Where is order AH-20318? I wait for it.")
        self.say("2026-11-01 10:00", "Nobody answers me about AH-20318!")
        self.assertFalse(self.observe("parallel_channels"))

    # ------------------------------------------------------------------
    # Times of day
    # ------------------------------------------------------------------

    def test_off_hours_are_shown_and_raise_nothing(self):
        ticket = self.say("2026-10-19 22:00", CALM)
        for day in (20, 21):
            self.say(f"2026-10-{day} 22:40", "Thank you!", ticket)
        signal = self.observe("off_hours")
        self.assertEqual(
            signal.statement,
            "3 messages outside working hours since Oct 19, 2026, the last at 22:40 "
            "(UTC)",
        )
        self.assertEqual(ticket.dispute_level, "calm")

    def test_customer_elsewhere_keeps_his_own_hours(self):
        self.customer.tz = "America/New_York"  # 22:00 here is the afternoon there
        ticket = self.say("2026-10-19 20:00", CALM)
        for day in (20, 21):
            self.say(f"2026-10-{day} 20:00", CALM, ticket)
        self.assertFalse(self.observe("off_hours"))

    def test_hours_of_the_team(self):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Nights",
                "tz": "UTC",
                "company_id": self.company.id,
                "attendance_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Night",
                            "dayofweek": str(day),
                            "hour_from": 18,
                            "hour_to": 24,
                        },
                    )
                    for day in range(7)
                ],
            }
        )
        self.team.dispute_calendar_id = calendar
        ticket = self.say("2026-10-19 22:00", CALM)
        for day in (20, 21):
            self.say(f"2026-10-{day} 22:00", CALM, ticket)
        self.assertFalse(self.observe("off_hours"))

    # ------------------------------------------------------------------
    # Getting worse
    # ------------------------------------------------------------------

    def test_getting_worse(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        self.say("2026-10-20 10:00", SENIOR, ticket)
        self.say("2026-10-21 10:00", HEATED, ticket)
        signal = self.observe("falling_trajectory")
        self.assertIn("Calm → Tense → Hostile", signal.statement)

    def test_dismissed_words_make_nothing_worse(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        self.say("2026-10-20 10:00", SENIOR, ticket)
        self.say("2026-10-21 10:00", HEATED, ticket)
        heated = ticket.dispute_signal_ids.filtered(lambda s: s.level == "hostile")
        heated._dismiss("a song")
        self.assertFalse(self.observe("falling_trajectory"))

    # ------------------------------------------------------------------
    # One fact, one row
    # ------------------------------------------------------------------

    def test_fact_grows(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, ticket)
        signal = self.observe("repeated_complaint")
        self.assertFalse(self.observe("repeated_complaint") - signal)
        self.say("2026-10-23 10:00", COMPLAINT, ticket)
        self.assertEqual(self.observe("repeated_complaint"), signal)
        self.assertEqual(signal.facts["count"], 3)
        self.assertEqual(str(signal.occurred_at), "2026-10-23 10:00:00")

    def test_counting_again_changes_nothing(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        for hour in (11, 12, 13):
            self.say(f"2026-10-19 {hour}:00", CALM, ticket)
        signal = self.observe("message_burst")
        facts = signal.facts
        ticket.dispute_inbound_ids.watch = False
        self.assertEqual(self.observe("message_burst"), signal)
        self.assertEqual(signal.facts, facts)

    def test_dismissed_fact_stays_dismissed_when_it_grows(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, ticket)
        signal = self.observe("repeated_complaint")
        signal.with_user(self.agent_team)._dismiss("we asked him to write again")
        self.say("2026-10-23 10:00", COMPLAINT, ticket)
        self.assertEqual(self.observe("repeated_complaint"), signal)
        self.assertEqual(signal.state, "dismissed")
        self.assertEqual(ticket.dispute_level, "calm")

    def test_confirming(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, ticket)
        signal = self.observe("repeated_complaint")
        signal.with_user(self.agent_team).action_confirm()
        self.assertEqual(signal.state, "confirmed")
        self.assertFalse(signal.evidence_id)  # there are no words to record

    # ------------------------------------------------------------------
    # Who is counted
    # ------------------------------------------------------------------

    def test_robots_are_not_counted(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        for hour in (11, 12, 13):
            self.say(
                f"2026-10-19 {hour}:00", CALM, ticket, Auto_Submitted="auto-replied"
            )
        self.assertFalse(self.observe("message_burst"))

    def test_staff_is_not_counted(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        for hour in (11, 12, 13, 14):
            self.answer(f"2026-10-19 {hour}:00", ticket)
        self.assertFalse(self.observe("message_burst"))

    def test_nothing_is_counted_when_it_is_switched_off(self):
        self.company.dispute_burst_least = 0
        ticket = self.say("2026-10-19 10:00", CALM)
        for hour in (11, 12, 13):
            self.say(f"2026-10-19 {hour}:00", CALM, ticket)
        self.assertFalse(self.observe("message_burst"))

    def test_never_more_than_tense(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.close("2026-10-19 11:00", ticket)
        for hour in range(12, 22):
            self.say(f"2026-10-19 {hour}:00", AGAIN, ticket)
        self.assertGreaterEqual(len(self.observe()), 3)
        self.assertEqual(ticket.dispute_level, "tense")
        self.assertFalse(ticket.dispute_case_id)

    def test_receiving_counts_nothing(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, ticket)
        self.assertFalse(ticket.dispute_signal_ids)

    def test_one_text_that_cannot_be_counted_stops_no_other(self):
        sick = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, sick)
        well = self.say("2026-10-19 10:00", CALM, From="Otto <otto@example.net>")
        for hour in (11, 12, 13):
            self.say(
                f"2026-10-19 {hour}:00", CALM, well, From="Otto <otto@example.net>"
            )
        count = DisputeBehaviour._count

        def sometimes(model, rows):
            if sick in rows.ticket_id:
                raise ValueError("sick")
            return count(model, rows)

        self.patch(DisputeBehaviour, "_count", sometimes)
        with mute_logger("odoo.addons.dispute_guard.models.dispute_behaviour"):
            found = self.observe()
        self.assertEqual(found.ticket_id, well)
        self.assertFalse(self.env["dispute.inbound"].search([("watch", "=", False)]))


@tagged("post_install", "-at_install")
class TestBehaviourByCall(BehaviourCommon, RpcCommon):
    def test_nobody_writes_counted_facts(self):
        ticket = self.say("2026-10-19 10:00", COMPLAINT)
        self.say("2026-10-21 10:00", AGAIN, ticket)
        signal = self.observe("repeated_complaint")
        text = ticket.dispute_inbound_ids[:1]
        for user in (self.agent_team, self.supervisor, self.manager):
            self.login(user)
            with self.subTest(user.login):
                self.assertDenied(
                    "AccessError",
                    "dispute.signal",
                    "write",
                    signal.ids,
                    {"facts": {"count": 1}},
                )
                self.assertDenied(
                    "AccessError",
                    "dispute.signal",
                    "create",
                    {
                        "source": "behaviour",
                        "kind": "message_burst",
                        "level": "legal",
                        "facts": {},
                        "company_id": self.company.id,
                        "occurred_at": "2026-10-19 10:00:00",
                    },
                )
                self.assertDenied(
                    "AccessError",
                    "dispute.inbound",
                    "write",
                    text.ids,
                    {"watch": "done"},
                )
        self.assertDenied("AccessError", "dispute.signal", "_grow", signal.ids, {})


@tagged("post_install", "-at_install")
class TestSignalByHand(BehaviourCommon):
    def note(self, ticket, user, **values):
        action = ticket.with_user(user).action_note_dispute_signal()
        wizard = self.env[action["res_model"]].with_user(user)
        wizard = wizard.with_context(**action["context"]).create(values)
        wizard.action_apply()
        return ticket.dispute_signal_ids.filtered(lambda s: s.source == "manual")

    def test_disruption(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        signal = self.note(ticket, self.agent_team, note="He shouted in the shop.")
        self.assertEqual(signal.kind, "disruption")
        self.assertEqual(signal.statement, "He shouted in the shop.")
        self.assertEqual(signal.create_uid, self.agent_team)
        self.assertEqual(ticket.dispute_level, "tense")

    def test_threat_that_was_missed(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        signal = self.note(
            ticket,
            self.agent_team,
            kind="legal_threat",
            grade="announced",
            quote="My people will be in touch with yours.",
            note="He is a barrister and said it on the telephone.",
        )
        self.assertEqual(signal.level, "legal")
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertTrue(ticket.dispute_case_id.hold)

    def test_only_with_a_reason(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        signals = self.env["dispute.signal"].with_user(self.agent_team)
        for note in ("", "  ", False):
            with self.assertRaises(UserError):
                signals._note(ticket, "disruption", note)

    def test_counted_kinds_are_not_noted(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        signals = self.env["dispute.signal"].with_user(self.agent_team)
        with self.assertRaises(UserError):
            signals._note(ticket, "message_burst", "I counted them")

    def test_only_by_who_may_write_on_the_ticket(self):
        ticket = self.say("2026-10-19 10:00", CALM)
        reader = new_test_user(
            self.env,
            login="dispute_reader",
            groups="dispute_guard.group_dispute_user",
            context={"no_reset_password": True},
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        ticket.message_subscribe(reader.partner_id.ids)
        self.assertTrue(ticket.with_user(reader).has_access("read"))
        for user in (self.portal, self.foreigner, reader):
            with self.assertRaises(AccessError):
                self.env["dispute.signal"].with_user(user)._note(
                    ticket.with_user(user), "disruption", "so"
                )


@tagged("post_install", "-at_install")
class TestRulesOnTrial(BehaviourCommon):
    """What a rule finds that does not count by itself."""

    def receive_with_mode(self, mode):
        modes = {rule: mode for rule in self.rules_of(ANNOUNCED)}
        rules = type(self.env["dispute.screening.rule"])
        self.patch(rules, "_get_modes", lambda _self: modes)
        return self.write_in(ANNOUNCED)

    def rules_of(self, text):
        return self.write_in(text).dispute_signal_ids.mapped("rule")

    def test_suggested_moves_nothing_until_it_is_confirmed(self):
        ticket = self.receive_with_mode("suggest")
        signal = ticket.with_user(self.agent_team).dispute_signal_ids
        self.assertEqual(signal.state, "suggested")
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(ticket.dispute_case_id)
        self.assertFalse(signal.evidence_id)
        self.assertFalse(signal.message_id.dispute_quotes)
        signal.action_confirm()
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertTrue(ticket.dispute_case_id.hold)
        self.assertTrue(signal.evidence_id)

    def test_shadow_is_seen_by_supervisors_only(self):
        ticket = self.receive_with_mode("shadow")
        signal = ticket.dispute_inbound_ids.signal_ids
        self.assertEqual(signal.state, "shadow")
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(signal.evidence_id)
        self.assertFalse(ticket.dispute_signal_ids)
        found = self.env["dispute.signal"].with_user(self.supervisor)
        self.assertEqual(found.search([("id", "=", signal.id)]), signal)
        found = found.with_user(self.agent_team)
        self.assertFalse(found.search([("id", "=", signal.id)]))
        with self.assertRaises(AccessError):
            signal.with_user(self.agent_team).read(["quote"])

    def test_shadow_is_not_reviewed(self):
        ticket = self.receive_with_mode("shadow")
        signal = ticket.dispute_inbound_ids.signal_ids.with_user(self.supervisor)
        for review in (signal.action_confirm, lambda: signal._dismiss("no")):
            with self.assertRaises(UserError):
                review()

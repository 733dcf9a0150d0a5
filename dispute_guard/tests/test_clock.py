"""Clocks of disputes: what starts and ends them, and by whose law."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ANNOUNCED, CALM
from .common_clock import MONDAY, ClockCommon, utc

FORMAL = (
    "LETTER BEFORE CLAIM\n\nWe hereby put you on formal notice. Unless we receive "
    "payment within 14 days, we will issue court proceedings without further notice."
)


@tagged("post_install", "-at_install")
class TestClock(ClockCommon):
    # ------------------------------------------------------------------
    # Starting
    # ------------------------------------------------------------------

    def test_a_case_starts_its_clocks(self):
        case = self.open_case(country="lv")
        self.assertEqual(
            {
                clock.kind: str(clock.due_at)
                for clock in case.clock_ids
                # which policy starts
                if clock.kind != "insurer_notice"
            },
            {
                "first_answer": "2026-11-18 09:00:00",
                "complaint_answer": "2026-12-07 23:59:59",
                "limitation": "2029-11-16 23:59:59",
            },
        )
        self.assertEqual(set(case.clock_ids.mapped("state")), {"running"})
        self.assertEqual(case.clock_ids.company_id, self.company)

    def test_a_calm_mail_starts_none(self):
        ticket = self.write_in(CALM)
        self.assertFalse(
            self.env["dispute.clock"].search([("ticket_id", "=", ticket.id)])
        )

    def test_where_nothing_says_how_long_there_is_no_clock(self):
        self.customer.country_id = False
        names = ("answer_hours", "complaint_days", "insurer_days")
        self.company.write({f"dispute_{name}": 0 for name in names})
        self.assertFalse(self.open_case().clock_ids)

    def test_law_or_our_own_rule_what_comes_first(self):
        for days, end in ((5, "2026-11-23 23:59:59"), (30, "2026-11-30 23:59:59")):
            self.company.dispute_complaint_days = days
            clock = self.get_clock(self.open_case(country="lt"), "complaint_answer")
            with self.subTest(days=days):
                self.assertEqual(str(clock.due_at), end)
                self.assertIn("Article 21", clock.words)
                self.assertIn("our own rule", clock.words)

    def test_words_stay_when_the_term_changes(self):
        case = self.open_case(country="lv")
        clock = self.get_clock(case, "limitation")
        words = clock.words
        self.assertIn("Komerclikums", words)
        clock.term_id.unlink()
        self.assertEqual(clock.words, words)
        self.assertFalse(clock.term_id)

    def test_started_once(self):
        case = self.open_case()
        before = case.clock_ids
        again = self.env["dispute.clock"]._start(
            [{"case": case, "kind": clock.kind} for clock in before]
        )
        self.assertFalse(again)
        ticket = case.ticket_ids
        self.reply(ticket, ANNOUNCED)
        self.assertEqual(case.clock_ids, before)

    def test_a_given_date_wins(self):
        case = self.open_case(country="uk")
        due = utc("2026-11-27 12:00:00")
        clock = self.env["dispute.clock"]._start(
            [
                {
                    "case": case,
                    "kind": "counsel_reply",
                    "started_at": utc(MONDAY),
                    "due_at": due,
                    "words": "Their letter asks for it",
                }
            ]
        )
        self.assertEqual(clock.due_at, due)
        self.assertEqual(clock.words, "Their letter asks for it")

    def test_a_formal_letter_asks_for_a_reply(self):
        case = self.open_case(FORMAL, country="uk")
        clock = self.get_clock(case, "counsel_reply")
        self.assertEqual(str(clock.due_at), "2026-11-30 23:59:59")
        self.assertIn("Pre-Action Conduct", clock.words)
        self.assertFalse(self.get_clock(self.open_case(), "counsel_reply"))

    def test_clock_of_each_handoff(self):
        case = self.open_case()
        handoff = case.handoff_ids[:1]
        wanted = {"case": case, "kind": "acknowledgement", "handoff": handoff}
        clocks = self.env["dispute.clock"]
        clock = clocks._start([wanted, wanted])
        self.assertEqual(len(clock), 1)
        self.assertFalse(clocks._start([wanted]))
        clocks._meet(case, "acknowledgement", clocks.handoff_id)
        self.assertEqual(clock.state, "running")
        clocks._meet(case, "acknowledgement", handoff)
        self.assertEqual(clock.state, "met")
        self.assertEqual(len(clocks._start([wanted])), 1)

    def test_handoff_that_goes_on_to_the_next(self):
        case = self.open_case()
        clocks = self.env["dispute.clock"]

        def ask(moment, due):
            with freeze_time(moment):
                return clocks._start(
                    [
                        {
                            "case": case,
                            "kind": "acknowledgement",
                            "handoff": case.handoff_ids[:1],
                            "started_at": utc(moment),
                            "due_at": utc(due),
                        }
                    ]
                )

        first = ask("2026-11-16 09:15:00", "2026-11-16 10:00:00")
        self.assertFalse(ask("2026-11-16 09:15:00", "2026-11-16 10:00:00"))
        # in time, before the scheduled action has looked; then one who declines
        second = ask("2026-11-16 10:01:00", "2026-11-16 12:00:00")
        third = ask("2026-11-16 10:30:00", "2026-11-16 13:00:00")
        clocks._meet(case, "acknowledgement", case.handoff_ids[:1])
        self.assertEqual(first.state, "missed")
        self.assertFalse(first.met_at)
        self.assertEqual(second.state, "stopped")
        self.assertTrue(third.met_at)

    def test_case_opened_by_hand(self):
        with freeze_time(MONDAY):
            ticket = self.write_in(CALM)
        with freeze_time("2026-11-17 09:00:00"):
            ticket.with_user(self.agent_team).action_open_dispute()
        clock = ticket.dispute_case_id.clock_ids
        self.assertEqual(clock.kind, "complaint_answer")
        self.assertEqual(str(clock.started_at), "2026-11-17 09:00:00")

    def test_ticket_moved_by_hand_into_an_empty_case(self):
        with freeze_time(MONDAY):
            ticket = self.write_in(CALM)
            case = (
                self.env["dispute.case"]
                .with_user(self.supervisor)
                .create({"title": "Kitchen", "partner_id": self.customer.id})
            )
            self.assertFalse(case.clock_ids)
            ticket.with_user(self.supervisor).dispute_case_id = case
        self.assertEqual(case.clock_ids.kind, "complaint_answer")

    # ------------------------------------------------------------------
    # Ending
    # ------------------------------------------------------------------

    def test_the_first_answer_ends_its_clock(self):
        case = self.open_case(country="lv")
        clock = self.get_clock(case, "first_answer")
        ticket = case.ticket_ids
        # not by the customer, nor by a note
        self.reply(ticket, CALM)
        self.answer(ticket, "2026-11-16 10:00:00", subtype_xmlid="mail.mt_note")
        self.assertEqual(clock.state, "running")
        self.answer(ticket, "2026-11-16 11:00:00")
        self.assertEqual(
            (clock.state, str(clock.met_at)), ("met", "2026-11-16 11:00:00")
        )
        self.assertEqual(self.get_clock(case, "complaint_answer").state, "running")
        self.assertIn(("first_answer", "met"), self.get_steps(case))

    def test_no_first_answer_is_due_where_one_was_given(self):
        with freeze_time(MONDAY):
            ticket = self.write_in(ANNOUNCED)
        self.assertTrue(self.get_clock(ticket.dispute_case_id, "first_answer"))
        self.env["dispute.policy.rule"].search([]).active = False
        self.env.registry.clear_cache()
        with freeze_time(MONDAY):
            other = self.write_in(ANNOUNCED)
        self.assertFalse(other.dispute_case_id)
        self.answer(other, "2026-11-16 12:00:00")
        with freeze_time("2026-11-16 13:00:00"):
            other.with_user(self.agent_team).action_open_dispute()
        case = other.dispute_case_id
        self.assertFalse(self.get_clock(case, "first_answer"))
        # the complaint is as old as the threat
        self.assertEqual(
            str(self.get_clock(case, "complaint_answer").started_at), MONDAY
        )

    def test_met_too_late_stays_missed(self):
        case = self.open_case()
        clock = self.get_clock(case, "first_answer")
        self.answer(case.ticket_ids, "2026-11-20 09:00:00")
        self.assertEqual(clock.state, "missed")
        self.assertEqual(clock.missed_at, clock.due_at)
        self.assertEqual(str(clock.met_at), "2026-11-20 09:00:00")
        self.assertIn(("first_answer", "met_late"), self.get_steps(case))
        # once
        self.answer(case.ticket_ids, "2026-11-20 10:00:00")
        self.assertEqual(str(clock.met_at), "2026-11-20 09:00:00")

    def test_closing_stops_and_reopening_starts_again(self):
        case = self.open_case(country="lv")
        limitation = self.get_clock(case, "limitation")
        self.step(case, "closed", "2026-11-17 09:00:00", outcome="settled")
        self.assertEqual(set(case.clock_ids.mapped("state")), {"stopped"})
        self.assertFalse(case.clock_text)
        self.step(case, "discuss", "2026-11-18 09:00:00")
        again = self.get_clock(case, "limitation") - limitation
        self.assertEqual(again.state, "running")
        self.assertEqual(again.due_at, limitation.due_at)
        complaint = self.get_clock(case, "complaint_answer")
        self.assertEqual(
            str(complaint.filtered(lambda c: c.state == "running").started_at),
            "2026-11-18 09:00:00",
        )

    # ------------------------------------------------------------------
    # Mediation
    # ------------------------------------------------------------------

    def test_mediation_has_a_clock_and_limitation_stands_still(self):
        case = self.open_case(country="lv")
        limitation = self.get_clock(case, "limitation")
        due = limitation.due_at
        self.step(case, "mediation", "2026-11-20 09:00:00")
        mediation = self.get_clock(case, "mediation")
        self.assertEqual(mediation.state, "running")
        self.assertEqual(str(mediation.due_at), "2027-02-18 23:59:59")
        self.assertEqual(limitation.state, "suspended")
        self.step(case, "discuss", "2026-11-30 09:00:00")
        self.assertEqual(mediation.state, "met")
        self.assertEqual(limitation.state, "running")
        self.assertEqual(limitation.due_at, due + timedelta(days=10))
        self.assertFalse(limitation.suspended_at)
        steps = self.get_steps(case)
        self.assertLess(
            steps.index(("limitation", "suspended")),
            steps.index(("limitation", "resumed")),
        )

    def test_limitation_goes_on_where_the_law_does_not_stop_it(self):
        case = self.open_case(country="uk")
        limitation = self.get_clock(case, "limitation")
        due = limitation.due_at
        self.step(case, "mediation", "2026-11-20 09:00:00")
        self.assertEqual((limitation.state, limitation.due_at), ("running", due))
        self.step(case, "discuss", "2026-11-30 09:00:00")
        self.assertEqual((limitation.state, limitation.due_at), ("running", due))

    def test_closed_during_mediation(self):
        case = self.open_case(country="lv")
        self.step(case, "mediation", "2026-11-20 09:00:00")
        self.step(case, "closed", "2026-11-25 09:00:00", outcome="mediated")
        self.assertEqual(self.get_clock(case, "mediation").state, "met")
        self.assertEqual(self.get_clock(case, "limitation").state, "stopped")

    # ------------------------------------------------------------------
    # Jurisdiction
    # ------------------------------------------------------------------

    def test_which_jurisdiction(self):
        def ref(code):
            return self.env.ref(f"dispute_guard.jurisdiction_{code}")

        case = self.open_case()
        for chosen, customer, set_on, seat, wanted in (
            (None, None, None, None, None),
            (None, None, None, "lv", "lv"),
            (None, None, "uk", "lv", "uk"),
            (None, "jp", "uk", "lv", "uk"),
            (None, "ru", "uk", "lv", "ru"),
            (None, "fr", "uk", "lv", "eu"),
            ("us", "ru", "uk", "lv", "us"),
        ):
            case.jurisdiction_id = ref(chosen) if chosen else False
            self.customer.country_id = (
                self.env.ref(f"base.{customer}") if customer else False
            )
            self.company.dispute_jurisdiction_id = ref(set_on) if set_on else False
            self.company.country_id = self.env.ref(f"base.{seat}") if seat else False
            with self.subTest(chosen=chosen, customer=customer, set_on=set_on):
                found = case._get_jurisdiction()
                self.assertEqual(found.code, wanted.upper() if wanted else False)

    def test_a_term_of_the_parent(self):
        latvia = self.env.ref("dispute_guard.jurisdiction_lv")
        self.assertEqual(latvia._find_term("mediation").jurisdiction_id.code, "EU")
        self.assertEqual(latvia._find_term("complaint_answer").amount, 15)
        self.assertFalse(latvia._find_term("insurer_notice"))
        self.assertFalse(self.env["dispute.jurisdiction"]._find_term("limitation"))
        with self.assertRaises(UserError):
            latvia.parent_id.parent_id = latvia

    def test_archived_jurisdictions_do_not_count(self):
        latvia = self.env.ref("dispute_guard.jurisdiction_lv")
        latvia.active = False
        self.customer.country_id = self.env.ref("base.lv")
        case = self.open_case()
        self.assertEqual(case._get_jurisdiction().code, "EU")

    def test_shipped_terms_name_their_sources(self):
        terms = self.env["dispute.jurisdiction.term"].search([])
        self.assertEqual(
            set(terms.jurisdiction_id.mapped("code")),
            {"EU", "UK", "US", "RU", "LV", "LT"},
        )
        for term in terms:
            with self.subTest(term.display_name):
                self.assertTrue(term.source and term.note)
                self.assertTrue(term.source_url.startswith("https://"))
        for jurisdiction in terms.jurisdiction_id:
            self.assertTrue(jurisdiction.emergency_note)

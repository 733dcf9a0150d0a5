"""Clocks of disputes: who may change them, and what they cost."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CALM, RpcCommon
from .common_clock import MONDAY, ClockCommon, utc
from .test_growth import FEW, MANY, GrowthCommon


@tagged("post_install", "-at_install")
class TestClockRights(ClockCommon):
    def test_nobody_writes_clocks(self):
        clock = self.get_clock(self.open_case(), "complaint_answer")
        before = clock.due_at
        for user in (self.agent_team, self.supervisor, self.manager):
            mine = clock.with_user(user)
            with self.subTest(user.login):
                for vals in ({"due_at": "2030-01-01"}, {"state": "met"}, {"words": ""}):
                    with self.assertRaises(UserError):
                        mine.write(vals)
                with self.assertRaises(UserError):
                    mine.unlink()
                with self.assertRaises(UserError):
                    mine.create(
                        {
                            "case_id": clock.case_id.id,
                            "kind": "mediation",
                            "started_at": MONDAY,
                            "due_at": MONDAY,
                        }
                    )
        with self.assertRaises(UserError):
            clock.sudo().due_at = "2030-01-01"
        self.assertEqual(clock.due_at, before)

    def test_who_sees_clocks(self):
        clock = self.open_case().clock_ids[:1]
        clock.case_id.ticket_ids.user_id = self.agent_team
        for user, seen in (
            (self.agent_team, True),
            (self.agent_own, False),
            (self.supervisor, True),
            (self.manager, True),
            (self.foreigner, False),
        ):
            found = (
                self.env["dispute.clock"]
                .with_user(user)
                .search([("id", "=", clock.id)])
            )
            with self.subTest(user.login):
                self.assertEqual(bool(found), seen)
                if not seen:
                    with self.assertRaises(AccessError):
                        clock.with_user(user).read(["words"])
        with self.assertRaises(AccessError):
            clock.with_user(self.portal).read(["words"])

    def test_agents_say_that_it_is_done(self):
        clock = self.get_clock(self.open_case(), "complaint_answer")
        mine = clock.with_user(self.agent_team)
        with self.assertRaises(UserError):
            mine._decide("meet", " ")
        for decision in ("move", "stop"):
            with self.subTest(decision), self.assertRaises(AccessError):
                mine._decide(decision, "agreed", utc("2027-01-01 00:00:00"))
        with freeze_time("2026-11-19 09:00:00"):
            action = mine.action_meet()
            wizard = Form(
                self.env[action["res_model"]]
                .with_user(self.agent_team)
                .with_context(**action["context"])
            )
            wizard.reason = "Letter of 19 November"
            wizard.save().action_confirm()
        self.assertEqual((clock.state, clock.reason), ("met", "Letter of 19 November"))
        with self.assertRaises(UserError):
            mine._decide("meet", "again")

    def test_agents_decide_nothing_on_what_they_cannot_see(self):
        clock = self.get_clock(self.open_case(), "complaint_answer")
        clock.case_id.ticket_ids.user_id = self.agent_team
        for user in (self.agent_own, self.foreigner):
            with self.subTest(user.login), self.assertRaises(AccessError):
                clock.with_user(user)._decide("meet", "done")
        self.assertEqual(clock.state, "running")

    def test_supervisors_move_and_stop(self):
        case = self.open_case()
        clock = self.get_clock(case, "complaint_answer")
        mine = clock.with_user(self.supervisor)
        with freeze_time(MONDAY):
            mine._decide("move", "agreed with them", utc("2027-01-15 12:00:00"))
            self.assertEqual(str(clock.due_at), "2027-01-15 12:00:00")
            self.assertGreater(clock.warn_at, utc(MONDAY))
            with self.assertRaises(UserError):
                mine._decide("move", "typing error", utc("2016-01-15 12:00:00"))
            mine._decide("stop", "complaint withdrawn")
        self.assertEqual(
            (clock.state, clock.reason), ("stopped", "complaint withdrawn")
        )
        for decision in ("move", "stop", "meet"):
            with self.subTest(decision), self.assertRaises(UserError):
                mine._decide(decision, "again", utc("2027-01-15 12:00:00"))
        self.assertEqual(
            self.get_steps(case),
            [("complaint_answer", "moved"), ("complaint_answer", "stopped")],
        )
        record = self.env["dispute.evidence"].search(
            [("kind", "=", "clock"), ("content", "ilike", "agreed with them")]
        )
        self.assertEqual(
            record._get_record()["details"]["before"], "2026-12-07 23:59:59"
        )

    def test_supervisors_add_clocks(self):
        case = self.open_case()
        with self.assertRaises(AccessError):
            case.with_user(self.agent_team).action_add_clock()
        with self.assertRaises(AccessError):
            case.with_user(self.agent_team)._add_clock(
                "mediation", utc(MONDAY), None, "by law"
            )
        action = case.with_user(self.supervisor).action_add_clock()
        with freeze_time(MONDAY):
            wizard = Form(
                self.env[action["res_model"]]
                .with_user(self.supervisor)
                .with_context(**action["context"])
            )
            wizard.kind = "counsel_reply"
            wizard.reason = "Letter by post"
            wizard.save().action_confirm()
        clock = self.get_clock(case, "counsel_reply")
        self.assertEqual(str(clock.due_at), "2026-11-30 23:59:59")
        self.assertEqual(self.get_steps(case), [("counsel_reply", "started")])
        mine = case.with_user(self.supervisor)
        self.assertFalse(mine._add_clock("counsel_reply", utc(MONDAY), None, "again"))
        with self.assertRaises(UserError):
            mine._add_clock("limitation", utc(MONDAY), utc(MONDAY), "backwards")

    def test_only_administrators_change_the_law(self):
        term = self.env.ref("dispute_guard.jurisdiction_term_lv_complaint")
        for user in (self.agent_team, self.supervisor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                term.with_user(user).amount = 20
        term.with_user(self.manager).amount = 20
        self.assertEqual(term.with_user(self.agent_team).amount, 20)


@tagged("post_install", "-at_install")
class TestClockRpc(RpcCommon, ClockCommon):
    def test_no_client_gets_past(self):
        clock = self.get_clock(self.open_case(), "complaint_answer")
        self.login(self.manager)
        self.assertDenied(
            "UserError",
            "dispute.clock",
            "write",
            clock.ids,
            {"due_at": "2030-01-01 00:00:00"},
            context={"dispute_station": True},
        )
        for method in ("_move", "_end_met", "_decide", "_start"):
            self.assertDenied("AccessError", "dispute.clock", method, clock.ids)


@tagged("post_install", "-at_install")
class TestClockGrowth(GrowthCommon, ClockCommon):
    def test_cases_opened_together(self):
        self.env["dispute.policy.rule"].search([]).active = False
        self.env.registry.clear_cache()

        def cost(number):
            tickets = self.make_tickets(number)
            return self.count(tickets._open_dispute_case, about="dispute_clock")

        cost(1)
        few, many = cost(FEW), cost(MANY)
        self.assertLessEqual(many, few)

    def test_lists(self):
        tickets = self.make_tickets(MANY)
        countdown = ["clock_text", "clock_due_at", "clock_is_late"]
        for records, user, names in (
            (tickets.dispute_case_id, self.supervisor, countdown),
            (tickets, self.agent_team, ["dispute_clock_text"]),
            (
                tickets.dispute_case_id.clock_ids,
                self.supervisor,
                ["display_name", "partner_id", "user_id", "words", "due_at", "state"],
            ),
        ):
            # browsed anew: a relation's records are prefetched by what is in the cache
            many = self.env[records._name].with_user(user).browse(records.ids[:MANY])
            with self.subTest(records._name):
                self.assertSameCost(
                    lambda some, names=names: some.read(names), many[:FEW], many
                )

    def test_a_neutral_mail_asks_for_no_clock(self):
        ticket = self.write_in(CALM)
        self.reply(ticket, CALM)
        self.assertFalse(
            self.count(lambda: self.reply(ticket, CALM), about="dispute_clock")
        )

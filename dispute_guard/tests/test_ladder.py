"""Going from stage to stage, and what people try to get past its conditions."""

from contextlib import suppress
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..station import at_work
from .common import ANNOUNCED, CALM
from .common_ladder import START, LadderCommon


@tagged("post_install", "-at_install")
class TestLadder(LadderCommon):
    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def test_step_is_recorded(self):
        case = self.open_case()
        self.set_rung("mediation")
        step = self.go(case, "mediation", at="2026-03-05 10:00", reason="They asked")
        self.assertEqual(case.rung, "mediation")
        self.assertEqual(case.step_ids, step)
        self.assertEqual((step.from_rung, step.rung), ("discuss", "mediation"))
        self.assertEqual(step.taken_by, self.supervisor.name)
        self.assertEqual(step.reason, "They asked")
        self.assertFalse(step.overridden)
        (record,) = self.get_steps(case)
        self.assertEqual(record["author"], self.supervisor.name)
        self.assertEqual(record["occurred_at"], "2026-03-05 10:00:00")
        self.assertEqual(record["details"]["from"], "discuss")
        self.assertEqual(record["details"]["to"], "mediation")
        self.assertEqual(record["details"]["reason"], "They asked")
        self.assertEqual(record["details"]["missing"], [])
        self.assertIn("They asked", case.message_ids[0].body)

    def test_a_new_threat_opens_it_again(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        self.close_dispute(case)
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self.reply(ticket, CALM)
            self.assertEqual(case.rung, "closed", "thanks are no threat")
            self.reply(ticket, ANNOUNCED)
        self.assertEqual(case.rung, "discuss")
        self.assertFalse(case.outcome, "how it ends now is open")
        self.assertEqual(
            sorted(case.handoff_ids.mapped("state")), ["cancelled", "to_send"]
        )
        step = case.step_ids[-1]
        self.assertEqual((step.from_rung, step.rung), ("closed", "discuss"))
        self.assertIn("Legal action announced", step.reason)

    def test_staying_is_no_step(self):
        case = self.open_case()
        case.with_user(self.supervisor).rung = "discuss"
        self.assertFalse(case.step_ids)
        self.assertFalse(self.get_steps(case))

    def test_going_back_asks_for_nothing_and_is_recorded(self):
        case = self.open_case()
        self.set_rung("court")
        self.go(case, "court")
        self.set_rung("mediation", {"kind": "sum_known"})
        self.go(case, "mediation", reason="They want to talk again")
        self.assertEqual(case.rung, "mediation")
        self.assertEqual(
            case.step_ids.sorted("id").mapped("rung"), ["court", "mediation"]
        )
        # up again asks again
        self.set_rung("formal_claim", {"kind": "sum_known"})
        self.assertMissing(case, "formal_claim", "The sum in dispute is known")

    def test_closed_dispute_is_no_way_round(self):
        """Through “closed” nobody gets higher than he was."""
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        case.with_user(self.supervisor)._set_outcome("settled", "They paid")
        self.go(case, "closed")
        self.assertMissing(case, "court", "The sum in dispute is known")
        self.go(case, "discuss")
        self.assertEqual(case.rung, "discuss")

    def test_several_at_once_all_or_none(self):
        one, other = self.open_case(), self.open_case()
        self.set_rung("mediation", {"kind": "sum_known"})
        one.amount_disputed = 100
        both = (one | other).with_user(self.supervisor)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            both.rung = "mediation"
        self.assertEqual(both.mapped("rung"), ["discuss", "discuss"])
        other.amount_disputed = 100
        both.rung = "mediation"
        self.assertEqual(both.mapped("rung"), ["mediation", "mediation"])
        self.assertEqual(len(both.step_ids), 2)

    def test_what_is_written_with_it_counts(self):
        case = self.open_case()
        self.set_rung("mediation", {"kind": "sum_known"})
        case.with_user(self.supervisor).write(
            {"rung": "mediation", "amount_disputed": 100}
        )
        self.assertEqual(case.rung, "mediation")

    def test_unknown_stage(self):
        case = self.open_case()
        with self.assertRaises(ValueError):
            case.with_user(self.supervisor).rung = "war"

    # ------------------------------------------------------------------
    # Around the conditions
    # ------------------------------------------------------------------

    def test_whoever_writes_is_refused(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        writers = [
            (self.agent_team, AccessError),
            (self.supervisor, UserError),
            (self.manager, UserError),
            (self.counsel, UserError),
            (self.env.ref("base.user_root"), UserError),
        ]
        tricks = {"dispute_station": True, "dispute_case_step": True}
        for user, error in writers:
            for context in ({}, tricks):
                with self.subTest(user=user.login, context=context):
                    with self.assertRaises(error), self.env.cr.savepoint():
                        case.with_user(user).with_context(**context).rung = "court"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            case.sudo().rung = "court"
        self.assertEqual(case.rung, "discuss")

    def test_dispute_cannot_begin_higher(self):
        self.set_rung("court", {"kind": "sum_known"})
        cases = self.env["dispute.case"].with_user(self.supervisor)
        values = {"title": "By hand", "company_id": self.company.id}
        with self.assertRaises(UserError), self.env.cr.savepoint():
            cases.create({**values, "rung": "court"})
        # the column of a board in which somebody presses “New”
        case = cases.with_context(default_rung="court").create(values)
        self.assertEqual(case.rung, "discuss")
        self.env["ir.default"].set("dispute.case", "rung", "court")
        self.assertEqual(cases.create(values).rung, "discuss")
        # what it asks for may come along
        case = cases.create({**values, "rung": "court", "amount_disputed": 5})
        self.assertEqual(case.rung, "court")
        self.assertEqual(case.step_ids.from_rung, "discuss")

    def test_copy_begins_anew(self):
        case = self.open_case()
        at_work(case).write({"rung": "court"})
        copy = case.with_user(self.supervisor).copy()
        self.assertEqual(copy.rung, "discuss")
        self.assertFalse(copy.step_ids)

    def test_day_of_opening_is_not_entered(self):
        """Else a stage would be tried for years in a minute."""
        case = self.open_case()
        self.set_rung(
            "court", {"kind": "rung_tried", "tried_rung": "discuss", "days": 30}
        )
        old = "2020-01-01 00:00:00"
        for user in (self.supervisor, self.manager, self.counsel):
            cases = self.env["dispute.case"].with_user(user)
            with self.subTest(user.login):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    case.with_user(user).opened_at = old
                values = {"title": "Old", "company_id": self.company.id}
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    cases.create({**values, "opened_at": old})
                new = cases.with_context(default_opened_at=old).create(values)
                self.assertTrue(new._find_missing("court"))
        self.assertTrue(case.with_user(self.supervisor).copy()._find_missing("court"))

    def test_import_is_refused(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        cases = self.env["dispute.case"].with_user(self.supervisor)
        result = cases.load([".id", "rung"], [[str(case.id), "court"]])
        self.assertFalse(result["ids"])
        self.assertIn("The sum in dispute is known", result["messages"][0]["message"])
        self.assertEqual(case.rung, "discuss")

    def test_form_is_refused(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        form = Form(case.with_user(self.supervisor))
        form.rung = "court"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            form.save()

    def test_by_the_ticket_is_refused(self):
        case = self.open_case()
        ticket = case.ticket_ids
        self.set_rung("court", {"kind": "sum_known"})
        for user in (self.agent_team, self.supervisor):
            with self.subTest(user.login):
                with suppress(UserError), self.env.cr.savepoint():
                    ticket.with_user(user).write({"dispute_rung": "court"})
                self.assertEqual(case.rung, "discuss")

    def test_steps_are_entered_and_changed_by_nobody(self):
        case = self.open_case()
        step = self.go(case, "cooling_off")
        values = {
            "case_id": case.id,
            "company_id": self.company.id,
            "from_rung": "discuss",
            "rung": "mediation",
            "taken_at": START,
            "taken_by": "Somebody",
        }
        attempts = [
            lambda own: own.create(values),
            lambda own: own.write({"reason": "x"}),
            lambda own: own.unlink(),
            lambda own: own.case_id.write({"step_ids": [(0, 0, values)]}),
            lambda own: own.case_id.write({"step_ids": [(5,)]}),
        ]
        for user in (self.agent_team, self.supervisor, self.counsel, self.manager):
            for number, attempt in enumerate(attempts):
                with self.subTest(user.login, number=number):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        attempt(step.with_user(user))
        for operation in (
            lambda: step.create(values),
            lambda: step.write({"reason": "x"}),
            step.unlink,
        ):
            with self.assertRaises(UserError):
                operation()

    def test_steps_are_seen_by_who_sees_the_ticket(self):
        case = self.open_case()
        case.ticket_ids.user_id = self.agent_team
        step = self.go(case, "cooling_off")
        self.assertTrue(step.with_user(self.agent_team).has_access("read"))
        for user in (self.agent_own, self.foreigner):
            with self.subTest(user.login):
                self.assertFalse(step.with_user(user).has_access("read"))
                self.assertFalse(step.with_user(user).search([("id", "=", step.id)]))

    # ------------------------------------------------------------------
    # Override
    # ------------------------------------------------------------------

    def test_counsel_overrides_with_a_reason(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"}, {"kind": "agreement_linked"})
        words = [
            "The sum in dispute is known",
            "An agreement is linked, so that its clauses are known",
        ]
        text = self.assertMissing(case, "court", *words)
        self.assertIn(case.name, text)
        self.assertIn(self.counsel.name, text)
        for reason in (None, "", "  "):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.go(case, "court", self.counsel, reason=reason, override=True)
        step = self.go(
            case, "court", self.counsel, reason="It lapses tomorrow", override=True
        )
        self.assertEqual(case.rung, "court")
        self.assertTrue(step.overridden)
        self.assertEqual(step.missing.splitlines(), words)
        (record,) = self.get_steps(case)
        self.assertEqual(record["details"]["missing"], words)
        self.assertEqual(record["author"], self.counsel.name)
        self.assertIn("Overridden by counsel", case.message_ids[0].body)

    def test_others_do_not_override(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        for user in (
            self.agent_team,
            self.supervisor,
            self.manager,
            self.env.ref("base.user_root"),
        ):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.go(case, "court", user, reason="I want to", override=True)

    def test_override_without_need_is_none(self):
        case = self.open_case()
        self.set_rung("court")
        step = self.go(case, "court", reason="x", override=True)
        self.assertFalse(step.overridden)

    def test_counsel_is_implied_by_nobody(self):
        group = self.env.ref("dispute_guard.group_dispute_counsel")
        self.assertFalse(group.implied_by_ids)
        self.assertFalse(self.manager.has_group("dispute_guard.group_dispute_counsel"))

    def test_refusal_without_counsel_says_so(self):
        self.counsel.group_ids -= self.env.ref("dispute_guard.group_dispute_counsel")
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        with self.assertRaises(UserError) as refusal:
            self.go(case, "court")
        self.assertIn("nobody is counsel yet", str(refusal.exception))

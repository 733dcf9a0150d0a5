"""What is planned when a stage begins, and the window that leads there."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.dispute_case_rung import DisputeCase as CaseRung
from ..models.mail_activity_plan import MailActivityPlan
from .common_ladder import LadderCommon

RUNGS = ("discuss", "cooling_off", "mediation", "formal_claim", "court", "closed")


@tagged("post_install", "-at_install")
class TestLadderPlaybook(LadderCommon):
    # ------------------------------------------------------------------
    # Playbooks
    # ------------------------------------------------------------------

    def test_every_stage_has_a_playbook(self):
        for rung in RUNGS:
            with self.subTest(rung):
                setting = self.env.ref(f"dispute_guard.dispute_rung_{rung}")
                self.assertTrue(setting.guide)
                self.assertTrue(setting.plan_id.template_ids)

    def test_opening_and_entering_plan_what_is_to_be_done(self):
        case = self.open_case()
        first = case.activity_ids
        self.assertEqual(
            first.activity_type_id,
            self.env.ref("dispute_guard.mail_activity_type_discuss_read"),
        )
        case.user_id = self.agent_team
        plan = self.env.ref("dispute_guard.mail_activity_plan_court")
        self.set_rung("court", plan_id=plan.id)
        self.go(case, "court", at="2026-03-10 10:00")
        planned = {each.activity_type_id: each for each in case.activity_ids - first}
        weigh = planned[self.env.ref("dispute_guard.mail_activity_type_court_weigh")]
        file = planned[self.env.ref("dispute_guard.mail_activity_type_court_file")]
        self.assertEqual(len(planned), 2)
        self.assertEqual(weigh.user_id, self.counsel)
        self.assertEqual(str(weigh.date_deadline), "2026-03-12")
        self.assertEqual(weigh.summary, "Weigh cost, counter-claim and collection")
        self.assertIn("counter-claim", weigh.summary)
        self.assertIn("Is the sum worth", weigh.note)
        self.assertEqual(file.user_id, self.agent_team)
        self.assertEqual(str(file.date_deadline), "2026-03-15")

    def test_playbook_falls_to_somebody_who_sees_the_dispute(self):
        case = self.open_case()
        case.user_id = self.agent_own  # sees none but his own tickets
        case.ticket_ids.user_id = self.supervisor
        plan = self.env.ref("dispute_guard.mail_activity_plan_closed")
        self.set_rung("mediation", plan_id=plan.id)
        before = case.activity_ids
        self.go(case, "mediation")
        self.assertEqual((case.activity_ids - before).user_id, self.supervisor)

    def test_playbook_asks_in_the_companies_of_its_user(self):
        case = self.open_case()
        case.user_id = self.agent_team
        self.supervisor.company_ids += self.other_company
        plan = self.env.ref("dispute_guard.mail_activity_plan_mediation")
        self.set_rung("mediation", plan_id=plan.id)
        before = case.activity_ids
        companies = self.supervisor.company_ids.ids
        case.with_user(self.supervisor).with_context(
            allowed_company_ids=companies
        )._step("mediation")
        self.assertEqual((case.activity_ids - before).user_id, self.agent_team)

    def test_dispute_opens_although_its_playbook_is_broken(self):
        broken = patch.object(
            MailActivityPlan, "_plan_dispute_activities", side_effect=ValueError("odd")
        )
        with broken, mute_logger(CaseRung.__module__):
            case = self.open_case()
        self.assertEqual(case.rung, "discuss")
        self.assertIn("odd", case.activity_ids.note)
        self.assertEqual(case.activity_ids.user_id, self.manager)

    def test_playbook_is_a_plan_for_disputes(self):
        plan = self.env["mail.activity.plan"].create(
            {"name": "Partners", "res_model": "res.partner"}
        )
        with self.assertRaises(ValidationError):
            self.set_rung("court", plan_id=plan.id)
        elsewhere = plan.create(
            {
                "name": "Elsewhere",
                "res_model": "dispute.case",
                "company_id": self.other_company.id,
            }
        )
        with self.assertRaises(UserError):
            self.set_rung("court", plan_id=elsewhere.id)

    def test_people_of_disputes_in_plans_of_others(self):
        plan = self.env["mail.activity.plan"].create(
            {"name": "Partners", "res_model": "res.partner"}
        )
        with self.assertRaises(ValidationError):
            self.env["mail.activity.plan.template"].create(
                {"plan_id": plan.id, "responsible_type": "dispute_counsel"}
            )

    # ------------------------------------------------------------------
    # The window
    # ------------------------------------------------------------------

    def open_window(self, case, user=None):
        action = case.with_user(user or self.supervisor).action_take_step()
        env = self.env(user=user or self.supervisor)
        return Form(env[action["res_model"]].with_context(**action["context"]))

    def test_window_shows_what_is_missing(self):
        case = self.open_case()
        self.set_rung("cooling_off", {"kind": "sum_known"}, guide="Wait a day.")
        window = self.open_window(case)
        self.assertEqual(window.rung, "cooling_off")
        self.assertEqual(window.guide, "Wait a day.")
        self.assertEqual(window.missing, "• The sum in dispute is known")
        self.assertFalse(window.can_override)
        self.assertEqual(window.counsel, self.counsel.name)
        window.rung = "discuss"
        self.assertFalse(window.missing)
        self.assertTrue(self.open_window(case, self.counsel).can_override)

    def test_window_takes_the_step(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        window = self.open_window(case)
        window.rung = "court"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            window.save().action_apply()
        window = self.open_window(case, self.counsel)
        window.rung = "court"
        window.override = True
        window.reason = "It lapses tomorrow"
        window.save().action_apply()
        self.assertEqual(case.rung, "court")
        self.assertEqual(case.step_ids.reason, "It lapses tomorrow")

    def test_window_cannot_be_forced(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "sum_known"})
        values = {
            "case_id": case.id,
            "rung": "court",
            "override": True,
            "reason": "I want to",
        }
        takes = self.env["dispute.case.step.take"]
        for user in (self.supervisor, self.manager):
            with self.subTest(user.login):
                take = takes.with_user(user).create(values)
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    take.action_apply()
        with self.assertRaises(AccessError):
            takes.with_user(self.agent_team).create(values)
        with self.assertRaises(AccessError):
            takes.with_user(self.foreigner).create(values)

    def test_window_asks_for_the_outcome(self):
        case = self.open_case()
        window = self.open_window(case)
        window.rung = "closed"
        self.assertEqual(window.missing, "• The outcome is noted")
        window.outcome = "settled"
        self.assertFalse(window.missing)
        window.outcome_note = "They got a new front."
        window.outcome_amount = 120
        window.save().action_apply()
        self.assertEqual(case.rung, "closed")
        self.assertEqual(case.outcome, "settled")
        self.assertEqual(case.outcome_amount, 120)

    def test_window_opens_a_closed_dispute_again(self):
        case = self.open_case()
        self.set_rung("mediation")
        self.go(case, "mediation")
        case.with_user(self.supervisor)._set_outcome("settled", "They paid")
        self.go(case, "closed")
        window = self.open_window(case)
        self.assertEqual(window.rung, "mediation")
        window.reason = "They wrote again"
        window.save().action_apply()
        self.assertEqual(case.rung, "mediation")

    def test_timeline_shows_the_steps(self):
        case = self.open_case()
        self.go(case, "cooling_off", reason="Too loud")
        rows = self.env["dispute.timeline"].search(
            [("case_id", "=", case.id), ("kind", "=", "rung")]
        )
        self.assertEqual(rows.who, self.supervisor.name)
        self.assertEqual(rows.words, "Discuss → Cooling-off\nToo loud")

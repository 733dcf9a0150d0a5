from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CALM, CONDITIONAL, HEATED, SENIOR
from .common_policy import PolicyCommon


@tagged("post_install", "-at_install")
class TestPolicyExplanation(PolicyCommon):
    def explain(self, ticket, user=None):
        """The lines that the window shows for ``ticket``, by name of the rule."""
        action = ticket.with_user(user or self.agent_team)
        action = action.action_explain_dispute_policy()
        window = (
            self.env[action["res_model"]]
            .with_user(user or self.agent_team)
            .browse(action["res_id"])
        )
        return {line.rule_id.name: line for line in window.line_ids}

    def test_what_acted(self):
        self.make_rule(kind="superior_demanded", handoff_role="superior")
        line = self.explain(self.write_in(SENIOR))["Ours"]
        self.assertEqual((line.state, line.mode), ("fired", "live"))
        self.assertEqual(line.cause, SENIOR)
        self.assertIn("Superior", line.effect)
        self.assertIn(SENIOR, line.conditions)
        self.assertTrue(line.fired_at)

    def test_what_nearly_acted_and_why_not(self):
        self.make_rule(
            kind="hostile_tone",
            message_count=3,
            window_days=7,
            team_ids=self.team.ids,
            min_efforts=2,
            min_amount=100,
            min_rung="mediation",
            ticket_domain="[('name', '=', 'x')]",
            partner_domain="[('name', '=', 'x')]",
        )
        ticket = self.write_in(HEATED)
        self.reply(ticket, HEATED)
        line = self.explain(ticket)["Ours"]
        self.assertEqual(line.state, "nearly")
        words = {
            str(row.split("</i>")[-1].split("</li>")[0].strip()): "fa-check" in row
            for row in line.conditions.split("<li>")[1:]
        }
        seen = ticket.dispute_signal_id.statement
        self.assertIn(seen, HEATED)
        self.assertEqual(
            words,
            {
                f"Hostile tone: {seen}": True,
                "Team Care: Care": True,
                "Stage Mediation / Formal claim / Court / Closed: no dispute": False,
                "In 3 messages within 7 days: 2 so far": False,
                "Ticket as the rule says: does not fit": False,
                "Customer as the rule says: does not fit": False,
                "Amount from $&nbsp;100.00: not known": False,
                "Efforts at least 2: 0": False,
            },
        )

    def test_too_weak_a_threat(self):
        self.make_rule(name="Formal", kind="legal_threat", min_grade="formal")
        line = self.explain(self.write_in(CONDITIONAL))["Formal"]
        self.assertEqual(line.state, "nearly")
        self.assertIn("from grade Formal letter", line.conditions)
        self.assertIn("fa-times", line.conditions)

    def test_no_such_sign(self):
        self.make_rule(kind="superior_demanded")
        line = self.explain(self.write_in(HEATED))["Ours"]
        self.assertEqual(line.state, "idle")
        self.assertIn("none", line.conditions)
        self.assertEqual(self.explain(self.write_in(CALM))["Ours"].state, "idle")

    def test_shadow(self):
        self.make_rule(mode="shadow", kind="superior_demanded")
        line = self.explain(self.write_in(SENIOR))["Ours"]
        self.assertEqual((line.state, line.mode), ("shadow", "shadow"))
        self.assertIn("Would have", line.effect)

    def test_what_was_not_done(self):
        action = self.make_server_action("raise UserError('no way')")
        self.make_rule(server_action_ids=action.ids)
        line = self.explain(self.write_in(SENIOR))["Ours"]
        self.assertEqual(line.state, "fired")
        self.assertIn("Case", line.effect)
        self.assertIn("Not done: Run: Ours: UserError: no way", line.effect)

    def test_rule_that_came_after_its_signs(self):
        ticket = self.write_in(SENIOR)
        self.make_rule(kind="superior_demanded")
        line = self.explain(ticket)["Ours"]
        self.assertEqual(line.state, "nearly")
        self.assertIn("A new sign since then", line.conditions)

    def test_those_that_acted_come_first(self):
        self.make_rule(name="No", kind="payment_reversal")
        self.make_rule(name="Nearly", kind="superior_demanded", message_count=2)
        self.make_rule(name="Yes", kind="superior_demanded")
        names = list(self.explain(self.write_in(SENIOR)))
        self.assertEqual(names[:2], ["Yes", "Nearly"])

    def test_rules_of_others_are_not_told(self):
        self.make_rule(name="Theirs", company_id=self.other_company.id)
        self.assertNotIn("Theirs", self.explain(self.write_in(SENIOR)))

    def test_words_of_the_customer_are_shown_as_text(self):
        self.make_rule(kind="other")
        ticket = self.write_in(CALM)
        signals = self.env["dispute.signal"].with_user(self.agent_team)
        ticket = ticket.with_user(self.agent_team)
        signals._note(ticket, "other", "<img src=x onerror=alert(1)>")
        self.assertIn("&lt;img", self.explain(ticket)["Ours"].conditions)

    def test_only_for_who_sees_the_ticket(self):
        ticket = self.write_in(SENIOR)
        lines = self.explain(ticket)
        for user in (self.foreigner, self.portal):
            with self.assertRaises(AccessError):
                self.explain(ticket, user)
        window = next(iter(lines.values())).explanation_id
        for record in (window, window.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.supervisor).read(["id"])
        with self.assertRaises(AccessError):
            self.env["dispute.policy.explanation"].with_user(self.foreigner).create(
                {"ticket_id": ticket.id}
            )

    def test_cost_does_not_grow_with_rules(self):
        ticket = self.write_in(SENIOR)
        for number in range(20):
            self.make_rule(name=f"Rule {number}", message_count=2)
        with self.assertQueryCount(60):
            self.env.invalidate_all()
            self.explain(ticket)

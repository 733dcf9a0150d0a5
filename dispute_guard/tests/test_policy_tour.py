from odoo.tests import tagged

from .common import HEATED, SENIOR, DisputeCommon
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestPolicyTour(DisputeCommon, PictureCommon):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.write_in(SENIOR, Subject="My kitchen")
        cls.reply(cls.ticket, HEATED)
        cls.ticket.user_id = cls.agent_team

    def test_agent_asks_why(self):
        self.start_tour(
            f"/odoo/action-helpdesk_mgmt.helpdesk_ticket_action/{self.ticket.id}",
            "dispute_policy_explanation_tour",
            login=self.agent_team.login,
        )

    def test_administrator_makes_a_rule(self):
        self.start_tour(
            "/odoo/dispute-policy", "dispute_policy_rule_tour", login=self.manager.login
        )
        rule = self.env["dispute.policy.rule"].search([("name", "=", "Angry Latvians")])
        self.assertEqual((rule.mode, rule.kind), ("shadow", "hostile_tone"))
        self.assertEqual(rule.other_kind_ids.code, "pressure")
        self.reply(self.ticket, HEATED)
        firing = self.env["dispute.policy.firing"].search([("rule_id", "=", rule.id)])
        self.assertEqual(firing.ticket_id, self.ticket)
        self.assertEqual(firing.mode, "shadow")

    def test_screens(self):
        """Pictures of policy for the documentation."""
        rule = self.env.ref("dispute_guard.dispute_policy_rule_heated")
        tab = ".o_notebook .nav-link[name=dispute_signals]"
        explain = "button[name=action_explain_dispute_policy]"
        ticket = f"action-helpdesk_mgmt.helpdesk_ticket_action/{self.ticket.id}"
        self.env.flush_all()
        self.take_pictures(
            self.manager,
            {
                "policy_rule": (f"dispute-policy/{rule.id}", ".o_form_view"),
                "policy_rules": ("dispute-policy", ".o_data_row"),
                "policy_explanation": (ticket, ".modal .o_data_row", tab, explain),
            },
        )

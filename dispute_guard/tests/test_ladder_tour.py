from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import HEATED, INSULT, SENIOR
from .common_ladder import LadderCommon
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestLadderTour(LadderCommon, PictureCommon):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.write_in(HEATED, Subject="My kitchen")
        cls.ticket.user_id = cls.agent_team
        cls.reply(cls.ticket, INSULT)
        cls.reply(cls.ticket, SENIOR)

    def open_dispute(self):
        self.ticket._open_dispute_case()
        return self.ticket.dispute_case_id

    def test_agent_takes_a_break(self):
        self.start_tour(
            f"/odoo/helpdesk.ticket/{self.ticket.id}",
            "dispute_ladder_break_tour",
            login=self.agent_team.login,
        )
        case = self.ticket.dispute_case_id
        self.assertEqual(case.rung, "cooling_off")
        self.assertTrue(case.lock_ids.in_force)
        self.assertIn("phonecall", self.ticket.activity_ids.mapped("activity_category"))

    def test_counsel_overrides(self):
        case = self.open_dispute()
        self.set_rung("mediation", {"kind": "sum_known"})
        self.go(case, "cooling_off")
        self.start_tour(
            f"/odoo/disputes/{case.id}",
            "dispute_ladder_override_tour",
            login=self.counsel.login,
        )
        self.assertEqual(case.rung, "mediation")

    def test_screens(self):
        """Pictures of the ladder for the documentation."""
        case = self.open_dispute()
        link = self.link(
            case,
            dispute_clause_number="14.2",
            dispute_clause="The parties shall first try mediation for 30 days.",
            dispute_mediation="required",
            dispute_mediation_days=30,
            dispute_forum="Riga City Court",
        )
        self.go(case, "cooling_off", reason="It goes in circles")
        self.go(case, "mediation", self.counsel, reason="They agreed", override=True)
        rung = self.env.ref("dispute_guard.dispute_rung_court")
        self.manager.group_ids += self.env.ref("agreement.group_agreement_user")
        self.env.flush_all()
        self.take_pictures(
            self.manager,
            {
                "ticket_call": (
                    f"helpdesk.ticket/{self.ticket.id}",
                    "[name=dispute_channel]",
                ),
                "cool_off": (
                    f"helpdesk.ticket/{self.ticket.id}",
                    ".modal [name=reason]",
                    "button[name=action_dispute_cool_off]",
                ),
                "case_stages": (
                    f"disputes/{case.id}",
                    "[name=step_ids] .o_data_row",
                    ".o_notebook .nav-link[name=steps]",
                ),
                "case_clause": (
                    f"disputes/{case.id}",
                    "[name=clause_summary]",
                    ".o_notebook .nav-link[name=agreements]",
                ),
                "next_stage": (
                    f"disputes/{case.id}",
                    ".modal [name=missing]",
                    "button[name=action_take_step]",
                ),
                "stages": ("dispute-stages", ".o_data_row"),
                "stage": (f"dispute-stages/{rung.id}", ".o_form_view .o_data_row"),
                "agreement_clause": (
                    f"action-agreement.agreement_action/{link.agreement_id.id}",
                    "[name=dispute_clause]",
                    ".o_notebook .nav-link[name=dispute_clause]",
                ),
            },
        )


@tagged("post_install", "-at_install")
class TestLadderPhoneTour(LadderCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_supervisor_is_refused(self):
        case = self.write_in(HEATED)._open_dispute_case()
        self.set_rung("court", {"kind": "sum_known"})
        with mute_logger("odoo.http"):
            self.start_tour(
                f"/odoo/disputes/{case.id}",
                "dispute_ladder_refused_tour",
                login=self.supervisor.login,
            )
        self.assertEqual(case.rung, "discuss")

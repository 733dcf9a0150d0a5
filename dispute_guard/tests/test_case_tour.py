from odoo.fields import Command
from odoo.tests import tagged

from .common import CALM, HEATED, make_mail
from .common_case import CaseCommon
from .common_pictures import PictureCommon


class CaseScreenCommon(CaseCommon, PictureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.receive(make_mail("Where is it?", Subject="My kitchen"))
        cls.ticket.user_id = cls.agent_team
        cls.reply(
            cls.ticket,
            f"{HEATED} My solicitor will hear of it. I will take you to court.",
        )
        cls.ticket._open_dispute_case()
        cls.case = cls.ticket.dispute_case_id
        cls.lamp = cls.receive(make_mail(CALM, Subject="My lamp"))


@tagged("post_install", "-at_install")
class TestCaseTour(CaseScreenCommon):
    browser_size = "1400x900"

    def test_an_effort_stands_in_the_timeline(self):
        self.start_tour(
            f"/odoo/disputes/{self.case.id}",
            "dispute_case_timeline_tour",
            login=self.supervisor.login,
        )
        self.assertEqual(self.case.effort_ids.mapped("kind"), ["offer"])

    def test_a_ticket_joins_and_leaves(self):
        self.start_tour(
            f"/odoo/action-helpdesk_mgmt.helpdesk_ticket_action/{self.lamp.id}",
            "dispute_case_proposal_tour",
            login=self.supervisor.login,
        )
        self.assertEqual(self.lamp.dispute_case_id, self.case)
        left = self.env["dispute.case"].search([("merged_into_id", "=", self.case.id)])
        self.assertEqual(left.split_from_id, self.case)

    def test_screens(self):
        """Pictures of the dispute for the documentation."""
        self.case.party_ids = [
            Command.create({"role": "court", "name": "District Court", "note": "C 1"})
        ]
        self.case.sum_ids = [
            Command.create({"kind": "claimed_by_them", "amount": 1200}),
            Command.create({"kind": "offered", "amount": 300, "note": "By telephone"}),
        ]
        self.ticket.with_user(self.agent_team).message_post(
            body="We are sorry for the wait and look into it today.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.env["dispute.effort.entry"].with_user(self.agent_team).create(
            {"case_id": self.case.id, "kind": "offer", "words": "A new worktop"}
        )
        self.env.flush_all()
        case = f"disputes/{self.case.id}"
        ticket = "action-helpdesk_mgmt.helpdesk_ticket_action"
        self.take_pictures(
            self.supervisor,
            {
                "case": (case, ".o_form_view .o_data_row"),
                "case_parties": (
                    case,
                    "[name=party_ids] .o_data_row",
                    ".o_notebook .nav-link[name=parties]",
                ),
                "case_sums": (
                    case,
                    "[name=sum_ids] .o_data_row",
                    ".o_notebook .nav-link[name=sums]",
                ),
                "case_timeline": (
                    case,
                    ".o_list_view .o_data_row",
                    "button[name=action_view_timeline]",
                ),
                "case_efforts": (
                    case,
                    ".o_list_view .o_data_row",
                    "button[name=action_view_efforts]",
                ),
                "case_effort_note": (
                    case,
                    ".modal .o_form_view",
                    "button[name=action_view_efforts]",
                    "button[name=action_note]",
                ),
                "case_proposed": (
                    case,
                    ".o_list_view .o_data_row",
                    "button[name=action_view_proposed]",
                ),
                "ticket_proposal": (f"{ticket}/{self.lamp.id}", ".o_form_view .alert"),
            },
        )


@tagged("post_install", "-at_install")
class TestCasePhone(CaseScreenCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_screens(self):
        """How a lawyer reads it in the train."""
        self.env.flush_all()
        case = f"disputes/{self.case.id}"
        self.take_pictures(
            self.supervisor,
            {
                "case_phone": (case, ".o_form_view .o_form_statusbar"),
                "case_timeline_phone": (
                    case,
                    ".o_kanban_view .o_kanban_record:not(.o_kanban_ghost)",
                    ".o-form-buttonbox .o_button_more",
                    "button[name=action_view_timeline]",
                ),
            },
        )

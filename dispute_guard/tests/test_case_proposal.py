"""Later tickets of a customer who has an open dispute."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import CALM
from .common_case import CaseCommon
from .test_growth import GrowthCommon


@tagged("post_install", "-at_install")
class TestCaseProposal(CaseCommon):
    def is_proposed(self, ticket, user=None):
        ticket.invalidate_recordset()
        return bool(ticket.with_user(user or self.supervisor).dispute_proposed_name)

    def test_a_later_ticket_is_proposed(self):
        case = self.make_case()
        ticket = self.write_in(CALM)
        self.assertFalse(ticket.dispute_case_id)
        shown = ticket.with_user(self.agent_team)
        self.assertEqual(shown.dispute_proposed_name, case.name)
        self.assertTrue(shown.dispute_can_join)
        self.assertEqual(case.with_user(self.agent_team).proposed_count, 1)
        form = Form(shown)
        self.assertEqual(form.dispute_proposed_name, case.name)

    def test_of_anybody_of_the_firm(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.customer.parent_id = firm
        self.make_case()
        ticket = self.write_in(CALM, From="Carl Colleague <carl@example.net>")
        self.assertFalse(self.is_proposed(ticket))
        colleague = self.env["res.partner"].create(
            {"name": "Carl Colleague", "parent_id": firm.id}
        )
        ticket.partner_id = colleague
        self.assertTrue(self.is_proposed(ticket))

    def test_what_is_not_proposed(self):
        old = self.write_in(CALM)
        old.stage_id = self.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        case = self.make_case()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = '2020-01-01' WHERE id = %s",
            [old.id],
        )
        self.assertFalse(self.is_proposed(old))
        ticket = self.write_in(CALM)
        foreign = self.write_in(CALM)
        foreign.write({"team_id": False, "company_id": self.other_company.id})
        self.assertFalse(case._find_proposals(tickets=foreign))
        self.assertTrue(self.is_proposed(ticket))
        case.write({"outcome": "settled", "rung": "closed"})
        self.assertFalse(self.is_proposed(ticket))
        self.assertFalse(self.is_proposed(self.env["helpdesk.ticket"].new({})))

    def test_open_ones_from_before_are_proposed(self):
        ticket = self.write_in(CALM)
        self.make_case()
        self.assertTrue(self.is_proposed(ticket))

    def test_an_agent_adds_it(self):
        case = self.make_case()
        ticket = self.write_in(CALM)
        ticket.with_user(self.agent_team).action_join_dispute()
        self.assertEqual(ticket.dispute_case_id, case)
        self.assertFalse(self.is_proposed(ticket))
        ((step, details),) = self.get_course(case)
        self.assertEqual((step, details["tickets"]), ("joined", [ticket.number]))

    def test_who_does_not_see_the_dispute_adds_nothing(self):
        case = self.make_case()
        self.send_far(case.ticket_ids)
        ticket = self.write_in(CALM)
        shown = ticket.with_user(self.agent_team)
        self.assertEqual(shown.dispute_proposed_name, case.name)
        self.assertFalse(shown.dispute_can_join)
        with self.assertRaises(AccessError):
            shown.action_join_dispute()
        self.assertFalse(ticket.dispute_case_id)
        ticket.with_user(self.supervisor).action_join_dispute()
        self.assertEqual(ticket.dispute_case_id, case)

    def test_another_matter(self):
        case = self.make_case()
        ticket = self.write_in(CALM)
        ticket.with_user(self.agent_team).action_decline_dispute()
        self.assertFalse(self.is_proposed(ticket))
        self.assertFalse(ticket.dispute_case_id)
        self.assertFalse(case.proposed_count)
        ((step, details),) = self.get_course(case)
        self.assertEqual((step, details["tickets"]), ("declined", [ticket.number]))
        # another dispute is another question
        other = self.make_case()
        self.assertTrue(self.is_proposed(ticket))
        self.assertEqual(ticket.dispute_proposed_name, other.name)

    def test_only_the_buttons_say_so(self):
        case = self.make_case()
        ticket = self.write_in(CALM)
        values = {"dispute_declined_case_ids": [Command.link(case.id)]}
        with self.assertRaises(UserError):
            ticket.with_user(self.manager).write(values)
        with self.assertRaises(UserError):
            self.env["helpdesk.ticket"].create({"name": "x", **values})
        defaults = self.env["helpdesk.ticket"].with_context(
            default_dispute_declined_case_ids=[case.id]
        )
        new = defaults.create({"name": "x", "description": "y"})
        self.assertFalse(new.dispute_declined_case_ids)

    def test_from_the_dispute(self):
        case = self.make_case()
        tickets = self.write_in(CALM) | self.write_in(CALM)
        newer = self.make_case()
        action = case.with_user(self.supervisor).action_view_proposed()
        found = self.env["helpdesk.ticket"].with_user(self.supervisor)
        found = found.with_context(**action["context"]).search(action["domain"])
        self.assertEqual(found, tickets)
        found[0].action_join_dispute()
        found[1].action_decline_dispute()
        self.assertEqual(found[0].dispute_case_id, case)
        # the newer one may still be meant
        self.assertEqual((tickets & found[1]).dispute_proposed_name, newer.name)

    def test_other_disputes_of_the_customer(self):
        first, second = self.make_case(), self.make_case()
        self.assertEqual(first.with_user(self.supervisor).other_case_ids, second)
        second.write({"outcome": "settled", "rung": "closed"})
        first.invalidate_recordset()
        self.assertFalse(first.other_case_ids)

    def test_a_merged_customer(self):
        case = self.make_case()
        double = self.env["res.partner"].create({"name": "P. Customer"})
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Call",
                "description": "x",
                "team_id": self.team.id,
                "partner_id": double.id,
            }
        )
        self.assertFalse(self.is_proposed(ticket))
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.customer | double).ids, self.customer, extra_checks=False)
        self.assertTrue(self.is_proposed(ticket))
        self.assertEqual(ticket.dispute_proposed_name, case.name)


@tagged("post_install", "-at_install")
class TestCaseProposalGrowth(GrowthCommon, CaseCommon):
    def test_a_calm_mail_pays_nothing(self):
        self.make_case()
        queries = self.count(lambda: self.write_in(CALM), "FROM dispute_case ")
        self.assertEqual(queries, 0)

    def test_many_tickets(self):
        self.make_case()
        tickets = self.make_tickets(10, CALM).with_user(self.agent_team)
        self.assertSameCost(
            lambda some: some.read(["dispute_proposed_name", "dispute_can_join"]),
            tickets[:2],
            tickets,
        )

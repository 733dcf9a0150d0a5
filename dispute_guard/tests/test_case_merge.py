"""Disputes that turn out to be one, and one that turns out to be two."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ANNOUNCED, CALM, SENIOR
from .common_case import CaseCommon


@tagged("post_install", "-at_install")
class TestCaseMerge(CaseCommon):
    def merge(self, cases, target, reason="The same kitchen", user=None):
        """Merge as people do: by the window that asks into which, and why."""
        user = user or self.supervisor
        window = self.open_window(cases.with_user(user).action_merge(), user)
        window.case_ids.clear()
        for case in cases:
            window.case_ids.add(case)
        window.target_id = target
        window.reason = reason
        return window.save().action_apply()

    def test_two_become_one(self):
        first, second = self.make_case(), self.make_case()
        self.env["dispute.effort.entry"].create(
            {"case_id": second.id, "kind": "offer", "words": "A discount"}
        )
        second.party_ids = [Command.create({"role": "court", "name": "Court"})]
        tickets = (first | second).ticket_ids
        moved = second.ticket_ids
        action = self.merge(first | second, first)
        self.assertEqual(action["res_id"], first.id)
        self.assertEqual(first.ticket_ids, tickets)
        self.assertFalse(second.ticket_ids)
        self.assertEqual(first.signal_ids, tickets.dispute_signal_ids)
        self.assertEqual(first.effort_ids.mapped("kind"), ["offer"])
        self.assertEqual(first.party_ids.mapped("role"), ["customer", "court"])
        self.assertEqual(second.party_ids.mapped("role"), ["customer", "court"])
        # what is left says where it went
        self.assertEqual(second.rung, "closed")
        self.assertEqual(second.merged_into_id, first)
        self.assertEqual(second.merge_reason, "The same kitchen")
        self.assertEqual(second.merged_by, self.supervisor.name)
        ((step, details),) = self.get_course(second)[-1:]
        self.assertEqual((step, details["target"]), ("merged", first.name))
        self.assertEqual(details["tickets"], moved.mapped("number"))
        for case in first | second:
            self.assertIn("The same kitchen", case.message_ids[0].preview)
        rows = self.env["dispute.timeline"].search([("case_id", "=", first.id)])
        self.assertTrue(any("The same kitchen" in row.words for row in rows))

    def test_the_level_is_the_higher_one(self):
        calm = self.write_in(CALM)
        calm._open_dispute_case()
        heated = self.make_held_case()
        target = calm.dispute_case_id
        self.merge(target | heated, target)
        self.assertEqual(target.level, "legal")
        self.assertEqual(heated.level, "calm")

    def test_a_hold_goes_along(self):
        free, held = self.make_case(), self.make_held_case()
        ticket = held.ticket_ids
        old = held.hold_ids
        self.merge(free | held, free)
        self.assertEqual(ticket.dispute_case_id, free)
        self.assertTrue(free.hold)
        self.assertIn(old.reason, free.hold_ids.reason)
        self.assertIn("The same kitchen", free.hold_ids.reason)
        self.assertEqual(free.hold_ids.placed_by, self.supervisor.name)
        self.assertEqual(free.hold_ids.custodian_ids.user_id, old.custodian_ids.user_id)
        self.assertEqual(old.case_id, held)
        self.assertEqual(old.state, "active")
        with self.assertRaises(UserError):
            ticket.unlink()

    def test_into_one_under_hold(self):
        free, held = self.make_case(), self.make_held_case()
        self.merge(free | held, held)
        self.assertEqual(len(held.hold_ids), 1)
        self.assertEqual(len(held.ticket_ids), 2)

    def test_a_held_ticket_goes_nowhere_else(self):
        free, held, other = self.make_case(), self.make_held_case(), self.make_case()
        ticket = held.ticket_ids
        with self.assertRaises(UserError):
            ticket.with_user(self.supervisor).dispute_case_id = free
        self.merge(free | held, free)
        for case in (other, self.env["dispute.case"]):
            with self.assertRaises(UserError):
                ticket.with_user(self.supervisor).dispute_case_id = case

    def test_handoffs_go_along(self):
        self.make_professional("lawyer", "Alice Lawyer")
        free, held = self.make_case(), self.make_held_case()
        handoff = held.handoff_ids
        self.assertEqual(handoff.role, "lawyer")
        self.merge(free | held, free)
        self.assertEqual(handoff.case_id, free)
        self.assertEqual(handoff.company_id, free.company_id)

    def test_merged_one_stays_closed(self):
        first, second = self.make_case(), self.make_case()
        self.merge(first | second, first)
        counsel = self.env.ref("dispute_guard.group_dispute_counsel")
        self.supervisor.group_ids += counsel
        with self.assertRaisesRegex(UserError, "stays as it ended"):
            second.with_user(self.supervisor).rung = "discuss"
        with self.assertRaisesRegex(UserError, "stays as it ended"):
            second.with_user(self.supervisor)._step("discuss", "why not", override=True)
        self.assertEqual(second.rung, "closed")

    def test_locks_and_clocks_go_along(self):
        first, second = self.make_case(), self.make_case()
        second._place_lock("counsel", "Counsel speaks")
        lock = second.lock_ids
        due = min((first | second).clock_ids.mapped("due_at"))
        kinds = set((first | second).clock_ids.mapped("kind"))
        self.assertTrue(kinds)
        self.merge(first | second, first)
        self.assertEqual(lock.case_id, first)
        self.assertEqual(lock.state, "active")
        running = first.clock_ids.filtered(lambda clock: clock.state == "running")
        self.assertEqual(set(running.mapped("kind")), kinds)
        self.assertEqual(len(running), len(kinds))
        self.assertEqual(min(running.mapped("due_at")), due)
        self.assertNotIn("running", second.clock_ids.mapped("state"))

    def test_two_lawyers_are_one_too_many(self):
        self.make_professional("lawyer", "Alice Lawyer")
        first, second = self.make_held_case(), self.make_held_case()
        with self.assertRaises(UserError) as refusal:
            self.merge(first | second, first)
        self.assertIn(first.name, str(refusal.exception))
        self.assertIn("Lawyer", str(refusal.exception))
        self.assertFalse(second.merged_into_id)
        self.assertEqual(len(second.ticket_ids), 1)

    def test_sums_add_up(self):
        first, second = self.make_case(amount_disputed=100), self.make_case()
        self.env["dispute.case.sum"].create({"case_id": second.id, "amount": 30})
        self.merge(first | second, first)
        self.assertEqual(first.amount_disputed, 130)
        self.assertEqual(second.amount_disputed, 30)

    def test_what_cannot_be_merged(self):
        first, second = self.make_case(), self.make_case()
        with self.assertRaises(UserError):
            first._merge_into(first, "The same")
        with self.assertRaises(UserError):
            first._merge_into(second, "  ")
        self.merge(first | second, first)
        third = self.make_case()
        with self.assertRaises(UserError):
            second._merge_into(third, "Again")
        with self.assertRaises(UserError):
            third._merge_into(second, "Again")
        third.ticket_ids.dispute_case_id = False
        third.company_id = self.other_company
        with self.assertRaises(UserError):
            third._merge_into(first, "The same")

    def test_agents_neither_merge_nor_split(self):
        case = self.make_case()
        self.add_ticket(case)
        other = self.make_case()
        for user in (self.agent_team, self.foreigner):
            with self.assertRaises(AccessError):
                (case | other).with_user(user).action_merge()
            with self.assertRaises(AccessError):
                case.with_user(user).action_split()
            with self.assertRaises(AccessError):
                case.with_user(user)._merge_into(other, "The same")
            with self.assertRaises(AccessError):
                case.with_user(user)._split(case.ticket_ids[:1], "x", "y")

    def test_no_other_way(self):
        first, second = self.make_case(), self.make_case()
        for values in (
            {"merged_into_id": second.id},
            {"split_from_id": second.id},
            {"merged_ids": [Command.link(second.id)]},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                first.with_user(self.manager).write(values)
            with self.subTest(values), self.assertRaises(UserError):
                self.env["dispute.case"].create({"title": "x", **values})

    # ------------------------------------------------------------------
    # Splitting
    # ------------------------------------------------------------------

    def split(self, case, tickets, title="The lamp", reason="Another matter"):
        action = case.with_user(self.supervisor).action_split()
        window = self.open_window(action, self.supervisor)
        window.title = title
        window.reason = reason
        for ticket in tickets:
            window.ticket_ids.add(ticket)
        done = window.save().action_apply()
        return self.env["dispute.case"].browse(done["res_id"])

    def test_one_becomes_two(self):
        case = self.make_case(user_id=self.supervisor.id)
        lamp = self.add_ticket(case, SENIOR)
        kept = case.ticket_ids - lamp
        entries = self.env["dispute.effort.entry"].create(
            [
                {"case_id": case.id, "ticket_id": each.id, "words": "Sorry"}
                for each in (lamp, kept)
            ]
        )
        new = self.split(case, lamp)
        self.assertEqual(new.title, "The lamp")
        self.assertEqual(new.ticket_ids, lamp)
        self.assertEqual(case.ticket_ids, kept)
        self.assertEqual(new.partner_id, self.customer)
        self.assertEqual(new.user_id, self.supervisor)
        self.assertEqual(new.rung, case.rung)
        self.assertEqual(new.split_from_id, case)
        self.assertEqual(new.split_by, self.supervisor.name)
        self.assertEqual(entries.case_id.ids, [new.id, case.id])
        self.assertEqual(entries[0].case_id, new)
        self.assertEqual(new.party_ids.partner_id, self.customer)
        self.assertEqual(len(new.party_ids), 1)
        ((step, details),) = self.get_course(case)[-1:]
        self.assertEqual((step, details["tickets"]), ("split", [lamp.number]))

    def test_a_hold_goes_with_both(self):
        case = self.make_held_case()
        lamp = self.add_ticket(case)
        new = self.split(case, lamp)
        self.assertTrue(new.hold)
        self.assertTrue(case.hold)
        with self.assertRaises(UserError):
            lamp.unlink()

    def test_a_lock_stays_on_both(self):
        case = self.make_case()
        lamp = self.add_ticket(case)
        case._place_lock("counsel", "Counsel speaks")
        new = self.split(case, lamp)
        for each in case | new:
            self.assertEqual(each.lock_ids.mapped("state"), ["active"])

    def test_handoffs_go_with_their_ticket(self):
        self.make_professional("lawyer", "Alice Lawyer")
        case = self.make_held_case()
        threat = case.ticket_ids
        calm = self.add_ticket(case)
        handoff = case.handoff_ids
        new = self.split(case, calm)
        self.assertEqual(handoff.case_id, case)
        self.add_ticket(new, CALM)
        back = self.split(case | self.env["dispute.case"], self.add_ticket(case))
        self.assertEqual(handoff.case_id, case)
        self.assertEqual(handoff.ticket_id, threat)
        self.assertFalse(back.handoff_ids)

    def test_the_split_off_threat_takes_its_lawyer_along(self):
        self.make_professional("lawyer", "Alice Lawyer")
        case = self.make_case()
        threat = self.write_in(CALM)
        threat.dispute_case_id = case
        self.reply(threat, ANNOUNCED)
        self.assertEqual(case.handoff_ids.ticket_id, threat)
        new = self.split(case, threat)
        self.assertEqual(new.handoff_ids.ticket_id, threat)
        self.assertFalse(case.handoff_ids)

    def test_what_cannot_be_split(self):
        case, other = self.make_case(), self.make_case()
        self.add_ticket(case)
        case = case.with_user(self.supervisor)
        for tickets in (
            case.ticket_ids.browse(),
            case.ticket_ids,
            case.ticket_ids[:1] | other.ticket_ids,
        ):
            with self.assertRaises(UserError):
                case._split(tickets, "The lamp", "Another matter")
        with self.assertRaises(UserError):
            case._split(case.ticket_ids[:1], "The lamp", "")
        self.close_dispute(case)
        with self.assertRaises(UserError):
            case._split(case.ticket_ids[:1], "The lamp", "Another matter")

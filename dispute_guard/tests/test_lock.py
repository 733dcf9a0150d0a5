from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_gate import GateCommon

COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}


@tagged("post_install", "-at_install")
class TestLock(GateCommon):
    def ask(self, speaker, ticket=None):
        ticket = ticket or self.ticket
        return self.env["dispute.lock"]._decide(ticket, speaker)[ticket.id]

    def pause(self, hours=24, **values):
        until = fields.Datetime.now() + timedelta(hours=hours)
        return self.case._place_lock(
            "cooling_off", "Tempers are high.", until=until, **values
        )

    def get_steps(self):
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "lock"), ("ticket_id", "=", self.ticket.id)], order="id"
        )
        return [each._get_record()["details"]["step"] for each in evidence]

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def test_no_lock(self):
        for speaker in (self.agent_team, self.env["res.users"], self.counsel):
            self.assertTrue(self.ask(speaker).may)

    def test_counsel(self):
        lock = self.lock()
        self.assertTrue(lock.in_force)
        self.assertEqual(lock.speakers, "Alice Lawyer")
        self.assertTrue(self.ask(self.counsel).may)
        self.assertTrue(self.ask(self.counsel.partner_id).may)
        root = self.env.ref("base.user_root")
        for user in (self.agent_team, self.supervisor, self.manager, root):
            verdict = self.ask(user)
            self.assertFalse(verdict.may)
            self.assertEqual(verdict.lock, lock)
            for words in (self.case.name, "Alice Lawyer", "formal letter"):
                self.assertIn(words, verdict.reason)
        self.assertFalse(self.ask(self.env["res.partner"]).may)
        self.assertTrue(self.ask(self.agent_team, self.calm).may)

    def test_who_speaks_follows_the_handoff(self):
        self.lock()
        other = self.make_professional("lawyer", "Otto Outside", "en")
        self.handoff.with_user(self.supervisor)._reassign(other, "She is ill.")
        self.assertFalse(self.ask(self.counsel).may)
        self.assertTrue(self.ask(other.partner_id).may)
        self.assertIn("Otto Outside", self.ask(self.counsel).reason)

    def test_nobody_has_it(self):
        self.lock()
        self.handoff.with_user(self.supervisor).action_cancel()
        verdict = self.ask(self.counsel)
        self.assertFalse(verdict.may)
        self.assertIn("nobody may write", verdict.reason)

    def test_named_speakers(self):
        self.lock(speakers=self.agent_team)
        self.assertTrue(self.ask(self.agent_team).may)
        self.assertFalse(self.ask(self.counsel).may)

    def test_outsiders_hear_nothing(self):
        lock = self.lock()
        text = lock.with_user(self.portal).sudo()._describe()
        for words in (self.case.name, "Counsel", "Alice", "formal"):
            self.assertNotIn(words, text)

    def test_records_that_lead_to_the_dispute(self):
        self.lock()
        locks = self.env["dispute.lock"]
        for record in (self.ticket, self.case, self.handoff):
            self.assertFalse(locks._decide(record, self.agent_team)[record.id].may)
        partner = self.customer
        self.assertTrue(locks._decide(partner, self.agent_team)[partner.id].may)

    # ------------------------------------------------------------------
    # Placing and lifting
    # ------------------------------------------------------------------

    def test_one_lock_of_a_kind(self):
        lock = self.lock()
        self.assertEqual(self.lock(), lock)
        self.assertEqual(self.get_steps(), ["placed"])

    def test_reason(self):
        for reason in ("", " ", None):
            with self.assertRaises(UserError):
                self.case._place_lock("counsel", reason)
        self.lock()
        with self.assertRaises(UserError):
            self.case._lift_locks("counsel", " ")

    def test_waits_for_counsel(self):
        ticket = self.make_disputed_ticket()
        case = ticket.dispute_case_id
        self.assertNotEqual(case, self.case)
        lock = case._place_lock("counsel", "A claim.", when="acknowledged")
        self.assertEqual(lock.state, "pending")
        self.assertTrue(self.ask(self.agent_team, ticket).may)
        handoff = self.env["dispute.handoff"]._open_handoffs(
            [(ticket, "lawyer", ticket.dispute_signal_ids[:1])]
        )
        handoff.action_dispatch()
        self.assertEqual(lock.state, "pending")
        handoff.action_acknowledge()
        self.assertEqual(lock.state, "active")
        self.assertTrue(lock.since)
        self.assertFalse(self.ask(self.agent_team, ticket).may)

    def test_counsel_has_it_already(self):
        self.assertEqual(self.lock(when="acknowledged").state, "active")

    def test_now_engages_what_waits(self):
        ticket = self.make_disputed_ticket()
        case = ticket.dispute_case_id
        lock = case._place_lock("counsel", "A claim.", when="acknowledged")
        self.assertEqual(case._place_lock("counsel", "Filed."), lock)
        self.assertEqual(lock.state, "active")

    def test_lifted(self):
        lock = self.lock()
        self.case._lift_locks("cooling_off", "Not this one.")
        self.assertTrue(lock.in_force)
        self.case._lift_locks("counsel", "Settled.")
        self.assertEqual(lock.state, "lifted")
        self.assertEqual(lock.lift_reason, "Settled.")
        self.assertTrue(self.ask(self.agent_team).may)
        self.assertEqual(self.get_steps(), ["placed", "lifted"])
        self.assertNotEqual(self.lock(), lock)

    def test_closing_the_dispute(self):
        lock = self.lock()
        self.close_dispute(self.case)
        self.assertEqual(lock.state, "lifted")
        self.assertTrue(self.ask(self.agent_team).may)

    # ------------------------------------------------------------------
    # Pauses
    # ------------------------------------------------------------------

    def test_pause_ends_by_itself(self):
        lock = self.pause(hours=2)
        verdict = self.ask(self.counsel)
        self.assertFalse(verdict.may)
        self.assertIn("Tempers are high", verdict.reason)
        self.assertIn("bypass", verdict.reason)
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            self.env.invalidate_all()
            self.assertTrue(self.ask(self.counsel).may)
            self.assertFalse(lock.in_force)
            self.assertNotEqual(self.pause(), lock)

    def test_pause_grows(self):
        lock = self.pause(hours=2)
        until = lock.until
        self.assertEqual(self.pause(hours=1), lock)
        self.assertEqual(lock.until, until)
        self.pause(hours=5)
        self.assertEqual(lock.until, until + timedelta(hours=3))
        self.assertEqual(self.get_steps(), ["placed", "extended"])

    def test_pause_under_counsel(self):
        self.pause()
        lock = self.lock()
        self.assertFalse(self.ask(self.counsel).may)
        self.assertEqual(self.ask(self.agent_team).lock, lock)

    def test_colleague_takes_over(self):
        self.pause(speakers=self.agent_team)
        self.assertTrue(self.ask(self.agent_team).may)
        self.assertIn("only Tessa Agent", self.ask(self.supervisor).reason)

    def test_bypass(self):
        self.pause()
        case = self.case.with_user(self.agent_team)
        for reason in ("", " ", None):
            with self.assertRaises(UserError):
                case._bypass(reason)
        case._bypass("The goods arrive in an hour.")
        self.assertTrue(self.ask(self.agent_team).may)
        self.assertFalse(self.ask(self.supervisor).may)
        self.assertEqual(self.get_steps(), ["placed", "bypassed"])
        self.ticket.with_user(self.agent_team).message_post(body="Now", **COMMENT)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.env.invalidate_all()
            self.assertFalse(self.ask(self.agent_team).may)

    def test_no_bypass_of_counsel(self):
        self.lock()
        with self.assertRaisesRegex(UserError, "Nothing pauses"):
            self.case.with_user(self.agent_team)._bypass("Urgent!")
        self.pause()
        self.case.with_user(self.agent_team)._bypass("Urgent!")
        self.assertFalse(self.ask(self.agent_team).may)

    def test_no_bypass_for_outsiders(self):
        self.pause()
        for user in (self.portal, self.foreigner, self.env.ref("base.user_root")):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.case.with_user(user)._bypass("Urgent!")

    # ------------------------------------------------------------------
    # Windows and rights
    # ------------------------------------------------------------------

    def take_step(self, user, step, **values):
        window = (
            self.env["dispute.lock.step"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .create(
                {
                    "step": step,
                    "case_id": self.case.id,
                    "lock_id": self.case.lock_ids[:1].id,
                    "reason": "Because.",
                    **values,
                }
            )
        )
        return window.action_apply()

    def test_windows(self):
        self.take_step(self.supervisor, "place", kind="counsel")
        lock = self.case.lock_ids
        self.assertEqual(lock.placed_by, self.supervisor.name)
        self.take_step(
            self.supervisor, "speakers", user_ids=[Command.set(self.agent_team.ids)]
        )
        self.assertTrue(self.ask(self.agent_team).may)
        self.take_step(self.supervisor, "lift")
        self.assertEqual(lock.lifted_by, self.supervisor.name)
        self.assertEqual(self.get_steps(), ["placed", "speakers_named", "lifted"])
        self.pause()
        self.take_step(self.agent_team, "bypass")
        self.assertTrue(self.ask(self.agent_team).may)

    def test_windows_of_agents(self):
        for user in (self.agent_team, self.env.ref("base.user_root"), self.foreigner):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.take_step(user, "place", kind="counsel")
        self.lock()
        for step in ("speakers", "lift"):
            for user in (self.agent_team, self.foreigner):
                with self.subTest(step, who=user.name):
                    with self.assertRaises(AccessError):
                        self.take_step(user, step)
        self.assertFalse(self.ask(self.agent_team).may)

    def test_written_by_nobody(self):
        self.pause()
        self.case.with_user(self.agent_team)._bypass("Urgent!")
        self.lock()
        self.ticket.message_post(
            body="x", message_type="auto_comment", subtype_xmlid="mail.mt_comment"
        )
        for model in ("dispute.lock", "dispute.lock.pass", "dispute.withheld"):
            rows = self.env[model].search([])
            self.assertTrue(rows)
            for user in (self.agent_team, self.supervisor, self.manager):
                mine = rows.with_user(user).with_context(dispute_station=True)
                with self.subTest(model, who=user.name):
                    self.assertTrue(mine[0].has_access("read"))
                    for act in (
                        lambda mine=mine: mine.write({"company_id": 1}),
                        lambda mine=mine: mine.sudo().write({"company_id": 1}),
                        lambda mine=mine: mine.unlink(),
                        lambda mine=mine: mine.sudo().unlink(),
                        lambda mine=mine: mine.create({}),
                        lambda mine=mine: mine.sudo().create({}),
                    ):
                        with self.assertRaises(UserError):
                            act()
            self.assertFalse(self.env[model].with_user(self.foreigner).search_count([]))

    @mute_logger("odoo.sql_db")
    def test_kept_by_the_database(self):
        lock = self.lock()
        self.env.flush_all()
        for query in (
            "DELETE FROM dispute_lock WHERE id = %s",
            "UPDATE dispute_lock SET reason = 'x' WHERE id = %s",
        ):
            with self.subTest(query), self.undone():
                with self.assertRaisesRegex(Exception, "refused"):
                    self.env.cr.execute(query, [lock.id])

    def test_agents_of_other_tickets_see_no_lock(self):
        self.lock()
        self.assertFalse(
            self.env["dispute.lock"].with_user(self.agent_own).search_count([])
        )
        self.assertTrue(
            self.env["dispute.lock"].with_user(self.agent_team).search_count([])
        )

    # ------------------------------------------------------------------
    # Showing
    # ------------------------------------------------------------------

    def test_on_the_ticket(self):
        ticket = self.ticket.with_user(self.agent_team)
        self.assertFalse(ticket.dispute_lock_note)
        self.lock()
        self.assertIn("only Alice Lawyer", ticket.dispute_lock_note)
        self.assertTrue(ticket.dispute_locked)
        self.assertFalse(ticket.dispute_pausing)
        self.assertIn("Write nothing", ticket.dispute_advice)
        own = self.ticket.with_user(self.counsel)
        self.assertNotIn("Write nothing", own.dispute_advice)
        self.assertIn("only Alice Lawyer", own.dispute_lock_note)
        self.assertFalse(own.dispute_locked)
        self.assertIn("only Alice Lawyer", self.case.lock_note)
        self.case._lift_locks(None, "Done.")
        self.assertFalse(ticket.dispute_lock_note)
        self.pause()
        self.assertTrue(ticket.dispute_pausing)
        self.assertTrue(self.case.with_user(self.agent_team).pausing)

    def test_on_a_new_ticket(self):
        ticket = self.env["helpdesk.ticket"].with_user(self.agent_team).new({})
        self.assertFalse(ticket.dispute_lock_note)

    def test_timeline(self):
        self.lock()
        self.pause()
        self.case.with_user(self.agent_team)._bypass("Urgent!")
        self.case._lift_locks(None, "Settled.")
        self.env.flush_all()
        rows = self.env["dispute.timeline"].search(
            [("case_id", "=", self.case.id), ("kind", "=", "lock")]
        )
        words = " ".join(rows.mapped("words"))
        for said in ("formal letter", "Tempers", "Urgent!", "Settled."):
            self.assertIn(said, words)

    # ------------------------------------------------------------------
    # Merging and splitting
    # ------------------------------------------------------------------

    def test_goes_along_with_the_dispute(self):
        other = self.make_disputed_ticket().dispute_case_id
        lock = self.lock()
        self.ticket.message_post(
            body="x", message_type="auto_comment", subtype_xmlid="mail.mt_comment"
        )
        self.case.with_user(self.supervisor)._merge_into(other, "The same matter.")
        self.assertEqual(lock.case_id, other)
        self.assertTrue(lock.in_force)
        self.assertEqual(other.withheld_count, 1)
        for ticket in other.ticket_ids:
            self.assertFalse(self.ask(self.agent_team, ticket).may)

    def test_no_way_out(self):
        self.lock()
        for case in (False, self.make_disputed_ticket().dispute_case_id.id):
            for ticket in (self.ticket.with_user(self.supervisor), self.ticket.sudo()):
                with self.assertRaisesRegex(UserError, "Lift the lock first"):
                    ticket.write({"dispute_case_id": case})
        self.ticket.write({"dispute_case_id": self.case.id})
        self.case._lift_locks(None, "Another matter.")
        self.ticket.with_user(self.supervisor).dispute_case_id = False

    def test_stays_on_both_parts(self):
        self.make_calm_ticket().dispute_case_id = self.case
        self.lock()
        part = self.case.with_user(self.supervisor)._split(
            self.ticket, "Apart", "Another matter."
        )
        self.assertNotEqual(part, self.case)
        for case in self.case, part.with_env(self.env):
            self.assertTrue(case.lock_ids.in_force)
        self.assertFalse(self.ask(self.agent_team).may)

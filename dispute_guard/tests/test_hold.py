"""Placing and releasing holds: who, why, with whom, and what is recorded of it."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MockEmail

from .common import ANNOUNCED, CONDITIONAL, DisputeCommon


@tagged("post_install", "-at_install")
class TestHold(MockEmail, DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.supervisor.copy(
            {"login": "dispute_second", "name": "Sarah Second"}
        )

    def open_window(self, action, env):
        return Form(env[action["res_model"]].with_context(**action["context"]))

    def place(self, case, reason, users=None):
        """Place a hold as people do: by the window that asks for the reason."""
        window = self.open_window(case.action_place_hold(), case.env)
        window.reason = reason
        if users is not None:
            window.user_ids.clear()
            for user in users:
                window.user_ids.add(user)
        return window.save().action_apply()

    def ask(self, case, reason):
        window = self.open_window(case.action_release_hold(), case.env)
        window.reason = reason
        return window.save().action_apply()

    def get_steps(self, case):
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "hold"), ("ticket_id", "in", case.ticket_ids.ids)],
            order="id",
        )
        return [json.loads(each.canonical)["record"] for each in evidence]

    # ------------------------------------------------------------------
    # Placing
    # ------------------------------------------------------------------

    def test_policy_places_a_hold(self):
        calm = self.write_in("Where is it?").message_ids
        self.assertFalse(any(calm.mapped("dispute_held")))
        case = self.write_in(ANNOUNCED).dispute_case_id
        hold = case.hold_ids
        self.assertEqual(len(hold), 1)
        self.assertTrue(case.hold)
        self.assertEqual(case.hold_reason, hold.reason)
        self.assertEqual(case.hold_at, hold.placed_at)
        self.assertEqual(
            case.ticket_ids.message_ids.mapped("dispute_held"),
            [True] * len(case.ticket_ids.message_ids),
        )
        self.assertFalse(hold.placed_by)
        (step,) = self.get_steps(case)
        self.assertEqual(step["details"]["step"], "placed")
        self.assertEqual(step["details"]["hold"], hold.name)
        self.assertEqual(step["content"], hold.reason)

    def test_policy_places_one_hold_only(self):
        ticket = self.write_in(ANNOUNCED)
        self.reply(ticket, ANNOUNCED)
        self.assertEqual(len(ticket.dispute_case_id.hold_ids), 1)

    def test_supervisor_places_a_hold_with_a_reason(self):
        case = self.write_in(CONDITIONAL).dispute_case_id
        self.assertFalse(case.hold)
        with self.assertRaises(AccessError):
            case.with_user(self.agent_team).action_place_hold()
        for reason in (False, "  "):
            with self.assertRaises((UserError, AssertionError)[not reason]):
                self.place(case.with_user(self.supervisor), reason)
        self.place(case.with_user(self.supervisor), "Claim expected", self.agent_own)
        self.assertTrue(case.hold)
        self.assertEqual(case.hold_reason, "Claim expected")
        self.assertEqual(case.hold_ids.placed_by, self.supervisor.name)
        self.assertEqual(case.hold_ids.custodian_ids.user_id, self.agent_own)
        (step,) = self.get_steps(case)
        self.assertEqual(step["author"], self.supervisor.name)
        self.assertEqual(step["details"]["custodians"], [self.agent_own.login])

    def test_defaults_of_a_client_say_nothing(self):
        case = self.write_in(CONDITIONAL).dispute_case_id.with_user(self.supervisor)
        tricks = {"default_state": "released", "default_placed_at": "2020-01-01"}
        self.place(case.with_context(**tricks), "Claim expected")
        self.assertTrue(case.hold)
        self.assertEqual(case.hold_ids.state, "active")
        self.assertGreater(str(case.hold_at), "2026")

    def test_agent_places_none_by_the_window(self):
        case = self.write_in(CONDITIONAL).dispute_case_id
        with self.assertRaises(AccessError):
            self.env["dispute.case.hold"].with_user(self.agent_team).create(
                {"case_id": case.id, "reason": "x"}
            )

    # ------------------------------------------------------------------
    # Releasing
    # ------------------------------------------------------------------

    def test_two_supervisors_release_a_hold(self):
        ticket = self.write_in(ANNOUNCED)
        case, hold = ticket.dispute_case_id, ticket.dispute_case_id.hold_ids
        with self.assertRaises(UserError):
            self.ask(case.with_user(self.supervisor), "  ")
        self.ask(case.with_user(self.supervisor), "Settled on 3 November")
        self.assertTrue(case.hold)
        self.assertEqual(hold.state, "asked")
        with self.assertRaises(UserError):
            ticket.with_user(self.manager).unlink()
        case.with_user(self.second).action_confirm_release()
        self.assertFalse(case.hold)
        self.assertFalse(case.hold_reason)
        self.assertFalse(case.hold_at)
        self.assertEqual(hold.state, "released")
        self.assertEqual(hold.asked_by_id, self.supervisor)
        self.assertEqual(hold.released_by_id, self.second)
        self.assertEqual(hold.release_reason, "Settled on 3 November")
        self.assertIn("Settled on 3 November", case.message_ids[0].body)
        self.assertEqual(case.message_ids[0].author_id, self.second.partner_id)
        steps = [step["details"]["step"] for step in self.get_steps(case)]
        self.assertEqual(steps, ["placed", "release_asked", "released"])
        ticket.with_user(self.manager).unlink()
        self.assertFalse(ticket.exists())
        self.assertTrue(hold.exists())

    def test_nobody_is_the_second_person_himself(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        self.ask(case.with_user(self.supervisor), "Settled")
        hold = case.hold_ids
        self.assertFalse(hold.with_user(self.supervisor).can_confirm)
        self.assertTrue(hold.with_user(self.second).can_confirm)
        for mine in (
            hold.with_user(self.supervisor),
            hold.with_user(self.supervisor).sudo(),
        ):
            with self.assertRaises(UserError) as refusal:
                mine.action_confirm_release()
            self.assertIn(self.second.name, str(refusal.exception))
        self.assertTrue(case.hold)

    def test_only_supervisors_release(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        hold = case.hold_ids
        for mine in (
            hold.with_user(self.agent_team),
            hold.with_user(self.agent_team).sudo(),
            hold.with_user(self.portal).sudo(),
            hold.with_user(self.foreigner),
            hold,  # the system itself is nobody
        ):
            with self.assertRaises(AccessError):
                mine._ask_release("because")
        self.ask(case.with_user(self.supervisor), "Settled")
        for mine in (
            hold.with_user(self.agent_team),
            hold.with_user(self.agent_team).sudo(),
            hold.with_user(self.foreigner),
            hold,
        ):
            with self.assertRaises(AccessError):
                mine.action_confirm_release()
            with self.assertRaises(AccessError):
                mine.action_refuse_release()
        self.assertEqual(hold.state, "asked")

    def test_second_person_lets_the_hold_go_on(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        hold = case.hold_ids
        self.ask(case.with_user(self.supervisor), "Settled")
        case.with_user(self.second).action_refuse_release()
        self.assertEqual(hold.state, "active")
        self.assertTrue(case.hold)
        self.assertFalse(hold.asked_by_id)
        self.assertEqual(self.get_steps(case)[-1]["details"]["step"], "release_refused")
        with self.assertRaises(UserError):
            hold.with_user(self.second).action_confirm_release()

    def test_second_person_is_asked(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        case.user_id = self.second
        self.ask(case.with_user(self.supervisor), "Settled")
        activity = case.hold_ids.activity_ids
        self.assertEqual(activity.user_id, self.second)
        case.with_user(self.second).action_confirm_release()
        self.assertFalse(case.hold_ids.activity_ids)

    def test_each_hold_is_released_by_itself(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        holds = self.env["dispute.hold"]
        holds.with_user(self.supervisor)._place(case, "The regulator asks", by="Sven")
        self.assertEqual(len(case.hold_ids), 2)
        self.ask(case.with_user(self.supervisor), "Settled")
        case.with_user(self.second).action_confirm_release()
        self.assertTrue(case.hold)
        self.assertEqual(case.hold_reason, "The regulator asks")
        with self.assertRaises(UserError):
            case.ticket_ids.unlink()
        self.release_hold(case)
        self.assertFalse(case.hold)

    def test_policy_may_place_another_after_release(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        self.release_hold(case)
        self.reply(ticket, "I have filed a claim against you at the county court.")
        self.assertTrue(case.hold)
        states = case.hold_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["released", "active"])

    # ------------------------------------------------------------------
    # No way beside
    # ------------------------------------------------------------------

    def test_nobody_lifts_a_hold_in_passing(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        hold = case.hold_ids
        for user in (self.agent_team, self.supervisor, self.manager, self.env.user):
            for forged in (None, True, {"x": 1}, object()):
                mine = case.with_user(user).with_context(dispute_station=forged)
                theirs = hold.with_user(user).with_context(dispute_station=forged)
                for way in (
                    lambda mine=mine: mine.write({"hold": False}),
                    lambda mine=mine: mine.sudo().write({"hold_at": False}),
                    lambda mine=mine: mine.write({"hold_ids": [(5,)]}),
                    lambda theirs=theirs: theirs.write({"state": "released"}),
                    lambda theirs=theirs: theirs.sudo().write({"case_id": False}),
                    lambda theirs=theirs: theirs.sudo().unlink(),
                    lambda theirs=theirs: theirs.sudo().create(
                        {"case_id": case.id, "reason": "x"}
                    ),
                ):
                    with self.subTest(user.login), self.assertRaises(UserError):
                        way()
        self.assertTrue(case.hold)
        self.assertEqual(hold.state, "active")

    def test_others_are_free(self):
        self.write_in(ANNOUNCED)
        ticket = self.write_in("Where is my order?", From="x@example.org")
        ticket.with_user(self.manager).unlink()
        self.assertFalse(ticket.exists())

    def test_agents_see_the_holds_of_their_tickets(self):
        hold = self.write_in(ANNOUNCED).dispute_case_id.hold_ids
        self.assertEqual(hold.with_user(self.agent_team).reason, hold.reason)
        for user in (self.foreigner, self.portal):
            with self.assertRaises(AccessError):
                hold.with_user(user).read(["reason"])
        self.assertFalse(
            self.env["dispute.hold"]
            .with_user(self.foreigner)
            .search([("id", "=", hold.id)])
        )

    def test_sending_from_a_held_ticket_works(self):
        """The mail is taken by the server, then kept."""
        ticket = self.write_in(ANNOUNCED)
        mail = self.env["mail.mail"].create(
            {
                "subject": "Your order",
                "body_html": "<p>We are looking into it.</p>",
                "email_to": "paula@example.net",
                "email_from": f"office@{self.alias_domain.name}",
                "model": "helpdesk.ticket",
                "res_id": ticket.id,
                "auto_delete": True,
            }
        )
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mail.send(raise_exception=True)
        self.assertEqual(len(self._mails), 1)
        self.assertEqual(mail.exists().state, "sent")
        self.assertTrue(mail.mail_message_id.exists())

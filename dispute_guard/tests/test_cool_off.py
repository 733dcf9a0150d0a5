"""A break: the pause, the call that is planned, the colleague who takes over."""

import json

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .common import ANNOUNCED, CALM, HEATED
from .common_ladder import LadderCommon

NOW = "2026-03-02 09:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCoolOff(MockEmail, LadderCommon):
    def setUp(self):
        super().setUp()
        self.ticket = self.write_in(HEATED)
        self.ticket.user_id = self.agent_team

    def open_window(self, ticket=None, user=None):
        user = user or self.agent_team
        action = (ticket or self.ticket).with_user(user).action_dispute_cool_off()
        return Form(
            self.env(user=user)[action["res_model"]].with_context(**action["context"])
        )

    def make_window(self, user=None, **values):
        return (
            self.env["dispute.cool.off"]
            .with_user(user or self.agent_team)
            .create({"ticket_id": self.ticket.id, "reason": "x", **values})
        )

    def take_break(self, ticket=None, user=None, **values):
        window = self.open_window(ticket, user)
        window.reason = "It goes in circles"
        for name, value in values.items():
            window[name] = value
        return window.save().action_apply()

    def get_calls(self, ticket=None):
        return (ticket or self.ticket).activity_ids.filtered(
            lambda each: each.activity_category == "phonecall"
        )

    # ------------------------------------------------------------------
    # Pause
    # ------------------------------------------------------------------

    def test_agent_takes_a_break(self):
        self.take_break()
        case = self.ticket.dispute_case_id
        pause = case.lock_ids
        self.assertEqual(pause.kind, "cooling_off")
        self.assertTrue(pause.in_force)
        self.assertEqual(str(pause.until), "2026-03-03 09:00:00")
        self.assertEqual(pause.reason, "It goes in circles")
        self.assertEqual(pause.placed_by, self.agent_team.name)
        self.assertEqual(case.rung, "cooling_off")
        self.assertEqual(case.step_ids.taken_by, self.agent_team.name)
        call = self.get_calls()
        self.assertEqual(call.user_id, self.agent_team)
        self.assertEqual(str(call.date_deadline), "2026-03-03")
        self.assertIn("Listen.", call.note)

    def test_hours_of_the_company_and_of_the_window(self):
        self.company.dispute_cool_off_hours = 48
        self.assertEqual(self.open_window().hours, 48)
        self.take_break(hours=6)
        pause = self.ticket.dispute_case_id.lock_ids
        self.assertEqual(str(pause.until), "2026-03-02 15:00:00")
        for hours in (0, -1, 721):
            window = self.make_window()
            with (
                self.subTest(hours),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                window.hours = hours
                self.env.flush_all()

    def test_who_takes_the_break_calls(self):
        """Whoever writes the window to the database, a robot for instance."""
        window = self.make_window()
        self.assertEqual(window.with_user(SUPERUSER_ID).call_user_id, self.agent_team)
        window.action_apply()
        self.assertEqual(self.get_calls().user_id, self.agent_team)

    def test_pause_without_a_call(self):
        self.take_break(plan_call=False)
        self.assertFalse(self.get_calls())
        self.assertTrue(self.ticket.dispute_case_id.lock_ids)

    def test_pause_keeps_mails_back(self):
        self.take_break()
        with self.assertRaises(UserError):
            self.ticket.with_user(self.agent_team).message_post(
                body="And another thing!",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.ticket.with_user(self.agent_team).message_post(
            body="A note", subtype_xmlid="mail.mt_note"
        )

    def test_pause_on_a_higher_stage_leaves_it(self):
        case = self.ticket._open_dispute_case() or self.ticket.dispute_case_id
        self.set_rung("mediation")
        self.go(case, "mediation")
        self.take_break()
        self.assertEqual(case.rung, "mediation")
        self.assertTrue(case.lock_ids.in_force)

    def test_entering_the_stage_places_the_pause(self):
        """Whatever way it is entered."""
        self.ticket._open_dispute_case()
        case = self.ticket.dispute_case_id
        case.with_user(self.supervisor).rung = "cooling_off"
        self.assertEqual(case.lock_ids.kind, "cooling_off")
        self.assertEqual(str(case.lock_ids.until), "2026-03-03 09:00:00")
        self.assertEqual(case.lock_ids.placed_by, self.supervisor.name)

    def test_closed_dispute_does_not_pause(self):
        self.ticket._open_dispute_case()
        self.close_dispute(self.ticket.dispute_case_id)
        with self.assertRaises(UserError):
            self.take_break()

    def test_reason_is_needed(self):
        window = self.open_window()
        with self.assertRaises(AssertionError):
            window.save()
        window.reason = "  "
        with self.assertRaises(UserError):
            window.save().action_apply()

    def test_supervisor_from_the_dispute(self):
        self.ticket._open_dispute_case()
        case = self.ticket.dispute_case_id
        action = case.with_user(self.supervisor).action_cool_off()
        self.assertEqual(action["context"]["default_ticket_id"], self.ticket.id)
        empty = self.env["dispute.case"].create(
            {"title": "Empty", "company_id": self.company.id}
        )
        with self.assertRaises(UserError):
            empty.with_user(self.supervisor).action_cool_off()

    def test_who_may_not_write_the_ticket_takes_no_break(self):
        for user in (self.agent_own, self.foreigner, self.portal):
            with self.subTest(user.login):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    self.ticket.with_user(user).action_dispute_cool_off()
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    self.make_window(user)
        self.assertFalse(self.ticket.dispute_case_id)

    def test_window_of_another_is_not_used(self):
        window = self.make_window()
        window.invalidate_recordset()
        with self.assertRaises(AccessError):
            window.with_user(self.supervisor).action_apply()

    # ------------------------------------------------------------------
    # To a colleague
    # ------------------------------------------------------------------

    def hand_over(self, colleague, ticket=None, user=None, **values):
        with self.mock_mail_gateway():
            return self.take_break(
                ticket, user, way="colleague", colleague_id=colleague, **values
            )

    def test_colleague_takes_over_with_a_summary(self):
        self.reply(self.ticket, "I am still waiting for my cupboard doors.")
        self.ticket._open_dispute_case()
        case = self.ticket.dispute_case_id
        case.user_id = self.agent_team
        self.note_efforts(case, "offer")
        self.hand_over(self.supervisor)
        self.assertEqual(self.ticket.user_id, self.supervisor)
        self.assertEqual(case.user_id, self.supervisor)
        self.assertFalse(case.lock_ids)
        note = self.ticket.message_ids.filtered(
            lambda message: self.supervisor.partner_id in message.partner_ids
        )
        self.assertTrue(note.subtype_id.internal)
        for words in (
            "It goes in circles",
            self.agent_team.name,
            "Paula Customer",
            "This is a disgrace",
            "still waiting for my cupboard doors",
            "Offer",
            case.name,
        ):
            with self.subTest(words):
                self.assertIn(words, note.body)
        self.assertEqual(self.get_calls().user_id, self.supervisor)
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "case"), ("ticket_id", "=", self.ticket.id)]
        )
        steps = [json.loads(each.canonical)["record"] for each in evidence]
        (step,) = [each for each in steps if each["details"]["step"] == "colleague"]
        self.assertEqual(step["content"], "It goes in circles")
        self.assertEqual(step["details"]["to"], self.supervisor.name)

    def test_nothing_of_it_goes_to_the_customer(self):
        self.ticket.message_subscribe(self.customer.ids)
        self.hand_over(self.supervisor)
        sent = [address for mail in self._mails for address in mail["email_to"]]
        self.assertNotIn("paula", " ".join(sent))
        self.assertFalse(
            self.ticket.with_user(self.portal)
            .message_ids.filtered(lambda m: "in circles" in (m.body or ""))
            .filtered(lambda m: not m.subtype_id.internal)
        )

    def test_agent_who_no_longer_sees_the_ticket_gets_the_list(self):
        self.ticket.user_id = self.agent_own
        action = self.hand_over(self.agent_team, user=self.agent_own)
        if not self.ticket.with_user(self.agent_own).has_access("read"):
            self.assertEqual(action["res_model"], "helpdesk.ticket")

    def test_to_whom_it_cannot_be_given(self):
        outsider = self.supervisor.copy(
            {
                "login": "dispute_outsider",
                "name": "Oscar Outsider",
                "group_ids": [(6, 0, self.env.ref("base.group_user").ids)],
            }
        )
        for user in (self.agent_team, outsider, self.portal):
            with self.subTest(user.login):
                window = self.make_window(way="colleague", colleague_id=user.id)
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    window.action_apply()
        self.assertEqual(self.ticket.user_id, self.agent_team)

    def test_nobody_outside_is_asked_to_call(self):
        """The guide for the call would go to him by mail."""
        for user in (self.portal, self.foreigner):
            with self.subTest(user.login):
                window = self.make_window(call_user_id=user.id)
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    window.action_apply()
        self.assertFalse(self.get_calls())

    def test_colleague_of_another_company(self):
        stranger = self.agent_team.copy(
            {
                "login": "dispute_stranger",
                "company_id": self.other_company.id,
                "company_ids": [(6, 0, self.other_company.ids)],
            }
        )
        window = self.make_window(way="colleague", colleague_id=stranger.id)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            window.action_apply()
        self.assertEqual(self.ticket.user_id, self.agent_team)

    def test_summary_of_a_ticket_about_which_little_is_known(self):
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "By telephone",
                "description": f"<p>{CALM}</p>",
                "team_id": self.team.id,
            }
        )
        body = ticket._summarise_dispute(self.supervisor, "a reason")
        self.assertIn("a reason", body)

    def test_summary_escapes_what_the_customer_wrote(self):
        ticket = self.write_in(
            "<b>I</b> am <script>alert(1)</script> waiting", Subject="<i>Order</i>"
        )
        body = ticket._summarise_dispute(self.supervisor, "<u>reason</u>")
        for markup in ("<script", "<i>Order", "<u>reason"):
            self.assertNotIn(markup, body)

    def test_summary_speaks_the_colleagues_language(self):
        self.env["res.lang"]._activate_lang("lv_LV")
        self.supervisor.lang = "lv_LV"
        ticket = self.write_in(ANNOUNCED)
        body = ticket._summarise_dispute(self.supervisor, "iemesls")
        levels = ticket.with_context(lang="lv_LV")._fields["dispute_level"]
        label = dict(
            levels._description_selection(self.env(context={"lang": "lv_LV"}))
        )["legal"]
        self.assertIn(label, body)

    def test_settings(self):
        for name, value in (
            ("dispute_cool_off_hours", 0),
            ("dispute_cool_off_hours", 721),
            ("dispute_heated_mails", -1),
        ):
            with (
                self.subTest(name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.company[name] = value
                self.env.flush_all()

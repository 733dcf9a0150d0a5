from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from .common import ANNOUNCED, PHYSICAL, DisputeCommon
from .common_handoff import HandoffCommon

FRIDAY_NOON = "2026-11-20 15:00:00"


class Killed(BaseException):
    """The server was stopped."""


@tagged("post_install", "-at_install")
class TestChain(HandoffCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bert = cls.make_professional(
            "lawyer", "Bert Lawyer", "en", sequence=30, acknowledge_hours=4
        )
        cls.cora = cls.make_professional(
            "lawyer", "Cora Lawyer", "en", is_fallback=True, acknowledge_hours=2
        )

    # ------------------------------------------------------------------
    # Time
    # ------------------------------------------------------------------

    def test_a_whole_chain_over_a_weekend_with_a_restart(self):
        """Nobody answers: Friday afternoon to Monday, working hours alone count."""
        with freeze_time(FRIDAY_NOON):
            handoff = self.hand_off()
        waiting = [("Alice", "asked"), ("Bert", "waiting"), ("Cora", "waiting")]
        self.assertEqual(self.get_chain(handoff), waiting)
        # two hours are left on Friday, two follow on Monday from 8:00
        self.assertEqual(str(handoff.deadline), "2026-11-23 10:00:00")
        for quiet in (
            "2026-11-20 17:30:00",
            "2026-11-21 12:00:00",
            "2026-11-22 23:59:00",
            "2026-11-23 09:59:59",
        ):
            with self.subTest(quiet), freeze_time(quiet):
                self.sweep()
                self.assertEqual(self.get_chain(handoff), waiting)
        with freeze_time("2026-11-23 10:05:00"):
            self.kill_during("ir_cron_handoff_sweep", handoff, "_record_event")
            self.assertEqual(self.get_chain(handoff), waiting)
            self.run_cron("ir_cron_handoff_sweep")
            # a restart between the two: the next one is not asked yet, nor forgotten
            self.assertEqual(handoff.state, "to_send")
            self.assertFalse(handoff.step_id)
            self.kill_during("ir_cron_handoff", handoff, "_start_clock")
            self.assertEqual(handoff.state, "to_send")
            self.run_cron("ir_cron_handoff")
        self.assertEqual(
            self.get_chain(handoff),
            [("Alice", "lapsed"), ("Bert", "asked"), ("Cora", "waiting")],
        )
        self.assertEqual(handoff.professional_id, self.bert)
        self.assertEqual(str(handoff.deadline), "2026-11-23 15:05:00")  # noon is free
        self.assertEqual(len(self.get_mails(self.bert)), 1)
        with freeze_time("2026-11-23 15:10:00"):
            self.sweep()
        self.assertEqual(
            self.get_chain(handoff),
            [("Alice", "lapsed"), ("Bert", "lapsed"), ("Cora", "asked")],
        )
        self.assertTrue(handoff.step_id.is_fallback)
        self.assertIn("Fallback", handoff.reasons)
        with freeze_time("2026-11-23 16:00:00"):
            handoff.step_id._accept()
        with freeze_time("2026-11-24 16:00:00"):
            self.sweep()
        self.assertEqual(handoff.state, "accepted")
        self.assertEqual(
            self.get_events(handoff),
            ["sent", "lapsed", "sent", "lapsed", "sent", "accepted"],
        )
        self.assertEqual(str(handoff.sent_at), FRIDAY_NOON)

    def kill_during(self, cron, handoff, method):
        """Stop the server in the middle of a run; what was not committed is lost."""
        with self.env.cr.savepoint() as savepoint:
            with (
                patch.object(type(handoff), method, side_effect=Killed),
                self.assertRaises(Killed),
            ):
                self.run_cron(cron)
            savepoint.rollback()
        self.env.invalidate_all()

    def test_restart_keeps_what_was_done_before(self):
        """Each handoff is committed on its own."""
        with freeze_time(FRIDAY_NOON):
            first = self.hand_off()
            self.hand_off()
        commits = []

        def commit(_cron, processed=0, **_kwargs):
            self.env.flush_all()
            commits.append(first.state)
            if processed:
                raise Killed()

        cron = self.env.ref("dispute_guard.ir_cron_handoff_sweep")
        with (
            freeze_time("2026-11-23 10:05:00"),
            patch.object(IrCron, "_commit_progress", commit),
            self.assertRaises(Killed),
        ):
            cron.ir_actions_server_id.with_user(cron.user_id).run()
        self.assertEqual(commits, ["sent", "to_send"])
        with freeze_time("2026-11-23 10:06:00"):
            self.sweep()
        states = self.env["dispute.handoff"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(set(states.professional_id), {self.bert})

    def test_last_of_the_chain_stays_asked(self):
        """His link still opens, while our side is alarmed again and again."""
        (self.bert | self.cora).active = False
        with freeze_time(FRIDAY_NOON):
            handoff = self.hand_off()
        with freeze_time("2026-11-23 10:05:00"):
            self.sweep()
        self.assertEqual(self.get_chain(handoff), [("Alice", "asked")])
        [alarm] = self.get_activities(handoff, "handoff_alarm")
        self.assertEqual(alarm.user_id, self.manager)
        self.assertEqual(len(self.get_mails(self.lawyer)), 2)
        with freeze_time("2026-11-23 18:00:00"):
            self.sweep()
        self.assertEqual(self.get_activities(handoff, "handoff_alarm"), alarm)
        with freeze_time("2026-11-24 10:10:00"):
            self.sweep()
        [again] = self.get_activities(handoff, "handoff_alarm")
        self.assertNotEqual(again, alarm)
        self.assertEqual(len(self.get_mails(self.lawyer)), 3)
        self.assertEqual(handoff.step_id.reminders, 2)
        handoff.step_id._acknowledge()
        self.assertFalse(self.get_activities(handoff, "handoff_alarm"))

    def test_idle_after_acknowledgement(self):
        self.lawyer.idle_hours = 8
        with freeze_time(FRIDAY_NOON):
            handoff = self.hand_off()
            handoff.step_id._acknowledge()
        # two hours on Friday, six on Monday with an hour for lunch
        self.assertEqual(str(handoff.due_at), "2026-11-23 15:00:00")
        with freeze_time("2026-11-23 14:00:00"):
            self.sweep()
            self.assertFalse(handoff.step_id.reminders)
            handoff._note_activity()
        with freeze_time("2026-11-23 16:00:00"):
            self.sweep()
            self.assertFalse(handoff.step_id.reminders)
        with freeze_time("2026-11-24 15:05:00"):
            self.sweep()
            self.assertEqual(handoff.step_id.reminders, 1)
        self.assertEqual(handoff.state, "acknowledged")
        self.assertTrue(self.get_activities(handoff, "handoff_alarm"))
        self.assertIn(
            "we have heard nothing", self.get_mails(self.lawyer)[-1].body_html
        )
        self.assertEqual(self.get_events(handoff)[-1], "reminded")
        handoff._note_activity()
        self.assertFalse(self.get_activities(handoff, "handoff_alarm"))

    def test_no_reminder_where_none_is_wanted(self):
        self.lawyer.idle_hours = 0
        with freeze_time(FRIDAY_NOON):
            handoff = self.hand_off()
            handoff.step_id._acknowledge()
        self.assertFalse(handoff.due_at)

    def test_calendars(self):
        """No calendar or one without working time: every hour counts."""
        for calendar in (
            False,
            self.env["resource.calendar"].create(
                {"name": "Nobody works", "tz": "UTC", "attendance_ids": [(5, 0, 0)]}
            ),
        ):
            self.company.resource_calendar_id = calendar
            with self.subTest(calendar=calendar), freeze_time(FRIDAY_NOON):
                self.assertEqual(str(self.hand_off().deadline), "2026-11-20 19:00:00")

    def test_summer_time(self):
        """The hour that does not exist does not count: 8:00 is 8:00 on Monday."""
        self.company.resource_calendar_id.tz = "Europe/Riga"
        with freeze_time("2027-03-26 14:00:00"):  # 16:00 in Riga, one hour is left
            handoff = self.hand_off()
        # Monday 8:00 in summer time is 5:00 in UTC
        self.assertEqual(str(handoff.deadline), "2027-03-29 08:00:00")

    def test_every_hour_counts_for_security(self):
        self.make_professional("security", "Sid Security", acknowledge_hours=1)
        self.make_professional("security", "Sue Security", acknowledge_hours=1)
        with freeze_time("2026-11-21 23:30:00"):
            handoff = self.hand_off(PHYSICAL)
        handoff = handoff.filtered(lambda h: h.role == "security")
        self.assertEqual(str(handoff.deadline), "2026-11-22 00:30:00")
        with freeze_time("2026-11-22 00:31:00"):
            self.sweep()
        self.assertEqual(self.get_chain(handoff), [("Sid", "lapsed"), ("Sue", "asked")])

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def test_declining_goes_on(self):
        handoff = self.hand_off()
        step = handoff.step_id
        for reason in ("", "  ", None):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                step._decline(reason)
        step._acknowledge()
        step._decline("No time before Monday.")
        self.assertEqual(handoff.state, "to_send")
        self.assertFalse(handoff.acknowledged_at)
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, self.bert)
        self.assertEqual(step.answer, "No time before Monday.")
        self.assertEqual(
            self.get_events(handoff), ["sent", "acknowledged", "declined", "sent"]
        )

    def test_everybody_declines(self):
        handoff = self.hand_off()
        for _turn in range(3):
            handoff.step_id._decline("Busy.")
            self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.state, "to_send")
        [alarm] = self.get_activities(handoff, "no_professional")
        self.assertEqual(alarm.user_id, self.manager)
        self.assertIn("Bert Lawyer: Declined: Busy.", alarm.note)
        self.run_cron("ir_cron_handoff")
        self.assertEqual(self.get_activities(handoff, "no_professional"), alarm)
        with freeze_time(handoff.alarmed_at.replace(year=2030)):
            self.run_cron("ir_cron_handoff")
        self.assertNotEqual(self.get_activities(handoff, "no_professional"), alarm)

    def test_who_answers_is_named(self):
        """On his page he has no account; for him a colleague of ours can note it."""
        handoff = self.hand_off()
        step = handoff.step_id
        public = self.env.ref("base.public_user")
        step.with_user(public).sudo()._acknowledge()
        handoff.with_user(self.supervisor).action_accept()
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("ticket_id", "=", handoff.ticket_id.id)],
            order="id",
        )
        self.assertEqual(
            evidence[1:].mapped("author"), ["Alice Lawyer", "Sven Supervisor"]
        )
        self.assertEqual(evidence[1].recorded_by, public.login)

    def test_timeline_tells_each_step(self):
        handoff = self.hand_off()
        handoff.step_id._decline("Busy.")
        self.run_cron("ir_cron_handoff")
        timeline = self.env["dispute.timeline"].with_user(self.agent_team)
        rows = timeline.search(
            [("case_id", "=", handoff.case_id.id), ("kind", "=", "handoff")]
        )
        self.assertEqual(
            sorted(rows.mapped(lambda row: (row.who, row.words))),
            [
                ("Alice Lawyer", "Asked: Lawyer"),
                ("Alice Lawyer", "Declined: Busy."),
                ("Bert Lawyer", "Asked: Lawyer"),
            ],
        )

    def test_answers_that_come_too_late(self):
        """Table of the states of a step and what can be done in them."""
        able = {
            "waiting": (),
            "asked": ("_acknowledge", "_accept", "_decline"),
            "acknowledged": ("_accept", "_decline", "_report_outcome"),
            "accepted": ("_decline", "_report_outcome"),
            "declined": (),
            "lapsed": (),
            "withdrawn": (),
        }
        arguments = {
            "_decline": ("Busy.",),
            "_report_outcome": ("settled", "They agreed."),
        }
        handoff = self.hand_off()
        for state, allowed in able.items():
            for method in ("_acknowledge", "_accept", "_decline", "_report_outcome"):
                step = handoff.step_id
                with self.subTest(state, method=method), self.env.cr.savepoint() as sp:
                    step._move({"state": state})
                    call = getattr(step, method)
                    if method in allowed:
                        call(*arguments.get(method, ()))
                    else:
                        with self.assertRaises(UserError):
                            call(*arguments.get(method, ()))
                    sp.rollback()
                self.env.invalidate_all()

    def test_outcome(self):
        handoff = self.hand_off()
        step = handoff.step_id
        step._accept()
        euro = self.env.ref("base.EUR")
        for outcome, words, amount in (
            ("triumph", "Won.", 0),
            (False, "Won.", 0),
            ("won", " ", 0),
            ("won", "Won.", -1),
        ):
            with (
                self.subTest(outcome=outcome, words=words),
                self.assertRaises(UserError),
            ):
                step._report_outcome(outcome, words, amount, euro)
        step._report_outcome("settled", "They take 200.", 350.5, euro)
        self.assertEqual(handoff.state, "done")
        self.assertEqual(handoff.outcome_kind, "settled")
        self.assertEqual(handoff.outcome, "They take 200.")
        self.assertEqual(handoff.invoice_amount, 350.5)
        self.assertEqual(handoff.invoice_currency_id, euro)
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff")], order="id desc", limit=1
        )
        self.assertEqual(evidence.content, "They take 200.")
        details = evidence._get_record()["details"]
        self.assertEqual(details["invoice"], "350.50 EUR")
        with self.assertRaises(UserError):
            step._report_outcome("won", "Changed my mind.")

    def test_acknowledgement_engages_locks_and_ends_the_clock(self):
        handoff = self.hand_off()
        clock = handoff.case_id.clock_ids.filtered(lambda c: c.handoff_id == handoff)
        self.assertEqual((clock.kind, clock.state), ("acknowledgement", "running"))
        self.assertEqual(clock.due_at, handoff.deadline)
        case = type(handoff.case_id)
        with patch.object(case, "_engage_locks", autospec=True) as engaged:
            handoff.step_id._acknowledge()
        engaged.assert_called_once_with(handoff.case_id)
        self.assertEqual(clock.state, "met")

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def test_mail_server_down(self):
        handoff = self.hand_off()
        mail = handoff.sudo().mail_id
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.fail_mail(mail)
        self.assertEqual(handoff.state, "to_send")
        self.assertFalse(handoff.is_overdue)
        [alarm] = self.get_activities(handoff, "screening")
        self.assertIn("Connection refused", alarm.note)
        self.assertEqual(self.get_chain(handoff)[0], ("Alice", "waiting"))
        self.run_cron("ir_cron_handoff")
        self.assertEqual((handoff.state, mail.state), ("sent", "outgoing"))
        self.assertEqual(self.get_mails(self.lawyer), mail)
        self.fail_mail(mail)
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.step_id.attempts, 3)
        self.assertEqual(self.get_activities(handoff, "screening"), alarm)
        # each try is not another piece of evidence
        self.assertEqual(self.get_events(handoff), ["sent", "not_sent"])
        handoff.step_id._acknowledge()
        self.assertFalse(self.get_activities(handoff, "screening"))

    def test_address_that_does_not_exist(self):
        handoff = self.hand_off()
        self.fail_mail(handoff.sudo().mail_id, "mail_email_invalid")
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, self.bert)
        self.assertEqual(self.get_chain(handoff)[0], ("Alice", "withdrawn"))

    def test_failing_of_other_mails_moves_nothing(self):
        handoff = self.hand_off()
        handoff.step_id._acknowledge()
        self.fail_mail(handoff.sudo().mail_id)
        self.assertEqual(handoff.state, "acknowledged")
        self.fail_mail(self.env["mail.mail"].create({"body_html": "Hello"}))

    def test_mail_has_the_link_and_no_token(self):
        handoff = self.hand_off()
        mail = handoff.sudo().mail_id
        invitation = self.env["dispute.invitation"].search(
            [("step_id", "=", handoff.step_id.id)]
        )
        self.assertIn(invitation._get_url(), mail.body_html)

    def test_template_without_link(self):
        """A text that a company reworded still lets the professional in."""
        self.env.ref("dispute_guard.mail_template_handoff").body_html = "<p>Hi!</p>"
        handoff = self.hand_off()
        invitation = self.env["dispute.invitation"].search(
            [("step_id", "=", handoff.step_id.id)]
        )
        body = handoff.sudo().mail_id.body_html
        self.assertIn("Hi!", body)
        self.assertIn(f'href="{invitation._get_url()}"', body)

    def test_links_end_with_their_step(self):
        handoff = self.hand_off()
        step = handoff.step_id
        invitations = self.env["dispute.invitation"]
        first = invitations.search([("step_id", "=", step.id)])
        self.assertFalse(first.revoked_at)
        step._decline("Busy.")
        self.assertTrue(first.revoked_at)
        self.run_cron("ir_cron_handoff")
        second = invitations.search([("step_id", "=", handoff.step_id.id)])
        handoff.action_cancel()
        self.assertTrue(second.revoked_at)

    # ------------------------------------------------------------------
    # Changing hands
    # ------------------------------------------------------------------

    def reassign(self, handoff, **values):
        return (
            self.env["dispute.handoff.reassign"]
            .with_user(self.supervisor)
            .create({"handoff_id": handoff.id, "reason": "On leave.", **values})
            .action_apply()
        )

    def test_supervisor_hands_it_to_somebody_else(self):
        dora = self.make_professional("lawyer", "Dora Lawyer", "en", sequence=99)
        handoff = self.hand_off()
        self.assertEqual(self.get_chain(handoff)[-1][0], "Cora")
        handoff.step_id._accept()
        self.reassign(handoff, professional_id=dora.id)
        self.assertEqual(handoff.professional_id, dora)
        self.assertEqual(handoff.state, "sent")
        self.assertIn("Sven Supervisor: On leave.", handoff.reasons)
        self.assertIn("out of your hands", self.get_mails(self.lawyer)[-1].body_html)
        self.assertNotIn(("Dora", "waiting"), self.get_chain(handoff))
        # and again, to one who waits: then the rest of the chain follows
        self.reassign(handoff, professional_id=self.cora.id)
        self.assertEqual(handoff.professional_id, self.cora)
        handoff.step_id._decline("Busy.")
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, self.bert)

    def test_reassigning_is_refused(self):
        handoff = self.hand_off()
        mediator = self.make_professional("mediator", "Mia Mediator")
        mute = self.make_professional("lawyer", "Mute Lawyer", partner={"email": False})
        adverse = self.make_professional("lawyer", "Adam Lawyer")
        adverse.partner_id.parent_id = self.customer
        for name, values in {
            "who has it": {"professional_id": self.lawyer.id},
            "other role": {"professional_id": mediator.id},
            "no address": {"professional_id": mute.id},
            "conflict": {"professional_id": adverse.id},
            "anybody": {"partner_id": self.portal.partner_id.id},
            "nobody": {},
            "no reason": {"professional_id": self.bert.id, "reason": " "},
        }.items():
            with self.subTest(name), self.assertRaises(UserError):
                self.reassign(handoff, **values)
        with self.assertRaises(AccessError):
            handoff.with_user(self.agent_team)._reassign(self.bert, "I can.")
        handoff.action_done()
        with self.assertRaises(UserError):
            self.reassign(handoff, professional_id=self.bert.id)

    def test_named_before_it_is_sent(self):
        handoff = self.write_in(ANNOUNCED).dispute_handoff_ids
        self.reassign(handoff, professional_id=self.bert.id)
        self.assertEqual(
            self.get_chain(handoff),
            [("Bert", "asked"), ("Alice", "waiting"), ("Cora", "waiting")],
        )
        self.assertIn("Named by hand", handoff.reasons)

    def test_who_left_meanwhile_is_passed_over(self):
        handoff = self.hand_off()
        self.bert.partner_id.email = False
        handoff.step_id._decline("Busy.")
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, self.cora)
        self.assertIn(("Bert", "withdrawn"), self.get_chain(handoff))

    def test_chain_is_fixed_when_it_is_sent(self):
        handoff = self.hand_off()
        self.make_professional("lawyer", "Zoe Lawyer", "en", sequence=1)
        self.bert.sequence = 999
        handoff.step_id._decline("Busy.")
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, self.bert)

    def test_closing_the_dispute_ends_its_handoffs(self):
        self.make_professional("mediator", "Mia Mediator")
        handoff = self.hand_off()
        case = handoff.case_id
        waiting = self.env["dispute.handoff"].create(
            {"case_id": case.id, "role": "mediator"}
        )
        self.run_cron("ir_cron_handoff")
        handoff.step_id._accept()
        self.close_dispute(case)
        self.assertEqual((handoff.state, waiting.state), ("done", "cancelled"))
        self.assertEqual(waiting.step_id.state, "withdrawn")

    def test_by_hand(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        ticket.dispute_handoff_ids.action_cancel()
        action = case.with_user(self.supervisor).action_hand_off()
        window = self.env[action["res_model"]].with_user(self.supervisor)
        window = window.with_context(**action["context"])
        shown = window.create(
            {"role": "lawyer", "desired_outcome": "Peace."}
        ).action_apply()
        handoff = self.env["dispute.handoff"].browse(shown["res_id"])
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, self.lawyer)
        self.assertIn("Peace.", str(handoff.brief))
        self.assertEqual(handoff.language, "en")
        self.assertTrue(handoff.with_user(self.agent_team).has_access("read"))
        with self.assertRaises(AccessError):
            case.with_user(self.agent_team).action_hand_off()


@tagged("post_install", "-at_install")
class TestNobody(DisputeCommon):
    def test_alarm_says_why_and_comes_again(self):
        self.make_professional("lawyer", "Nora Lawyer", partner={"email": False})
        full = self.make_professional("lawyer", "Fred Lawyer", capacity=1)
        with freeze_time(FRIDAY_NOON):
            first = self.write_in(ANNOUNCED).dispute_handoff_ids
            self.run_cron("ir_cron_handoff")
            self.assertEqual(first.professional_id, full)
            handoff = self.write_in(ANNOUNCED).dispute_handoff_ids
            self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.state, "to_send")
        domain = [("res_model", "=", handoff._name), ("res_id", "=", handoff.id)]
        activity = self.env["mail.activity"].search(domain)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("has no e-mail address", activity.note)
        self.assertIn("has 1 handoffs open", activity.note)
        with freeze_time("2026-11-21 15:00:00"):
            self.run_cron("ir_cron_handoff")
        self.assertNotEqual(self.env["mail.activity"].search(domain), activity)
        first.action_done()
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, full)

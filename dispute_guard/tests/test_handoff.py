from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.models.mail_template import MailTemplate

from .common import ANNOUNCED, CALM, SENIOR
from .common_handoff import HandoffCommon

LOGGER = "odoo.addons.dispute_guard.models.dispute_handoff_sweep"
FRIDAY = "2026-11-20 16:00:00"


@tagged("post_install", "-at_install")
class TestHandoff(HandoffCommon):
    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_templates_can_be_written(self):
        """Odoo tries them out when they are edited, or the addon is upgraded."""
        self.write_in(ANNOUNCED)
        self.assertTrue(self.env["dispute.handoff"].search([]))
        templates = self.env["mail.template"].search(
            [("model", "in", ("dispute.handoff", "dispute.invitation.device"))]
        )
        self.assertTrue(templates)
        templates._check_can_be_rendered()

    def test_language_of_the_customer_chooses(self):
        boris = self.make_professional("lawyer", "Boris Lawyer", "ru, lv,lt")
        self.assertEqual(self.hand_off().professional_id, self.lawyer)
        handoff = self.hand_off("Я подам на вас в суд.", Subject="Кухня")
        self.assertEqual(handoff.language, "ru")
        self.assertEqual(handoff.professional_id, boris)

    def test_order_of_the_list_decides_among_equals(self):
        first = self.make_professional("lawyer", "Carol Lawyer", "en", sequence=10)
        self.assertEqual(self.hand_off().professional_id, first)

    def test_any_language_is_a_language(self):
        self.make_professional("lawyer", "Boris Lawyer", "ru", sequence=1)
        polyglot = self.make_professional("lawyer", "Dora Lawyer", sequence=2)
        self.assertEqual(self.hand_off().professional_id, polyglot)

    def test_foreign_speaker_is_better_than_nobody(self):
        self.lawyer.language_codes = "lv"
        self.assertEqual(self.hand_off().professional_id, self.lawyer)

    def test_nobody_without_address_of_another_role_or_company_or_archived(self):
        self.lawyer.active = False
        self.make_professional("mediator", "Mia Mediator")
        self.make_professional("lawyer", "Nora Lawyer", partner={"email": False})
        self.make_professional(
            "lawyer", "Otto Lawyer", company_id=self.other_company.id
        )
        handoff = self.hand_off()
        self.assertEqual(handoff.state, "to_send")
        self.assertFalse(handoff.professional_id)

    def test_senior_goes_to_the_superior(self):
        boss = self.make_professional("superior", "Berta Boss")
        self.assertEqual(self.hand_off(SENIOR).professional_id, boss)

    def test_nobody_there(self):
        self.lawyer.active = False
        handoff = self.hand_off()
        self.run_cron("ir_cron_handoff")
        activity = self.get_activities(handoff, "no_professional")
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertFalse(handoff.sudo().mail_id)
        self.lawyer.active = True
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.state, "sent")
        self.assertFalse(self.get_activities(handoff, "no_professional"))

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    def test_deadline_counts_working_hours(self):
        self.company.resource_calendar_id.tz = "UTC"
        with freeze_time(FRIDAY):
            handoff = self.hand_off()
        # One hour is left on Friday (till 17:00), three follow on Monday from 8:00.
        self.assertEqual(str(handoff.sent_at), FRIDAY)
        self.assertEqual(str(handoff.deadline), "2026-11-23 11:00:00")

    def test_deadline_without_calendar(self):
        self.company.resource_calendar_id = False
        with freeze_time(FRIDAY):
            handoff = self.hand_off()
        self.assertEqual(str(handoff.deadline), "2026-11-20 20:00:00")

    def test_overdue(self):
        with freeze_time(FRIDAY):
            handoff = self.hand_off()
            self.assertFalse(handoff.is_overdue)
        model = self.env["dispute.handoff"]
        late = handoff.deadline + timedelta(seconds=1)
        early = handoff.deadline - timedelta(seconds=1)
        for now, overdue in ((early, False), (late, True)):
            with self.subTest(overdue=overdue), freeze_time(now):
                handoff.invalidate_recordset(["is_overdue"])
                self.assertEqual(handoff.is_overdue, overdue)
                found = model.search([("is_overdue", "=", True)])
                self.assertEqual(handoff in found, overdue)
                found = model.search([("is_overdue", "=", False)])
                self.assertEqual(handoff in found, not overdue)
        with freeze_time(late):
            handoff.action_acknowledge()
            self.assertFalse(handoff.is_overdue)
            self.assertNotIn(handoff, model.search([("is_overdue", "=", True)]))

    def test_clocks(self):
        with freeze_time("2026-11-20 10:00:00"):
            ticket = self.write_in(ANNOUNCED)
        with freeze_time("2026-11-20 10:30:00"):
            self.run_cron("ir_cron_handoff")
        handoff = ticket.dispute_handoff_ids
        with freeze_time("2026-11-20 12:00:00"):
            handoff.action_acknowledge()
        self.assertEqual(str(handoff.threat_at), "2026-11-20 10:00:00")
        self.assertEqual(handoff.hours_to_send, 0.5)
        self.assertEqual(handoff.hours_to_acknowledge, 1.5)

    def test_it_waits_for_nobody(self):
        """The scheduled action is woken at once instead of at its next turn."""
        cron = self.env.ref("dispute_guard.ir_cron_handoff")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.write_in(CALM)
        now = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(now, triggers)
        self.write_in(ANNOUNCED)
        now = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(now - triggers), 1)

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def test_cron_twice_sends_once(self):
        handoff = self.hand_off()
        mail = handoff.sudo().mail_id
        sent_at = handoff.sent_at
        self.run_cron("ir_cron_handoff")
        handoff.action_dispatch()
        self.assertEqual((handoff.sudo().mail_id, handoff.sent_at), (mail, sent_at))
        mails = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.lawyer.partner_id.ids)]
        )
        self.assertEqual(mails, mail)
        self.assertEqual(len(self.get_activities(handoff, "handoff")), 1)

    def test_one_open_for_each_role(self):
        handoff = self.hand_off()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env["dispute.handoff"].create(
                {"case_id": handoff.case_id.id, "role": "lawyer"}
            )
        handoff.action_done()
        self.reply(handoff.ticket_id, "I will see you in court.")
        roles = handoff.case_id.handoff_ids.mapped(lambda h: (h.role, h.state))
        self.assertEqual(sorted(roles), [("lawyer", "done"), ("lawyer", "to_send")])

    # ------------------------------------------------------------------
    # Failure
    # ------------------------------------------------------------------

    def test_one_that_fails_does_not_hold_up_the_others(self):
        bad = self.write_in(ANNOUNCED).dispute_handoff_ids
        good = self.write_in(ANNOUNCED).dispute_handoff_ids
        send = MailTemplate.send_mail

        def fail(template, res_id, **kwargs):
            if res_id == bad.id:
                template.env.cr.execute("SELECT 1 FROM no_such_table")
            return send(template, res_id, **kwargs)

        with (
            patch.object(MailTemplate, "send_mail", fail),
            mute_logger("odoo.sql_db"),
            self.assertLogs(LOGGER, "ERROR") as logs,
        ):
            self.run_cron("ir_cron_handoff")
        self.assertIn(str(bad.id), logs.output[0])
        self.env.invalidate_all()
        self.assertEqual((bad.state, good.state), ("to_send", "sent"))
        self.assertFalse(bad.sent_at)
        self.assertFalse(bad.deadline)
        self.run_cron("ir_cron_handoff")
        self.assertEqual(bad.state, "sent")

    def test_mail_that_cannot_be_sent_is_shown(self):
        handoff = self.hand_off()
        self.assertEqual(handoff.with_user(self.supervisor).mail_state, "outgoing")
        handoff.sudo().mail_id.state = "exception"
        self.env.invalidate_all()
        self.assertEqual(handoff.with_user(self.supervisor).mail_state, "exception")

    # ------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------

    def test_acknowledge(self):
        handoff = self.hand_off().with_user(self.supervisor)
        self.assertTrue(self.get_activities(handoff, "handoff"))
        with freeze_time("2030-01-02 03:04:05"):
            handoff.action_acknowledge()
        self.assertEqual(handoff.state, "acknowledged")
        self.assertEqual(str(handoff.acknowledged_at), "2030-01-02 03:04:05")
        self.assertFalse(self.get_activities(handoff, "handoff"))
        handoff.action_acknowledge()
        self.assertEqual(str(handoff.acknowledged_at), "2030-01-02 03:04:05")
        handoff.action_done()
        self.assertEqual(handoff.state, "done")

    def test_cancel(self):
        handoff = self.hand_off().with_user(self.supervisor)
        handoff.action_cancel()
        self.assertEqual(handoff.state, "cancelled")
        self.assertFalse(self.get_activities(handoff, "handoff"))
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.state, "cancelled")

    def test_supervisor_sends_now(self):
        handoff = self.write_in(ANNOUNCED).dispute_handoff_ids
        handoff.with_user(self.supervisor).action_dispatch()
        self.assertEqual(handoff.state, "sent")
        self.assertEqual(handoff.sudo().mail_id.state, "outgoing")

    def test_supervisor_chooses_another_lawyer(self):
        other = self.make_professional("lawyer", "Boris Lawyer", "ru")
        handoff = self.write_in(ANNOUNCED).dispute_handoff_ids
        handoff.with_user(self.supervisor).professional_id = other
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, other)
        self.assertEqual(handoff.sudo().mail_id.recipient_ids, other.partner_id)

    def test_agent_sees_but_does_not_move_it(self):
        handoff = self.hand_off().with_user(self.agent_team)
        self.assertEqual(handoff.state, "sent")
        for action in ("action_acknowledge", "action_done", "action_cancel"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(handoff, action)()

    def test_customer_never_becomes_responsible(self):
        """A customer with a portal account is the ticket's user where tickets are
        assigned to who opens them."""
        self.company.helpdesk_mgmt_ticket_auto_assign = True
        handoff = self.hand_off()
        self.assertFalse(handoff.case_id.user_id.share)
        activities = self.env["mail.activity"].search([("user_id.share", "=", True)])
        self.assertFalse(activities)

    def test_follow_up_is_planned_for_the_one_in_charge(self):
        handoff = self.hand_off(From="Nobody <nobody@example.org>")
        activity = self.get_activities(handoff, "handoff")
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, handoff.deadline.date())
        boss = self.make_professional("superior", "Berta Boss")
        self.supervisor.partner_id.email = f"boss@{self.alias_domain.name}"
        boss.partner_id = self.supervisor.partner_id
        activity = self.get_activities(self.hand_off(SENIOR), "handoff")
        self.assertEqual(activity.user_id, self.supervisor)


@tagged("post_install", "-at_install")
class TestBrief(HandoffCommon):
    """What the professional gets."""

    def test_mail_is_queued_for_the_professional(self):
        handoff = self.hand_off(Subject="Kitchen AH-7")
        mail = handoff.sudo().mail_id
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.lawyer.partner_id)
        self.assertFalse(mail.email_to)
        self.assertIn(f"office@{self.alias_domain.name}", mail.email_from)
        self.assertIn(handoff.case_id.name, mail.subject)
        self.assertIn("Kitchen AH-7", mail.subject)
        self.assertIn(ANNOUNCED, mail.body_html)
        self.assertIn("Alice Lawyer", mail.body_html)
        self.assertFalse(mail.auto_delete)

    def test_brief_has_the_words_the_agreement_and_the_customer(self):
        agreement, _file = self.make_agreement("AH-7")
        self.env["agreement"].flush_model()
        ticket = self.write_in(f"{CALM} {ANNOUNCED}")
        link = ticket.dispute_agreement_link_ids
        self.assertEqual(link.agreement_id, agreement)
        clause = "A mediator is asked first."
        link.write({"clause_number": "6.2", "clause_text": clause})
        link.action_link()
        self.run_cron("ir_cron_handoff")
        brief = str(ticket.dispute_handoff_ids.brief)
        for words in (
            ANNOUNCED,
            "Agreement AH-7",
            "6.2",
            clause,
            "Paula Customer",
            "Nordwind",
            ticket.number,
            ticket.dispute_signal_ids.evidence_id.sha256[:16],
        ):
            self.assertIn(words, brief)

    def test_brief_says_that_the_agreement_is_missing(self):
        self.assertIn("None is known", str(self.hand_off().brief))

    def test_words_cannot_break_the_brief(self):
        threat = 'I will see you in court, <b>"A & B"</b> <script>alert(1)</script>'
        handoff = self.hand_off(threat)
        self.assertNotIn("<script", str(handoff.brief))
        self.assertIn("&lt;b&gt;", str(handoff.brief))

    def test_dismissed_words_stay_out(self):
        ticket = self.write_in(f"{SENIOR} {ANNOUNCED}")
        ticket.dispute_signal_ids.filtered(
            lambda signal: signal.kind == "superior_demanded"
        )._dismiss("a joke")
        self.run_cron("ir_cron_handoff")
        handoff = ticket.dispute_handoff_ids.filtered(lambda h: h.role == "lawyer")
        self.assertIn(ANNOUNCED, str(handoff.brief))
        self.assertNotIn(SENIOR, str(handoff.brief))

    def test_language_of_the_professional(self):
        self.env["res.lang"]._activate_lang("lv_LV")
        view = self.env.ref("dispute_guard.handoff_brief")
        view.update_field_translations("arch_db", {"lv_LV": {"Tickets": "Pieteikumi"}})
        self.assertIn("<h4>Tickets</h4>", str(self.hand_off().brief))
        self.lawyer.partner_id.lang = "lv_LV"
        self.assertIn("<h4>Pieteikumi</h4>", str(self.hand_off().brief))

    def test_sending_is_evidence(self):
        handoff = self.hand_off()
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("ticket_id", "=", handoff.ticket_id.id)]
        )
        self.assertEqual(len(evidence), 1)
        self.assertIn(ANNOUNCED, evidence.content)
        self.assertIn(f"alice@{self.alias_domain.name}", evidence.canonical)
        self.assertEqual(evidence.occurred_at, handoff.sent_at)
        self.assertTrue(evidence.intact)
        self.assertLessEqual(evidence.recorded_at, fields.Datetime.now())

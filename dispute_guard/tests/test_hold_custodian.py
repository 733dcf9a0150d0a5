"""Colleagues named on a hold: told, reminded, and who hears when they are silent."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ANNOUNCED, CALM, CONDITIONAL, DisputeCommon
from .test_growth import FEW, MANY, GrowthCommon


@tagged("post_install", "-at_install")
class TestHoldCustodian(DisputeCommon):
    def place(self, users):
        case = self.write_in(CONDITIONAL).dispute_case_id
        self.env["dispute.hold"]._place(case, "A claim", by="Sven", custodians=users)
        return case.hold_ids.custodian_ids

    def get_mails(self, custodians):
        mails = self.env["mail.mail"].search(
            [
                ("model", "=", "dispute.hold.custodian"),
                ("res_id", "in", custodians.ids),
            ],
            order="id",
        )
        return mails

    def later(self, **span):
        return freeze_time(fields.Datetime.now() + timedelta(**span))

    def test_who_works_on_it_is_named(self):
        self.team.user_id = self.supervisor
        ticket = self.write_in("Where is it?")
        ticket.user_id = self.agent_team
        self.reply(ticket, ANNOUNCED)
        custodians = ticket.dispute_case_id.hold_ids.custodian_ids
        self.assertEqual(custodians.user_id, self.agent_team | self.supervisor)
        self.assertEqual(set(custodians.mapped("state")), {"new"})

    def test_customers_are_never_named(self):
        ticket = self.write_in("Where is it?")
        ticket.user_id = self.portal
        self.reply(ticket, ANNOUNCED)
        self.assertNotIn(
            self.portal, ticket.dispute_case_id.hold_ids.custodian_ids.user_id
        )

    def test_whoever_gets_the_ticket_later_is_named_too(self):
        ticket = self.write_in(ANNOUNCED)
        calm = self.write_in(CALM)
        hold = ticket.dispute_case_id.hold_ids
        self.assertFalse(hold.custodian_ids)
        for user in (self.agent_team, self.agent_team, self.agent_own):
            (ticket | calm).with_user(self.supervisor).write({"user_id": user.id})
        self.assertEqual(hold.custodian_ids.user_id, self.agent_team | self.agent_own)
        self.release_hold(ticket.dispute_case_id)
        ticket.user_id = self.supervisor
        self.assertNotIn(self.supervisor, hold.custodian_ids.user_id)

    def test_a_custodian_is_told_in_his_language(self):
        self.env["res.lang"]._activate_lang("lv_LV")
        self.agent_team.lang = "lv_LV"
        template = self.env.ref("dispute_guard.mail_template_hold")
        template.with_context(lang="lv_LV").subject = "Lūdzu apstipriniet"
        custodian = self.place(self.agent_team)
        self.assertFalse(self.get_mails(custodian))
        self.run_cron("ir_cron_hold")
        self.assertEqual(custodian.state, "told")
        mail = self.get_mails(custodian)
        self.assertEqual(mail.subject, "Lūdzu apstipriniet")
        self.assertEqual(mail.recipient_ids, self.agent_team.partner_id)
        self.assertEqual(custodian.activity_ids.user_id, self.agent_team)
        self.run_cron("ir_cron_hold")
        self.assertEqual(len(self.get_mails(custodian)), 1)

    def test_a_custodian_acknowledges_himself(self):
        custodian = self.place(self.agent_team)
        self.run_cron("ir_cron_hold")
        for user in (self.agent_own, self.supervisor, self.manager):
            for mine in (custodian.with_user(user), custodian.with_user(user).sudo()):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    mine.action_acknowledge()
        custodian.with_user(self.agent_team).action_acknowledge()
        self.assertEqual(custodian.state, "acknowledged")
        self.assertTrue(custodian.acknowledged_at)
        self.assertFalse(custodian.activity_ids)
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "hold")], order="id desc", limit=1
        )
        details = evidence._get_record()["details"]
        self.assertEqual(details["step"], "acknowledged")
        self.assertEqual(details["custodian"], self.agent_team.login)
        with self.later(days=30):
            self.run_cron("ir_cron_hold")
        self.assertEqual(len(self.get_mails(custodian)), 1)

    def test_who_is_silent_is_reminded_then_his_manager_hears(self):
        self.team.user_id = self.supervisor
        custodian = self.place(self.agent_team)
        self.assertEqual(custodian.manager_id, self.supervisor)
        self.run_cron("ir_cron_hold")
        with self.later(days=1):
            self.run_cron("ir_cron_hold")
        self.assertEqual(custodian.reminders, 0)
        with self.later(days=2, hours=1):
            self.run_cron("ir_cron_hold")
            self.run_cron("ir_cron_hold")
        self.assertEqual(custodian.reminders, 1)
        self.assertFalse(custodian.manager_told_at)
        with self.later(days=5, hours=1):
            self.run_cron("ir_cron_hold")
        self.assertTrue(custodian.manager_told_at)
        mail = self.get_mails(custodian)[-1]
        self.assertEqual(mail.recipient_ids, self.supervisor.partner_id)
        self.assertIn(self.agent_team.name, mail.subject)
        self.assertIn(self.supervisor, custodian.activity_ids.user_id)

    def test_the_company_sets_the_days(self):
        self.company.write(
            {"dispute_hold_remind_days": 10, "dispute_hold_manager_days": 20}
        )
        custodian = self.place(self.agent_team)
        self.run_cron("ir_cron_hold")
        with self.later(days=9):
            self.run_cron("ir_cron_hold")
        self.assertFalse(custodian.reminders)

    def test_nobody_is_reminded_of_a_released_hold(self):
        custodian = self.place(self.agent_team)
        self.run_cron("ir_cron_hold")
        self.release_hold(custodian.case_id)
        self.assertIn("is over", self.get_mails(custodian)[-1].subject)
        with self.later(days=30):
            self.run_cron("ir_cron_hold")
        self.assertEqual(len(self.get_mails(custodian)), 2)

    def test_one_address_that_fails_stops_nobody_else(self):
        custodians = self.place(self.agent_own | self.agent_team)
        broken = custodians[0]
        take = type(custodians)._take_step

        def fail(record, step):
            if record == broken:
                raise ValueError("no")
            return take(record, step)

        self.patch(type(custodians), "_take_step", fail)
        with self.assertLogs("odoo.addons.dispute_guard", "ERROR"):
            self.run_cron("ir_cron_hold")
        self.assertEqual(custodians.mapped("state"), ["new", "told"])

    def test_nothing_is_said_for_a_custodian(self):
        custodian = self.place(self.agent_team)
        for user in (self.agent_team, self.supervisor, self.env.user):
            for vals in ({"state": "acknowledged"}, {"acknowledged_at": "2026-01-01"}):
                mine = custodian.with_user(user).sudo()
                with self.subTest(user.login), self.assertRaises(UserError):
                    mine.with_context(dispute_station=True).write(vals)
        with self.assertRaises(UserError):
            custodian.unlink()
        with self.assertRaises(UserError):
            custodian.with_user(self.supervisor).user_id = self.agent_own

    def test_supervisor_adds_a_custodian(self):
        hold = self.place(self.agent_team).hold_id
        values = {"hold_id": hold.id, "user_id": self.agent_own.id}
        for user in (self.agent_team, self.foreigner):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["dispute.hold.custodian"].with_user(user).create(values)
        added = self.env["dispute.hold.custodian"].with_user(self.supervisor)
        added.create(values)
        self.assertIn(self.agent_own, hold.custodian_ids.user_id)
        with self.assertRaises(UserError):
            added.create({**values, "state": "acknowledged"})

    def test_outsiders_are_no_custodians(self):
        for user in (self.portal, self.env.ref("base.public_user")):
            with self.subTest(user.login), self.assertRaises(ValidationError):
                self.place(user)

    def test_defaults_of_a_client_say_nothing(self):
        hold = self.place(self.agent_team).hold_id
        added = (
            self.env["dispute.hold.custodian"]
            .with_user(self.supervisor)
            .with_context(default_state="acknowledged", default_told_at="2026-01-01")
            .create({"hold_id": hold.id, "user_id": self.agent_own.id})
        )
        self.assertEqual(added.state, "new")
        self.assertFalse(added.told_at)

    def test_a_custodian_need_not_see_the_dispute(self):
        """He sees why and what he has to keep, and nothing of others."""
        clerk = self.agent_own.copy(
            {
                "login": "dispute_clerk",
                "group_ids": [(6, 0, self.env.ref("base.group_user").ids)],
            }
        )
        custodians = self.place(clerk | self.agent_team)
        mine = custodians.filtered(lambda each: each.user_id == clerk).with_user(clerk)
        self.assertEqual(mine.reason, "A claim")
        self.assertTrue(mine.case_name)
        with self.assertRaises(AccessError):
            (custodians - mine).with_user(clerk).read(["reason"])
        with self.assertRaises(AccessError):
            mine.hold_id.with_user(clerk).read(["reason"])
        mine.action_acknowledge()
        self.assertEqual(mine.state, "acknowledged")


@tagged("post_install", "-at_install")
class TestHoldGrowth(GrowthCommon):
    def assertSteady(self, make, do):
        """Assert that ``do`` makes as many queries for many records as for few."""
        few, many = make(FEW), make(MANY)
        do(few)  # fills what is cached for the whole process
        self.assertEqual(self.count(lambda: do(few)), self.count(lambda: do(many)))

    def test_deciding(self):
        tickets = self.make_tickets(MANY)
        holds = self.env["dispute.hold"]
        for get in (
            lambda some: some,
            lambda some: some.message_ids,
            lambda some: some.dispute_case_id,
            lambda some: some.dispute_inbound_ids,
            lambda some: some.dispute_signal_ids,
            lambda some: some.dispute_case_id.partner_id | some.partner_id,
        ):
            kept = get(tickets)
            with self.subTest(kept=kept._name):
                self.assertSteady(
                    lambda number, get=get: get(tickets[:number]),
                    lambda some: holds._get_holding(some),
                )
                self.assertEqual(holds._get_holding(kept).keys(), set(kept.ids))

    def test_deciding_on_files(self):
        tickets = self.make_tickets(FEW)
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": "a.txt",
                    "raw": b"a",
                    "res_model": "helpdesk.ticket",
                    "res_id": tickets[number % FEW].id,
                }
                for number in range(MANY)
            ]
        )
        holds = self.env["dispute.hold"]
        self.assertSteady(
            lambda number: files[:number], lambda some: holds._get_holding(some)
        )

    def test_a_neutral_mail_asks_for_no_hold(self):
        ticket = self.write_in(CALM)
        asked = self.count(lambda: self.reply(ticket, CALM), "dispute_hold")
        self.assertEqual(asked, 0)

    def test_what_no_hold_could_keep_costs_nothing(self):
        label = self.env["res.partner.category"].create({"name": "x"})
        message = self.env["mail.message"].create({"body": "x", "model": False})
        for records in (label, message):
            with self.subTest(records=records):
                records.env.flush_all()
                with self.assertQueryCount(1):  # the message itself
                    self.env["dispute.hold"]._get_holding(records)

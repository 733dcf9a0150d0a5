"""What a rule may ask of the matter, what it does, and who may say so."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..station import at_work
from .common import ANNOUNCED, CALM, CONDITIONAL, HEATED, SENIOR, RpcCommon
from .common_policy import PolicyCommon

CHARGEBACK = "I have raised a chargeback with my bank."


@tagged("post_install", "-at_install")
class TestPolicyCondition(PolicyCommon):
    def test_other_kinds(self):
        self.make_rule(
            kind="payment_reversal",
            other_kind_ids=[Command.link(self.get_kind("superior_demanded").id)],
        )
        self.assertTrue(self.fires(CHARGEBACK))
        self.assertTrue(self.fires(SENIOR))
        self.assertFalse(self.fires(HEATED))

    def test_teams(self):
        rule = self.make_rule(team_ids=self.team.ids)
        self.assertTrue(self.fires(SENIOR))
        rule.team_ids = self.make_team("Sales")
        self.assertFalse(self.fires(SENIOR))

    def test_team_that_was_deleted_makes_no_rule_for_all(self):
        team = self.make_team("Sales")
        rule = self.make_rule(team_ids=team.ids)
        team.unlink()
        self.assertFalse(rule.team_ids)
        self.assertFalse(self.fires(SENIOR))
        self.assertIn("Sales", rule.lost)
        rule.team_ids = False
        self.assertTrue(self.fires(SENIOR))
        self.assertFalse(rule.lost)

    def test_stages(self):
        rule = self.make_rule(min_rung="mediation", max_rung="formal_claim")
        self.assertFalse(self.fires(SENIOR))  # no dispute
        ticket = self.write_in(CONDITIONAL)
        for rung, fires in (
            ("discuss", False),
            ("mediation", True),
            ("formal_claim", True),
            ("court", False),
        ):
            with self.subTest(rung):
                at_work(ticket.dispute_case_id).write({"rung": rung})
                self.assertEqual(bool(self.fires(SENIOR, ticket)), fires)
        rule.max_rung = False
        self.assertTrue(self.fires(SENIOR, ticket))

    def test_amount(self):
        self.make_rule(min_amount=1000)
        ticket = self.write_in(CONDITIONAL)
        self.assertFalse(self.fires(SENIOR, ticket))  # not known
        for amount, fires in ((999, False), (1000, True)):
            with self.subTest(amount=amount):
                ticket.dispute_case_id.amount_disputed = amount
                self.assertEqual(bool(self.fires(SENIOR, ticket)), fires)

    def test_amount_in_another_currency(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "XDG",
                "symbol": "X",
                "rate_ids": [
                    Command.create(
                        {
                            "name": "2020-01-01",
                            "rate": 4.0,
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        self.make_rule(min_amount=1000, currency_id=foreign.id)
        ticket = self.write_in(CONDITIONAL)
        for amount, fires in ((249, False), (250, True)):
            with self.subTest(amount=amount):
                ticket.dispute_case_id.amount_disputed = amount
                self.assertEqual(bool(self.fires(SENIOR, ticket)), fires)

    def test_case_without_currency(self):
        self.make_rule(min_amount=1000)
        ticket = self.write_in(CONDITIONAL)
        ticket.dispute_case_id.write({"amount_disputed": 2000, "currency_id": False})
        self.assertTrue(self.fires(SENIOR, ticket))

    def test_efforts(self):
        self.make_rule(min_efforts=2)
        ticket = self.write_in(CONDITIONAL)
        for fires in (False, True):
            ticket.with_user(self.agent_team).message_post(
                body="We look into it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            self.assertEqual(bool(self.fires(SENIOR, ticket)), fires)

    def test_customers_and_tickets(self):
        rule = self.make_rule(partner_domain="[('name', 'ilike', 'Paula')]")
        self.assertTrue(self.fires(SENIOR))
        self.assertFalse(self.fires(SENIOR, From="Otto <otto@example.net>"))
        rule.partner_domain = "[]"
        rule.ticket_domain = "[('name', '=', 'Order 7'), ('create_date', '>', '-1d')]"
        self.assertFalse(self.fires(SENIOR))
        self.assertTrue(self.fires(SENIOR, Subject="Order 7"))

    def test_condition_that_cannot_be_read_is_refused(self):
        for text in ("[('nothing', '=', 1)]", "[(", "7", "__import__('os')"):
            for name in ("ticket_domain", "partner_domain"):
                with self.subTest(text, name=name), self.assertRaises(ValidationError):
                    self.make_rule(**{name: text})

    def test_condition_that_broke_later_is_not_met(self):
        rule = self.make_rule(ticket_domain="[('name', '!=', False)]")
        self.env.cr.execute(
            "UPDATE dispute_policy_rule SET ticket_domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", rule.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertFalse(self.fires(SENIOR))

    def test_signals_noted_by_hand_are_counted_each(self):
        self.make_rule(kind="other", message_count=2)
        ticket = self.write_in(CALM)
        signals = self.env["dispute.signal"].with_user(self.agent_team)
        for fires in (False, True):
            signals._note(ticket.with_user(self.agent_team), "other", "He rang.")
            self.assertEqual(bool(self.get_firings(ticket)), fires)

    def test_senseless_numbers_are_refused(self):
        for values in ({"min_amount": -1}, {"min_efforts": -1}):
            with self.assertInvalid():
                self.make_rule(**values)


@tagged("post_install", "-at_install")
class TestPolicyAction(PolicyCommon):
    def test_lock_at_once(self):
        self.make_rule(lock="now")
        case = self.fires(SENIOR).ticket_id.dispute_case_id
        lock = case.lock_ids
        self.assertEqual((lock.kind, lock.state), ("counsel", "active"))
        self.assertEqual(lock.reason, "Ours")

    def test_lock_when_the_lawyer_acknowledges(self):
        self.make_rule(lock="acknowledged")
        firing = self.fires(ANNOUNCED)
        case = firing.ticket_id.dispute_case_id
        self.assertEqual(case.lock_ids.state, "pending")
        case._engage_locks()
        self.assertEqual(case.lock_ids.state, "active")
        self.assertIn("Lock: When the lawyer acknowledges", firing.effect)

    def test_one_rule_locks_later_and_one_at_once(self):
        self.make_rule(lock="acknowledged")
        self.make_rule(lock="now")
        case = self.fires(SENIOR).ticket_id.dispute_case_id
        self.assertEqual(case.lock_ids.state, "active")

    def test_clock(self):
        self.make_rule(clock_kind="insurer_notice")
        firing = self.fires(SENIOR)
        clocks = firing.ticket_id.dispute_case_id.clock_ids
        self.assertIn("insurer_notice", clocks.mapped("kind"))
        self.assertIn("Clock: Notice to the insurer", firing.effect)

    def test_tags_are_added(self):
        tag = self.env["helpdesk.ticket.tag"].create({"name": "Delicate"})
        self.make_rule(tag_ids=tag.ids, open_case=False)
        firing = self.fires(SENIOR)
        self.assertEqual(firing.ticket_id.tag_ids, tag)
        self.assertIn("Delicate", firing.effect)

    def test_activities_are_planned_once_in_a_dispute(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "First steps",
                "res_model": "dispute.case",
                "company_id": self.company.id,
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_todo"
                            ).id,
                            "summary": "Read the agreement",
                            "responsible_type": "other",
                            "responsible_id": self.supervisor.id,
                        }
                    )
                ],
            }
        )
        self.make_rule(plan_id=plan.id)
        ticket = self.fires(SENIOR).ticket_id
        self.fires(SENIOR, ticket)
        planned = ticket.dispute_case_id.activity_ids.filtered(
            lambda activity: activity.summary == "Read the agreement"
        )
        self.assertEqual(len(planned), 1)
        self.assertEqual(planned.user_id, self.supervisor)

    def test_colleagues_are_told_and_nobody_else(self):
        self.make_rule(
            notify_user_ids=(self.supervisor | self.portal | self.foreigner).ids
        )
        ticket = self.fires(SENIOR).ticket_id
        told = self.env["mail.message"].search(
            [
                ("model", "=", "helpdesk.ticket"),
                ("res_id", "=", ticket.id),
                ("message_type", "=", "user_notification"),
                ("subject", "like", "Ours%"),
            ]
        )
        self.assertEqual(told.notified_partner_ids, self.supervisor.partner_id)
        self.assertIn(SENIOR, told.body)
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)  # nobody's signal

    # ------------------------------------------------------------------
    # Server actions
    # ------------------------------------------------------------------

    def test_server_action_runs_on_the_ticket(self):
        action = self.make_server_action("record.write({'name': 'Seen'})")
        rule = self.make_rule(server_action_ids=action.ids)
        firing = self.fires(SENIOR)
        self.assertEqual(firing.ticket_id.name, "Seen")
        self.assertIn("Run: Ours", firing.effect)
        self.assertEqual(rule.run_as_id, self.env.user)

    def test_server_action_has_the_rights_of_who_chose_it(self):
        action = self.make_server_action("env['dispute.content'].search([])")
        self.manager.group_ids += self.env.ref("base.group_system")
        rule = self.make_rule().with_user(self.manager)
        rule.server_action_ids = action
        self.assertEqual(rule.run_as_id, self.manager)
        firing = self.fires(SENIOR)
        self.assertIn("Run: Ours", firing.problem)
        self.assertNotIn("Run", firing.effect)
        self.assertIn("Case", firing.effect)
        rule.with_env(self.env).server_action_ids = action
        self.assertFalse(self.fires(SENIOR).problem)

    def test_only_system_administrators_choose_server_actions(self):
        action = self.make_server_action("record.name")
        rule = self.make_rule().with_user(self.manager)
        with self.assertRaises(AccessError):
            rule.server_action_ids = action
        with self.assertRaises(AccessError):
            rule.read(["server_action_ids"])

    def test_nobody_chooses_whose_rights(self):
        rule = self.make_rule()
        for values in (
            {"run_as_id": self.env.ref("base.user_admin").id},
            {"target_names": {}},
        ):
            with self.assertRaises(UserError):
                rule.write(values)
            with self.assertRaises(UserError):
                self.make_rule(**values)
        rules = rule.with_user(self.manager).with_context(
            default_run_as_id=self.env.ref("base.user_admin").id
        )
        self.assertFalse(rules.create({"name": "Mine"}).run_as_id)

    def test_copy_runs_nothing(self):
        rule = self.make_rule(server_action_ids=self.make_server_action("record").ids)
        for user in (self.env.user, self.manager):
            copy = rule.with_user(user).copy({"name": "Copy"}).sudo()
            self.assertFalse(copy.server_action_ids)
            self.assertFalse(copy.run_as_id)
            self.assertFalse(copy.lost)

    def test_server_action_of_another_model_is_refused(self):
        action = self.make_server_action("record", model="res.partner")
        with self.assertRaises(ValidationError):
            self.make_rule(server_action_ids=action.ids)

    def test_user_with_whose_rights_it_runs_has_left(self):
        action = self.make_server_action("record.write({'name': 'Seen'})")
        self.manager.group_ids += self.env.ref("base.group_system")
        rule = self.make_rule()
        rule.with_user(self.manager).server_action_ids = action
        self.manager.active = False
        firing = self.fires(SENIOR)
        self.assertIn("archived", firing.problem)
        self.assertNotEqual(firing.ticket_id.name, "Seen")


@tagged("post_install", "-at_install")
class TestPolicyRpc(RpcCommon, PolicyCommon):
    def test_no_client_chooses_whose_rights(self):
        rule = self.make_rule()
        admin = self.env.ref("base.user_admin").id
        self.login(self.manager)
        stations = {"dispute_station": True, "su": True}
        for context in ({}, stations):
            self.assertDenied(
                "UserError",
                "dispute.policy.rule",
                "write",
                rule.ids,
                {"run_as_id": admin},
                context=context,
            )
        firing = self.fires(SENIOR)
        for method, *args in (
            ("write", firing.ids, {"effect": "x"}),
            ("unlink", firing.ids),
            ("create", [{"rule_id": rule.id, "signal_id": firing.signal_id.id}]),
        ):
            self.assertDenied(
                "AccessError", "dispute.policy.firing", method, *args, context=stations
            )

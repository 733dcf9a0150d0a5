"""What is recorded of a rule that acts, and what goes wrong without harm."""

import functools
import time
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.sql_db import Cursor, db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM, HEATED, SENIOR, make_mail
from .common_policy import PolicyCommon

# A server action that makes the customer write again, without end.
WRITE_AGAIN = (
    "record.message_post(body='%s', message_type='comment', "
    "author_id=record.partner_id.id)"
)
SCREENING_LOG = "odoo.addons.dispute_guard.models.dispute_inbound_screening"


@tagged("post_install", "-at_install")
class TestPolicyFiring(PolicyCommon):
    # ------------------------------------------------------------------
    # Shadow
    # ------------------------------------------------------------------

    def test_shadow_does_nothing_and_says_what_it_would_have_done(self):
        self.make_rule(mode="shadow", place_hold=True, handoff_role="lawyer")
        firing = self.fires(SENIOR)
        self.assertEqual(firing.mode, "shadow")
        for words in ("Would have", "Legal hold", "Lawyer"):
            self.assertIn(words, firing.effect)
        self.assertFalse(firing.ticket_id.dispute_case_id)

    def test_rule_that_leaves_shadow_acts_on_new_causes(self):
        rule = self.make_rule(mode="shadow")
        shadow = self.fires(SENIOR)
        rule.mode = "live"
        live = self.fires(SENIOR, shadow.ticket_id)
        self.assertEqual(live.mode, "live")
        self.assertTrue(live.ticket_id.dispute_case_id)

    # ------------------------------------------------------------------
    # What is recorded
    # ------------------------------------------------------------------

    def test_firing_keeps_the_name_of_its_rule(self):
        rule = self.make_rule()
        firing = self.fires(SENIOR)
        rule.name = "Renamed"
        self.env.flush_all()
        self.assertEqual(firing.rule_name, "Ours")
        rule.unlink()
        self.assertTrue(firing.exists())
        self.assertEqual(firing.rule_name, "Ours")
        self.assertEqual(firing.display_name, "Ours")

    def test_changed_rule_acts_at_once_by_its_new_words(self):
        rule = self.make_rule(kind="payment_reversal")
        self.assertFalse(self.fires(SENIOR))
        rule.kind = "superior_demanded"
        self.assertTrue(self.fires(SENIOR))
        rule.active = False
        self.assertFalse(self.fires(SENIOR))
        rule.active = True
        rule.unlink()
        self.assertFalse(self.fires(SENIOR))

    # ------------------------------------------------------------------
    # What goes wrong
    # ------------------------------------------------------------------

    def get_told(self, ticket):
        """What an administrator was told of the ticket."""
        kind = self.env.ref("dispute_guard.mail_activity_type_policy")
        return ticket.activity_ids.filtered(lambda each: each.activity_type_id == kind)

    def test_failing_server_action_stops_nothing(self):
        failing = self.make_server_action("raise UserError('no way')")
        failing.name = "Broken"
        good = self.make_server_action("record.write({'priority': '3'})")
        tag = self.env["helpdesk.ticket.tag"].create({"name": "Delicate"})
        self.make_rule(
            place_hold=True,
            handoff_role="lawyer",
            tag_ids=tag.ids,
            server_action_ids=(failing | good).ids,
        )
        firing = self.fires(SENIOR)
        ticket = firing.ticket_id
        self.assertEqual(firing.problem, "Run: Broken: UserError: no way")
        for words in ("Run: Ours", "Legal hold", "Lawyer", "Delicate"):
            self.assertIn(words, firing.effect)
        self.assertNotIn("Broken", firing.effect)
        self.assertEqual((ticket.priority, ticket.tag_ids), ("3", tag))
        self.assertTrue(ticket.dispute_case_id.hold)
        self.assertEqual(ticket.dispute_inbound_ids.state, "screened")
        self.fires(SENIOR, ticket)
        self.assertEqual(len(self.get_told(ticket)), 1)

    def test_server_action_that_fails_in_the_database_stops_nothing(self):
        broken = self.make_server_action("env.cr.execute('SELECT nothing')")
        self.make_rule(server_action_ids=broken.ids, handoff_role="lawyer")
        with mute_logger("odoo.sql_db"):
            firing = self.fires(SENIOR)
        self.assertIn("nothing", firing.problem)
        self.assertTrue(firing.ticket_id.dispute_handoff_ids)

    def test_rule_that_names_what_is_gone(self):
        tag = self.env["helpdesk.ticket.tag"].create({"name": "Delicate"})
        plan = self.env["mail.activity.plan"].create(
            {"name": "First steps", "res_model": "dispute.case"}
        )
        action = self.make_server_action("record.name")
        action.name = "Old action"
        rule = self.make_rule(
            tag_ids=tag.ids,
            plan_id=plan.id,
            server_action_ids=action.ids,
            notify_user_ids=self.agent_own.ids,
            handoff_role="lawyer",
        )
        self.assertFalse(rule.lost)
        (tag + tag.copy()).unlink()
        plan.unlink()
        action.unlink()
        self.agent_own.active = False
        rule.invalidate_recordset()
        firing = self.fires(SENIOR)
        names = ("Delicate", "First steps", "Old action", "Owen Agent")
        for name in names:
            self.assertIn(name, rule.lost)
            self.assertIn(name, firing.problem)
            self.assertNotIn(name, firing.effect)
        self.assertIn("Lawyer", firing.effect)
        self.assertTrue(firing.ticket_id.dispute_handoff_ids)
        self.assertTrue(self.get_told(firing.ticket_id))
        rule.write(
            {
                "tag_ids": False,
                "plan_id": False,
                "server_action_ids": False,
                "notify_user_ids": False,
            }
        )
        self.assertFalse(rule.lost)
        self.assertFalse(self.fires(SENIOR).problem)

    def test_archived_plan_and_tag(self):
        tag = self.env["helpdesk.ticket.tag"].create({"name": "Delicate"})
        rule = self.make_rule(tag_ids=tag.ids)
        tag.active = False
        rule.invalidate_recordset()
        self.assertIn("Delicate", self.fires(SENIOR).problem)

    # ------------------------------------------------------------------
    # Loops
    # ------------------------------------------------------------------

    def test_rule_that_sets_itself_off(self):
        action = self.make_server_action(WRITE_AGAIN % SENIOR)
        self.make_rule(kind="superior_demanded", server_action_ids=action.ids)
        ticket = self.write_in(SENIOR)
        first, second = self.get_firings(ticket).sorted("id")
        self.assertFalse(first.problem)
        self.assertIn("without end", second.problem)
        self.assertFalse(second.effect)
        self.assertEqual(len(ticket.dispute_inbound_ids), 2)

    def test_rules_that_set_each_other_off(self):
        there = self.make_server_action(WRITE_AGAIN % HEATED)
        back = self.make_server_action(WRITE_AGAIN % SENIOR)
        self.make_rule(name="A", kind="superior_demanded", server_action_ids=there.ids)
        self.make_rule(name="B", kind="hostile_tone", server_action_ids=back.ids)
        ticket = self.write_in(SENIOR)
        firings = self.get_firings(ticket).sorted("id")
        self.assertEqual(firings.mapped("rule_name"), ["A", "B", "A"])
        self.assertEqual(
            [bool(firing.problem) for firing in firings], [False, False, True]
        )
        # the next mail starts anew
        self.assertEqual(len(self.fires(SENIOR, ticket)), 3)

    # ------------------------------------------------------------------
    # In parallel
    # ------------------------------------------------------------------

    def test_only_one_transaction_judges_a_matter(self):
        """Two that began together: the second to judge is run again from its start."""
        with self.committed_ticket() as ticket_id:
            with self.transaction() as one, self.transaction() as other:
                for env in (one, other):  # both see things as they were
                    env["helpdesk.ticket"].browse(ticket_id).mapped("name")
                self.judge(one, ticket_id)
                one.cr.commit()
                with (
                    self.assertRaises(SerializationFailure),
                    mute_logger("odoo.sql_db"),
                ):
                    self.judge(other, ticket_id)
                other.cr.rollback()
                self.judge(other, ticket_id)

    def judge(self, env, ticket_id):
        signal = env["dispute.signal"].new({"ticket_id": ticket_id})
        env["dispute.policy.rule"]._take_turn([(None, signal)])

    def transaction(self):
        return RealTransaction(self.env)

    def committed_ticket(self):
        return CommittedTicket(self.env)

    def test_mail_that_collides_is_judged_later_and_once(self):
        self.make_rule(handoff_role="superior")
        rules = type(self.env["dispute.policy.rule"])
        collision = SerializationFailure("could not serialize access")
        with (
            patch.object(rules, "_take_turn", side_effect=collision),
            self.assertNoLogs(SCREENING_LOG, "WARNING"),
        ):
            ticket = self.write_in(SENIOR)
        self.assertEqual(ticket.dispute_inbound_ids.state, "pending")
        self.assertFalse(self.get_firings(ticket))
        for _turn in range(2):
            self.run_cron("ir_cron_screening")
            self.assertEqual(len(self.get_firings(ticket)), 1)
            self.assertEqual(len(ticket.dispute_case_id.handoff_ids), 1)

    def test_collision_in_an_action_is_no_failure_of_the_rule(self):
        action = self.make_server_action("record.name")
        self.make_rule(server_action_ids=action.ids)
        collision = SerializationFailure("could not serialize access")
        with patch.object(type(action), "run", side_effect=collision):
            ticket = self.write_in(SENIOR)
        self.assertFalse(self.get_firings(ticket))
        self.run_cron("ir_cron_screening")
        self.assertFalse(self.get_firings(ticket).problem)

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def make_rules(self, number):
        self.env["dispute.policy.rule"].create(
            [
                {
                    "name": f"Rule {turn}",
                    "company_id": self.company.id,
                    "kind": "payment_reversal" if turn % 2 else "superior_demanded",
                    "message_count": 9 if turn % 3 == 0 else 1,
                    "min_amount": 100 if turn % 3 == 1 else 0,
                    "min_efforts": 2 if turn % 5 == 0 else 0,
                    "min_rung": "court" if turn % 3 == 2 else False,
                    "ticket_domain": "[('team_id.name', '=', 'x')]",
                    "partner_domain": "[('country_id.code', '=', 'LV')]",
                }
                for turn in range(number)
            ]
        )

    def count_queries(self, function):
        execute = Cursor.execute
        queries = []

        @functools.wraps(execute)
        def listening(cursor, query, *args, **kwargs):
            queries.append(query)
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Cursor, "execute", listening):
            function()
        return len(queries)

    def test_rules_cost_no_queries(self):
        ticket = self.write_in(ANNOUNCED)
        ticket.dispute_case_id.amount_disputed = 50

        def judge():
            self.reply(ticket, SENIOR)

        self.make_rules(2)
        judge()
        few = self.count_queries(judge)
        self.make_rules(100)
        judge()  # what is kept is read once
        many = self.count_queries(judge)
        self.assertFalse(self.get_firings(ticket))
        self.assertLessEqual(many, few + 1)  # texts before it are more by two

    def test_hundred_rules_take_a_moment(self):
        """1 ms a message is wanted; ten times that is allowed for a busy machine."""
        self.make_rules(100)
        signal = self.write_in(SENIOR).dispute_signal_ids
        rules = self.env["dispute.policy.rule"]
        rules._apply_policies(signal)
        start = time.perf_counter()
        for _turn in range(20):
            rules._apply_policies(signal)
        self.assertLess((time.perf_counter() - start) / 20, 0.01)

    def test_calm_mail_asks_no_rule(self):
        self.make_rules(2)
        ticket = self.write_in(CALM)
        rules = type(self.env["dispute.policy.rule"])
        with patch.object(rules, "_get_conditions", side_effect=AssertionError):
            self.receive(make_mail(CALM))
            self.reply(ticket, CALM)

    def test_own_rules_of_a_big_batch(self):
        """Tickets that come together are judged together."""
        self.make_rule(
            name="Twice",
            other_kind_ids=[Command.link(self.get_kind("hostile_tone").id)],
        )

        def create(number):
            self.env["helpdesk.ticket"].create(
                [
                    {
                        "name": "Call",
                        "description": f"<p>{CALM} {HEATED}</p>",
                        "team_id": self.team.id,
                        "partner_id": self.customer.id,
                    }
                    for _turn in range(number)
                ]
            )

        rules = self.env["dispute.policy.rule"]
        judge = type(rules)._apply_policies
        with patch.object(type(rules), "_apply_policies", autospec=True) as called:
            called.side_effect = judge
            create(5)
        self.assertEqual(called.call_count, 1)


class RealTransaction:
    """An environment on a connection of its own, which is rolled back at the end."""

    def __init__(self, env):
        self.cursor = db_connect(env.cr.dbname).cursor()

    def __enter__(self):
        return api.Environment(self.cursor, SUPERUSER_ID, {})

    def __exit__(self, *_):
        self.cursor.rollback()
        self.cursor.close()


class CommittedTicket:
    """A ticket that other connections see; it is deleted again."""

    def __init__(self, env):
        self.transaction = RealTransaction(env)

    def __enter__(self):
        self.env = self.transaction.__enter__()
        tickets = self.env["helpdesk.ticket"].with_context(tracking_disable=True)
        self.ticket = tickets.create({"name": "In parallel", "description": ""})
        self.env.cr.commit()  # pylint: disable=invalid-commit; others must see it
        return self.ticket.id

    def __exit__(self, *details):
        self.env.cr.rollback()
        self.ticket.unlink()
        self.env.cr.commit()  # pylint: disable=invalid-commit; as above
        self.transaction.__exit__(*details)

"""The shipped policy, practice by practice: what sets each rule off and what does not.

A row is a story: mails as they come over the wire, and what our side does between them.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from freezegun import freeze_time

from odoo.tests import tagged

from ..models.dispute_signal import KINDS
from .common import (
    ANNOUNCED,
    CALM,
    CONDITIONAL,
    HEATED,
    INSULT,
    PHYSICAL,
    SENIOR,
    make_mail,
)
from .common_behaviour import BehaviourCommon

FORMAL = "This is a formal letter before action."
FILED = "We have issued proceedings against you in the county court."
DEMAND = "I demand triple compensation."
PRAISE = "The manager of your shop was very kind, thank you."
BALL_GAME = "The delivery blocked the way to our tennis court. Could you ring first?"
COMPLAINT = (
    "The worktop is scratched along the whole edge, the hinges creak and the drawers "
    "do not close."
)
AGAIN = (
    "The worktop is still scratched along the whole edge, the hinges creak, and the "
    "drawers do not close."
)

ANSWER = "answer"  # an agent answers
COUNT = "count"  # behaviour is counted


class Note(NamedTuple):
    """An agent notes a signal."""

    kind: str


class Wait(NamedTuple):
    """Time passes before the next thing happens; otherwise it is two hours."""

    days: int


class Row(NamedTuple):
    """A story, and what must have come of it."""

    about: str
    story: tuple
    rule: str
    fires: bool
    roles: tuple = ()
    hold: bool = False
    lock: str = ""
    clocks: tuple = ()


# Practice P39: three signs for a superior.
SUPERIOR = (
    Row("asks for a superior", (SENIOR,), "superior", True, ("superior",)),
    Row("praises a superior", (PRAISE,), "superior", False),
    Row("insults", (INSULT,), "insult", True, ("superior",)),
    Row("is angry, without an insult", (HEATED,), "insult", False),
    Row(
        "we lose our calm",
        (CALM, Note("own_composure")),
        "composure",
        True,
        ("superior",),
    ),
    Row("the customer loses his", (HEATED,), "composure", False),
    Row("we keep our calm", (CALM, ANSWER, HEATED, ANSWER), "composure", False),
)
# Practice P41: a lawyer at once.
LAWYER = (
    Row("announces a suit", (ANNOUNCED,), "legal", True, ("lawyer",), True),
    Row("has written formally", (FORMAL,), "legal", True, ("lawyer",), True, "active"),
    Row("threatens on a condition", (CONDITIONAL,), "legal", False),
    Row("threatens on a condition", (CONDITIONAL,), "conditional", True),
    Row("speaks of a tennis court", (BALL_GAME,), "legal", False),
    Row("speaks of a tennis court", (BALL_GAME,), "conditional", False),
    Row("quotes a threat", (CALM + "\n\n> " + ANNOUNCED,), "legal", False),
)
# Practice P42: counsel alone speaks after a formal threat.
COUNSEL = (
    Row("formal letter", (FORMAL,), "formal", True, ("lawyer",), True, "active"),
    Row("claim filed", (FILED,), "formal", True, ("lawyer",), True, "active"),
    Row("only announced", (ANNOUNCED,), "formal", False, ("lawyer",), True),
    Row("insults, no law", (INSULT,), "formal", False, ("superior",)),
)
# Practice P43: six signs for a mediator or lawyer.
PEACE = (
    Row(
        "1 direct attempts fail",
        (COMPLAINT, Note("other"), ANSWER, COMPLAINT, ANSWER, AGAIN, COUNT),
        "attempts",
        False,  # no dispute yet: nothing was tried in it
    ),
    Row(
        "1 direct attempts fail in a dispute",
        (CONDITIONAL, ANSWER, COMPLAINT, ANSWER, AGAIN, COUNT),
        "attempts",
        True,
        ("mediator",),
    ),
    Row(
        "1 the same complaint, and nobody answered",
        (CONDITIONAL, COMPLAINT, AGAIN, COUNT),
        "attempts",
        False,
    ),
    Row(
        "2 no respectful talk",
        (HEATED, HEATED, HEATED),
        "heated",
        True,
        ("mediator",),
    ),
    Row("2 angry twice", (HEATED, HEATED), "heated", False),
    Row("2 angry long ago", (HEATED, HEATED, Wait(20), HEATED), "heated", False),
    Row("3 serious threat", (ANNOUNCED,), "legal", True, ("lawyer",), True),
    Row("4 demands twice", (DEMAND, DEMAND), "demands", True, ("mediator",)),
    Row("4 one demand", (DEMAND, CALM), "demands", False),
    Row("4 demands months apart", (DEMAND, Wait(60), DEMAND), "demands", False),
    Row(
        "5 goes on insulting",
        (INSULT, INSULT),
        "aggression",
        True,
        ("mediator", "superior"),
    ),
    Row("5 one insult", (INSULT, CALM), "aggression", False, ("superior",)),
    Row(
        "5 disturbs people at work",
        (CALM, Note("disruption")),
        "disturbance",
        True,
        ("lawyer",),
    ),
    Row("5 comes to the shop", (CALM, Note("other")), "disturbance", False),
    Row(
        "6 much tried, no cooperation",
        (CONDITIONAL, ANSWER, CALM, ANSWER, CALM, ANSWER, ANSWER, ANSWER, HEATED),
        "efforts",
        True,
        ("mediator",),
    ),
    Row(
        "6 much tried, and he is calm",
        (CONDITIONAL, ANSWER, CALM, ANSWER, CALM, ANSWER, ANSWER, ANSWER, CALM),
        "efforts",
        False,
    ),
    Row("6 little tried", (CONDITIONAL, ANSWER, HEATED), "efforts", False),
)
# The insurer hears of it in time; threats to people are apart from the legal way.
OTHERS = (
    Row(
        "notice to the insurer",
        (ANNOUNCED,),
        "insurer",
        True,
        ("lawyer",),
        True,
        clocks=("insurer_notice",),
    ),
    Row("no notice for a grumble", (HEATED,), "insurer", False),
    Row("threat to people", (PHYSICAL,), "physical", True, ("security",), True),
    Row(
        "threats to people are no heated talk",
        (PHYSICAL, PHYSICAL, PHYSICAL),
        "heated",
        False,
        ("security",),
        True,
    ),
    Row("an insult is no threat", (INSULT,), "physical", False, ("superior",)),
)


@tagged("post_install", "-at_install")
class TestPolicyShipped(BehaviourCommon):
    def tell(self, story):
        """Let a customer of his own live through ``story``; return his ticket."""
        self.number = getattr(self, "number", 0) + 1
        sender = f"Customer {self.number} <c{self.number}@example.net>"
        moment = datetime(2026, 10, 19, 9)
        ticket = None
        for step in story:
            moment += timedelta(days=step.days if isinstance(step, Wait) else 0)
            moment += timedelta(hours=2)
            with freeze_time(moment):
                ticket = self.play(step, ticket, sender)
        return ticket

    def play(self, step, ticket, sender):
        if step == ANSWER:
            ticket.with_user(self.agent_team).message_post(
                body="We look into it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        elif step == COUNT:
            self.run_cron("ir_cron_behaviour")
        elif isinstance(step, Note):
            self.env["dispute.signal"].with_user(self.agent_team)._note(
                ticket.with_user(self.agent_team), step.kind, "I was there."
            )
        elif isinstance(step, str):
            answers = {}
            if ticket:
                last = ticket.message_ids.filtered("message_id").sorted("id")[-1]
                answers["In_Reply_To"] = last.message_id
            return self.receive(make_mail(step, From=sender, **answers))
        return ticket

    def check(self, rows):
        for row in rows:
            with self.subTest(row.about, rule=row.rule):
                ticket = self.tell(row.story)
                case = ticket.dispute_case_id
                rule = self.env.ref(f"dispute_guard.dispute_policy_rule_{row.rule}")
                firings = self.env["dispute.policy.firing"].search(
                    [("ticket_id", "=", ticket.id), ("rule_id", "=", rule.id)]
                )
                self.assertEqual(bool(firings), row.fires)
                self.assertFalse(any(firings.mapped("problem")))
                roles = tuple(sorted(case.handoff_ids.mapped("role")))
                self.assertEqual(roles, row.roles)
                self.assertEqual(case.hold, row.hold)
                locks = case.lock_ids.filtered(lambda lock: lock.kind == "counsel")
                self.assertEqual(locks.state or "", row.lock)
                clocks = set(case.clock_ids.mapped("kind"))
                self.assertLessEqual(set(row.clocks), clocks)
                if row.rule == "insurer":
                    self.assertEqual("insurer_notice" in clocks, row.fires)

    def test_three_signs_for_a_superior(self):
        self.check(SUPERIOR)

    def test_lawyer_at_once(self):
        self.check(LAWYER)

    def test_counsel_alone_speaks_after_a_formal_threat(self):
        self.check(COUNSEL)

    def test_six_signs_for_a_mediator_or_lawyer(self):
        self.check(PEACE)

    def test_insurer_and_security(self):
        self.check(OTHERS)

    # ------------------------------------------------------------------
    # As a whole
    # ------------------------------------------------------------------

    def get_shipped(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "dispute_guard"), ("model", "=", "dispute.policy.rule")]
        )
        return self.env["dispute.policy.rule"].browse(data.mapped("res_id")).exists()

    def test_each_rule_has_rows_both_ways(self):
        rows = SUPERIOR + LAWYER + COUNSEL + PEACE + OTHERS
        names = {row.rule for row in rows}
        told = {
            self.env.ref(f"dispute_guard.dispute_policy_rule_{name}") for name in names
        }
        self.assertEqual(told, set(self.get_shipped()))
        for name in names:
            ways = {row.fires for row in rows if row.rule == name}
            self.assertEqual(ways, {True, False}, name)

    def test_each_rule_works_and_names_its_practice(self):
        for rule in self.get_shipped():
            with self.subTest(rule.name):
                self.assertEqual(rule.mode, "live")
                self.assertFalse(rule.company_id)
                self.assertGreater(len(rule.practice), 30)

    def test_own_calm_says_nothing_of_the_customer(self):
        ticket = self.tell((CALM, Note("own_composure")))
        self.assertEqual(ticket.dispute_level, "calm")

    def test_each_kind_can_be_named_by_a_rule(self):
        kinds = self.env["dispute.policy.kind"].search([])
        self.assertEqual(set(kinds.mapped("code")), {code for code, _label in KINDS})
        self.assertEqual(len(kinds), len(KINDS))
        legal = kinds.filtered(lambda kind: kind.code == "legal_threat")
        self.assertEqual(legal.display_name, "Legal threat")
        for operator, words in (("ilike", "legal thr"), ("=", "Legal threat")):
            found = kinds.name_search(words, operator=operator)
            self.assertEqual([each[0] for each in found], legal.ids)

"""The number of queries does not grow with the number of records."""

import functools
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from .common import ANNOUNCED, CALM, SENIOR, DisputeCommon, make_mail

TICKET_FIELDS = [
    "dispute_level",
    "dispute_quote",
    "dispute_hold",
    "dispute_case_id",
    "dispute_signal_count",
    "dispute_evidence_count",
    "dispute_handoff_count",
    "dispute_agreement_count",
    "dispute_agreement_gap",
    "dispute_screening_note",
    "dispute_advice",
]
FEW, MANY = 2, 20


class GrowthCommon(DisputeCommon):
    """Counts queries."""

    def setUp(self):
        super().setUp()
        # Many mails of one customer are no loop here.
        self.env["mail.gateway.allowed"].create({"email": "paula@example.net"})

    def count(self, function, about=""):
        """Return how many queries (with ``about`` in them) ``function`` makes.

        The first run fills what is cached for the whole process.
        """
        execute = Cursor.execute
        queries = []

        @functools.wraps(execute)
        def listening(cursor, query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Cursor, "execute", listening):
            function()
            self.env.flush_all()
        return sum(about in query for query in queries)

    def make_tickets(self, number, body=ANNOUNCED):
        tickets = self.env["helpdesk.ticket"]
        for _turn in range(number):
            tickets |= self.write_in(body)
        return tickets

    def assertSameCost(self, function, few, many, slack=0):
        """Assert that ``function(many)`` makes no more queries than for few."""
        function(few)
        cheap = self.count(lambda: function(few))
        dear = self.count(lambda: function(many))
        self.assertLessEqual(dear, cheap + slack, f"{cheap} queries became {dear}")


@tagged("post_install", "-at_install")
class TestGrowth(GrowthCommon):
    # ------------------------------------------------------------------
    # Capturing
    # ------------------------------------------------------------------

    def test_findings_in_a_mail(self):
        def body(number):
            return "\n\n".join(
                f"I will take legal action against your shop {turn}."
                for turn in range(number)
            )

        self.write_in(body(1))
        few, many = make_mail(body(FEW)), make_mail(body(MANY))
        cheap = self.count(lambda: self.receive(few))
        tickets = []
        dear = self.count(lambda: tickets.append(self.receive(many)))
        self.assertGreaterEqual(len(tickets[0].dispute_signal_ids), MANY)
        self.assertLessEqual(dear, cheap + 3)

    def test_earlier_signals_of_a_ticket(self):
        calm = self.write_in(ANNOUNCED)
        busy = self.write_in(ANNOUNCED)
        self.reply(calm, SENIOR)
        for _turn in range(MANY):
            self.reply(busy, ANNOUNCED)
        self.reply(busy, SENIOR)
        cheap = self.count(lambda: self.reply(calm, ANNOUNCED))
        dear = self.count(lambda: self.reply(busy, ANNOUNCED))
        self.assertLessEqual(dear, cheap + 3)

    def test_neutral_reply_costs_little(self):
        ticket = self.write_in(CALM)
        self.reply(ticket, CALM)
        self.make_professional("lawyer", "Alice Lawyer")
        self.reply(ticket, CALM)
        most = {'INTO "dispute_': 1, 'FROM "dispute_': 0, "SAVEPOINT": 1}
        for about, number in most.items():
            with self.subTest(about):
                queries = self.count(lambda: self.reply(ticket, CALM), about=about)
                self.assertLessEqual(queries, number)

    def test_tickets_created_together(self):
        def create(number):
            self.env["helpdesk.ticket"].create(
                [
                    {
                        "name": f"Call {turn}",
                        "description": f"<p>{ANNOUNCED}</p>",
                        "team_id": self.team.id,
                        "partner_id": self.customer.id,
                    }
                    for turn in range(number)
                ]
            )

        create(1)
        few = self.count(lambda: create(FEW), about="dispute_")
        many = self.count(lambda: create(MANY), about="dispute_")
        # A ticket's own cost is bounded and the same for the second and the twentieth.
        each = (many - few) / (MANY - FEW)
        self.assertLessEqual(each, 6, f"{few} queries became {many}")

    # ------------------------------------------------------------------
    # Showing
    # ------------------------------------------------------------------

    def test_list_of_tickets(self):
        tickets = self.make_tickets(MANY).with_user(self.agent_team)
        self.assertSameCost(
            lambda records: records.read(TICKET_FIELDS), tickets[:FEW], tickets
        )

    def test_list_of_tickets_for_the_supervisor(self):
        tickets = self.make_tickets(MANY).with_user(self.supervisor)
        self.assertSameCost(
            lambda records: records.read(TICKET_FIELDS), tickets[:FEW], tickets
        )

    def test_list_of_tickets_without_disputes(self):
        tickets = self.make_tickets(MANY, CALM).with_user(self.agent_team)
        self.assertSameCost(
            lambda records: records.read(TICKET_FIELDS), tickets[:FEW], tickets
        )

    def test_marks_in_the_chatter(self):
        ticket = self.write_in(CALM)
        for _turn in range(MANY):
            self.reply(ticket, ANNOUNCED)
        # browsed anew: a relation's records are prefetched by what is in the cache
        messages = (
            self.env["mail.message"]
            .with_user(self.agent_team)
            .browse(ticket.dispute_inbound_ids.message_id.ids)
        )
        self.assertGreaterEqual(len(messages), MANY)
        self.assertSameCost(
            lambda records: [
                records.mapped("dispute_quotes"),
                records.mapped("dispute_held"),
            ],
            messages[:FEW],
            messages,
        )

    def test_lists_of_what_belongs_to_tickets(self):
        tickets = self.make_tickets(MANY)
        for model in (
            "dispute.signal",
            "dispute.evidence",
            "dispute.case",
            "dispute.handoff",
            "dispute.inbound",
        ):
            records = self.env[model].search([("company_id", "=", self.company.id)])
            names = [
                name
                for name, field in records._fields.items()
                if field._modules == ("dispute_guard",)
                and not (field.groups or field.type == "binary")
            ]
            self.assertIn("company_id", names)
            self.assertGreaterEqual(len(records), len(tickets))
            records = records.with_user(self.supervisor)
            with self.subTest(model):
                self.assertSameCost(
                    lambda some, names=names: some.read(names),
                    records[:FEW],
                    records[:MANY],
                )

    # ------------------------------------------------------------------
    # Scheduled actions
    # ------------------------------------------------------------------

    def test_sending_handoffs(self):
        self.make_professional("lawyer", "Alice Lawyer", "en")

        def cost(number):
            self.make_tickets(number)
            return self.count(lambda: self.run_cron("ir_cron_handoff"))

        cost(1)
        one, few, many = cost(1), cost(1 + FEW), cost(1 + 4 * FEW)
        first, later = (few - one) / FEW, (many - few) / (3 * FEW)
        # each handoff costs as much as the one before
        self.assertLessEqual(later, first + 1, f"{one}, {few}, {many} queries")
        sent = self.env["dispute.handoff"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(set(sent.mapped("state")), {"sent"})

    def test_idle_scheduled_actions(self):
        self.make_tickets(FEW)
        self.run_cron("ir_cron_handoff")
        for name in (
            "ir_cron_handoff",
            "ir_cron_screening",
            "ir_cron_screening_rule",
            "ir_cron_stray_mail",
        ):
            with self.subTest(name):
                queries = self.count(lambda name=name: self.run_cron(name), "dispute_")
                self.assertLessEqual(queries, 5)

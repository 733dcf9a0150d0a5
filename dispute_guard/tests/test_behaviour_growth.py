"""The cost of counting: constant queries, however much there is to count."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import CALM, HEATED, SENIOR
from .common_behaviour import BehaviourCommon
from .test_growth import FEW, MANY, GrowthCommon

TICKET_FIELDS = [
    "dispute_level",
    "dispute_statement",
    "dispute_level_reason",
    "dispute_own_side",
]


@tagged("post_install", "-at_install")
class TestBehaviourGrowth(GrowthCommon, BehaviourCommon):
    def write_much(self, number, start=0):
        """Let ``number`` customers do everything that is counted."""
        tickets = self.env["helpdesk.ticket"]
        for turn in range(start, start + number):
            sender = f"Customer {turn} <customer{turn}@example.net>"
            self.env["mail.gateway.allowed"].create(
                {"email": f"customer{turn}@example.net"}
            )
            self.env["res.partner"].create(
                {"name": f"Customer {turn}", "email": f"customer{turn}@example.net"}
            )
            ticket = self.say("2026-10-19 22:00", CALM, From=sender)
            self.say("2026-10-19 22:10", SENIOR, ticket, From=sender)
            self.close("2026-10-19 22:15", ticket)
            for minute in (20, 30):
                self.say(f"2026-10-19 22:{minute}", HEATED, ticket, From=sender)
            self.say("2026-10-19 22:40", CALM, From=sender)
            tickets |= ticket
        return tickets

    def cost_of_counting(self, number, start):
        self.write_much(number, start)
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time("2026-10-20 10:00"):
            return self.count(lambda: self.run_cron("ir_cron_behaviour"))

    def test_counting(self):
        self.cost_of_counting(1, 0)
        few = self.cost_of_counting(FEW, 100)
        many = self.cost_of_counting(MANY, 200)
        kinds = set(self.observe().mapped("kind"))
        self.assertGreaterEqual(len(kinds), 4, kinds)
        self.assertLessEqual(many, few + 3)

    def test_counting_a_text_of_a_busy_customer(self):
        def cost(ticket):
            self.say("2026-10-22 10:00", CALM, ticket)
            self.env.flush_all()
            self.env.invalidate_all()
            return self.count(lambda: self.run_cron("ir_cron_behaviour"))

        ticket = self.say("2026-10-19 10:00", CALM)
        self.say("2026-10-20 10:00", SENIOR, ticket)
        self.observe()
        cheap = cost(ticket)
        for turn in range(MANY):
            self.say(f"2026-10-21 {turn:02}:00", CALM, ticket)
        self.observe()
        self.assertLessEqual(cost(ticket), cheap + 3)

    def test_own_side(self):
        def cost(number, start):
            tickets = self.write_much(number, start)
            with freeze_time("2026-10-19 12:00"):
                for ticket in tickets:
                    ticket.activity_schedule(
                        "dispute_guard.mail_activity_type_promise",
                        date_deadline="2026-10-20",
                        user_id=self.agent_team.id,
                    )
            self.observe()
            self.env.flush_all()
            self.env.invalidate_all()
            with freeze_time("2026-11-20 10:00"):
                return self.count(lambda: self.run_cron("ir_cron_lapse"))

        cost(1, 0)
        few, many = cost(FEW, 100), cost(MANY, 200)
        self.assertLessEqual(many, few + 3)

    def test_own_side_that_stays_late(self):
        def cost(number, start, day):
            self.write_much(number, start)
            self.observe()
            with freeze_time("2026-11-20 10:00"):
                self.run_cron("ir_cron_lapse")
            self.env.flush_all()
            self.env.invalidate_all()
            with freeze_time(f"2026-11-{day} 16:00"):
                return self.count(lambda: self.run_cron("ir_cron_lapse"))

        cost(1, 0, 23)
        few, many = cost(FEW, 100, 24), cost(MANY, 200, 25)
        self.assertLessEqual(many, few + 3)

    def test_levels_that_pass(self):
        def cost(number, start):
            self.write_much(number, start)
            self.env.flush_all()
            self.env.invalidate_all()
            with freeze_time("2027-10-19 10:00"):
                return self.count(lambda: self.run_cron("ir_cron_level"))

        cost(1, 0)
        few, many = cost(FEW, 100), cost(MANY, 200)
        self.assertLessEqual(many, few + 3)

    def test_level_reads_no_more_for_a_busy_ticket(self):
        quiet, busy = (self.say("2026-10-19 10:00", HEATED) for _turn in range(2))
        for turn in range(MANY):
            self.say(f"2026-10-20 {turn:02}:00", f"{HEATED} {SENIOR}", busy)

        def rows(ticket):
            self.env.flush_all()
            self.env.invalidate_all()
            signals = self.env["dispute.signal"]
            ticket._update_dispute_level()
            return len(signals._fields["level"]._get_all_cache_ids(self.env))

        self.assertLessEqual(rows(busy), rows(quiet))

    def test_tickets_are_shown_at_the_same_cost(self):
        tickets = self.write_much(MANY)
        self.observe()
        with freeze_time("2026-11-20 10:00"):
            self.run_cron("ir_cron_lapse")
        for user in (self.agent_team, self.supervisor):
            with self.subTest(user.login):
                self.assertSameCost(
                    lambda records: records.read(TICKET_FIELDS),
                    tickets.with_user(user)[:FEW],
                    tickets.with_user(user),
                )

    def test_lists_are_shown_at_the_same_cost(self):
        self.write_much(MANY)
        self.observe()
        with freeze_time("2026-11-20 10:00"):
            self.run_cron("ir_cron_lapse")
        for model, fields in (
            ("dispute.signal", ["statement", "counts_until", "speaker", "source"]),
            ("dispute.lapse", ["statement", "user_id", "days", "excuse"]),
        ):
            records = self.env[model].with_user(self.supervisor)
            records = records.search([("company_id", "=", self.company.id)])
            self.assertGreaterEqual(len(records), MANY)
            with self.subTest(model):
                self.assertSameCost(
                    lambda some, fields=fields: some.read(fields),
                    records[:FEW],
                    records[:MANY],
                )

    def test_idle_scheduled_actions(self):
        self.write_much(FEW)
        names = ("ir_cron_behaviour", "ir_cron_lapse", "ir_cron_level")
        with freeze_time("2026-11-20 10:00"):
            for name in names:
                self.run_cron(name)
            for name in names:
                with self.subTest(name):
                    queries = self.count(
                        lambda name=name: self.run_cron(name), "dispute_"
                    )
                    self.assertLessEqual(queries, 8)

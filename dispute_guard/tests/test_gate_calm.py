"""Outside a dispute the gate costs nothing, and little in one without a lock."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import CALM, make_mail
from .common_gate import GateCommon
from .test_growth import GrowthCommon


@tagged("post_install", "-at_install")
class TestGateCalm(GrowthCommon, GateCommon, MailCase):
    def answer(self, ticket):
        with self.mock_mail_gateway():
            ticket.with_user(self.agent_team).message_post(
                body="On Friday.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=self.customer.ids,
            )

    def count_answer(self, ticket, about=""):
        self.answer(ticket)
        return self.count(lambda: self.answer(ticket), about=about)

    def test_calm_ticket(self):
        self.assertEqual(self.count_answer(self.calm, "dispute_lock"), 0)
        with_gate = self.count_answer(self.calm)
        with patch.object(
            self.registry["helpdesk.ticket"],
            "_get_dispute_cases",
            lambda records: {},
        ):
            without = self.count_answer(self.calm)
        self.assertEqual(with_gate, without)

    def test_calm_mail(self):
        """What just arrived is not read back from the database."""
        parent = self.calm.message_ids.filtered("message_id").sorted("id")[-1]
        mails = [make_mail(CALM, In_Reply_To=parent.message_id) for _turn in range(2)]
        self.receive(mails[0])
        self.env.invalidate_all()
        about = 'SELECT "mail_message"."id", "mail_message"."body"'
        self.assertEqual(self.count(lambda: self.receive(mails[1]), about=about), 0)

    def test_dispute_without_lock(self):
        free = self.count_answer(self.ticket, 'FROM "dispute_lock"')
        self.assertLessEqual(free, 6)

    def test_list_of_tickets(self):
        names = ["dispute_lock_note", "dispute_locked", "dispute_withheld_count"]
        tickets = self.ticket
        for _turn in range(8):
            tickets |= self.make_disputed_ticket()
        tickets.dispute_case_id._place_lock("counsel", "A letter.")
        tickets = tickets.with_user(self.agent_team)
        self.assertSameCost(lambda some: some.read(names), tickets[:2], tickets)

    def test_lists(self):
        tickets = self.env["helpdesk.ticket"]
        for _turn in range(8):
            tickets |= self.make_disputed_ticket()
        tickets.dispute_case_id._place_lock("counsel", "A letter.")
        for ticket in tickets:
            ticket.message_post(
                body="x", message_type="auto_comment", subtype_xmlid="mail.mt_comment"
            )
        for model in ("dispute.lock", "dispute.withheld"):
            rows = self.env[model].search(
                [("case_id", "in", tickets.dispute_case_id.ids)]
            )
            self.assertEqual(len(rows), 8)
            names = [
                name
                for name, field in rows._fields.items()
                if field._modules == ("dispute_guard",) and not field.groups
            ]
            with self.subTest(model):
                self.assertSameCost(
                    lambda some, names=names: some.read(names),
                    rows.with_user(self.supervisor)[:2],
                    rows.with_user(self.supervisor),
                )

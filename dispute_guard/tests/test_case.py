"""What a dispute is made of: parties, sums, outcome."""

from psycopg2.errors import CheckViolation, NotNullViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..station import at_work
from .common_case import CaseCommon
from .test_speaker import COUNSEL, LETTER


@tagged("post_install", "-at_install")
class TestCaseParty(CaseCommon):
    def test_the_customer_is_a_party_by_himself(self):
        case = self.make_case()
        self.assertEqual(case.party_ids.role, "customer")
        self.assertEqual(case.party_ids.partner_id, self.customer)
        self.assertEqual(case.party_ids.name, "Paula Customer")
        self.assertEqual(case.party_ids.email, "paula@example.net")

    def test_a_dispute_without_a_customer_has_no_party(self):
        case = self.env["dispute.case"].create({"title": "Unknown"})
        self.assertFalse(case.party_ids)
        case.partner_id = self.customer
        self.assertEqual(case._get_parties("customer"), self.customer)

    def test_another_customer_joins_the_first(self):
        case = self.make_case()
        other = self.env["res.partner"].create({"name": "Peter Customer"})
        case.partner_id = other
        self.assertEqual(case._get_parties("customer"), self.customer | other)
        self.assertEqual(case.party_ids.filtered("is_main").partner_id, other)

    def test_parties_by_role(self):
        case = self.make_case()
        counsel = self.env["res.partner"].create({"name": "Cora Counsel"})
        case.party_ids = [
            Command.create({"role": "their_counsel", "partner_id": counsel.id}),
            Command.create({"role": "court", "name": "District Court"}),
        ]
        self.assertEqual(case._get_parties(), self.customer | counsel)
        self.assertEqual(case._get_parties("their_counsel", "court"), counsel)
        self.assertFalse(case._get_parties("insurer"))

    def test_counsel_who_writes_becomes_a_party(self):
        case = self.make_case()
        for _turn in range(2):
            self.reply(case.ticket_ids, LETTER, From=COUNSEL)
        party = case.party_ids - case.party_ids.filtered("is_main")
        self.assertRecordValues(
            party,
            [
                {
                    "role": "their_counsel",
                    "name": "Jane Rowe",
                    "email": "jane@rowe.example.com",
                }
            ],
        )

    def test_the_dossier_names_them(self):
        case = self.make_held_case()
        case.party_ids = [Command.create({"role": "court", "name": "District Court"})]
        dossier = self.env["dispute.dossier"].create({"case_id": case.id})
        parties = dossier._prepare_snapshot()["parties"]
        self.assertEqual(parties.count(["Court", "District Court"]), 1)
        self.assertEqual([name for name, _who in parties].count("Customer"), 1)

    def test_the_name_is_that_of_the_time(self):
        party = self.make_case().party_ids
        self.customer.write({"name": "Paula Married", "email": "new@example.net"})
        self.assertEqual(party.name, "Paula Customer")
        self.assertEqual(party.email, "paula@example.net")

    @mute_logger("odoo.sql_db")
    def test_a_party_has_a_name(self):
        case = self.make_case()
        with self.assertRaises(NotNullViolation) as refusal:
            self.env["dispute.case.party"].create({"case_id": case.id, "role": "court"})
        self.assertIn("name", str(refusal.exception))

    def test_the_customer_cannot_be_taken_away(self):
        case = self.make_case()
        with self.assertRaises(UserError):
            case.party_ids.with_user(self.supervisor).unlink()
        case.party_ids.role = "other"
        self.assertIn(self.customer, case._get_parties("customer"))

    def test_a_hold_keeps_the_parties(self):
        case = self.make_held_case()
        party = self.env["dispute.case.party"].create(
            {"case_id": case.id, "role": "court", "name": "District Court"}
        )
        for change in (
            lambda: party.write({"name": "Nobody"}),
            lambda: party.write({"role": "other"}),
            party.unlink,
        ):
            with self.assertRaises(UserError):
                change()
        party.note = "C 123/26"

    def test_agents_read_supervisors_write(self):
        case = self.make_case()
        self.assertTrue(case.party_ids.with_user(self.agent_team).read(["name"]))
        values = {"case_id": case.id, "role": "court", "name": "District Court"}
        for model in ("dispute.case.party", "dispute.case.sum"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.agent_team).create(values)
        party = self.env["dispute.case.party"].with_user(self.supervisor)
        self.assertTrue(party.create(values))
        with self.assertRaises(AccessError):
            case.party_ids[:1].with_user(self.foreigner).read(["name"])

    def test_a_merged_customer_stays_the_customer(self):
        case = self.make_case()
        other = self.env["res.partner"].create(
            {"name": "P. Customer", "email": "paula@example.net"}
        )
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.customer | other).ids, other, extra_checks=False)
        case.invalidate_recordset()
        self.assertEqual(case.partner_id, other)
        self.assertEqual(case._get_parties("customer"), other)
        self.assertEqual(case.party_ids.name, "Paula Customer")
        self.assertTrue(case.party_ids.is_main)


@tagged("post_install", "-at_install")
class TestCaseSum(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.dollar = cls.env.ref("base.USD")
        (cls.euro | cls.dollar).action_unarchive()
        cls.company.currency_id = cls.euro
        cls.env["res.currency.rate"].search(
            [("currency_id", "in", (cls.euro | cls.dollar).ids)]
        ).unlink()
        for day, rate in (("2026-01-01", 2.0), ("2026-06-01", 4.0)):
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": cls.dollar.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
            )

    def add(self, case, kind, amount, currency=None, day="2026-02-01"):
        values = {"case_id": case.id, "kind": kind, "amount": amount, "date": day}
        if currency:
            values["currency_id"] = currency.id
        return self.env["dispute.case.sum"].create(values)

    def test_the_company_names_the_currency(self):
        case = self.env["dispute.case"].with_company(self.company)
        self.assertEqual(case.create({"title": "x"}).currency_id, self.euro)
        self.assertEqual(self.make_case().currency_id, self.euro)

    def test_what_is_in_dispute(self):
        case = self.make_case()
        self.add(case, "claimed_by_them", 100)
        self.add(case, "claimed_by_us", 40)
        self.add(case, "offered", 70)
        self.add(case, "paid", 30)
        self.add(case, "cost", 15)
        self.assertEqual(case.amount_disputed, 110)
        self.assertEqual(case.cost_total, 15)
        self.add(case, "paid", 500)
        self.assertEqual(case.amount_disputed, 0)

    def test_converted_at_its_date(self):
        case = self.make_case()
        self.add(case, "claimed_by_them", 100, self.dollar, "2026-02-01")
        self.assertEqual(case.amount_disputed, 50)
        self.add(case, "claimed_by_them", 100, self.dollar, "2026-07-01")
        self.assertEqual(case.amount_disputed, 75)
        # a later rate changes nothing of an earlier day
        case.currency_id = self.dollar
        self.assertEqual(case.amount_disputed, 200)

    def test_without_a_currency(self):
        case = self.make_case(currency_id=False)
        self.add(case, "claimed_by_them", 100)
        self.add(case, "claimed_by_them", 100, self.dollar)
        self.assertEqual(case.sum_ids[0].currency_id, self.euro)
        self.assertEqual(case.amount_disputed, 150)
        case.sum_ids[0].currency_id = False
        self.assertEqual(case.amount_disputed, 150)
        self.assertIn("amount_disputed", case.read(["amount_disputed"])[0])

    def test_fees_of_professionals_are_cost(self):
        case = self.make_case()
        self.add(case, "cost", 15)
        at_work(self.env["dispute.handoff"]).create(
            [
                {
                    "case_id": case.id,
                    "role": role,
                    "invoice_amount": 100,
                    "invoice_currency_id": currency.id,
                    "sent_at": "2026-02-01",
                }
                for role, currency in (("lawyer", self.dollar), ("mediator", self.euro))
            ]
        )
        self.assertEqual(case.cost_total, 165)

    def test_a_typed_sum_stays_until_there_are_lines(self):
        case = self.make_case(amount_disputed=1200)
        self.add(case, "cost", 15)
        self.add(case, "offered", 15)
        self.assertEqual(case.amount_disputed, 1200)
        self.add(case, "claimed_by_them", 100)
        self.assertEqual(case.amount_disputed, 100)

    @mute_logger("odoo.sql_db")
    def test_no_negative_sum(self):
        with self.assertRaises(CheckViolation) as refusal:
            self.add(self.make_case(), "paid", -1)
            self.env.flush_all()
        self.assertIn("sum_positive", str(refusal.exception))

    def test_a_hold_keeps_the_sums(self):
        case = self.make_held_case()
        line = self.add(case, "claimed_by_them", 100)
        for change in (lambda: line.write({"amount": 1}), line.unlink):
            with self.assertRaises(UserError):
                change()

    def test_the_form_of_a_supervisor(self):
        self.supervisor.group_ids |= self.env.ref("base.group_multi_currency")
        case = self.make_case().with_user(self.supervisor)
        with Form(case) as form:
            with form.sum_ids.new() as line:
                line.amount = 80
            with form.party_ids.new() as party:
                party.role = "insurer"
                party.name = "Safe & Sound"
        self.assertEqual(case.amount_disputed, 80)
        self.assertEqual(case.sum_ids.currency_id, self.euro)
        self.assertEqual(case.party_ids.mapped("role"), ["customer", "insurer"])


@tagged("post_install", "-at_install")
class TestCaseOutcome(CaseCommon):
    def test_an_outcome_is_recorded(self):
        case = self.make_case()
        case.with_user(self.supervisor)._set_outcome("settled", "Half the price", 250)
        self.assertEqual(case.outcome, "settled")
        self.assertEqual(case.outcome_amount, 250)
        self.assertTrue(case.outcome_at)
        ((step, details),) = self.get_course(case)
        self.assertEqual(step, "outcome")
        self.assertEqual(details["outcome"], "settled")
        self.assertEqual(details["amount"], "250.0")

    def test_saying_it_anew_is_recorded_anew(self):
        case = self.make_case()
        case._set_outcome("won", "")
        case.outcome_note = "Not yet final"
        self.assertEqual(len(self.get_course(case)), 2)

    def test_no_outcome(self):
        case = self.make_case()
        with self.assertRaises(UserError):
            case._set_outcome(False, "It ended")
        with self.assertRaises(ValidationError):
            case._set_outcome("other", " ")
        with self.assertRaises(AccessError):
            case.with_user(self.agent_team)._set_outcome("won", "")

    def test_when_it_was_noted_is_not_typed(self):
        case = self.make_case()
        with self.assertRaises(UserError):
            case.write({"outcome_at": "2020-01-01"})
        with self.assertRaises(UserError):
            self.env["dispute.case"].create({"title": "x", "outcome_at": "2020-01-01"})
        default = self.env["dispute.case"].with_context(default_outcome="won")
        self.assertFalse(default.create({"title": "x"}).outcome)

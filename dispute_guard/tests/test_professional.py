from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ANNOUNCED, DisputeCommon


@tagged("post_install", "-at_install")
class TestChoice(DisputeCommon):
    """Who is asked, in which order, and who is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.handoff = cls.write_in(ANNOUNCED).dispute_handoff_ids
        cls.case = cls.handoff.case_id
        cls.alice = cls.make_professional("lawyer", "Alice Lawyer", "en")
        cls.bert = cls.make_professional("lawyer", "Bert Lawyer", "en")
        cls.here = cls.env["dispute.jurisdiction"].create(
            {"name": "Somewhere", "code": "XS"}
        )
        cls.elsewhere = cls.env["dispute.jurisdiction"].create(
            {"name": "Elsewhere", "code": "XE"}
        )

    def find(self):
        """Names in the order in which they are asked, and names left out."""
        chain, left_out = self.env["dispute.professional"]._find_chain(self.handoff)
        return (
            [values["name"].split()[0] for values in chain],
            {person.partner_id.name.split()[0]: why for person, why in left_out},
        )

    def get_reasons(self, name):
        chain, _left_out = self.env["dispute.professional"]._find_chain(self.handoff)
        return next(each["reasons"] for each in chain if each["name"].startswith(name))

    def test_what_decides(self):
        """Table: what makes Bert, who is second in the list, better than Alice."""
        wood = self.env["dispute.speciality"].create({"name": "Wood"})
        for name, case, handoff, alice, bert, words in (
            ("language", {}, {}, {"language_codes": "ru"}, {}, "Speaks English"),
            (
                "jurisdiction",
                {"jurisdiction_id": self.here.id},
                {},
                {"jurisdiction_ids": self.elsewhere.ids},
                {"jurisdiction_ids": self.here.ids},
                "Acts in Somewhere",
            ),
            (
                "speciality",
                {},
                {"speciality_ids": wood.ids},
                {},
                {"speciality_ids": wood.ids},
                "Knows about: Wood",
            ),
            ("order", {}, {}, {"sequence": 11}, {}, "No conflict"),
            (
                "price",
                {},
                {},
                {"price_unit": "hour", "price": 200},
                {"price_unit": "hour", "price": 100},
                "100",
            ),
            ("free", {}, {}, {"price_unit": "hour"}, {"price_unit": "free"}, "Free"),
            ("known", {}, {}, {}, {"price_unit": "hour", "price": 999}, "999"),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.assertEqual(self.find()[0], ["Alice", "Bert"])
                self.case.write(case)
                self.handoff.write(handoff)
                self.alice.write(alice)
                self.bert.write(bert)
                self.assertEqual(self.find()[0], ["Bert", "Alice"])
                self.assertIn(words, self.get_reasons("Bert"))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_price_in_another_currency(self):
        other = self.env["res.currency"].create(
            {
                "name": "XBB",
                "symbol": "B",
                "rate_ids": [
                    (0, 0, {"rate": 10, "name": "2020-01-01", "company_id": False})
                ],
            }
        )
        self.alice.write({"price_unit": "hour", "price": 100})
        self.bert.write({"price_unit": "hour", "price": 500, "currency_id": other.id})
        self.assertEqual(self.find()[0], ["Bert", "Alice"])
        self.bert.price = 5000
        self.assertEqual(self.find()[0], ["Alice", "Bert"])

    def test_load_decides_among_equals(self):
        other = self.write_in(ANNOUNCED).dispute_handoff_ids
        other.professional_id = self.alice
        self.assertEqual(self.find()[0], ["Bert", "Alice"])

    def test_capacity(self):
        self.alice.capacity = 1
        self.assertEqual(self.find()[0], ["Alice", "Bert"])
        other = self.write_in(ANNOUNCED).dispute_handoff_ids
        other.professional_id = self.alice
        names, left_out = self.find()
        self.assertEqual(names, ["Bert"])
        self.assertIn("1 handoffs open", left_out["Alice"])
        other.action_cancel()
        self.assertEqual(self.find()[0], ["Alice", "Bert"])

    def test_speciality_of_the_category(self):
        category = self.env["helpdesk.ticket.category"].create({"name": "Kitchens"})
        self.bert.speciality_ids = self.env["dispute.speciality"].create(
            {"name": "Kitchens", "category_ids": category.ids}
        )
        self.assertEqual(self.find()[0], ["Alice", "Bert"])
        self.handoff.ticket_id.category_id = category
        self.assertEqual(self.find()[0], ["Bert", "Alice"])

    def test_fallback(self):
        last = self.make_professional(
            "lawyer", "Finn Fallback", "ru", is_fallback=True, sequence=1
        )
        self.assertEqual(self.find()[0], ["Alice", "Bert", "Finn"])
        (self.alice | self.bert).active = False
        other = self.write_in(ANNOUNCED).dispute_handoff_ids
        other.professional_id = last
        last.capacity = 1
        self.assertEqual(self.find()[0], ["Finn"])
        self.assertIn("Fallback", self.get_reasons("Finn"))
        self.assertIn("Does not speak English", self.get_reasons("Finn"))

    # ------------------------------------------------------------------
    # Conflict of interest
    # ------------------------------------------------------------------

    def add_party(self, role, partner, case=None):
        return self.env["dispute.case.party"].create(
            {
                "case_id": (case or self.case).id,
                "role": role,
                "partner_id": partner.id,
            }
        )

    def test_parties_of_this_dispute(self):
        for role, conflict in (
            ("their_counsel", True),
            ("insurer", True),
            ("authority", True),
            ("adr_body", True),
            ("other", True),
            ("our_counsel", False),
        ):
            with self.subTest(role), self.env.cr.savepoint() as savepoint:
                self.add_party(role, self.alice.partner_id)
                self.assertEqual("Alice" in self.find()[1], conflict)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_parties_of_any_open_dispute_and_their_families(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        colleague = self.env["res.partner"].create(
            {"name": "Colleague", "parent_id": firm.id}
        )
        self.alice.partner_id.parent_id = firm
        other = self.env["dispute.case"].create(
            {"title": "Another matter", "company_id": self.company.id}
        )
        self.add_party("their_counsel", colleague, other)
        names, left_out = self.find()
        self.assertEqual(names, ["Bert"])
        self.assertIn("Colleague", left_out["Alice"])
        self.assertIn(other.name, left_out["Alice"])
        self.close_dispute(other)
        self.assertEqual(self.find()[0], ["Alice", "Bert"])

    def test_other_companies_are_not_named(self):
        other = self.env["dispute.case"].create(
            {"title": "Secret", "company_id": self.other_company.id}
        )
        self.add_party("their_counsel", self.alice.partner_id, other)
        why = self.find()[1]["Alice"]
        self.assertIn("another company", why)
        self.assertNotIn(other.name, why)
        self.assertNotIn("Alice", why)

    def test_all_in_conflict(self):
        for person in (self.alice, self.bert):
            person.partner_id.parent_id = self.customer
        self.run_cron("ir_cron_handoff")
        self.assertEqual(self.handoff.state, "to_send")
        self.assertIn("conflict of interest", self.handoff.choice_note)
        activity = self.handoff.activity_search(
            ["dispute_guard.mail_activity_type_no_professional"]
        )
        self.assertIn("Bert Lawyer", activity.note)

    def test_named_by_hand_is_no_way_around(self):
        self.alice.partner_id.parent_id = self.customer
        self.handoff.with_user(self.supervisor).professional_id = self.alice
        self.run_cron("ir_cron_handoff")
        self.assertEqual(self.handoff.professional_id, self.bert)

    def test_own_people_are_in_conflict_only_themselves(self):
        """A colleague who is somewhere a customer keeps nobody else from helping."""
        boss = self.make_professional("superior", "Berta Boss")
        colleague = self.env["res.partner"].create({"name": "Colleague"})
        for partner in (boss.partner_id, colleague):
            partner.parent_id = self.company.partner_id
        handoff = self.env["dispute.handoff"].create(
            {"case_id": self.case.id, "role": "superior"}
        )
        self.add_party("other", colleague)
        self.assertFalse(boss._find_obstacles(handoff))
        self.add_party("other", boss.partner_id)
        self.assertIn(boss, boss._find_obstacles(handoff))

    def test_mediator_of_the_adr_body(self):
        body = self.env["res.partner"].create({"name": "Chamber", "is_company": True})
        mia = self.make_professional("mediator", "Mia Mediator")
        mia.partner_id.parent_id = body
        handoff = self.env["dispute.handoff"].create(
            {"case_id": self.case.id, "role": "mediator"}
        )
        self.add_party("adr_body", body)
        self.assertFalse(mia._find_obstacles(handoff))
        self.add_party("insurer", body)
        self.assertIn(mia, mia._find_obstacles(handoff))

    def test_queries_do_not_grow_with_people_and_disputes(self):
        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["dispute.professional"]._find_chain(self.handoff)
            return self.env.cr.sql_log_count - before

        cost()
        few = cost()
        for number in range(20):
            self.make_professional("lawyer", f"N{number} Lawyer", "en")
        self.env["dispute.case"].create(
            [
                {
                    "title": f"Matter {number}",
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                }
                for number in range(20)
            ]
        )
        self.assertLessEqual(cost(), few)

    # ------------------------------------------------------------------
    # Configuring
    # ------------------------------------------------------------------

    def test_only_administrators_configure(self):
        for user in (self.agent_own, self.supervisor):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.alice.with_user(user).capacity = 5
        self.alice.with_user(self.manager).capacity = 5

    def test_usual_time_to_acknowledge(self):
        self.assertEqual(self.alice.acknowledge_hours, 8)
        sid = self.make_professional("security", "Sid Security")
        self.assertEqual(sid.acknowledge_hours, 1)
        sid.acknowledge_hours = 2
        self.assertEqual(sid.acknowledge_hours, 2)

    def test_nonsense_is_refused(self):
        with self.assertRaises(ValidationError):
            self.alice.language_codes = "english"

"""The dispute as a lawyer reads it."""

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import HEATED
from .common_case import CaseCommon
from .test_growth import GrowthCommon


@tagged("post_install", "-at_install")
class TestCaseTimeline(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_professional("lawyer", "Alice Lawyer")
        cls.case = cls.make_held_case()
        cls.ticket = cls.case.ticket_ids

    def read_timeline(self, case=None, user=None):
        self.env.flush_all()
        return (
            self.env["dispute.timeline"]
            .with_user(user or self.supervisor)
            .search([("case_id", "=", (case or self.case).id)])
        )

    def test_from_the_threat_to_the_outcome(self):
        self.run_cron("ir_cron_handoff")
        self.env["dispute.effort.entry"].create(
            {"case_id": self.case.id, "kind": "apology", "words": "We are sorry"}
        )
        self.case._set_outcome("settled", "Half the price")
        rows = self.read_timeline()
        self.assertLessEqual(
            {
                "received",
                "signal",
                "policy",
                "hold",
                "handoff",
                "case",
                "effort",
                "outcome",
            },
            set(rows.mapped("kind")),
        )
        self.assertEqual(rows.mapped("occurred_at"), sorted(rows.mapped("occurred_at")))
        # what was said stands before what it caused
        kinds = rows.mapped("kind")
        places = [kinds.index(kind) for kind in ("received", "signal", "policy")]
        self.assertEqual(places, sorted(places), kinds)
        texts = {row.kind: row.text for row in rows}
        self.assertIn("solicitor", texts["signal"])
        self.assertIn("My order", texts["received"])
        self.assertIn("issue court proceedings", texts["received"])
        self.assertEqual(texts["effort"], "Apology: We are sorry")
        self.assertIn("Half the price", texts["outcome"])
        self.assertEqual(len(set(rows.ids)), len(rows))

    def test_each_row_opens_its_record(self):
        for row in self.read_timeline():
            action = row.action_open()
            record = self.env[action["res_model"]].browse(action["res_id"])
            self.assertTrue(record.exists(), row.kind)

    def test_an_answer_is_one_event(self):
        self.ticket.with_user(self.agent_team).message_post(
            body="We are looking into it.",
            subtype_xmlid="mail.mt_comment",
            message_type="comment",
            partner_ids=(self.customer | self.manager.partner_id).ids,
        )
        rows = self.read_timeline().filtered(lambda row: row.kind == "sent")
        self.assertEqual(len(rows), 1)
        self.assertIn("We are looking into it.", rows.text)
        self.assertEqual(rows.who, self.agent_team.name)

    def test_dismissed_words_are_left_out(self):
        case = self.make_case()
        case.signal_ids._dismiss("A joke")
        self.assertNotIn("signal", self.read_timeline(case).mapped("kind"))

    def test_a_release_of_the_hold(self):
        self.release_hold(self.case, "It is settled")
        words = self.read_timeline().filtered(lambda row: row.kind == "hold")
        self.assertIn("It is settled", words[-1].text)
        self.assertEqual(words[-1].who, self.manager.name)

    def test_a_linked_agreement(self):
        agreement, _file = self.make_agreement("AH-7")
        link = self.env["dispute.agreement.link"].create(
            {"ticket_id": self.ticket.id, "agreement_id": agreement.id}
        )
        (row,) = self.read_timeline().filtered(lambda row: row.kind == "agreement")
        self.assertIn("AH-7", row.text)
        self.assertEqual(row.res_id, link.id)

    def test_agreement_proposed_by_the_system_and_linked_by_a_person(self):
        agreement, _file = self.make_agreement("AH-8")
        with freeze_time("2026-03-02 09:02:00"):
            link = self.env["dispute.agreement.link"].create(
                {
                    "ticket_id": self.ticket.id,
                    "agreement_id": agreement.id,
                    "state": "proposed",
                }
            )
        with freeze_time("2026-03-02 11:30:00"):
            link.with_user(self.supervisor).action_link()
        (row,) = self.read_timeline().filtered(lambda row: row.kind == "agreement")
        self.assertEqual(str(row.occurred_at), "2026-03-02 11:30:00")
        self.assertEqual(row.who, self.supervisor.name)

    def test_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("lv_LV")
        kinds = self.env["dispute.timeline"]._fields["kind"]
        self.assertTrue(kinds._description_selection(self.env))
        rows = self.read_timeline().with_context(lang="lv_LV")
        self.assertTrue(all(rows.mapped("kind")))

    def test_filters_and_groups(self):
        timeline = self.env["dispute.timeline"].with_user(self.supervisor)
        domain = [("case_id", "=", self.case.id)]
        self.env.flush_all()
        counts = dict(timeline._read_group(domain, ["kind"], ["__count"]))
        self.assertEqual(counts["received"], 1)
        self.assertEqual(timeline.search_count([*domain, ("kind", "=", "received")]), 1)
        self.assertTrue(timeline.search([*domain, ("words", "ilike", "SOLICITOR")]))

    # ------------------------------------------------------------------
    # Who sees it
    # ------------------------------------------------------------------

    def test_agents_see_what_is_of_their_tickets(self):
        far = self.add_ticket(self.case, HEATED)
        self.send_far(far)
        every = self.read_timeline()
        seen = self.read_timeline(user=self.agent_team)
        self.assertIn(far, every.ticket_id)
        self.assertEqual(seen.ticket_id, self.ticket)
        self.assertIn("hold", seen.mapped("kind"))
        hidden = every.filtered(lambda row: row.ticket_id == far)[:1]
        with self.assertRaises(AccessError):
            hidden.with_user(self.agent_team).read(["words"])

    def test_others_see_nothing(self):
        self.assertFalse(self.read_timeline(user=self.foreigner))
        self.send_far(self.ticket)
        self.assertFalse(self.read_timeline(user=self.agent_team))
        with self.assertRaises(AccessError):
            self.read_timeline(user=self.portal)

    def test_nobody_writes_it(self):
        row = self.read_timeline()[:1].with_user(self.manager)
        for change in (
            lambda: row.write({"words": "x"}),
            row.unlink,
            lambda: row.create({"words": "x"}),
        ):
            with self.assertRaises(AccessError):
                change()


@tagged("post_install", "-at_install")
class TestCaseGrowth(GrowthCommon, CaseCommon):
    def test_opening_a_case(self):
        names = [
            "ticket_count",
            "evidence_count",
            "effort_count",
            "proposed_count",
            "other_case_ids",
            "party_ids",
            "sum_ids",
        ]
        few, many = self.make_case(), self.make_case()
        for _turn in range(10):
            self.add_ticket(many, HEATED)
        self.assertSameCost(
            lambda case: case.with_user(self.supervisor).read(names), few, many
        )

    def test_reading_a_timeline(self):
        few = self.make_held_case()
        many = self.make_held_case()
        for _turn in range(10):
            self.add_ticket(many, HEATED)

        def read(case):
            timeline = self.env["dispute.timeline"].with_user(self.supervisor)
            timeline.search_fetch([("case_id", "=", case.id)]).mapped("text")

        self.assertSameCost(read, few, many)

    def test_a_list_of_cases(self):
        cases = self.env["dispute.case"]
        for _turn in range(10):
            case = self.make_case()
            case.party_ids = [Command.create({"role": "court", "name": "Court"})]
            cases |= case
        names = ["proposed_count", "other_case_ids", "effort_count", "ticket_count"]
        self.assertSameCost(
            lambda some: some.with_user(self.supervisor).read(names), cases[:2], cases
        )

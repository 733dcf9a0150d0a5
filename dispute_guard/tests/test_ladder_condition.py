"""What each condition of a stage asks for, and who sets them."""

from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..station import at_work
from .common_ladder import LadderCommon


@tagged("post_install", "-at_install")
class TestLadderCondition(LadderCommon):
    # ------------------------------------------------------------------
    # Conditions
    # ------------------------------------------------------------------

    def test_stage_tried_for_days(self):
        case = self.open_case("2026-03-02 09:00")
        self.set_rung("mediation")
        self.set_rung(
            "court",
            {"kind": "rung_tried", "tried_rung": "formal_claim", "days": 14},
        )
        self.set_rung("formal_claim")
        words = "“Formal claim” was tried for at least 14 days"
        self.assertMissing(case, "court", words)
        self.go(case, "formal_claim", at="2026-03-03 09:00")
        self.go(case, "mediation", at="2026-03-10 09:00")
        # a week there, then a week and a bit again: all days count together
        self.go(case, "formal_claim", at="2026-03-20 09:00")
        with freeze_time("2026-03-27 08:00"):
            self.assertMissing(case, "court", words)
        with freeze_time("2026-03-27 10:00"):
            self.go(case, "court")
        self.assertEqual(case.rung, "court")

    def test_spans(self):
        case = self.open_case("2026-03-02 09:00")
        self.set_rung("mediation")
        self.go(case, "mediation", at="2026-03-04 09:00")
        self.go(case, "discuss", at="2026-03-05 09:00")
        with freeze_time("2026-03-08 09:00"):
            spans = case._get_spans()
        days = timedelta(days=1)
        self.assertEqual(spans, {"discuss": 5 * days, "mediation": days})

    def test_split_dispute_has_tried_what_the_first_one_had(self):
        case = self.open_case("2026-03-02 09:00")
        self.set_rung("mediation")
        self.go(case, "mediation", at="2026-03-04 09:00")
        with freeze_time("2026-03-06 09:00"):
            other = self.write_in("Another letter, about the invoice.")
            other.with_user(self.supervisor).dispute_case_id = case
            new = case.with_user(self.supervisor)._split(other, "Invoice", "apart")
        with freeze_time("2026-03-07 09:00"):
            self.assertEqual(new.rung, "mediation")
            self.assertTrue(new._has_tried("discuss", 2))
            self.assertTrue(new._has_tried("mediation", 3))
            self.assertFalse(new._has_tried("mediation", 4))

    def test_efforts(self):
        case = self.open_case()
        self.set_rung(
            "mediation",
            {"kind": "efforts", "effort_count": 2},
            {"kind": "efforts", "effort_count": 1, "effort_kind": "apology"},
        )
        any_two = (
            "Efforts for peace are on record (answers, calls, offers …), at least 2"
        )
        apology = "Efforts for peace of the kind “Apology” are on record, at least 1"
        self.assertMissing(case, "mediation", any_two, apology)
        self.note_efforts(case, "offer", "offer")
        self.assertMissing(case, "mediation", apology)
        self.note_efforts(case, "apology")
        self.go(case, "mediation")

    def test_clock_ended(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "clock_ended", "clock_kind": "counsel_reply"})
        labels = dict(
            self.env["dispute.clock"]._fields["kind"]._description_selection(self.env)
        )
        missing = f"The clock “{labels['counsel_reply']}” has run out"
        self.assertMissing(case, "court", missing)
        now = fields.Datetime.now()
        self.env["dispute.clock"]._start(
            [{"case": case, "kind": "counsel_reply", "due_at": now + timedelta(days=3)}]
        )
        self.assertMissing(case, "court", missing)
        with freeze_time(now + timedelta(days=4)):
            self.go(case, "court")

    def test_agreement_linked(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "agreement_linked"})
        words = "An agreement is linked, so that its clauses are known"
        self.assertMissing(case, "court", words)
        link = self.link(case, state="proposed")
        self.assertMissing(case, "court", words)
        link.action_link()
        self.go(case, "court")

    def test_both_sides_consent_to_mediation(self):
        case = self.open_case()
        self.set_rung("mediation", {"kind": "both_consents"})
        words = "We and the customer consent to mediation"
        self.assertMissing(case, "mediation", words)
        handoff = self.mediate(case, ours="given")
        self.assertMissing(case, "mediation", words)
        handoff.consent_ids.filtered(lambda c: c.side == "theirs")._answer(
            "given", "in their mail"
        )
        self.go(case, "mediation")

    def test_mediation_refused_by_the_customer_was_tried(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "rung_tried", "tried_rung": "mediation"})
        words = "Mediation was tried, or the customer refused it"
        self.assertMissing(case, "court", words)
        self.mediate(case, ours="refused")
        self.assertMissing(case, "court", words)
        self.mediate(case, theirs="refused")
        self.go(case, "court")

    def test_lawyer_has_taken_over(self):
        case = self.open_case()
        self.set_rung("court", {"kind": "counsel_acknowledged"})
        words = "A lawyer has acknowledged or taken over the matter"
        self.assertMissing(case, "court", words)
        (handoff,) = self.env["dispute.handoff"]._open_handoffs(
            [(case.ticket_ids, "lawyer", self.env["dispute.signal"])]
        )
        self.assertMissing(case, "court", words)
        at_work(handoff).write({"state": "acknowledged"})
        self.go(case, "court")

    def test_closing_asks_for_the_outcome(self):
        case = self.open_case()
        self.assertMissing(case, "closed", "The outcome is noted")
        case.with_user(self.supervisor)._set_outcome("settled", "They paid")
        self.go(case, "closed")
        self.assertTrue(case.closed_at)
        # opened again, how it ends is asked again
        self.go(case, "discuss")
        self.assertFalse(case.outcome)
        self.assertMissing(case, "closed", "The outcome is noted")

    def test_incomplete_condition(self):
        rung = self.set_rung("court")
        for values in (
            {"kind": "rung_tried"},
            {"kind": "clock_ended"},
            {"kind": "efforts", "effort_count": 0},
            {"kind": "rung_tried", "tried_rung": "mediation", "days": -1},
        ):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env["dispute.rung.condition"].create(
                    {"rung_id": rung.id, **values}
                )

    # ------------------------------------------------------------------
    # Data
    # ------------------------------------------------------------------

    def test_shipped_ladder(self):
        case = self.open_case()
        asked = {
            "cooling_off": 0,
            "mediation": 2,
            "formal_claim": 5,
            "court": 5,
            "closed": 1,
        }
        for rung, number in asked.items():
            with self.subTest(rung):
                self.assertEqual(len(case._find_missing(rung)), number)

    def test_company_goes_before_all(self):
        case = self.open_case()
        self.set_rung("mediation")
        self.assertFalse(case._find_missing("mediation"))
        elsewhere = self.env["dispute.case"].create(
            {"title": "Elsewhere", "company_id": self.other_company.id}
        )
        self.assertTrue(elsewhere._find_missing("mediation"))

    def test_who_sets_the_ladder(self):
        for user, may in (
            (self.agent_team, False),
            (self.supervisor, False),
            (self.counsel, False),
            (self.manager, True),
        ):
            with self.subTest(user.login):
                rung = self.env.ref("dispute_guard.dispute_rung_court").with_user(user)
                plan = rung.plan_id.with_user(user)
                self.assertTrue(rung.has_access("read"))
                self.assertEqual(rung.has_access("write"), may)
                self.assertEqual(rung.condition_ids.has_access("unlink"), may)
                self.assertEqual(plan.has_access("write"), may)
                self.assertEqual(plan.template_ids.has_access("unlink"), may)
        foreign = self.set_rung("court").with_user(self.foreigner)
        self.assertFalse(foreign.has_access("read"))

    def test_administrator_edits_playbooks_of_disputes_alone(self):
        partners = self.env["mail.activity.plan"].create(
            {"name": "Partners", "res_model": "res.partner"}
        )
        self.assertFalse(partners.with_user(self.manager).has_access("write"))
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["mail.activity.plan"].with_user(self.manager).create(
                {"name": "Mine", "res_model": "res.partner"}
            )
        self.env["mail.activity.plan"].with_user(self.manager).create(
            {"name": "Mine", "res_model": "dispute.case"}
        )

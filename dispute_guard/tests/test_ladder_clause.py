"""What the agreement says on disputes goes before what the company asks for."""

import json

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_ladder import LadderCommon

BEFORE_COURT = {"kind": "rung_tried", "tried_rung": "mediation", "days": 5}


@tagged("post_install", "-at_install")
class TestLadderClause(LadderCommon):
    def setUp(self):
        super().setUp()
        self.case = self.open_case("2026-03-02 09:00")
        self.set_rung("court", BEFORE_COURT)
        self.set_rung("mediation")

    def find_missing(self, at="2026-03-20 09:00", rung="court"):
        with freeze_time(at):
            return self.case._find_missing(rung)

    def test_without_a_clause_the_company_decides(self):
        words = ["Mediation was tried for 5 days, or the customer refused it"]
        self.assertEqual(self.find_missing(), words)
        self.link(self.case)
        self.assertEqual(self.find_missing(), words)
        self.assertFalse(self.case.clause_summary)

    def test_clause_skips_a_stage(self):
        self.link(self.case, dispute_mediation="skipped", dispute_clause_number="14")
        self.assertEqual(self.find_missing(), [])
        self.go(self.case, "court")
        self.assertEqual(self.case.rung, "court")

    def test_clause_sets_a_stage_and_its_days(self):
        self.link(
            self.case,
            dispute_mediation="required",
            dispute_mediation_days=10,
            dispute_discuss="required",
            dispute_discuss_days=30,
            dispute_clause_number="14.2",
        )
        self.assertEqual(
            self.find_missing(),
            [
                "“Discuss” was tried for at least 30 days "
                "([AH-1] Agreement AH-1, clause 14.2)",
                "Mediation was tried for 10 days, or the customer refused it "
                "([AH-1] Agreement AH-1, clause 14.2)",
            ],
        )
        # thirty days of talk are wanted before mediation, too
        self.assertEqual(len(self.find_missing(rung="mediation")), 1)
        self.assertFalse(self.find_missing("2026-04-02 09:00", "mediation"))
        self.go(self.case, "mediation", at="2026-04-02 09:00")
        self.assertEqual(len(self.find_missing("2026-04-08 09:00")), 1)
        self.assertFalse(self.find_missing("2026-04-12 09:00"))

    def test_clause_does_not_keep_from_cooling_off_or_closing(self):
        self.link(self.case, dispute_discuss="required", dispute_mediation="required")
        self.assertFalse(self.find_missing(rung="cooling_off"))
        self.set_rung("closed")
        self.assertFalse(self.find_missing(rung="closed"))

    def test_counsel_overrides_a_clause(self):
        self.link(self.case, dispute_mediation="required")
        with self.assertRaises(UserError):
            self.go(self.case, "court")
        self.go(self.case, "court", self.counsel, reason="It lapses", override=True)
        self.assertIn("AH-1", self.case.step_ids.missing)

    def test_only_what_governs_counts(self):
        for number, (relation, state) in enumerate(
            [("governs", "proposed"), ("governs", "rejected"), ("terms", "linked")], 1
        ):
            self.link(
                self.case,
                f"AH-{number}",
                relation,
                state,
                dispute_mediation="skipped",
            )
        self.assertFalse(self.case.clause_summary)
        self.assertEqual(len(self.find_missing()), 1)

    def test_first_agreement_with_a_clause_governs(self):
        self.link(self.case, "AH-1")
        self.link(self.case, "AH-2", dispute_mediation="skipped")
        self.link(self.case, "AH-3", dispute_mediation="required")
        self.assertFalse(self.find_missing())
        self.assertIn("AH-2", self.case.clause_summary)

    def test_clause_is_shown_to_who_sees_no_agreements(self):
        self.link(
            self.case,
            dispute_clause_number="14.2",
            dispute_clause="Disputes go to mediation first.",
            dispute_mediation="required",
            dispute_mediation_days=10,
            dispute_formal_claim="skipped",
            dispute_forum="Riga City Court",
        )
        self.agent_team.group_ids -= self.env.ref("agreement.group_agreement_user")
        case = self.case.with_user(self.agent_team)
        self.assertEqual(
            case.clause_summary,
            "[AH-1] Agreement AH-1, clause 14.2\n"
            "Mediation: required, 10 days\n"
            "Formal claim: not needed\n"
            "Court or arbitration: Riga City Court",
        )
        self.assertEqual(case.clause_words, "Disputes go to mediation first.")

    def test_clause_that_governs_is_changed_by_counsel_alone(self):
        link = self.link(self.case, dispute_mediation="required")
        for user in (self.agent_team, self.supervisor, self.manager):
            user.group_ids += self.env.ref("agreement.group_agreement_user")
            with self.subTest(user.login), self.assertRaises(AccessError):
                link.agreement_id.with_user(user).dispute_mediation = "skipped"
        # anything else of it is changed as ever
        link.agreement_id.with_user(self.agent_team).end_date = "2027-01-01"
        link.agreement_id.with_user(self.counsel).dispute_mediation = "skipped"
        self.close_dispute(self.case)
        link.agreement_id.with_user(self.agent_team).dispute_mediation = "required"

    def test_clause_stands_in_the_evidence_of_a_step(self):
        self.link(self.case, dispute_mediation="skipped", dispute_clause_number="14")
        self.go(self.case, "court")
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "case"), ("ticket_id", "in", self.case.ticket_ids.ids)],
            limit=1,
        )
        details = json.loads(evidence.canonical)["record"]["details"]
        self.assertEqual(
            details["clause"],
            "[AH-1] Agreement AH-1, clause 14\nMediation: not needed",
        )

    def test_clause_under_hold_stays(self):
        link = self.link(self.case, dispute_mediation="required")
        self.case._place_hold("Claim expected")
        agreement = link.agreement_id.with_user(self.counsel)
        for values in (
            {"dispute_mediation": "skipped"},
            {"dispute_mediation_days": 1},
            {"dispute_clause": "x"},
            {"dispute_clause_number": "1"},
            {"dispute_forum": "x"},
            {"active": False},  # what was kept before still is
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(UserError, "hold"),
                self.env.cr.savepoint(),
            ):
                agreement.write(values)

import json

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import CONDITIONAL, DisputeCommon

START = "2026-03-02 09:00:00"


class LadderCommon(DisputeCommon):
    """A dispute, a counsel, and conditions of the company's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.counsel = new_test_user(
            cls.env,
            login="dispute_counsel",
            name="Clara Counsel",
            context={"no_reset_password": True},
            groups="dispute_guard.group_dispute_counsel",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    @classmethod
    def set_rung(cls, code, *conditions, **values):
        """Let the company ask for nothing but ``conditions`` (dicts) at ``code``."""
        return cls.env["dispute.rung"].create(
            {
                "code": code,
                "company_id": cls.company.id,
                "condition_ids": [(0, 0, each) for each in conditions],
                **values,
            }
        )

    def open_case(self, at=START):
        with freeze_time(at):
            return self.write_in(CONDITIONAL).dispute_case_id

    def go(self, case, rung, user=None, at=None, **kwargs):
        """Take ``case`` to ``rung`` as ``user`` (a supervisor) does."""
        case = case.with_user(user or self.supervisor)
        if not at:
            return case._step(rung, **kwargs)
        with freeze_time(at):
            return case._step(rung, **kwargs)

    def get_steps(self, case):
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "case"), ("ticket_id", "in", case.ticket_ids.ids)],
            order="id",
        )
        records = [json.loads(each.canonical)["record"] for each in evidence]
        return [each for each in records if each["details"]["step"] == "rung"]

    def assertMissing(self, case, rung, *words, user=None):
        """Assert that the step is refused, naming ``words`` and nothing else."""
        with self.assertRaises(UserError) as refusal:
            self.go(case, rung, user)
        lines = [
            line[2:]
            for line in str(refusal.exception).splitlines()
            if line.startswith("•")
        ]
        self.assertEqual(lines, list(words))
        self.assertNotEqual(case.rung, rung)
        return str(refusal.exception)

    def note_efforts(self, case, *kinds):
        self.env["dispute.effort.entry"].with_user(self.supervisor).create(
            [
                {
                    "case_id": case.id,
                    "kind": kind,
                    "occurred_at": START,
                    "words": "We offered to repair it.",
                }
                for kind in kinds
            ]
        )

    def link(self, case, code="AH-1", relation="governs", state="linked", **clause):
        """Link an agreement with a dispute ``clause`` to the case."""
        agreement, _file = self.make_agreement(code)
        agreement.write(clause)
        return self.env["dispute.agreement.link"].create(
            {
                "ticket_id": case.ticket_ids[:1].id,
                "agreement_id": agreement.id,
                "relation": relation,
                "state": state,
            }
        )

    def mediate(self, case, **states):
        """Ask for mediation; the sides answer with ``states``."""
        (handoff,) = self.env["dispute.handoff"]._open_handoffs(
            [(case.ticket_ids[:1], "mediator", self.env["dispute.signal"])]
        )
        for side, state in states.items():
            handoff.consent_ids.filtered(lambda c, side=side: c.side == side)._answer(
                state, "by telephone"
            )
        return handoff

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_handoff import HandoffCommon


@tagged("post_install", "-at_install")
class TestMediation(HandoffCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia = cls.make_professional(
            "mediator", "Mia Mediator", price_unit="hour", price=90
        )
        cls.ticket = cls.write_in("I want to speak to your manager.")
        cls.ticket._open_dispute_case()
        cls.handoff = cls.env["dispute.handoff"].create(
            {"case_id": cls.ticket.dispute_case_id.id, "role": "mediator"}
        )

    def setUp(self):
        super().setUp()
        self.run_cron("ir_cron_handoff")

    def record(self, user=None, **values):
        window = self.env["dispute.handoff.consent.record"].with_user(
            user or self.supervisor
        )
        return window.create(
            {"handoff_id": self.handoff.id, "words": "By mail.", **values}
        )

    def get_states(self):
        return {each.side: each.state for each in self.handoff.consent_ids}

    def test_both_sides_are_asked_and_see_the_cost(self):
        self.assertEqual(self.get_states(), {"ours": "asked", "theirs": "asked"})
        self.assertEqual(self.handoff.consent_state, "asked")
        window = self.record()
        self.assertEqual(window.side, "ours")
        self.assertIn("90.00", window.price_note)
        self.assertIn("an hour", window.price_note)
        window.action_apply()
        self.assertEqual(self.handoff.consent_state, "asked")
        window = self.record(words="We agree to talk.")
        self.assertEqual(window.side, "theirs")
        window.action_apply()
        self.assertEqual(self.handoff.consent_state, "given")
        theirs = self.handoff.consent_ids.filtered(lambda each: each.side == "theirs")
        self.assertEqual(theirs.words, "We agree to talk.")
        self.assertEqual(theirs.recorded_by, "Sven Supervisor")
        self.assertEqual(self.get_events(self.handoff)[-2:], ["consent", "consent"])

    def test_refusal_calls_it_off(self):
        step = self.handoff.step_id
        self.record(side="theirs", state="refused", words="Never.").action_apply()
        self.assertEqual(self.handoff.consent_state, "refused")
        self.assertEqual(self.handoff.state, "cancelled")
        self.assertEqual(step.state, "withdrawn")
        self.assertIn("out of your hands", self.get_mails(self.mia)[-1].body_html)
        with self.assertRaises(UserError):
            self.record(side="theirs").action_apply()

    def test_consent_needs_words_and_a_supervisor(self):
        with self.assertRaises(UserError):
            self.record(words="  ").action_apply()
        with self.assertRaises(AccessError):
            self.record(self.agent_team)
        with self.assertRaises(AccessError):
            self.handoff.consent_ids.with_user(self.agent_team)._answer("given", "x")
        self.assertEqual(self.handoff.consent_state, "asked")

    def test_consents_are_written_by_nobody(self):
        consent = self.handoff.consent_ids[:1]
        for records in (consent, consent.sudo(), consent.with_user(self.manager)):
            for call in (
                lambda records=records: records.write({"state": "given"}),
                lambda records=records: records.create(
                    {"handoff_id": self.handoff.id, "side": "ours"}
                ),
                records.unlink,
            ):
                with self.assertRaises(UserError):
                    call()

    def test_brief_shows_who_agreed(self):
        self.assertIn("Consent to the mediation", str(self.handoff.brief))

    def test_other_roles_ask_nobody(self):
        self.assertFalse(self.hand_off().consent_ids)

    # ------------------------------------------------------------------
    # A third person
    # ------------------------------------------------------------------

    def test_nobody_mediates_with_himself(self):
        self.handoff.case_id.partner_id = self.customer
        window = self.env["dispute.handoff.reassign"].with_user(self.supervisor)
        window = window.create(
            {
                "handoff_id": self.handoff.id,
                "partner_id": self.customer.id,
                "reason": "He offers it.",
                "our_words": "Fine.",
                "their_words": "Yes.",
            }
        )
        with self.assertRaisesRegex(UserError, self.customer.name):
            window.action_apply()

    def test_person_on_whom_both_sides_agree(self):
        """Even somebody who knows the customer."""
        priest = self.env["res.partner"].create(
            {"name": "Paul Priest", "email": "paul@example.org"}
        )
        priest.parent_id = self.customer
        values = {
            "handoff_id": self.handoff.id,
            "partner_id": priest.id,
            "reason": "Both know him.",
        }
        window = self.env["dispute.handoff.reassign"].with_user(self.supervisor)
        with self.assertRaises(UserError):
            window.create(values).action_apply()
        window.create(
            {**values, "our_words": "Fine.", "their_words": "Yes, Paul."}
        ).action_apply()
        self.assertEqual(self.handoff.professional_id.partner_id, priest)
        self.assertEqual(self.handoff.state, "sent")
        self.assertEqual(self.handoff.consent_state, "given")
        self.assertEqual(self.handoff.professional_id.case_id, self.handoff.case_id)
        # he is nobody's choice elsewhere
        ticket = self.write_in("I want to speak to your manager.")
        ticket._open_dispute_case()
        other = self.env["dispute.handoff"].create(
            {"case_id": ticket.dispute_case_id.id, "role": "mediator"}
        )
        chain, _left_out = self.env["dispute.professional"]._find_chain(other)
        self.assertEqual([each["name"] for each in chain], ["Mia Mediator"])

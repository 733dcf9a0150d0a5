from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.dispute_guard.ledger import sha256_hex

from .common import ANNOUNCED, CALM, PHYSICAL
from .common_handoff import HandoffCommon


@tagged("post_install", "-at_install")
class TestBriefContent(HandoffCommon):
    """Everything a professional has to know, without being asked for it."""

    def make_dispute(self):
        agreement, _file = self.make_agreement("AH-7")
        agreement.write(
            {
                "dispute_clause_number": "9",
                "dispute_clause": "The parties first ask a mediator.",
            }
        )
        self.env["agreement"].flush_model()
        ticket = self.write_in(f"{CALM} {ANNOUNCED}")
        case = ticket.dispute_case_id
        link = ticket.dispute_agreement_link_ids
        link.action_link()
        euro = self.env.ref("base.EUR")
        case.write(
            {
                "party_ids": [
                    (0, 0, {"role": "their_counsel", "name": "Gregor Gegner"})
                ],
                "sum_ids": [
                    (
                        0,
                        0,
                        {
                            "kind": "offered",
                            "amount": 4321,
                            "currency_id": euro.id,
                            "note": "as a gesture",
                        },
                    )
                ],
            }
        )
        ticket.activity_schedule(
            "dispute_guard.mail_activity_type_promise",
            date_deadline=fields.Date.today() + timedelta(days=3),
            summary="Call back about the worktop",
        )
        self.env["dispute.effort.entry"].with_user(self.supervisor).create(
            {
                "case_id": case.id,
                "kind": "apology",
                "words": "Said we regret the trouble",
            }
        )
        ticket.with_user(self.agent_team).message_post(
            body="We look into it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return ticket

    def test_all_that_is_known(self):
        ticket = self.make_dispute()
        self.run_cron("ir_cron_handoff")
        brief = str(ticket.dispute_handoff_ids.brief)
        for about, words in {
            "words": ANNOUNCED,
            "party": "Gregor Gegner",
            "customer": "paula@example.net",
            "sum": "4,321.00",
            "note on a sum": "as a gesture",
            "clause": "The parties first ask a mediator.",
            "promise": "Call back about the worktop",
            "clock": "Answer to the complaint",
            "effort": "Said we regret the trouble",
            "answers": "Answers written: 1",
            "chronology": "My order",
            "wish": "No lawsuit if it can be avoided",
            "options": "Mediation, while no court has been asked.",
            "evidence": ticket.dispute_signal_ids.evidence_id.sha256[:16],
        }.items():
            with self.subTest(about):
                self.assertIn(words, brief)

    def test_case_with_nothing_but_a_threat(self):
        """No currency, no customer, no agreement: the brief says so and is sent."""
        ticket = self.write_in(ANNOUNCED, From="Nobody <nobody@example.org>")
        ticket.dispute_case_id.write({"currency_id": False, "amount_disputed": 5})
        self.run_cron("ir_cron_handoff")
        handoff = ticket.dispute_handoff_ids
        self.assertEqual(handoff.state, "sent")
        for words in ("None is known", "None is noted."):
            self.assertIn(words, str(handoff.brief))

    def test_long_disputes_are_told_from_their_end(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        self.env["dispute.effort.entry"].with_user(self.supervisor).create(
            [
                {"case_id": case.id, "kind": "meeting", "words": f"Meeting {number}"}
                for number in range(70)
            ]
        )
        self.run_cron("ir_cron_handoff")
        brief = str(ticket.dispute_handoff_ids.brief)
        self.assertIn("Earlier events are left out here", brief)
        self.assertIn("Meeting 69", brief)

    def test_wishes_by_role(self):
        handoff = self.write_in(ANNOUNCED).dispute_handoff_ids
        wishes = set()
        for role, _label in handoff._fields["role"].selection:
            handoff._move({"role": role})
            self.assertTrue(handoff._get_options())
            wishes.add(handoff._get_wish())
        self.assertEqual(len(wishes), 4)

    # ------------------------------------------------------------------
    # Editable, then frozen
    # ------------------------------------------------------------------

    def test_edited_until_it_is_sent(self):
        handoff = self.write_in(ANNOUNCED).dispute_handoff_ids
        handoff = handoff.with_user(self.supervisor)
        handoff.desired_outcome = "He pays what he owes."
        handoff.action_write_brief()
        self.assertIn("He pays what he owes.", str(handoff.brief))
        self.assertFalse(handoff.brief_sha256)
        handoff.brief = handoff.brief + "<p>Call me first.</p>"
        self.run_cron("ir_cron_handoff")
        self.assertIn("Call me first.", str(handoff.brief))
        self.assertIn("Call me first.", handoff.sudo().mail_id.body_html)
        self.assertEqual(handoff.brief_sha256, sha256_hex(str(handoff.brief).encode()))
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("ticket_id", "=", handoff.ticket_id.id)]
        )
        self.assertIn("Call me first.", evidence.content)
        self.assertIn(handoff.brief_sha256, evidence.canonical)
        for name in ("brief", "desired_outcome", "options", "professional_id"):
            for record in (handoff, handoff.sudo()):
                with self.subTest(name), self.assertRaises(UserError):
                    record.write({name: False})
        handoff.step_id._decline("Busy.")
        with self.assertRaises(UserError):
            handoff.brief = "<p>Never mind.</p>"

    def test_written_anew_when_it_changes_hands(self):
        handoff = self.hand_off()
        digest = handoff.brief_sha256
        other = self.make_professional("lawyer", "Bert Lawyer")
        self.reply(handoff.ticket_id, "I will see you in court, liars.")
        handoff.with_user(self.supervisor)._reassign(other, "On leave.", True)
        self.assertIn("I will see you in court", str(handoff.brief))
        self.assertNotEqual(handoff.brief_sha256, digest)
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("ticket_id", "=", handoff.ticket_id.id)]
        )
        self.assertTrue(any(digest in each.canonical for each in evidence))

    # ------------------------------------------------------------------
    # Threats to people
    # ------------------------------------------------------------------

    def test_security_hears_of_the_danger_and_nothing_else(self):
        self.make_professional("security", "Sid Security")
        place = self.env["dispute.jurisdiction"].create(
            {
                "name": "Somewhere",
                "code": "XS",
                "emergency_note": "Call 112 and say where you are.",
            }
        )
        child = place.create({"name": "Part", "code": "XP", "parent_id": place.id})
        self.make_agreement("AH-7")
        self.env["agreement"].flush_model()
        ticket = self.write_in(f"{ANNOUNCED} {PHYSICAL}")
        ticket.dispute_case_id.jurisdiction_id = child
        self.run_cron("ir_cron_handoff")
        by_role = ticket.dispute_handoff_ids.grouped("role")
        brief = str(by_role["security"].brief)
        self.assertIn(PHYSICAL, brief)
        self.assertIn("Call 112 and say where you are.", brief)
        self.assertIn("paula@example.net", brief)
        for secret in (ANNOUNCED, "Agreement AH-7", "Sums", "Clocks"):
            with self.subTest(secret):
                self.assertNotIn(secret, brief)
        self.assertEqual(
            by_role["security"].emergency_note, "Call 112 and say where you are."
        )
        brief = str(by_role["lawyer"].brief)
        self.assertIn(ANNOUNCED, brief)
        self.assertNotIn("break your legs", brief)
        self.assertIn("There are threats to people, too", brief)
        self.assertFalse(by_role["lawyer"].emergency_note)

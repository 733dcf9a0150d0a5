from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ledger import sha256_hex
from .common import ANNOUNCED, CALM, CONDITIONAL, HEATED, DisputeCommon

TEXT = b"%PDF-1.4 signed on both sides"


@tagged("post_install", "-at_install")
class TestAgreement(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement, cls.file = cls.make_agreement("AH-1", TEXT)

    def make_link(self, ticket=None, **values):
        return (
            self.env["dispute.agreement.link"]
            .with_user(self.agent_team)
            .create(
                {
                    "ticket_id": (ticket or self.write_in(CALM)).id,
                    "agreement_id": self.agreement.id,
                    "attachment_id": self.file.id,
                    "relation": "governs",
                    "clause_number": "5",
                    "clause_text": "Complaints are answered within ten days.",
                    **values,
                }
            )
        )

    def get_evidence(self, ticket):
        return self.env["dispute.evidence"].search(
            [("kind", "=", "agreement"), ("ticket_id", "=", ticket.id)]
        )

    # ------------------------------------------------------------------
    # Proposals and gaps
    # ------------------------------------------------------------------

    def test_customers_agreements_are_proposed(self):
        second, _file = self.make_agreement("AH-2")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.make_agreement("AH-3", partner=stranger)
        elsewhere, _file = self.make_agreement("AH-4")
        elsewhere.company_id = self.other_company
        ticket = self.write_in(ANNOUNCED)
        links = ticket.dispute_agreement_link_ids
        self.assertEqual(links.agreement_id, self.agreement | second)
        self.assertEqual(set(links.mapped("state")), {"proposed"})
        self.assertEqual(links.case_id, ticket.dispute_case_id)
        self.assertFalse(ticket.dispute_agreement_gap)
        self.assertFalse(self.get_evidence(ticket))

    def test_agreements_of_the_whole_customer_are_proposed(self):
        company = self.env["res.partner"].create(
            {"name": "Customer Ltd", "is_company": True}
        )
        self.customer.parent_id = company
        frame, _file = self.make_agreement("AH-5", partner=company)
        links = self.write_in(CONDITIONAL).dispute_agreement_link_ids
        self.assertIn(frame, links.agreement_id)

    def test_second_threat_proposes_nothing_twice(self):
        ticket = self.write_in(CONDITIONAL)
        ticket.dispute_agreement_link_ids.action_reject()
        self.reply(ticket, ANNOUNCED)
        link = ticket.dispute_agreement_link_ids
        self.assertEqual((len(link), link.state), (1, "rejected"))

    def test_nothing_is_proposed_without_a_legal_threat(self):
        for body in (CALM, HEATED):
            ticket = self.write_in(body)
            self.assertFalse(ticket.dispute_agreement_link_ids)
            self.assertFalse(ticket.dispute_agreement_gap)

    def test_missing_agreement_is_a_gap(self):
        ticket = self.write_in(ANNOUNCED, From="Nobody <nobody@example.org>")
        self.assertTrue(ticket.dispute_agreement_gap)
        self.assertEqual(ticket.dispute_agreement_count, 0)

    def test_rejecting_all_leaves_a_gap(self):
        ticket = self.write_in(ANNOUNCED)
        ticket.dispute_agreement_link_ids.with_user(self.agent_team).action_reject()
        self.assertTrue(ticket.dispute_agreement_gap)
        self.env.invalidate_all()
        self.assertEqual(ticket.dispute_agreement_count, 0)

    # ------------------------------------------------------------------
    # Pinning
    # ------------------------------------------------------------------

    def test_linking_pins_the_file_and_records_evidence(self):
        ticket = self.write_in(ANNOUNCED)
        link = ticket.dispute_agreement_link_ids.with_user(self.agent_team)
        self.assertFalse(link.file_sha256)
        link.write(
            {
                "attachment_id": self.file.id,
                "clause_number": "6.1",
                "clause_text": "The parties talk first.",
            }
        )
        link.action_link()
        self.assertEqual(link.state, "linked")
        self.assertEqual(link.file_sha256, sha256_hex(TEXT))
        evidence = self.get_evidence(ticket)
        self.assertEqual(evidence.content, "The parties talk first.")
        self.assertEqual(evidence.author, self.agent_team.name)
        self.assertEqual(evidence.recorded_by, "dispute_agent_team")
        for words in ("AH-1", "6.1", "governs", "AH-1.pdf", sha256_hex(TEXT)):
            self.assertIn(words, evidence.canonical)
        self.assertTrue(evidence.intact)
        link.action_link()
        self.assertEqual(self.get_evidence(ticket), evidence)

    def test_new_line_is_linked_at_once(self):
        link = self.make_link()
        self.assertEqual(link.file_sha256, sha256_hex(TEXT))
        self.assertEqual(len(self.get_evidence(link.ticket_id)), 1)

    def test_agreement_without_file(self):
        link = self.make_link(attachment_id=False, clause_text=False)
        self.assertFalse(link.file_sha256)
        self.assertFalse(link.file_changed)
        self.assertEqual(self.get_evidence(link.ticket_id).content, "Agreement AH-1")

    def test_changed_file_is_noticed(self):
        link = self.make_link()
        self.assertFalse(link.file_changed)
        self.file.raw = b"%PDF-1.4 another text"
        self.env.invalidate_all()
        self.assertTrue(link.file_changed)
        self.assertEqual(link.file_sha256, sha256_hex(TEXT))
        self.file.raw = TEXT
        self.env.invalidate_all()
        self.assertFalse(link.file_changed)

    def test_what_is_pinned_cannot_be_edited(self):
        other, other_file = self.make_agreement("AH-2")
        link = self.make_link()
        for values in (
            {"clause_text": "Complaints are never answered."},
            {"clause_number": "7"},
            {"attachment_id": other_file.id},
            {"agreement_id": other.id},
            {"state": "proposed", "clause_text": "Nothing."},
        ):
            for user in (self.agent_team, self.supervisor, self.env.user):
                with self.subTest(values=values, user=user.login):
                    with self.assertRaises(UserError) as refusal:
                        link.with_user(user).write(values)
                    self.assertIn("add a new one", str(refusal.exception))
        link.with_user(self.agent_team).action_reject()
        self.assertEqual(link.state, "rejected")
        self.assertEqual(len(self.get_evidence(link.ticket_id)), 1)

    def test_pinned_file_cannot_be_deleted(self):
        link = self.make_link()
        with self.assertRaises(UserError) as refusal:
            self.file.unlink()
        self.assertIn("AH-1.pdf", str(refusal.exception))
        self.assertIn(link.ticket_id.number, str(refusal.exception))
        self.assertTrue(self.file.exists())
        _agreement, free = self.make_agreement("AH-2")
        free.unlink()

    def test_same_clause_is_linked_once(self):
        link = self.make_link()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.make_link(link.ticket_id)
        self.make_link(link.ticket_id, clause_number="6")
        self.assertEqual(link.ticket_id.dispute_agreement_count, 2)

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def test_agent_links_only_on_tickets_he_may_see(self):
        ticket = self.write_in(ANNOUNCED)
        ticket.user_id = self.agent_team
        link = ticket.dispute_agreement_link_ids
        for user in (self.agent_own, self.foreigner, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                link.with_user(user).action_link()
        with self.assertRaises(AccessError):
            self.env["dispute.agreement.link"].with_user(self.agent_own).create(
                {
                    "ticket_id": ticket.id,
                    "agreement_id": self.agreement.id,
                    "clause_number": "9",
                }
            )
        self.assertEqual(link.state, "proposed")

    def test_files_of_agreements_that_are_not_his_stay_closed(self):
        """Who links a file gets a copy of it with the ticket."""
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign, foreign_file = self.make_agreement("AH-6")
        foreign.company_id = self.other_company
        closed, closed_file = self.make_agreement("AH-7", partner=stranger)
        for agreement, file in ((foreign, foreign_file), (closed, closed_file)):
            with self.assertRaises(ValidationError):
                self.make_link(agreement_id=agreement.id, attachment_id=file.id)
        known = self.env.ref("agreement.group_agreement_readonly")
        self.agent_team.sudo().group_ids += known
        link = self.make_link(agreement_id=closed.id, attachment_id=closed_file.id)
        self.assertEqual(link.state, "linked")
        with self.assertRaises(ValidationError):
            self.make_link(agreement_id=foreign.id, attachment_id=foreign_file.id)

    def test_digest_is_never_brought(self):
        with self.assertRaises(UserError):
            self.make_link(file_sha256="0" * 64)
        links = self.env["dispute.agreement.link"].with_user(self.agent_team)
        link = links.with_context(default_file_sha256="0" * 64).create(
            {
                "ticket_id": self.write_in(CALM).id,
                "agreement_id": self.agreement.id,
                "attachment_id": self.file.id,
            }
        )
        self.assertEqual(link.file_sha256, sha256_hex(TEXT))

    def test_agent_does_not_delete_lines(self):
        link = self.make_link()
        with self.assertRaises(AccessError):
            link.unlink()

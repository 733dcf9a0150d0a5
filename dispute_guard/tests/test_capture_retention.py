from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..ledger import sha256_hex
from .common import ANNOUNCED, CALM, HEATED
from .common_capture import PDF, SendingCommon, make_mail_with
from .test_evidence import SqlCommon

OTHER = b"%PDF-1.4 something else"


@tagged("post_install", "-at_install")
class TestRetention(SendingCommon, SqlCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dispute_raw_days = 30

    def write_with(self, *files, body=CALM):
        number = self.env["dispute.inbound"].search_count([])
        return self.receive(
            make_mail_with(
                *(
                    (f"{n}.pdf", "application/pdf", data)
                    for n, data in enumerate(files)
                ),
                body=body,
                **{"Message-ID": f"<{number}@retention.example.net>"},
            )
        )

    def age(self, ticket, days=40):
        """Let all mails of ``ticket`` have come and left some days earlier."""
        self.env.flush_all()
        then = fields.Datetime.now() - timedelta(days=days)
        for table, column in (
            ("dispute_inbound", "received_at"),
            ("dispute_outbound", "sent_at"),
        ):
            name = SQL.identifier(table)
            self.env.cr.execute(
                SQL(
                    """
                    ALTER TABLE %(table)s DISABLE TRIGGER dispute_guard_columns;
                    UPDATE %(table)s SET %(column)s = %(then)s WHERE ticket_id = %(id)s;
                    ALTER TABLE %(table)s ENABLE TRIGGER dispute_guard_columns
                    """,
                    table=name,
                    column=SQL.identifier(column),
                    then=then,
                    id=ticket.id,
                )
            )
        self.env.invalidate_all()

    def drop(self):
        self.file_now()
        self.run_cron("ir_cron_retention")
        self.env.invalidate_all()

    def get_dropping(self, ticket):
        evidence = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "change")]
        )
        records = [each._get_record()["details"] for each in evidence]
        return [each for each in records if each["action"] == "dropped"]

    def assertKept(self, ticket):
        self.drop()
        self.assertTrue(all(row.raw for row in ticket.dispute_inbound_ids))
        self.assertFalse(self.get_dropping(ticket))

    def assertDropped(self, ticket):
        self.drop()
        self.assertFalse(any(row.raw for row in ticket.dispute_inbound_ids))
        self.assertEqual(len(self.get_dropping(ticket)), 1)

    def is_lost(self, data):
        readers = self.env["dispute.content"]._get_readers([sha256_hex(data)])
        try:
            return b"".join(readers[sha256_hex(data)]()) != data
        except OSError:
            return True

    # ------------------------------------------------------------------
    # What goes
    # ------------------------------------------------------------------

    def test_originals_of_quiet_tickets_are_dropped(self):
        ticket = self.write_with(PDF)
        ticket.message_subscribe(self.customer.ids)
        with self.mail_server():
            self.answer(ticket)
        self.file_now()
        inbound = ticket.dispute_inbound_ids
        sent = self.get_sent(ticket)
        self.age(ticket)
        self.assertDropped(ticket)
        [details] = self.get_dropping(ticket)
        self.assertEqual(details["before"]["dispute_inbound"], [inbound.raw_sha256])
        self.assertEqual(details["before"]["dispute_outbound"], [sent.raw_sha256])
        self.assertEqual(details["before"]["dispute_file"], [sha256_hex(PDF)])
        self.assertFalse(sent.raw)
        self.assertTrue(self.is_lost(PDF))
        self.assertIn(CALM, inbound.body)
        self.assertTrue(inbound.raw_sha256 and sent.raw_sha256)
        self.drop()
        self.assertEqual(len(self.get_dropping(ticket)), 1)

    def test_what_was_dropped_is_no_fault(self):
        ticket = self.write_with(PDF)
        self.age(ticket)
        self.assertDropped(ticket)
        digests = {ticket.dispute_inbound_ids.raw_sha256, sha256_hex(PDF)}
        report = self.env["dispute.ledger.report"]
        self.assertEqual(report._check_files(digests), {})

    def test_dropping_past_the_rules_is_a_fault(self):
        """The note of a dropping alone proves nothing."""
        ticket = self.write_with(PDF)
        self.file_now()
        inbound = ticket.dispute_inbound_ids
        self.env.cr.execute(
            "UPDATE dispute_inbound SET raw = NULL, dropped_by = 1 WHERE id = %s",
            [inbound.id],
        )
        self.env.cr.execute(
            "UPDATE dispute_content SET dropped_by = 1 WHERE sha256 = %s",
            [sha256_hex(PDF)],
        )
        self.env.cr.execute(
            "DELETE FROM ir_attachment WHERE res_model = 'dispute.content'"
        )
        self.env.invalidate_all()
        report = self.env["dispute.ledger.report"]
        self.assertEqual(
            report._check_files({inbound.raw_sha256, sha256_hex(PDF)}),
            {inbound.raw_sha256: "missing", sha256_hex(PDF): "missing"},
        )

    def test_a_file_that_another_ticket_keeps_stays(self):
        quiet, recent = self.write_with(PDF, OTHER), self.write_with(PDF)
        self.file_now()
        self.age(quiet)
        self.assertDropped(quiet)
        self.assertFalse(self.is_lost(PDF))
        self.assertTrue(self.is_lost(OTHER))
        self.age(recent)
        self.assertDropped(recent)
        self.assertTrue(self.is_lost(PDF))

    def test_a_file_that_comes_again_is_kept_again(self):
        quiet = self.write_with(PDF)
        self.file_now()
        self.age(quiet)
        self.assertDropped(quiet)
        self.write_with(PDF)
        self.file_now()
        self.assertFalse(self.is_lost(PDF))

    # ------------------------------------------------------------------
    # What stays
    # ------------------------------------------------------------------

    def test_recent_tickets_keep_theirs(self):
        ticket = self.write_with(PDF)
        self.age(ticket, days=29)
        self.assertKept(ticket)

    def test_one_recent_mail_keeps_all(self):
        ticket = self.write_with(PDF)
        self.age(ticket)
        self.reply(ticket, "And another thing.")
        self.assertKept(ticket)

    def test_disputes_and_signs_of_one_keep_theirs(self):
        for body in (ANNOUNCED, HEATED):
            ticket = self.write_with(PDF, body=body)
            self.assertTrue(ticket.dispute_signal_ids)
            self.age(ticket)
            with self.subTest(body):
                self.assertKept(ticket)

    def test_a_former_dispute_keeps_its(self):
        """A released and emptied dispute still shows in the evidence."""
        ticket = self.write_with(PDF)
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "hold",
                    "content": "Held once",
                    "ticket": ticket,
                    "company": self.company,
                    "author": None,
                    "occurred_at": None,
                    "details": {},
                }
            ]
        )
        self.age(ticket)
        self.assertKept(ticket)

    def test_what_is_not_screened_yet_stays(self):
        with (
            self.broken_screener(RuntimeError("broken")),
            self.assertLogs("odoo.addons.dispute_guard", "ERROR"),
        ):
            ticket = self.write_with(PDF)
        self.age(ticket)
        self.assertEqual(ticket.dispute_inbound_ids.state, "pending")
        self.assertKept(ticket)

    def test_without_a_time_everything_stays(self):
        self.company.dispute_raw_days = 0
        ticket = self.write_with(PDF)
        self.age(ticket, days=4000)
        self.assertKept(ticket)

    def test_other_companies_have_times_of_their_own(self):
        ticket = self.write_with(PDF)
        self.company.dispute_raw_days = 100
        self.other_company.dispute_raw_days = 1
        self.age(ticket)
        self.assertKept(ticket)

    # ------------------------------------------------------------------
    # Nobody else drops
    # ------------------------------------------------------------------

    def test_the_database_refuses_to_drop_without_a_note(self):
        inbound = self.write_with(PDF).dispute_inbound_ids
        self.file_now()
        for query in (
            "UPDATE dispute_inbound SET raw = NULL WHERE id = %s",
            "UPDATE dispute_inbound SET dropped_by = 1 WHERE id = %s",
            "UPDATE dispute_inbound SET raw = 'x', dropped_by = 1 WHERE id = %s",
        ):
            with self.subTest(query):
                self.assertRefused(query, inbound.id)
        self.age(inbound.ticket_id)
        self.assertDropped(inbound.ticket_id)
        self.assertRefused(
            "UPDATE dispute_inbound SET raw = 'x' WHERE id = %s", inbound.id
        )
        self.assertRefused(
            "UPDATE dispute_inbound SET dropped_by = NULL WHERE id = %s", inbound.id
        )

    def test_negative_times_are_refused(self):
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.company.dispute_raw_days = -1
            self.env.flush_all()

    def test_dropping_takes_the_same_queries_however_many(self):
        def count(number):
            tickets = [self.write_with(b"%d-%d" % (number, n)) for n in range(number)]
            self.file_now()
            for ticket in tickets:
                self.age(ticket)
            found = self.env["dispute.retention"]._find_tickets(self.company)
            self.assertEqual(len(found), number)
            start = self.env.cr.sql_log_count
            self.env["dispute.retention"]._drop(found, self.company)
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        count(1)
        self.assertEqual(count(2), count(6))

import os

from odoo.tests import tagged

from ..ledger import sha256_hex
from .common_capture import PDF, SendingCommon, make_mail_with
from .test_evidence import SqlCommon


@tagged("post_install", "-at_install")
class TestFilesChecked(SendingCommon, SqlCommon):
    """What verification says of files that somebody with the server's keys touched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        cls.inbound = cls.ticket.dispute_inbound_ids

    def setUp(self):
        super().setUp()
        self.file_now()

    def check(self, *digests):
        return self.env["dispute.ledger.report"]._check_files(set(digests))

    def get_stored(self):
        content = self.env["dispute.content"].search([("sha256", "=", sha256_hex(PDF))])
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", "dispute.content"),
                ("res_field", "=", "raw"),
                ("res_id", "=", content.id),
            ]
        )

    def test_all_is_well(self):
        self.assertEqual(self.check(self.inbound.raw_sha256, sha256_hex(PDF)), {})

    def test_files_that_were_never_kept_are_not_missed(self):
        self.assertEqual(self.check("0" * 64), {})

    def test_altered_files_are_named(self):
        stored = self.get_stored()
        path = stored._full_path(stored.store_fname)
        with open(path, "r+b") as file:
            file.write(b"forged")
        try:
            self.assertEqual(self.check(sha256_hex(PDF)), {sha256_hex(PDF): "altered"})
        finally:
            with open(path, "wb") as file:
                file.write(PDF)

    def test_missing_files_are_named(self):
        stored = self.get_stored()
        path = stored._full_path(stored.store_fname)
        os.unlink(path)
        try:
            self.assertEqual(self.check(sha256_hex(PDF)), {sha256_hex(PDF): "missing"})
        finally:
            with open(path, "wb") as file:
                file.write(PDF)

    def test_rows_taken_out_are_named(self):
        for query in (
            "DELETE FROM ir_attachment WHERE res_model = 'dispute.content'",
            """
            ALTER TABLE dispute_content DISABLE TRIGGER USER;
            DELETE FROM dispute_content;
            ALTER TABLE dispute_content ENABLE TRIGGER USER
            """,
        ):
            with self.subTest(query):
                self.env.cr.execute(query)
                self.env.invalidate_all()
                self.assertEqual(
                    self.check(sha256_hex(PDF)), {sha256_hex(PDF): "missing"}
                )

    def test_altered_and_missing_mails_are_named(self):
        self.ticket.message_subscribe(self.customer.ids)
        with self.mail_server():
            self.answer(self.ticket)
        for row in (self.inbound, self.get_sent(self.ticket)):
            for raw, fault in ((b"Zm9yZ2Vk", "altered"), (None, "missing")):
                with self.subTest(f"{row._name} {fault}"):
                    self.tamper(row, "dispute_guard_raw", raw=raw)
                    self.assertEqual(
                        self.check(row.raw_sha256), {row.raw_sha256: fault}
                    )

    def test_mail_that_is_no_base64_any_more_is_named(self):
        """The database cannot even read it; the others are checked all the same."""
        other = self.receive(make_mail_with(("p.pdf", "application/pdf", b"other")))
        other = other.dispute_inbound_ids
        digests = (self.inbound.raw_sha256, other.raw_sha256, sha256_hex(PDF))
        for raw in (b"!", b"Zm9yZ2V", b"\xff\xfe"):
            with self.subTest(raw):
                self.tamper(self.inbound, "dispute_guard_raw", raw=raw)
                self.assertEqual(self.check(*digests), {digests[0]: "altered"})

    def test_checking_takes_the_same_queries_however_many(self):
        digests = [
            entry["sha256"]
            for entry in self.env["dispute.content"]._keep(
                [
                    {"name": "x", "mimetype": "text/plain", "data": b"%d" % number}
                    for number in range(30)
                ]
            )
        ]

        def count(some):
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.check(*some)
            return self.env.cr.sql_log_count - start

        count(digests[:1])
        self.assertEqual(count(digests[:2]), count(digests))

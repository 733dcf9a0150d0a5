import os

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ledger import sha256_hex
from .common import CALM, DisputeCommon, make_mail


@tagged("post_install", "-at_install")
class TestContent(DisputeCommon):
    def keep(self, *blobs, name="file.bin"):
        return self.env["dispute.content"]._keep(
            [
                {"name": name, "mimetype": "application/pdf", "data": data}
                for data in blobs
            ]
        )

    def read_back(self, *digests):
        readers = self.env["dispute.content"]._get_readers(digests)
        return [b"".join(readers[digest]()) for digest in digests]

    def get_stored(self, digest):
        content = self.env["dispute.content"].search([("sha256", "=", digest)])
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", "dispute.content"),
                ("res_field", "=", "raw"),
                ("res_id", "in", content.ids),
            ]
        )

    def test_what_is_kept_is_named_and_read_back(self):
        data = b"%PDF-1.4 " + bytes(range(256)) * 10
        [entry] = self.keep(data, name="räksmörgås.pdf")
        self.assertEqual(
            entry,
            {
                "name": "räksmörgås.pdf",
                "mimetype": "application/pdf",
                "size": len(data),
                "sha256": sha256_hex(data),
            },
        )
        self.assertEqual(self.read_back(entry["sha256"]), [data])

    def test_equal_bytes_are_kept_once(self):
        first = self.keep(b"one", b"one", b"two")
        second = self.keep(b"two", b"one")
        self.assertEqual(first[0], first[1])
        digests = {entry["sha256"] for entry in first + second}
        rows = self.env["dispute.content"].search([("sha256", "in", list(digests))])
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(self.get_stored(first[0]["sha256"])), 1)

    def test_an_empty_file_is_a_file(self):
        [entry] = self.keep(b"")
        self.assertEqual(entry["size"], 0)
        self.assertEqual(self.read_back(entry["sha256"]), [b""])

    def test_large_files_are_read_in_pieces(self):
        data = os.urandom(2_500_000)
        [entry] = self.keep(data)
        readers = self.env["dispute.content"]._get_readers([entry["sha256"]])
        pieces = list(readers[entry["sha256"]]())
        self.assertEqual([len(piece) for piece in pieces], [1 << 20, 1 << 20, 402_848])
        self.assertEqual(b"".join(pieces), data)

    def test_raw_mails_are_read_like_files(self):
        long = make_mail(f"{CALM}\r\n" * 50_000)
        short = make_mail(CALM)
        inbound = self.receive(long).dispute_inbound_ids
        digests = (inbound.raw_sha256, sha256_hex(short))
        self.receive(short)
        self.assertEqual(self.read_back(*digests), [long, short])
        readers = self.env["dispute.content"]._get_readers(digests)
        self.assertGreater(len(list(readers[digests[0]]())), 3)

    def test_files_in_the_database_are_read_like_files(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        data = os.urandom(1_500_000)
        [entry] = self.keep(data)
        self.assertFalse(self.get_stored(entry["sha256"]).store_fname)
        self.assertEqual(self.read_back(entry["sha256"]), [data])

    def test_lost_files_say_so_when_they_are_read(self):
        [entry] = self.keep(b"soon lost")
        stored = self.get_stored(entry["sha256"])
        os.unlink(stored._full_path(stored.store_fname))
        for digest in (entry["sha256"], "0" * 64):
            with self.subTest(digest):
                readers = self.env["dispute.content"]._get_readers([digest])
                with self.assertRaises(OSError):
                    list(readers[digest]())

    def test_readers_take_the_same_queries_however_many(self):
        digests = [entry["sha256"] for entry in self.keep(b"1")]
        many = [entry["sha256"] for entry in self.keep(*(b"%d" % n for n in range(40)))]
        self.env.flush_all()
        content = self.env["dispute.content"]
        with self.assertQueryCount(2):
            content._get_readers(digests)
        with self.assertQueryCount(2):
            content._get_readers(many)

    def test_nobody_changes_or_deletes_what_is_kept(self):
        [entry] = self.keep(b"kept")
        content = self.env["dispute.content"].search([("sha256", "=", entry["sha256"])])
        stored = self.get_stored(entry["sha256"])
        for change in (
            lambda: content.write({"sha256": "0" * 64}),
            lambda: content.write({"raw": False}),
            content.unlink,
            lambda: content.create({"sha256": "0" * 64}),
            lambda: stored.write({"raw": b"other"}),
            lambda: stored.write({"res_id": 0}),
            stored.unlink,
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        self.assertEqual(self.read_back(entry["sha256"]), [b"kept"])

    def test_moving_all_files_to_another_storage_is_possible(self):
        [entry] = self.keep(b"moved")
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        self.get_stored(entry["sha256"])._migrate()
        self.assertEqual(self.read_back(entry["sha256"]), [b"moved"])

    def test_no_flag_in_the_context_lets_files_go(self):
        [entry] = self.keep(b"kept")
        content = self.env["dispute.content"].search([("sha256", "=", entry["sha256"])])
        for record in (content, self.get_stored(entry["sha256"])):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                record.with_context(_force_unlink=True).unlink()

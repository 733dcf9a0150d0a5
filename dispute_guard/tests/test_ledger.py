"""The log of a company: how evidence gets into it, heads, proofs, who may do what."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.sql_db import db_connect
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from .. import keystore
from ..ledger import head_from_text, is_signed
from ..models import dispute_ledger_sequencer
from ..models.dispute_ledger_sequencer import LOCK
from .common import ANNOUNCED, CALM, INBOX
from .common_ledger import LedgerCommon


class Killed(BaseException):
    """The process ends here."""


@tagged("post_install", "-at_install")
class TestLedger(LedgerCommon):
    # ------------------------------------------------------------------
    # What gets in
    # ------------------------------------------------------------------

    def test_evidence_gets_into_the_log(self):
        evidence = self.grow(3, 2)
        items = self.get_items()
        self.assertEqual(items.mapped("position"), [0, 1, 2, 3, 4])
        self.assertEqual(items.mapped("evidence_id"), evidence.ids)
        self.assertEqual(self.get_heads().mapped("size"), [3, 5])
        self.assertEqual((self.ledger.size, self.ledger.waiting), (5, 0))
        self.assertIntact(5)

    def test_large_mails_are_filed_one_after_the_other(self):
        """Two hundred of them at once would need more memory than there is."""
        for _turn in range(3):
            self.write_in(CALM)
        sequencer = type(self.env["dispute.ledger.sequencer"])
        filed, file_rows = [], sequencer._file_rows

        def follow(model, source, rows):
            filed.append(len(rows))
            return file_rows(model, source, rows)

        for most, expected in ((1, [1, 1, 1]), (1 << 20, [3])):
            with (
                self.env.cr.savepoint() as savepoint,
                patch.object(dispute_ledger_sequencer, "MOST_BYTES", most),
                patch.object(sequencer, "_file_rows", follow),
            ):
                filed.clear()
                self.sequence()
                self.assertEqual(filed, expected)
                self.assertIntact(3)
                savepoint.rollback()
                self.env.invalidate_all()
                (self.folder / f"{self.ledger.log}.head").unlink()

    def test_every_mail_is_filed(self):
        """A neutral mail, too; its transaction does nothing for it."""
        ticket = self.write_in(CALM)
        self.assertFalse(self.find(ticket))
        self.sequence()
        evidence = self.find(ticket)
        inbound = ticket.dispute_inbound_ids
        self.assertEqual(evidence.kind, "message")
        self.assertEqual(evidence.content, CALM)
        self.assertIn("paula@example.net", evidence.author)
        record = evidence._get_record()
        details = record["details"]
        self.assertEqual(details["inbound"], inbound.id)
        self.assertEqual(details["to"], INBOX)
        self.assertEqual(details["raw_sha256"], inbound.raw_sha256)
        self.assertEqual(details["origin"], "gateway")
        self.assertNotIn("html", details)
        self.assertEqual(
            record["files"][0],
            {
                "name": inbound.raw_name,
                "mimetype": "message/rfc822",
                "size": inbound.raw_size,
                "sha256": inbound.raw_sha256,
            },
        )
        self.assertTrue(evidence.intact)
        self.sequence()
        self.assertEqual(self.find(ticket), evidence)

    def test_text_without_a_mail_is_kept_as_it_was_written(self):
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Call",
                "description": f"<p><b>{CALM}</b></p>",
                "team_id": self.team.id,
                "partner_id": self.customer.id,
            }
        )
        self.sequence()
        record = self.find(ticket)._get_record()
        self.assertEqual(record["content"].strip("*"), CALM)
        self.assertIn(f"<b>{CALM}</b>", record["details"]["html"])
        self.assertEqual(record["files"], [])

    def find(self, ticket):
        return self.env["dispute.evidence"].search(
            [("ticket_number", "=", ticket.number)]
        )

    def test_threat_wakes_the_sequencer(self):
        cron = self.env.ref("dispute_guard.ir_cron_ledger")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.write_in(CALM)
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before)
        self.write_in(ANNOUNCED)
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertGreater(after, before)

    def test_evidence_put_in_by_sql_is_queued_like_any_other(self):
        self.grow(1)
        self.copy_evidence()
        self.assertEqual(self.ledger.waiting, 1)
        self.sequence()
        self.assertEqual(self.ledger.size, 2)

    def copy_evidence(self):
        self.env.cr.execute(
            """
            INSERT INTO dispute_evidence (company_id, kind, content, canonical, sha256,
                author, recorded_at, recorded_by, occurred_at, occurred_source)
            SELECT company_id, kind, content, canonical, sha256,
                author, recorded_at, recorded_by, occurred_at, occurred_source
            FROM dispute_evidence WHERE company_id = %s ORDER BY id DESC LIMIT 1
            """,
            [self.company.id],
        )

    def test_evidence_without_a_ticket(self):
        evidence = self.grow(1)
        self.assertFalse(evidence.ticket_id or evidence.ticket_model)
        self.assertTrue(evidence.with_user(self.supervisor).content)
        with self.assertRaises(AccessError):
            evidence.with_user(self.agent_team).read(["content"])
        self.assertIntact(1)

    def test_evidence_names_its_files(self):
        files = [
            {
                "name": "a.pdf",
                "mimetype": "application/pdf",
                "size": 3,
                "sha256": "0" * 64,
            }
        ]
        evidence = self.grow(1, files=files, occurred_source="header", author=None)
        record = evidence._get_record()
        self.assertEqual((record["files"], record["author"]), (files, ""))
        self.assertEqual(evidence.occurred_source, "header")
        self.assertTrue(evidence.intact)
        nothing = self.record(1, occurred_at=None)
        self.assertFalse(nothing.occurred_at)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(nothing.intact)

    def test_each_company_has_a_log(self):
        self.grow(2)
        self.grow(1, company=self.other_company)
        self.assertIntact(2)
        other = self.env["dispute.ledger"]._of(self.other_company)
        self.assertEqual((other.size, other._verify().state), (1, "intact"))
        self.assertNotEqual(other.log, self.ledger.log)

    # ------------------------------------------------------------------
    # The sequencer, disturbed
    # ------------------------------------------------------------------

    def test_batches(self):
        for size in (1, 2, 3, 7):
            with (
                patch.object(dispute_ledger_sequencer, "ITEM_BATCH", size),
                patch.object(dispute_ledger_sequencer, "FILING_BATCH", size),
            ):
                self.grow(5)
        self.assertEqual(self.get_heads().mapped("size"), [5, 10, 15, 20])
        self.assertIntact(20)

    def test_whole_subtrees(self):
        self.grow(255, 1, 260)
        nodes = self.env["dispute.ledger.node"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(
            nodes.mapped(lambda node: (node.level, node.position)), [(8, 0), (8, 1)]
        )
        self.assertIntact(516)

    def test_killed_between_any_two_statements(self):
        """Whatever a transaction did not finish is done by the next run."""
        for turn in range(100):
            self.write_in(CALM)
            self.record()
            self.env.flush_all()
            if not self.die_after(turn):
                break
            self.sequence()
        self.assertGreater(turn, 10)
        self.assertLess(turn, 99)
        self.assertIntact(2 * turn + 2)

    def die_after(self, statements):
        """Run the sequencer; return whether it was killed after so many statements."""
        cursor = type(self.env.cr)
        execute, left = cursor.execute, [None] * statements

        def dying(*args, **kwargs):
            if not left:
                raise Killed
            left.pop()
            return execute(*args, **kwargs)

        with self.env.cr.savepoint() as savepoint:
            try:
                with patch.object(cursor, "execute", dying):
                    self.run_cron("ir_cron_ledger")
            except Killed:
                savepoint.rollback()
                self.env.invalidate_all()
                return True
        return False

    def test_two_at_once(self):
        """A second sequencer leaves while the first one works."""
        self.record()
        self.env.flush_all()
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, self.company.id)
            )
            self.assertTrue(other.fetchone()[0])
            self.sequence()
            self.assertEqual((self.ledger.size, self.ledger.waiting), (0, 1))
            self.assertFalse(self.get_heads())
            other.rollback()
        self.sequence()
        self.assertEqual((self.ledger.size, self.ledger.waiting), (1, 0))

    def test_row_that_cannot_be_filed_holds_up_nothing(self):
        bad, good = self.write_in(CALM, Subject="bad"), self.write_in(CALM)
        inbound = type(self.env["dispute.inbound"])
        prepare = inbound._prepare_ledger_evidence

        def broken(records):
            if "bad" in records.mapped("subject"):
                raise ValueError("cannot be told")
            return prepare(records)

        with (
            patch.object(inbound, "_prepare_ledger_evidence", broken),
            mute_logger("odoo.addons.dispute_guard.models.dispute_ledger_sequencer"),
        ):
            self.sequence()
        self.assertEqual((len(self.find(bad)), len(self.find(good))), (0, 1))
        report = self.verify()
        self.assertEqual(report.state, "noted")
        self.assertIn("1 rows could not be put into the log", report.remarks)

    def test_clock_set_back(self):
        now = fields.Datetime.now()
        self.grow(1)
        with freeze_time(now - timedelta(days=400)):
            self.grow(1)
        self.assertEqual(self.ledger.size, 2)
        report = self.verify()
        self.assertEqual((report.state, report.size), ("noted", 2))
        self.assertIn("clock was set back", report.remarks)

    def test_idle_run_is_cheap(self):
        self.grow(2)
        cron = self.env.ref("dispute_guard.ir_cron_ledger")
        self.assertEqual(cron.code, "model._cron_sequence()")
        with self.assertQueryCount(1):
            self.env["dispute.ledger.sequencer"]._find_companies(None)

    # ------------------------------------------------------------------
    # Heads and keys
    # ------------------------------------------------------------------

    def test_heads_are_chained_and_signed(self):
        self.grow(1, 1, 1)
        heads = self.get_heads()
        self.assertEqual(
            heads.mapped("previous"), ["", *(each._get_digest() for each in heads[:2])]
        )
        for head in heads:
            data = head.canonical.encode()
            self.assertTrue(is_signed(data, head.signature, head.key))
            self.assertEqual(head_from_text(head.text)[0].data, data)
        self.assertEqual(len(set(heads.mapped("key"))), 1)
        self.sequence()
        self.assertEqual(self.get_heads(), heads)

    def test_key_lies_outside_the_database(self):
        self.grow(1)
        key = self.folder / f"{self.ledger.log}.key"
        self.assertIn(b"PRIVATE KEY", key.read_bytes())
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        kept, _signature = keystore.find_head("", self.ledger.log)
        self.assertEqual(kept.size, 1)
        self.assertEqual(len(list(self.folder.iterdir())), 2)

    def test_lost_key_is_told_and_stops_nothing(self):
        self.grow(1)
        (self.folder / f"{self.ledger.log}.key").unlink()
        self.grow(1)
        self.assertIn("is gone from the server", self.ledger.key_problem)
        self.assertEqual(len(self.ledger.activity_ids), 1)
        self.grow(1)
        self.assertTrue(self.ledger.key_problem, "told until somebody read it")
        report = self.verify()
        self.assertEqual((report.state, report.size), ("noted", 3))
        self.assertIn("another key signs", report.remarks)
        self.ledger.activity_ids.action_done()
        self.grow(1)
        self.assertFalse(self.ledger.key_problem)

    def test_folder_that_cannot_be_written(self):
        self.startPatcher(
            patch.object(keystore, "folder", lambda database: self.folder / "file")
        )
        (self.folder / "file").write_text("no folder")
        self.grow(1)
        head = self.get_heads()
        self.assertEqual((head.size, head.signature or ""), (1, ""))
        self.assertTrue(self.ledger.key_problem and self.ledger.keep_problem)
        report = self.verify()
        self.assertEqual(report.state, "noted")
        self.assertIn("is not signed", report.remarks)

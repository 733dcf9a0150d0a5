"""People who own the database go around Odoo; verification names what they did."""

import json
from unittest.mock import patch

from odoo.tests import tagged

from ..ledger import (
    leaf_hash,
    sha256_hex,
)
from .common import CALM
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestTamper(LedgerCommon):
    def setUp(self):
        super().setUp()
        self.evidence = self.grow(4, 4, 2)

    def test_untouched(self):
        report = self.assertIntact(10)
        self.assertEqual((report.heads, report.position), (3, -1))
        self.assertFalse(report.fault or report.explanation or report.remarks)
        self.assertIn("fits the head kept on the server", report.anchors)
        self.assertFalse(self.ledger.verify_problem)

    # ------------------------------------------------------------------
    # Edited
    # ------------------------------------------------------------------

    def test_edited_words(self):
        self.forge(self.evidence[5], content="I praise you.")
        self.assertFault("edited", 5, f"Evidence {self.evidence[5].id} (item 5)")

    def test_edited_column_alone(self):
        for column, value in (
            ("content", "I praise you."),
            ("author", "Somebody"),
            ("recorded_at", "2020-01-01"),
            ("occurred_at", None),
            ("occurred_source", "header"),
            ("kind", "quote"),
            ("ticket_number", "HT1"),
            ("ticket_id", 1),
            ("ticket_model", "helpdesk.ticket"),
            ("sha256", "0" * 64),
            ("company_id", self.other_company.id),
        ):
            with self.subTest(column), self.env.cr.savepoint() as savepoint:
                with self.owner() as execute:
                    execute(
                        f"UPDATE dispute_evidence SET {column} = %s WHERE id = %s",
                        [value, self.evidence[3].id],
                    )
                self.assertFault("edited", 3)
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertIntact(10)

    def test_edited_with_its_leaf(self):
        leaf = self.forge(self.evidence[5], content="I praise you.")
        self.set_leaf(5, leaf)
        self.assertFault("changed", 4, "items 4 to 7")

    def test_edited_with_its_leaf_after_the_last_head(self):
        """Nothing signed speaks of it yet, but the evidence of another does."""
        self.record(2)
        self.sequence_without_head()
        leaf = self.forge(
            self.env["dispute.evidence"].search([], order="id desc", limit=1),
            content="I praise you.",
        )
        self.assertEqual(len(leaf), 64)
        self.assertFault("edited", 11)

    def test_evidence_that_is_none_of_ours(self):
        """Its digest fits, for whoever put it in made the digest, too."""
        good = self.evidence[0]._get_record()
        for number, record in enumerate(
            (
                {},
                [],
                "[" * 5000 + "]" * 5000,
                good | {"details": None},
                good | {"details": {"raw_sha256": 5}},
                good | {"files": None},
                good | {"files": ["one"]},
                good | {"files": [{"sha256": "\0"}, {"sha256": 5}]},
            )
        ):
            with self.subTest(number), self.env.cr.savepoint() as savepoint:
                text = json.dumps({"record": record})
                if isinstance(record, str):
                    text = record
                with self.owner() as execute:
                    execute(
                        "UPDATE dispute_evidence SET canonical = %s, sha256 = %s "
                        "WHERE id = %s",
                        [text, sha256_hex(text.encode()), self.evidence[9].id],
                    )
                self.set_leaf(9, leaf_hash(text.encode()).hex())
                self.sequence()
                report = self.verify()
                self.assertEqual(report.state, "broken")
                self.assertIn(report.fault, ("edited", "changed"))
                self.assertFalse(self.evidence[9].intact)
                self.assertEqual(self.evidence[9]._get_record()["details"], {})
                savepoint.rollback()
                self.env.invalidate_all()

    def sequence_without_head(self):
        sequencer = type(self.env["dispute.ledger.sequencer"])
        with patch.object(sequencer, "_make_head", lambda self, company: None):
            self.sequence()

    # ------------------------------------------------------------------
    # Missing
    # ------------------------------------------------------------------

    def delete(self, evidence):
        with self.owner() as execute:
            execute("DELETE FROM dispute_evidence WHERE id = %s", [evidence.id])

    def delete_item(self, position, close_gap=False):
        with self.owner() as execute:
            execute(
                "DELETE FROM dispute_ledger_item "
                "WHERE company_id = %s AND position = %s",
                [self.company.id, position],
            )
            if close_gap:
                self.shift(execute, position, -1)

    def shift(self, execute, position, step):
        for sign_of in (-1, 1):  # past each other, for positions are unique
            execute(
                "UPDATE dispute_ledger_item "
                "SET position = CASE WHEN position > 0 THEN -position - %s "
                "ELSE -position END WHERE company_id = %s AND "
                "(position >= %s OR position < 0)",
                [step, self.company.id, position if sign_of < 0 else 10**6],
            )

    def test_missing_evidence(self):
        self.delete(self.evidence[4])
        report = self.assertFault("missing", 4)
        self.assertEqual(report.evidence_id, self.evidence[4].id)

    def test_missing_item(self):
        self.delete_item(6)
        self.assertFault("missing", 6, "Item 6 is missing")

    def test_missing_item_with_the_gap_closed(self):
        self.delete_item(6, close_gap=True)
        self.assertFault("missing", 6)

    def test_missing_evidence_and_item_with_the_gap_closed(self):
        self.delete(self.evidence[6])
        self.delete_item(6, close_gap=True)
        self.assertFault("changed", 4, "items 4 to 7")

    def test_missing_before_it_got_into_the_log(self):
        evidence = self.record()
        self.env.flush_all()
        self.delete(evidence)
        self.sequence()
        self.assertFault("missing", 10, f"Row {evidence.id} of dispute_evidence")

    def test_sent_to_the_queue_of_another_company(self):
        """There it would wait for good, and never come into a log."""
        for company in (0, self.other_company.id):
            with self.subTest(company), self.env.cr.savepoint() as savepoint:
                evidence = self.record()
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE dispute_ledger_queue SET company = %s WHERE record_id = %s "
                    "AND source = 'dispute_evidence'",
                    [company, evidence.id],
                )
                self.sequence()
                self.assertFault("inserted", 10, f"Evidence {evidence.id}")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_mail_sent_to_the_queue_of_no_company(self):
        self.write_in(CALM)
        self.env.flush_all()
        self.env.cr.execute("UPDATE dispute_ledger_queue SET company = 0")
        self.sequence()
        report = self.verify()
        self.assertEqual(report.state, "noted")
        self.assertIn("1 rows could not be put into the log", report.remarks)

    def test_mail_whose_place_in_the_queue_is_gone(self):
        inbound = self.write_in(CALM).dispute_inbound_ids
        self.sequence()
        self.assertIntact(11)
        lost = self.write_in(CALM).dispute_inbound_ids
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM dispute_ledger_queue WHERE source = 'dispute_inbound'"
        )
        self.write_in(CALM)
        waiting = self.write_in(CALM).dispute_inbound_ids
        self.sequence()
        self.assertNotIn(inbound, lost | waiting)
        self.assertFault("missing", 13, f"Row {lost.id} of dispute_inbound never got")

    def test_mail_deleted_before_it_was_filed(self):
        inbound = self.write_in(CALM).dispute_inbound_ids
        self.env.flush_all()
        with self.owner() as execute:
            execute("DELETE FROM dispute_inbound WHERE id = %s", [inbound.id])
        self.sequence()
        self.assertFault("missing", 10, f"Row {inbound.id} of dispute_inbound")

    # ------------------------------------------------------------------
    # Inserted, reordered
    # ------------------------------------------------------------------

    def insert(self):
        """Put in evidence past the queue; return its id."""
        with self.owner() as execute:
            execute(
                """
                INSERT INTO dispute_evidence (company_id, kind, content, canonical,
                    sha256, author, recorded_at, recorded_by, occurred_at,
                    occurred_source)
                SELECT company_id, kind, content, canonical, sha256, author,
                    recorded_at, recorded_by, occurred_at, occurred_source
                FROM dispute_evidence WHERE id = %s RETURNING id
                """,
                [self.evidence[0].id],
            )
            return self.env.cr.fetchone()[0]

    def test_inserted_evidence(self):
        number = self.insert()
        self.assertFault("inserted", 10, f"Evidence {number} stands in no log")

    def test_inserted_into_the_log(self):
        number = self.insert()
        with self.owner() as execute:
            self.shift(execute, 5, 1)
            execute(
                "INSERT INTO dispute_ledger_item "
                "(company_id, position, evidence_id, leaf_hash) VALUES (%s, 5, %s, %s)",
                [
                    self.company.id,
                    number,
                    leaf_hash(self.evidence[0].canonical.encode()).hex(),
                ],
            )
        self.assertFault("inserted", 5)

    def test_reordered_positions(self):
        for one, other in ((4, 6), (5, 9)):
            with self.subTest(one=one), self.env.cr.savepoint() as savepoint:
                with self.owner() as execute:
                    for old, new in ((one, -1), (other, one), (-1, other)):
                        execute(
                            "UPDATE dispute_ledger_item SET position = %s "
                            "WHERE company_id = %s AND position = %s",
                            [new, self.company.id, old],
                        )
                self.assertFault("reordered", one)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_reordered_evidence(self):
        """The evidence of two items is swapped, their leaves are not."""
        items = self.get_items()
        first, second = items[2], items[7]
        ids = first.evidence_id, second.evidence_id
        with self.owner() as execute:
            for item, evidence_id in ((first, -1), (second, ids[0]), (first, ids[1])):
                execute(
                    "UPDATE dispute_ledger_item SET evidence_id = %s WHERE id = %s",
                    [evidence_id, item.id],
                )
        self.assertFault("reordered", 2)

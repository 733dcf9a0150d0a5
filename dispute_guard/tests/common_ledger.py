"""The ledger at work, and people who own the database."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo.tools import SQL

from .. import keystore
from ..ledger import canonical_bytes, head_from_text, leaf_hash, sha256_hex
from .common import DisputeCommon

TABLES = (
    "dispute_evidence",
    "dispute_inbound",
    "dispute_ledger",
    "dispute_ledger_item",
    "dispute_ledger_node",
    "dispute_ledger_head",
)


class LedgerCommon(DisputeCommon):
    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp(prefix="dispute-guard-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.startPatcher(
            patch.object(keystore, "folder", lambda database: self.folder)
        )
        self.ledger = self.env["dispute.ledger"]._of(self.company)

    # ------------------------------------------------------------------
    # The ledger at work
    # ------------------------------------------------------------------

    def record(self, number=1, **values):
        """Record some pieces of evidence and return them."""
        count = self.env["dispute.evidence"].search_count([])
        return self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "call",
                    "content": f"Words {count + turn}",
                    "company": self.company,
                    "author": "Paula",
                    "occurred_at": self.env.cr.now(),
                    "details": {},
                    **values,
                }
                for turn in range(number)
            ]
        )

    def sequence(self):
        self.env.flush_all()
        self.run_cron("ir_cron_ledger")
        self.env.invalidate_all()

    def grow(self, *numbers, **values):
        """Record and sequence so many pieces, then so many; return all of them."""
        evidence = self.env["dispute.evidence"]
        for number in numbers:
            evidence += self.record(number, **values)
            self.sequence()
        return evidence

    def get_heads(self):
        return self.env["dispute.ledger.head"].search(
            [("company_id", "=", self.company.id)], order="size"
        )

    def get_items(self):
        return self.env["dispute.ledger.item"].search(
            [("company_id", "=", self.company.id)], order="position"
        )

    def verify(self, outside=()):
        """Verify and return the report; ``outside`` are texts that were kept."""
        self.env.invalidate_all()
        return self.ledger._verify([head_from_text(text) for text in outside])

    def assertIntact(self, size, **kwargs):
        report = self.verify(**kwargs)
        self.assertEqual(
            (report.state, report.size), ("intact", size), report.explanation
        )
        return report

    def assertFault(self, fault, position=None, words=(), **kwargs):
        """Assert what verification finds first."""
        report = self.verify(**kwargs)
        self.assertEqual(
            (report.state, report.fault), ("broken", fault), report.explanation
        )
        if position is not None:
            self.assertEqual(report.position, position, report.explanation)
            self.assertEqual(report.size, position)
        for word in [words] if isinstance(words, str) else words:
            self.assertIn(word, report.explanation)
        self.assertEqual(self.ledger.verify_problem, report.explanation)
        return report

    # ------------------------------------------------------------------
    # The database owner at work
    # ------------------------------------------------------------------

    @contextmanager
    def owner(self):
        """Let the block do by SQL what triggers refuse."""
        self.env.flush_all()
        for action in ("DISABLE", "ENABLE"):
            for table in TABLES:
                self.env.cr.execute(
                    SQL(
                        "ALTER TABLE %s %s TRIGGER USER",
                        SQL.identifier(table),
                        SQL(action),
                    )
                )
            if action == "DISABLE":
                yield self.env.cr.execute
        self.env.invalidate_all()

    def forge(self, evidence, **changes):
        """Change a piece of evidence and everything beside it that tells."""
        record = evidence._get_record() | changes
        data = canonical_bytes(record)
        with self.owner() as execute:
            execute(
                """
                UPDATE dispute_evidence SET content = %s, canonical = %s, sha256 = %s
                WHERE id = %s
                """,
                [record["content"], data.decode(), sha256_hex(data), evidence.id],
            )
        return leaf_hash(data).hex()

    def set_leaf(self, position, leaf):
        with self.owner() as execute:
            execute(
                "UPDATE dispute_ledger_item SET leaf_hash = %s "
                "WHERE company_id = %s AND position = %s",
                [leaf, self.company.id, position],
            )

    def cut(self, size, heads):
        """Cut off items and evidence from ``size`` on, and heads beyond it."""
        with self.owner() as execute:
            execute(
                "DELETE FROM dispute_evidence WHERE id = ANY(%s)",
                [self.get_items()[size:].mapped("evidence_id")],
            )
            execute(
                "DELETE FROM dispute_ledger_item "
                "WHERE company_id = %s AND position >= %s",
                [self.company.id, size],
            )
            if heads:
                execute(
                    "DELETE FROM dispute_ledger_head "
                    "WHERE company_id = %s AND size > %s",
                    [self.company.id, size],
                )

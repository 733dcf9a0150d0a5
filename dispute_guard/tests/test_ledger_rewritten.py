"""People who own the database rewrite the log itself; verification tells."""

import base64
from unittest.mock import patch

from psycopg2 import errors

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ledger import (
    Frontier,
    Head,
    load_key,
    new_key,
    public_key,
    sign,
)
from .common import CALM
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestTamperedHeads(LedgerCommon):
    def setUp(self):
        super().setUp()
        self.evidence = self.grow(4, 4, 2)

    # ------------------------------------------------------------------
    # The tail
    # ------------------------------------------------------------------

    def test_cut_tail(self):
        self.cut(7, heads=False)
        self.assertFault("cut", 7, "counts 8 items")

    def test_cut_tail_with_its_heads(self):
        """The head kept on the server shows it."""
        self.cut(8, heads=True)
        self.assertFault("cut", 8, "counts 10 items")

    def test_old_backup_that_goes_on(self):
        """New items must not cover up that others are gone."""
        self.cut(8, heads=True)
        self.grow(1, author="Somebody")
        self.assertIn("does not fit the head that was kept", self.ledger.keep_problem)
        self.assertFault("cut", 9, "an old backup restored")
        self.grow(4, author="Somebody")
        self.assertFault("rewritten", 0, "first 10 items")

    def test_old_backup_of_everything(self):
        """A head kept outside shows it when database and server are set back."""
        mailed = self.get_heads()[-1].text
        self.cut(8, heads=True)
        (self.folder / f"{self.ledger.log}.head").unlink()
        report = self.verify()
        self.assertEqual((report.state, report.size), ("noted", 8))
        self.assertFault("cut", 8, "an old backup restored", outside=[mailed])

    # ------------------------------------------------------------------
    # Everything rewritten
    # ------------------------------------------------------------------

    def rewrite(self, key):
        """Forge one word and then leaves, nodes and heads so that all fits again."""
        changed = self.forge(self.evidence[1], content="I praise you.")
        self.set_leaf(1, changed)
        leaves = [bytes.fromhex(item.leaf_hash) for item in self.get_items()]
        previous, frontier = "", Frontier()
        for head in self.get_heads():
            for leaf in leaves[frontier.size : head.size]:
                frontier.append(leaf)
            forged = Head(
                log=self.ledger.log,
                size=head.size,
                root=frontier.root().hex(),
                time=head.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                previous=previous,
                key=public_key(key),
            )
            previous = forged.digest
            with self.owner() as execute:
                execute(
                    "UPDATE dispute_ledger_head SET root = %s, previous = %s, "
                    "key = %s, canonical = %s, signature = %s WHERE id = %s",
                    [
                        forged.root,
                        forged.previous,
                        forged.key,
                        forged.data.decode(),
                        sign(forged, key),
                        head.id,
                    ],
                )

    def test_rewritten_with_another_key(self):
        mailed = self.get_heads()[1].text
        self.rewrite(load_key(new_key()))
        self.assertFault("rewritten", words="first 10 items")
        # without the head kept on the server its key still shows it
        (self.folder / f"{self.ledger.log}.head").unlink()
        self.assertFault("signature", words="not signed with the key of this server")
        self.assertFault("rewritten", words="first 8 items", outside=[mailed])

    def test_rewritten_with_the_stolen_key_and_the_server(self):
        """Who owns everything is shown by what he does not own."""
        mailed = self.get_heads()[0].text
        key = load_key((self.folder / f"{self.ledger.log}.key").read_bytes())
        self.rewrite(key)
        (self.folder / f"{self.ledger.log}.head").write_text(self.get_heads()[-1].text)
        report = self.assertIntact(10)
        self.assertTrue(report, "inside there is nothing to see")
        self.assertFault("rewritten", 0, "first 4 items", outside=[mailed])

    def test_rewritten_as_another_log(self):
        """A log of another name has no head on the server that it could contradict."""
        self.forge(self.evidence[1], content="I praise you.")
        with self.owner() as execute:
            for table in ("item", "node", "head"):
                execute(f"DELETE FROM dispute_ledger_{table}")
            execute("UPDATE dispute_ledger SET log = 'another' || company_id")
            execute(
                """
                INSERT INTO dispute_ledger_queue (source, record_id, company)
                SELECT 'dispute_evidence', id, company_id FROM dispute_evidence
                WHERE company_id = %s ORDER BY id
                """,
                [self.company.id],
            )
        self.sequence()
        self.assertEqual(self.get_heads().size, 10)
        self.assertFault("rewritten", 0, "first 10 items")

    # ------------------------------------------------------------------
    # Heads, tree, files
    # ------------------------------------------------------------------

    def change_head(self, number, **values):
        with self.owner() as execute:
            for column, value in values.items():
                execute(
                    f"UPDATE dispute_ledger_head SET {column} = %s WHERE id = %s",
                    [value, self.get_heads()[number].id],
                )

    def test_damaged_heads(self):
        head = self.get_heads()[1]
        for values, fault in (
            ({"canonical": "{}"}, "head"),
            ({"root": "0" * 64}, "head"),
            ({"size": 9}, "head"),
            ({"time": "2020-01-01"}, "head"),
            ({"signature": "0" * 128}, "signature"),
            ({"signature": None}, "signature"),
            ({"canonical": head.canonical.replace("T", " ")}, "head"),
        ):
            with self.subTest(values), self.env.cr.savepoint() as savepoint:
                self.change_head(1, **values)
                self.assertFault(fault)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_led_outside_stays_noted(self):
        head = self.get_heads()[0]
        noted = {
            "mailed_at": "2026-01-01",
            "mailed_to": "notary@example.com",
            "token": b"MA==",
            "token_time": "2026-01-01",
            "token_authority": "TSA",
        }
        head.write(noted)
        for name in noted:
            with (
                self.subTest(name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE dispute_ledger_head SET {name} = NULL WHERE id = %s",
                    [head.id],
                )

    def test_damaged_tree_stops_no_other_log(self):
        self.grow(260)
        self.record()
        other = self.record(company=self.other_company)
        with self.owner() as execute:
            execute(
                "DELETE FROM dispute_ledger_node WHERE company_id = %s",
                [self.company.id],
            )
        with (
            mute_logger("odoo.addons.dispute_guard.models.dispute_ledger_sequencer"),
            patch.object(self.env.cr, "rollback"),
        ):
            self.sequence()
        self.assertTrue(self.ledger.verify_problem)
        self.assertTrue(
            self.env["dispute.ledger.item"].search([("evidence_id", "=", other.id)])
        )

    def test_verification_that_fails_stops_no_other(self):
        other = self.env["dispute.ledger"]._of(self.other_company)
        verify = type(self.ledger)._verify

        def fail(ledger, outside=()):
            if ledger == self.ledger:
                raise ValueError("no idea")
            return verify(ledger, outside)

        with (
            patch.object(type(self.ledger), "_verify", fail),
            mute_logger("odoo.addons.dispute_guard.models.dispute_ledger_verify"),
        ):
            self.run_cron("ir_cron_ledger_verify")
        self.assertEqual(self.ledger.verify_problem, "ValueError: no idea")
        self.assertTrue(other.report_id)

    def test_missing_head(self):
        with self.owner() as execute:
            execute(
                "DELETE FROM dispute_ledger_head WHERE id = %s",
                [self.get_heads()[1].id],
            )
        self.assertFault("head", 4, "does not follow the head before")

    def test_damaged_tree(self):
        self.grow(260)
        with self.owner() as execute:
            execute(
                "UPDATE dispute_ledger_node SET node_hash = %s WHERE company_id = %s",
                ["0" * 64, self.company.id],
            )
        self.assertFault("node", words="items 0 to 255")
        evidence = self.get_items()[-1].evidence_id
        _head, proofs = self.ledger._get_proofs(
            self.env["dispute.evidence"].browse(evidence)
        )
        self.assertFalse(proofs, "no proof that proves nothing")

    def test_altered_mail(self):
        inbound = self.write_in(CALM).dispute_inbound_ids
        self.sequence()
        self.assertIntact(11)
        with self.owner() as execute:
            execute(
                "UPDATE dispute_inbound SET raw = %s WHERE id = %s",
                [base64.b64encode(b"Subject: praise\r\n\r\n"), inbound.id],
            )
        self.assertFault("file", 10, (inbound.raw_sha256, "altered"))

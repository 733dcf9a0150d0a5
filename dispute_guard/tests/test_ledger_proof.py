"""Proofs from the log, and who may do what with it."""

from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..ledger import verify_consistency, verify_inclusion
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestLedgerProof(LedgerCommon):
    # ------------------------------------------------------------------
    # Proofs
    # ------------------------------------------------------------------

    def test_proofs(self):
        evidence = self.grow(300, 5)
        waiting = self.record()
        head, proofs = self.ledger._get_proofs(evidence + waiting)
        self.assertEqual(head, self.get_heads()[-1])
        self.assertEqual(set(proofs), set(evidence.ids))
        for proof in proofs.values():
            path = [bytes.fromhex(each) for each in proof["path"]]
            self.assertTrue(
                verify_inclusion(
                    bytes.fromhex(proof["leaf"]),
                    proof["position"],
                    head.size,
                    path,
                    bytes.fromhex(head.root),
                )
            )
        self.assertFalse(self.ledger._get_proofs(self.env["dispute.evidence"])[1])

    def test_proofs_against_an_older_head(self):
        evidence = self.grow(7, 5, 6)
        old, middle, new = self.get_heads()
        found, proofs = self.ledger._get_proofs(evidence, middle)
        self.assertEqual((found, set(proofs)), (middle, set(evidence[:12].ids)))
        self.assertEqual({proof["size"] for proof in proofs.values()}, {12})
        path = [bytes.fromhex(each) for each in self.ledger._get_consistency(old, new)]
        roots = [bytes.fromhex(head.root) for head in (old, new)]
        self.assertTrue(verify_consistency(7, 18, path, *roots))

    def test_proofs_read_little(self):
        evidence = self.grow(600)
        for some in (evidence[:1], evidence[:200], evidence[-200:]):
            with self.subTest(len(some)), self.assertQueryCount(8):
                self.ledger._get_proofs(some)

    # ------------------------------------------------------------------
    # Who may do what
    # ------------------------------------------------------------------

    def test_nobody_changes_the_log(self):
        self.grow(2)
        self.verify()
        for table in ("item", "head", "report"):
            for query in (
                "UPDATE %s SET company_id = %s WHERE company_id = %s",
                "DELETE FROM %s WHERE %s > 0 AND company_id = %s",
            ):
                with (
                    self.subTest(table=table, query=query),
                    self.assertRaises(RestrictViolation),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(
                        SQL(
                            query,
                            SQL.identifier(f"dispute_ledger_{table}"),
                            self.other_company.id,
                            self.company.id,
                        )
                    )

    def test_rights(self):
        self.grow(1)
        self.verify()
        models = ("dispute.ledger", "dispute.ledger.head", "dispute.ledger.report")
        for model in (*models, "dispute.ledger.item"):
            records = self.env[model].search([("company_id", "=", self.company.id)])
            self.assertTrue(records)
            for user, may_read in (
                (self.agent_team, False),
                (self.supervisor, True),
                (self.manager, True),
                (self.foreigner, False),
            ):
                own = records.with_user(user)
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(own._filtered_access("read") == own, may_read)
                    for operation in ("write", "create", "unlink"):
                        self.assertFalse(own.has_access(operation))
        self.assertTrue(self.ledger.with_user(self.supervisor).action_verify())
        with self.assertRaises(AccessError):
            self.ledger.with_user(self.agent_team).action_verify()
        with self.assertRaises(AccessError):
            self.ledger.with_user(self.foreigner).action_verify()

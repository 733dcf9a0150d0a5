import logging

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import SQL

from .. import keystore
from ..ledger import Head, HeadError, public_key, sign
from ..portions import in_portions
from ..provenance import describe_error
from .dispute_ledger import STORED_BITS
from .dispute_ledger_queue import GONE

_logger = logging.getLogger(__name__)

ITEM_BATCH = 5000
FILING_BATCH = 200
MOST_BYTES = 32 << 20  # of texts and mails that are filed together
LOCK = 0x44474C31  # names this lock among all advisory locks of the database
# What a transaction meets that began before another sequencer's ended.
OVERTAKEN = (errors.SerializationFailure, errors.UniqueViolation)


class DisputeLedgerSequencer(models.AbstractModel):
    """Puts what waits into the logs of the companies.

    Capturing never waits for this: it runs on its own, after the transactions that
    captured. For each company one at a time, in batches; each batch is one
    transaction, so it may be killed anywhere and begun again.
    """

    _name = "dispute.ledger.sequencer"
    _description = "Sequencer of the Ledger"

    @api.model
    def _cron_sequence(self):
        self._run()

    @api.model
    def _run(self, companies=None):
        """Put everything that waits into the logs; commits after each batch.

        :param companies: only these
        """
        commit = self.env["ir.cron"]._commit_progress
        commit()
        for company in self._find_companies(companies):
            try:
                while work := self._file(company) or self._append(company):
                    if not commit(work):
                        return
                head = self._make_head(company)
                commit()
            except OVERTAKEN:
                self.env.cr.rollback()
                continue
            except Exception as error:
                # a log that was damaged must not hold up those of other companies
                self.env.cr.rollback()
                _logger.exception("The log of company %s does not go on", company.id)
                ledger = self.env["dispute.ledger"]._of(company)
                ledger._note_problem("verify_problem", describe_error(error))
                commit()
                continue
            if head:
                self._keep_outside(company, *head)
                commit()

    @api.model
    def _find_companies(self, companies):
        """Companies for which something waits or that have items without a head."""
        self.env.cr.execute(
            SQL(
                """
                SELECT company FROM dispute_ledger_queue WHERE problem IS NULL
                UNION
                SELECT ledger.company_id FROM dispute_ledger ledger
                WHERE EXISTS (
                    SELECT FROM dispute_ledger_item item
                    WHERE item.company_id = ledger.company_id AND item.position >= (
                        SELECT COALESCE(MAX(size), 0) FROM dispute_ledger_head head
                        WHERE head.company_id = ledger.company_id
                    )
                )
                ORDER BY 1
                """
            )
        )
        found = self.env["res.company"].browse(
            company_id for [company_id] in self.env.cr.fetchall()
        )
        # a company that SQL invented has no log
        found = found.exists()
        return found & companies if companies else found

    def _lock(self, company):
        """Whether this transaction is the one that works on the log of ``company``."""
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, company.id)
        )
        return self.env.cr.fetchone()[0]

    def _take(self, company, condition, limit):
        """Rows of the queue: list of (id, source, record id), locked."""
        if not self._lock(company):
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT id, source, record_id FROM dispute_ledger_queue
                WHERE company = %s AND problem IS NULL AND %s
                ORDER BY id LIMIT %s FOR UPDATE
                """,
                company.id,
                condition,
                limit,
            ),
            log_exceptions=False,
        )
        return self.env.cr.fetchall()

    def _drop(self, rows):
        self.env.cr.execute(
            SQL(
                "DELETE FROM dispute_ledger_queue WHERE id = ANY(%s)",
                [row[0] for row in rows],
            )
        )

    def _put_aside(self, rows, problem):
        """Leave ``rows`` in the queue with what is wrong; verification tells of it."""
        self.env.cr.execute(
            SQL(
                "UPDATE dispute_ledger_queue SET problem = %s WHERE id = ANY(%s)",
                problem,
                [row[0] for row in rows],
            )
        )

    # ------------------------------------------------------------------
    # Filing: rows that are not evidence yet become it
    # ------------------------------------------------------------------

    def _file(self, company):
        """File some of what waits; return how many rows were dealt with."""
        rows = self._take(company, SQL("source <> 'dispute_evidence'"), FILING_BATCH)
        by_source = {}
        for row in rows:
            by_source.setdefault(row[1], []).append(row)
        for source, some in by_source.items():
            for portion in self._in_portions(source, some):
                self._file_portion(source, portion)
        return len(rows)

    def _in_portions(self, source, rows):
        """Part ``rows`` into lists that are not too much to have in memory."""
        name = source.replace("_", ".")
        sizes = {}
        if name in self.env:
            sizes = self.env[name].browse(row[2] for row in rows)._get_ledger_sizes()
        return in_portions(rows, lambda row: sizes.get(row[2], 0), MOST_BYTES)

    def _file_portion(self, source, rows):
        try:
            self._file_rows(source, rows)
        except OVERTAKEN:
            raise
        except Exception:
            # one bad row must not hold up the others
            for row in rows:
                self._file_alone(source, row)
        self.env.invalidate_all()

    def _file_alone(self, source, row):
        try:
            self._file_rows(source, [row])
        except OVERTAKEN:
            raise
        except Exception as error:
            _logger.exception("Row %s of %s could not be filed", row[2], source)
            self._put_aside([row], describe_error(error))

    def _file_rows(self, source, rows):
        with self.env.cr.savepoint():
            model = self.env[source.replace("_", ".")]
            # sudo: dispute.ledger.source - whatever was captured is filed
            records = model.sudo().browse(row[2] for row in rows).exists()
            self.env["dispute.evidence"]._record_evidence(
                records._prepare_ledger_evidence()
            )
            there = [row for row in rows if row[2] in records._ids]
            self._drop(there)
            if gone := [row for row in rows if row not in there]:
                self._put_aside(gone, GONE)

    # ------------------------------------------------------------------
    # Sequencing
    # ------------------------------------------------------------------

    def _append(self, company):
        """Put some evidence into the log; return how many rows were dealt with."""
        rows = self._take(company, SQL("source = 'dispute_evidence'"), ITEM_BATCH)
        if not rows:
            return 0
        self.env.cr.execute(
            SQL(
                """
                SELECT id, sha256('\\x00'::bytea || convert_to(canonical, 'UTF8'))
                FROM dispute_evidence WHERE id = ANY(%s) AND company_id = %s
                """,
                [row[2] for row in rows],
                company.id,
            )
        )
        # hashed by the database (RFC 6962, 2.1): the texts may be too much for memory
        leaves = {number: bytes(leaf) for number, leaf in self.env.cr.fetchall()}
        there = [row for row in rows if row[2] in leaves]
        if gone := [row for row in rows if row[2] not in leaves]:
            self._put_aside(gone, GONE)
        self._insert([(row[2], leaves[row[2]]) for row in there], company)
        self._drop(there)
        return len(rows)

    def _insert(self, evidence, company):
        """Append ``evidence`` (list of id and leaf) to the log of ``company``."""
        ledger = self.env["dispute.ledger"]._of(company)
        frontier = ledger._get_frontier()
        start, nodes = frontier.size, []

        def keep(level, index, node):
            if level % STORED_BITS == 0:
                nodes.append((level, index, node.hex()))

        for _id, leaf in evidence:
            frontier.append(leaf, keep)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dispute_ledger_item
                    (company_id, position, evidence_id, leaf_hash)
                SELECT %s, row.position, row.evidence_id, row.leaf_hash
                FROM unnest(%s::int[], %s::int[], %s::varchar[])
                    AS row(position, evidence_id, leaf_hash)
                ORDER BY row.position
                """,
                company.id,
                list(range(start, frontier.size)),
                [evidence_id for evidence_id, _leaf in evidence],
                [leaf.hex() for _id, leaf in evidence],
            ),
            log_exceptions=False,
        )
        if nodes:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO dispute_ledger_node
                        (company_id, level, position, node_hash)
                    SELECT %s, * FROM unnest(%s::int[], %s::int[], %s::varchar[])
                    """,
                    company.id,
                    *(list(column) for column in zip(*nodes, strict=True)),
                )
            )

    # ------------------------------------------------------------------
    # Heads
    # ------------------------------------------------------------------

    def _make_head(self, company):
        """Make a head if the log has grown; return it and its signature, or None."""
        if not self._lock(company):
            return None
        ledger = self.env["dispute.ledger"]._of(company)
        last = ledger._get_last_head()
        frontier = ledger._get_frontier()
        if frontier.size <= last.size:
            return None
        now = fields.Datetime.now()
        key = ledger._get_signing_key()
        head = Head(
            log=ledger.log,
            size=frontier.size,
            root=frontier.root().hex(),
            time=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            previous=last._get_digest(),
            key=public_key(key) if key else "",
        )
        signature = sign(head, key) if key else ""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dispute_ledger_head (company_id, size, root, time,
                    canonical, signature, key, previous)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
                """,
                company.id,
                head.size,
                head.root,
                now,
                head.data.decode(),
                signature,
                head.key,
                head.previous,
            ),
            log_exceptions=False,
        )
        self.env.invalidate_all()
        return head, signature

    def _keep_outside(self, company, head, signature):
        """Keep the head beside the database, after it was committed there.

        A kept head that the log does not fit stays: it shows that the database was cut
        or is an old backup, which must not be covered up by going on.
        """
        ledger = self.env["dispute.ledger"]._of(company)
        problem = False
        try:
            found = keystore.find_head(self.env.cr.dbname, ledger.log)
            kept = found and found[0]
            if kept and not ledger._begins_with(kept):
                problem = self.env._(
                    "The log does not fit the head that was kept on the server on "
                    "%(time)s (%(size)s items). Verify it.",
                    time=kept.time,
                    size=kept.size,
                )
            elif not kept or kept.size < head.size:
                keystore.keep_head(self.env.cr.dbname, ledger.log, head, signature)
        except (OSError, HeadError) as error:
            problem = describe_error(error)
        ledger._note_problem("keep_problem", problem)

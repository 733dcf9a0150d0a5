from collections import defaultdict

from odoo.tools import SQL

from ..ledger import HeadError, LogError, Walk, explain, leaf_hash, read_head
from ..portions import in_portions
from .dispute_evidence import SHOWN
from .dispute_ledger import STORED_BITS
from .dispute_ledger_queue import GONE

BATCH = 2000  # items, nodes and heads read at once
MOST_BYTES = 16 << 20  # of evidence read at once
MOST_STRAYS = 20
# Tables whose rows are filed as evidence: its kind and the name of the row's number.
FILED = {
    "dispute_inbound": ("message", "inbound"),
    "dispute_outbound": ("sent", "outbound"),
}


class StoredLog:
    """A walk along the log of a company, as it lies in the database.

    Everything is read in batches by position, in one snapshot of the database, so that
    the memory it takes does not grow with the log. ``walk`` tells how far it went.
    """

    def __init__(self, ledger, outside=()):
        """
        :param ledger: the ``dispute.ledger`` record
        :param outside: list of ``(Head, signature)`` that were kept elsewhere
        """
        self.cr = ledger.env.cr
        self.evidence = ledger.env["dispute.evidence"]
        self.report = ledger.env["dispute.ledger.report"]
        self.company_id = ledger.company_id.id
        self.walk = Walk(self._read_heads(), outside)
        self._nodes = []
        self._filed = {table: self._get_marks(table) for table in FILED}

    def check(self):
        """Walk to the end.

        :raise LogError: at the first thing that is wrong
        """
        try:
            self._check_items()
            self.walk.finish()
        except LogError as error:
            if error.kind != "changed":
                raise
            kind, position = explain(
                self.walk.agreed,
                self._read_rows(self.walk.agreed.size, error.facts["size"]),
                error.facts["head"],
                [leaf for _id, leaf in self._find_strays()],
            )
            raise LogError(kind, position, **error.facts) from error
        self._check_all_listed()
        for table, marks in self._filed.items():
            self._check_all_filed(table, marks)

    # ------------------------------------------------------------------
    # Heads
    # ------------------------------------------------------------------

    def _read_heads(self):
        """Yield the text and signature of each head, in the order they were made."""
        last = 0
        while True:
            self.cr.execute(
                SQL(
                    """
                    SELECT id, canonical, signature, size, root, previous, key,
                        to_char(time, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                    FROM dispute_ledger_head
                    WHERE company_id = %s AND id > %s ORDER BY id LIMIT %s
                    """,
                    self.company_id,
                    last,
                    BATCH,
                )
            )
            rows = self.cr.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for _id, canonical, signature, *columns in rows:
                head = read_head(canonical)
                said = [head.size, head.root, head.previous, head.key, head.time]
                if said != [column or "" for column in columns]:
                    raise HeadError("its columns say something else")
                yield canonical, signature or ""

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    def _check_items(self):
        while items := self._read_items():
            for some in in_portions(items, lambda item: item[3] or 0, MOST_BYTES):
                self._check_portion(some)
            self._check_nodes()

    def _read_items(self):
        """The next items: (position, evidence id, leaf hash, bytes of evidence)."""
        self.cr.execute(
            SQL(
                """
                SELECT item.position, item.evidence_id, item.leaf_hash,
                    octet_length(canonical) + octet_length(content)
                FROM dispute_ledger_item item
                LEFT JOIN dispute_evidence evidence ON evidence.id = item.evidence_id
                WHERE item.company_id = %s AND item.position >= %s
                ORDER BY item.position LIMIT %s
                """,
                self.company_id,
                self.walk.frontier.size,
                BATCH,
            )
        )
        return self.cr.fetchall()

    def _check_portion(self, items):
        self.cr.execute(
            SQL(
                "SELECT id, company_id, canonical, sha256, %s FROM dispute_evidence "
                "WHERE id = ANY(%s)",
                SQL(", ").join(map(SQL.identifier, SHOWN)),
                [evidence_id for _position, evidence_id, *_rest in items],
            )
        )
        evidence = {row[0]: row[1:] for row in self.cr.fetchall()}
        files = {}
        for position, evidence_id, leaf, _size in items:
            if position != self.walk.frontier.size:
                raise LogError("missing", self.walk.frontier.size)
            if evidence_id not in evidence:
                raise LogError("missing", position, evidence=evidence_id)
            record = self._check_evidence(
                position, evidence_id, leaf, *evidence[evidence_id]
            )
            for digest in _digests_of(record):
                files.setdefault(digest, (position, evidence_id))
            self._mark_filed(record)
            self.walk.add(bytes.fromhex(leaf), self._keep)
        if files:
            self._check_files(files)

    def _check_evidence(
        self, position, evidence_id, leaf, company_id, canonical, sha256, *shown
    ):
        """Compare a piece of evidence with its leaf and with itself; return it."""
        facts = {"evidence": evidence_id}
        found = leaf_hash(canonical.encode()).hex()
        if found != leaf:
            kind = "reordered" if self._is_elsewhere(found) else "edited"
            raise LogError(kind, position, **facts)
        record, altered = self.evidence._read_record(
            canonical, sha256, dict(zip(SHOWN.values(), shown, strict=True))
        )
        if company_id != self.company_id:
            altered = "company"
        if altered:
            raise LogError("edited", position, column=altered, **facts)
        return record

    def _is_elsewhere(self, leaf):
        self.cr.execute(
            SQL(
                "SELECT EXISTS (SELECT FROM dispute_ledger_item "
                "WHERE company_id = %s AND leaf_hash = %s)",
                self.company_id,
                leaf,
            )
        )
        return self.cr.fetchone()[0]

    def _check_files(self, files):
        """:param dict files: digest to the position and the evidence that names it"""
        bad = self.report._check_files(set(files))
        for digest, what in sorted(bad.items(), key=lambda one: files[one[0]]):
            position, evidence_id = files[digest]
            raise LogError(
                "file", position, sha256=digest, what=what, evidence=evidence_id
            )

    # ------------------------------------------------------------------
    # The stored tree
    # ------------------------------------------------------------------

    def _keep(self, level, index, node):
        if level % STORED_BITS == 0:
            self._nodes.append((level, index, node.hex()))

    def _check_nodes(self):
        expected, self._nodes = self._nodes, []
        by_level = defaultdict(dict)
        for level, index, node in expected:
            by_level[level][index] = node
        for level, nodes in by_level.items():
            self.cr.execute(
                SQL(
                    """
                    SELECT position, node_hash FROM dispute_ledger_node
                    WHERE company_id = %s AND level = %s AND position = ANY(%s)
                    """,
                    self.company_id,
                    level,
                    list(nodes),
                )
            )
            found = dict(self.cr.fetchall())
            for index, node in nodes.items():
                if found.get(index) != node:
                    raise LogError(
                        "node", index << level, last=((index + 1) << level) - 1
                    )

    # ------------------------------------------------------------------
    # What is not where it should be
    # ------------------------------------------------------------------

    def _read_rows(self, start, size):
        """Numbers and leaves of the items from ``start`` to a little beyond ``size``.

        Evidence is numbered in the order it was made, and so are items; whichever order
        was disturbed shows what happened.
        """
        self.cr.execute(
            SQL(
                """
                SELECT id, leaf_hash FROM dispute_ledger_item
                WHERE company_id = %s AND position >= %s AND position < %s
                ORDER BY position
                """,
                self.company_id,
                start,
                size + BATCH,
            )
        )
        return [(number, bytes.fromhex(leaf)) for number, leaf in self.cr.fetchall()]

    def _find_strays(self):
        """Evidence that is neither in the log nor waiting: ids and leaves."""
        self.cr.execute(
            SQL(
                """
                SELECT id, canonical FROM dispute_evidence evidence
                WHERE company_id = %s
                    AND NOT EXISTS (
                        SELECT FROM dispute_ledger_item WHERE evidence_id = evidence.id
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_ledger_queue
                        WHERE source = 'dispute_evidence' AND record_id = evidence.id
                            AND company = evidence.company_id
                    )
                ORDER BY id LIMIT %s
                """,
                self.company_id,
                MOST_STRAYS,
            )
        )
        return [(each, leaf_hash(text.encode())) for each, text in self.cr.fetchall()]

    def _check_all_listed(self):
        size = self.walk.frontier.size
        for evidence_id, _leaf in self._find_strays():
            raise LogError("inserted", size, evidence=evidence_id)
        self.cr.execute(
            SQL(
                """
                SELECT source, record_id FROM dispute_ledger_queue
                WHERE company = %s AND problem = %s ORDER BY id LIMIT 1
                """,
                self.company_id,
                GONE,
            )
        )
        for source, record_id in self.cr.fetchall():
            raise LogError("missing", size, evidence=record_id, source=source)

    # ------------------------------------------------------------------
    # Rows that are filed as evidence
    # ------------------------------------------------------------------

    def _get_marks(self, table):
        """A byte for each number that a row of ``table`` can have, all zero."""
        self.cr.execute(SQL("SELECT MAX(id) FROM %s", SQL.identifier(table)))
        return bytearray((self.cr.fetchone()[0] or 0) + 1)

    def _mark_filed(self, record):
        for table, (kind, name) in FILED.items():
            number = record["details"].get(name)
            marks = self._filed[table]
            if record["kind"] == kind and type(number) is int:
                if 0 < number < len(marks):
                    marks[number] = 1

    def _check_all_filed(self, table, marks):
        """Find rows that lost their place in the queue before they were filed.

        Rows are filed in their order: those before the first and after the last that
        stands in the log are left to the next verification.
        """
        number, last = marks.find(1), marks.rfind(1)
        open_ids = []
        while 0 <= (number := marks.find(0, number + 1, max(last, 0))):
            open_ids.append(number)
            if len(open_ids) == BATCH:
                self._check_filed(table, open_ids)
                open_ids = []
        self._check_filed(table, open_ids)

    def _check_filed(self, table, numbers):
        kind, name = FILED[table]
        self.cr.execute(
            SQL(
                """
                SELECT id FROM %(table)s captured
                WHERE id = ANY(%(numbers)s) AND company_id = %(company)s
                    AND NOT EXISTS (
                        SELECT FROM dispute_ledger_queue
                        WHERE source = %(source)s AND record_id = captured.id
                            AND company = captured.company_id
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_evidence
                        WHERE kind = %(kind)s
                            AND strpos(canonical, %(name)s || captured.id || ',') > 0
                    )
                ORDER BY id LIMIT 1
                """,
                table=SQL.identifier(table),
                numbers=numbers,
                company=self.company_id,
                source=table,
                kind=kind,
                name=f'"{name}":',
            )
        )
        for (number,) in self.cr.fetchall():
            raise LogError(
                "missing",
                self.walk.frontier.size,
                evidence=number,
                source=table,
                unfiled=True,
            )


def _digests_of(record):
    """The digests of the files that a record names."""
    raw = record["details"].get("raw_sha256")
    return [
        *([raw] if raw else []),
        *(each["sha256"] for each in record.get("files", ())),
    ]

from collections import defaultdict

from odoo.tools import SQL

from ..ledger import HeadError, LogError, Walk, explain, leaf_hash, read_head
from .dispute_evidence import SHOWN
from .dispute_ledger import STORED_BITS
from .dispute_ledger_queue import GONE

BATCH = 2000  # items, nodes and heads read at once
MOST_BYTES = 16 << 20  # of evidence read at once
MOST_STRAYS = 20


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
            for some in _in_portions(items):
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


def _in_portions(items):
    """Part ``items`` into lists whose evidence is not too much to read at once."""
    portion, size = [], 0
    for item in items:
        if portion and size + (item[3] or 0) > MOST_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(item)
        size += item[3] or 0
    yield portion


def _digests_of(record):
    """The digests of the files that a record names."""
    raw = record["details"].get("raw_sha256")
    return [
        *([raw] if raw else []),
        *(each["sha256"] for each in record.get("files", ())),
    ]

import hashlib

from psycopg2 import DataError

from odoo import api, models
from odoo.tools import SQL

RAW_MAILS = ("dispute.inbound", "dispute.outbound", "dispute.stray.mail")


class DisputeLedgerReport(models.Model):
    """Whether the files that evidence names are still there, byte for byte."""

    _inherit = "dispute.ledger.report"

    @api.model
    def _check_files(self, digests):
        wanted = list(digests)
        bad = super()._check_files(digests)
        for name in RAW_MAILS:
            bad.update(self._check_raw_mails(self.env[name], wanted))
        bad.update(self._check_contents(wanted))
        return bad

    @api.model
    def _check_raw_mails(self, model, digests):
        """Raw mails of ``model`` that are gone without a reason, or altered.

        :return: list of (digest, what)
        """
        model.flush_model()
        try:
            with self.env.cr.savepoint():
                return self._compare_raw_mails(model, digests)
        except DataError:
            # the database stops at one that is no base64 any more: look for it
            if len(digests) == 1:
                return [(digests[0], "altered")]
        half = len(digests) // 2
        return [
            *self._check_raw_mails(model, digests[:half]),
            *self._check_raw_mails(model, digests[half:]),
        ]

    @api.model
    def _compare_raw_mails(self, model, digests):
        """As above; the database decodes and compares, so none comes into our memory.

        :raise DataError: where one is not even base64
        """
        gone = SQL("raw IS NULL")
        if "part" in model._fields:
            # rows of parts name the mail that another row keeps
            gone = SQL("%s AND part IS NULL", gone)
        if "dropped_by" in model._fields:
            gone = SQL("%s AND NOT %s", gone, _was_dropped("raw_sha256"))
        self.env.cr.execute(
            SQL(
                """
                SELECT raw_sha256,
                    CASE WHEN raw IS NULL THEN 'missing' ELSE 'altered' END
                FROM %(table)s AS kept
                WHERE raw_sha256 = ANY(%(digests)s) AND ((%(gone)s) OR raw_sha256 <>
                    encode(sha256(decode(convert_from(raw, 'LATIN1'), 'base64')), 'hex')
                )
                """,
                table=SQL.identifier(model._table),
                digests=digests,
                gone=gone,
            ),
            log_exceptions=False,
        )
        return self.env.cr.fetchall()

    @api.model
    def _check_contents(self, digests):
        """Files of the filestore that are gone without a reason, or altered."""
        bad = {}
        kept = self.env["dispute.content"]
        known = self._find_expected(digests)
        for digest, read in kept._get_readers(known).items():
            try:
                if _digest_of(read()) != digest:
                    bad[digest] = "altered"
            except OSError:
                bad[digest] = "missing"
            except ValueError:
                bad[digest] = "altered"  # a mail that is no base64 any more
        return bad

    @api.model
    def _find_expected(self, digests):
        """Those of ``digests`` whose bytes have to lie in the filestore."""
        self.env["dispute.content"].flush_model()
        self.env["dispute.file"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sha256 FROM dispute_content kept
                WHERE sha256 = ANY(%(digests)s) AND NOT %(dropped)s
                UNION
                SELECT sha256 FROM dispute_file file
                WHERE sha256 = ANY(%(digests)s) AND NOT EXISTS (
                    SELECT FROM dispute_content content
                    WHERE content.sha256 = file.sha256
                )
                """,
                digests=digests,
                dropped=_was_dropped("sha256"),
            )
        )
        return [digest for (digest,) in rows]


def _digest_of(pieces):
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _was_dropped(column):
    """SQL: whether evidence tells that the bytes of row ``kept`` were dropped."""
    return SQL(
        """
        (kept.dropped_by IS NOT NULL AND EXISTS (
            SELECT FROM dispute_evidence evidence
            WHERE evidence.id = kept.dropped_by AND evidence.kind = 'change'
                AND position(kept.%s IN evidence.canonical) > 0
        ))
        """,
        SQL.identifier(column),
    )

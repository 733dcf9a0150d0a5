from base64 import b64decode
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..ledger import sha256_hex
from ..station import at_work

PIECE = 1 << 20  # bytes that are held in memory at a time
# Neither guessed nor indexed by Odoo: files are kept, never opened.
KEPT_AS = "application/x-kept-file"


class DisputeContent(models.Model):
    """The bytes of a file, kept once however many messages carry it.

    They lie in Odoo's filestore, as a file of their own name, so that deleting or
    changing an attachment leaves them as they are. Rows are looked up before they are
    made; two transactions at once may make the same one twice, which costs a row and
    spares every mail a lock. Which ticket a file belongs to stands in ``dispute.file``.
    """

    _name = "dispute.content"
    _description = "Content Kept"
    _inherit = ["dispute.recorded"]
    _log_access = False
    _rec_name = "sha256"
    _immutable_columns = ("sha256", "size")

    sha256 = fields.Char(string="SHA-256", required=True, readonly=True, index=True)
    size = fields.Integer(string="Size (bytes)", readonly=True)
    raw = fields.Binary(string="File", attachment=True, readonly=True)
    dropped_by = fields.Integer(
        string="Dropped, Evidence No.",
        readonly=True,
        help="The evidence that tells why the bytes are no longer kept.",
    )

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    @api.model
    def _keep(self, files):
        """Keep the bytes of ``files``, those that are kept already once.

        :param list files: dicts with ``name``, ``mimetype`` and ``data`` (bytes)
        :return: what evidence says of each, in the same order: dicts with ``name``,
            ``mimetype``, ``size`` and ``sha256``
        """
        entries = [
            {
                "name": file["name"],
                "mimetype": file["mimetype"],
                "size": len(file["data"]),
                "sha256": sha256_hex(file["data"]),
            }
            for file in files
        ]
        fresh = {
            entry["sha256"]: file["data"]
            for entry, file in zip(entries, files, strict=True)
        }
        for known in self._find(fresh):
            del fresh[known]
        self._store(fresh)
        return entries

    @api.model
    def _find(self, digests):
        """The content kept for ``digests``, as {sha256: id}."""
        if not digests:
            return {}
        self.env["dispute.content"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sha256, MIN(id) FROM dispute_content
                WHERE sha256 = ANY(%s) AND dropped_by IS NULL GROUP BY sha256
                """,
                list(digests),
            )
        )
        return dict(rows)

    @api.model
    def _store(self, blobs):
        """Put ``blobs`` ({sha256: bytes}) into the filestore."""
        if not blobs:
            return
        # sudo: dispute.content - nobody may make these rows but this method
        contents = at_work(self.sudo()).create(
            [{"sha256": sha256, "size": len(data)} for sha256, data in blobs.items()]
        )
        # Without the detour over base64 that the field takes, and with no default of
        # the client's.
        env = self.env(context={"image_no_postprocess": True})
        env["ir.attachment"].sudo().create(
            [
                {
                    "name": "raw",
                    "res_model": self._name,
                    "res_field": "raw",
                    "res_id": content.id,
                    "type": "binary",
                    "mimetype": KEPT_AS,
                    "company_id": False,
                    "raw": data,
                }
                for content, data in zip(contents, blobs.values(), strict=True)
            ]
        )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _get_readers(self, digests):
        """How to read the bytes behind ``digests``: of kept files and of raw mails.

        :param digests: SHA-256, hexadecimal
        :return: dict from each digest to a callable that returns an iterator over
            pieces of bytes; iterating raises OSError when they are lost
        """
        wanted = list(set(digests))
        readers = {digest: partial(map, _raise_lost, [digest]) for digest in wanted}
        if not wanted:
            return readers
        for table, sha256, record_id in self._find_raw_mails(wanted):
            readers[sha256] = partial(self._read_raw_mail, table, record_id)
        for sha256, size, name, attachment_id in self._find_files(wanted):
            if not size:
                readers[sha256] = tuple  # Odoo stores nothing for an empty file
            elif name:
                path = self.env["ir.attachment"]._full_path(name)
                readers[sha256] = partial(_read_path, path)
            else:
                readers[sha256] = partial(self._read_database, attachment_id)
        return readers

    @api.model
    def _find_raw_mails(self, digests):
        """Raw mails with these digests: list of (table, digest, id)."""
        models_ = [
            self.env[name]
            for name in ("dispute.stray.mail", "dispute.inbound", "dispute.outbound")
        ]
        for model in models_:
            model.flush_model(["raw", "raw_sha256"])
        return self.env.execute_query(
            SQL(" UNION ALL ").join(
                SQL(
                    """
                    SELECT %(name)s, raw_sha256, MIN(id) FROM %(table)s
                    WHERE raw_sha256 = ANY(%(digests)s) AND raw IS NOT NULL
                    GROUP BY raw_sha256
                    """,
                    name=model._table,
                    table=SQL.identifier(model._table),
                    digests=digests,
                )
                for model in models_
            )
        )

    @api.model
    def _find_files(self, digests):
        """Where kept files lie: list of (digest, size, name in the filestore,
        id of the attachment)."""
        self.flush_model()
        self.env["ir.attachment"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (content.sha256)
                    content.sha256, content.size, file.store_fname, file.id
                FROM dispute_content content
                JOIN ir_attachment file ON file.res_model = 'dispute.content'
                    AND file.res_field = 'raw' AND file.res_id = content.id
                WHERE content.sha256 = ANY(%s)
                ORDER BY content.sha256, content.id, file.id
                """,
                digests,
            )
        )

    @api.model
    def _read_raw_mail(self, table, record_id):
        """Yield the pieces of a raw mail, which stands as base64 in its row."""
        step = PIECE // 3 * 4
        pieces = self._read_column(table, "raw", record_id, step)
        for piece in pieces:
            yield b64decode(piece)

    @api.model
    def _read_database(self, attachment_id):
        """Yield the pieces of a file where Odoo keeps files in the database."""
        return self._read_column("ir_attachment", "db_datas", attachment_id, PIECE)

    @api.model
    def _read_column(self, table, column, record_id, step):
        start = 1
        while True:
            rows = self.env.execute_query(
                SQL(
                    "SELECT substring(%s FROM %s FOR %s) FROM %s WHERE id = %s",
                    SQL.identifier(column),
                    start,
                    step,
                    SQL.identifier(table),
                    record_id,
                )
            )
            if not rows or rows[0][0] is None:
                raise FileNotFoundError(f"{table} {record_id}")
            piece = bytes(rows[0][0])
            if piece:
                yield piece
            if len(piece) < step:
                return
            start += step


def _read_path(path):
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _raise_lost(digest):
    raise FileNotFoundError(digest)

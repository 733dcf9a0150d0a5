import base64
import logging
import re
from itertools import islice
from typing import NamedTuple

import lxml.etree
import lxml.html

from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

from ..provenance import storable
from ..screening.mail import read_mail
from ..station import at_work

_logger = logging.getLogger(__name__)

MOST_AT_ONCE = 32 << 20  # bytes of mails that are opened together
TOO_MANY_LINES = re.compile(r"\s*\n\s*\n\s*")
MOST_FILES = 1000  # of one mail; the mail itself is kept whole


def readable_of_html(html):
    """What a reader of ``html`` sees, as text.

    Without the addresses behind links, which in our own mails let in whoever has them,
    and without what is hidden, such as the preview that Odoo puts in front.
    """
    text = html2plaintext(_without_hidden(html), include_references=False)
    return TOO_MANY_LINES.sub("\n\n", text).strip()


def _without_hidden(html):
    try:
        tree = lxml.html.document_fromstring(html)
    except (ValueError, lxml.etree.LxmlError):
        return html  # shown with all that is in it
    hidden = "//*[contains(translate(@style, ' ', ''), 'display:none')]"
    for element in tree.xpath(hidden):
        if element.getparent() is not None:
            element.drop_tree()
    return lxml.html.tostring(tree, encoding="unicode")


class MailInside(NamedTuple):
    """What was found in a mail.

    ``files``: list of dicts as evidence names them; ``text``, ``html``: its halves.
    """

    files: list
    text: str = ""
    html: str = ""

    @property
    def readable(self):
        """What a reader sees."""
        return readable_of_html(self.html) if self.html else self.text


class DisputeFile(models.Model):
    """That a file of some name came or left with a ticket; its bytes are kept apart.

    The bytes stand in ``dispute.content`` under the same digest.
    """

    _name = "dispute.file"
    _description = "File Kept"
    _inherit = ["dispute.ticket.bound", "dispute.recorded"]
    _order = "id desc"
    _log_access = False
    _immutable_columns = (
        "name",
        "mimetype",
        "size",
        "sha256",
        "company_id",
        "source_model",
        "source_id",
        "recorded_at",
    )

    name = fields.Char(required=True, readonly=True)
    mimetype = fields.Char(string="Type", readonly=True)
    size = fields.Integer(string="Size (bytes)", readonly=True, aggregator=None)
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True, index=True)
    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    source_model = fields.Char(readonly=True, export_string_translation=False)
    source_id = fields.Many2oneReference(
        string="Came With", model_field="source_model", readonly=True
    )
    dropped_by = fields.Integer(
        string="Dropped, Evidence No.",
        readonly=True,
        aggregator=None,
        help="The evidence that tells why this ticket no longer keeps the file.",
    )
    recorded_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    url = fields.Char(string="Download", compute="_compute_url")
    dropped = fields.Boolean(string="Not Kept Any More", compute="_compute_dropped")

    def _compute_url(self):
        for file in self:
            file.url = f"/dispute_guard/file/{file.id}"

    def _compute_dropped(self):
        # sudo: dispute.content - whether there are bytes, not which
        kept = self.env["dispute.content"].sudo()._find(set(self.mapped("sha256")))
        for file in self:
            file.dropped = file.sha256 not in kept

    def _find_attachment(self):
        """The attachment with the bytes of this file, or none."""
        content = self.env["dispute.content"]._find([self.sha256]).get(self.sha256)
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", "dispute.content"),
                ("res_field", "=", "raw"),
                ("res_id", "=", content),
            ],
            limit=1,
        )

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    @api.model
    def _note(self, entries):
        """Note which files belong to which record.

        :param list entries: triples of the record that they came with (which has a
            ``company_id``), the ticket, and the files as evidence names them
        """
        now = fields.Datetime.now()
        # sudo: dispute.file - nobody may make these rows but the stations
        return at_work(self.sudo()).create(
            [
                {
                    **file,
                    "ticket_id": ticket.id,
                    "company_id": record.company_id.id,
                    "source_model": record._name,
                    "source_id": record.id,
                    "recorded_at": now,
                }
                for record, ticket, files in entries
                for file in files
            ]
        )

    @api.model
    def _keep_mails(self, rows):
        """Open the mails of ``rows`` (with ``raw``) and keep the files inside.

        Some at a time, so that many large mails need no more memory than a few.

        :return: dict from the id of each row to its MailInside
        """
        inside = {row.id: MailInside([]) for row in rows}
        for some in self._split_by_size(rows):
            opened = {
                row_id: _open_mail(base64.b64decode(raw))
                for row_id, raw in self._read_raw(some)
            }
            kept = iter(
                self.env["dispute.content"]._keep(
                    [file for found, *_halves in opened.values() for file in found]
                )
            )
            for row_id, (found, *halves) in opened.items():
                files = list(islice(kept, len(found)))
                inside[row_id] = MailInside(files, *halves)
        self._note([(row, row.ticket_id, inside[row.id].files) for row in rows])
        return inside

    @api.model
    def _split_by_size(self, rows):
        some, size = rows.browse(), 0
        for row in rows.filtered("raw_size"):
            if some and size + row.raw_size > MOST_AT_ONCE:
                yield some
                some, size = rows.browse(), 0
            some += row
            size += row.raw_size
        if some:
            yield some

    @api.model
    def _read_raw(self, rows):
        """Yield id and bytes (base64) of ``rows``, without filling Odoo's cache."""
        rows.flush_recordset(["raw"])
        self.env.cr.execute(
            SQL(
                "SELECT id, raw FROM %s WHERE id = ANY(%s) AND raw IS NOT NULL",
                SQL.identifier(rows._table),
                rows.ids,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _keep_attachments(self, attachments):
        """Keep the bytes of ``attachments`` as they are now.

        :return: dict from the id of each to how evidence names it; those without
            bytes here (links, and files that are lost already) are left out
        """
        # sudo: ir.attachment - kept whoever posts them
        found = {
            file.id: {
                "name": storable(file.name),
                "mimetype": file.mimetype or "application/octet-stream",
                "data": file.raw or b"",
            }
            for file in attachments.sudo()
            if file.type == "binary" and (file.raw or not file.file_size)
        }
        entries = self.env["dispute.content"]._keep(list(found.values()))
        return dict(zip(found, entries, strict=True))


def _open_mail(raw):
    """The files in a mail, each a dict with its bytes, its text and its HTML.

    A mail that cannot be taken apart has no files; it is kept whole in any case.
    """
    try:
        mail = read_mail(raw)
        text = storable(mail.text or "")
        html = storable(mail.html or _get_html(mail.message))
        parts = islice(_find_files(mail.message), MOST_FILES)
        files = [_take_file(part) for part in parts]
    except Exception:
        _logger.info("A mail could not be taken apart, it is kept whole", exc_info=True)
        return [], "", ""
    return files, text, html


def _get_html(message):
    try:
        part = message.get_body(("html",))
        return part.get_content() if part else ""
    except (LookupError, ValueError, AttributeError):
        return ""


def _find_files(part):
    """Yield the files of a mail.

    A mail that is attached is one of them. Taking out what is inside it, too, would
    let mails in mails in mails grow to hundreds of times their size.
    """
    if _is_file(part):
        yield part
    elif part.is_multipart() and part.get_content_maintype() != "message":
        for each in part.get_payload():
            yield from _find_files(each)


def _is_file(part):
    if part.get_content_maintype() == "message":
        return part.is_multipart()
    if part.is_multipart():
        return False
    return part.get_content_maintype() != "text" or _get_name(part) is not None


def _get_name(part):
    """The name of an attached file; None where a part is the text of the mail."""
    try:
        name = part.get_filename()
        disposition = part.get_content_disposition()
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
    return name or ("" if disposition == "attachment" else None)


def _take_file(part):
    kind = part.get_content_type()
    if part.get_content_maintype() == "message":
        data = b"".join(each.as_bytes() for each in part.get_payload())
        fallback = "mail.eml"
    else:
        data = part.get_payload(decode=True) or b""
        fallback = kind.replace("/", ".")
    name = " ".join(storable(_get_name(part) or "").split())
    return {"name": name or fallback, "mimetype": storable(kind), "data": data}

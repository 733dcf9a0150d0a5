import base64

from odoo import models
from odoo.tools import SQL, html2plaintext

from ..provenance import InboundMail, storable

HEAD_SIZE = 65536  # bytes of a mail in which its headers are looked for


class DisputeInbound(models.Model):
    """What reached a ticket comes into the log, whether it counts or not."""

    _name = "dispute.inbound"
    _inherit = ["dispute.ledger.source", "dispute.inbound"]

    def _prepare_ledger_evidence(self):
        """Hook: what reached a ticket, as evidence."""
        headers = self._read_headers()
        return [row._prepare_message_evidence(headers.get(row.id)) for row in self]

    def _prepare_message_evidence(self, mail):
        """Hook: the item of evidence for this text.

        :param InboundMail mail: the headers of the mail it came with, or None
        """
        # what has no mail behind it is kept as it was written
        original = {} if self.raw_sha256 else {"html": self.body or ""}
        return {
            "kind": "message",
            "content": storable(html2plaintext(self.body or "")),
            "ticket": self.ticket_id,
            "company": self.company_id,
            "author": self.author_email or self.author_name,
            "occurred_at": self.received_at,
            "details": {
                "inbound": self.id,
                "subject": self.subject or "",
                "message_id": self.message_identifier or "",
                "to": ", ".join(mail.header_all("To")) if mail else "",
                "cc": ", ".join(mail.header_all("Cc")) if mail else "",
                "part": self.part or "",
                "speaker": self.speaker or "",
                "language": self.language or "",
                "origin": self.origin,
                "account": self.recorded_by or "",
                "address": self.remote_address or "",
                "raw_sha256": self.raw_sha256 or "",
                **original,
            },
            "files": self._get_raw_file(),
        }

    def _get_raw_file(self):
        """The mail itself, as evidence names files."""
        if not self.raw_sha256:
            return []
        return [
            {
                "name": self.raw_name,
                "mimetype": "message/rfc822",
                "size": self.raw_size,
                "sha256": self.raw_sha256,
            }
        ]

    def _read_headers(self):
        """The beginnings of the mails of these rows: dict from id to InboundMail."""
        self.flush_recordset(["raw"])
        self.env.cr.execute(
            SQL(
                "SELECT id, substring(raw FROM 1 FOR %s) FROM dispute_inbound "
                "WHERE id = ANY(%s) AND raw IS NOT NULL",
                HEAD_SIZE // 3 * 4,  # Odoo stores base64
                self.ids,
            )
        )
        return {
            row_id: InboundMail(base64.b64decode(raw))
            for row_id, raw in self.env.cr.fetchall()
        }

import hashlib
from collections import defaultdict

from odoo import models
from odoo.tools import SQL

WATCHED = {
    "raw",
    "datas",
    "db_datas",
    "store_fname",
    "name",
    "mimetype",
    "type",
    "url",
    "res_model",
    "res_id",
}
PIECE = 1 << 20


class IrAttachment(models.Model):
    """Attachments that were captured: what becomes of them is recorded.

    Those of messages on tickets, and the files of agreements that matter for some.
    """

    _inherit = "ir.attachment"

    def write(self, vals):
        captured = self._get_captured() if vals.keys() & WATCHED else {}
        if not captured:
            return super().write(vals)
        # sudo: ir.attachment - compared and recorded, not shown
        files = self.sudo().browse(captured)
        before = files._snapshot_all()
        result = super().write(vals)
        after = files._snapshot_all()
        self._record_file_changes(
            {
                file_id: (said, after[file_id])
                for file_id, said in before.items()
                if said != after[file_id]
            },
            captured,
        )
        return result

    def unlink(self):
        captured = self._get_captured()
        # sudo: ir.attachment - recorded, not shown
        before = self.sudo().browse(captured)._snapshot_all()
        result = super().unlink()
        self._record_file_changes(
            {file_id: (said, {}) for file_id, said in before.items()}, captured
        )
        return result

    def _get_captured(self):
        """Those that were captured, with the tickets concerned: {id: tickets}."""
        # sudo: ir.attachment - compared, not shown
        files = self.sudo().filtered(
            lambda file: file.res_model in ("helpdesk.ticket", "agreement")
            and file.res_id
            and not file.res_field
        )
        if not files:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT file.id, file.res_id FROM ir_attachment file
                JOIN message_attachment_rel rel ON rel.attachment_id = file.id
                WHERE file.id = ANY(%(ids)s) AND file.res_model = 'helpdesk.ticket'
                    AND (
                        EXISTS (
                            SELECT FROM dispute_inbound captured
                            WHERE captured.message_id = rel.message_id
                        ) OR EXISTS (
                            SELECT FROM dispute_outbound captured
                            WHERE captured.message_id = rel.message_id
                        )
                    )
                UNION
                SELECT file.id, file.res_id FROM ir_attachment file
                JOIN dispute_file kept ON kept.ticket_id = file.res_id
                    AND kept.name = file.name AND kept.size = file.file_size
                WHERE file.id = ANY(%(ids)s) AND file.res_model = 'helpdesk.ticket'
                UNION
                SELECT link.attachment_id, link.ticket_id
                FROM dispute_agreement_link link
                WHERE link.attachment_id = ANY(%(ids)s) AND link.state = 'linked'
                ORDER BY 1, 2
                """,
                ids=files.ids,
            )
        )
        # sudo: helpdesk.ticket - recorded whoever changes it
        tickets = self.env["helpdesk.ticket"].sudo()
        captured = defaultdict(tickets.browse)
        for file_id, ticket_id in rows:
            captured[file_id] += tickets.browse(ticket_id)
        return captured

    def _snapshot_all(self):
        return {
            file.id: {
                "name": file.name or "",
                "mimetype": file.mimetype or "",
                "size": file.file_size or 0,
                "sha256": file._get_sha256(),
                "on": f"{file.res_model or ''},{file.res_id or 0}",
                "url": file.url or "",
            }
            for file in self
        }

    def _get_sha256(self):
        """The digest of the bytes, read in pieces; empty if they are lost."""
        digest = hashlib.sha256()
        if not self.store_fname:
            digest.update(self.raw or b"")
            return digest.hexdigest()
        try:
            with open(self._full_path(self.store_fname), "rb") as stored:
                while piece := stored.read(PIECE):
                    digest.update(piece)
        except OSError:
            return ""
        return digest.hexdigest()

    def _record_file_changes(self, changes, tickets):
        """Record ``changes`` ({id: (before, after)}) for the ``tickets`` of each."""
        self.env["dispute.evidence"]._record_changes(
            [
                {
                    **self._describe_file_change(before, after),
                    "model": self._name,
                    "id": file_id,
                    "ticket": ticket,
                    "company": ticket.company_id or self.env.company,
                    "before": before,
                    "after": after,
                }
                for file_id, (before, after) in changes.items()
                for ticket in tickets[file_id].exists() or [tickets[file_id].browse()]
            ]
        )

    def _describe_file_change(self, before, after):
        name = before["name"]
        if not after:
            return {
                "action": "deleted",
                "content": self.env._("The file %s was deleted.", name),
            }
        if before["on"] != after["on"]:
            return {
                "action": "moved",
                "content": self.env._("The file %s was moved.", name),
            }
        return {
            "action": "edited",
            "content": self.env._("The file %s was changed.", name),
        }

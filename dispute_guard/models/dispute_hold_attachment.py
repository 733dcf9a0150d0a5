import base64

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dispute_hold_guard import changed

CONTENT = {"raw", "datas", "db_datas"}


class IrAttachment(models.Model):
    _name = "ir.attachment"
    _inherit = ["ir.attachment", "dispute.hold.guard", "dispute.hold.collected"]

    # Tokens, thumbnails and what Odoo computes go on.
    _held_fields = {
        "name": changed,
        "mimetype": changed,
        "type": changed,
        "url": changed,
        "res_model": changed,
        "res_id": changed,
        "res_field": changed,
        "raw": changed,
        "datas": changed,
        "db_datas": changed,
        "checksum": changed,
    }

    def _is_held_change(self, vals):
        vals = dict(vals)
        # Odoo alone writes a checksum, with content that it has read already
        known = "checksum" in vals
        for name in CONTENT & vals.keys():
            value = vals.pop(name)
            if not known and self._is_other_content(name, value):
                return True
        if (
            self.res_model == "mail.activity"
            and vals.get("res_model") == "mail.message"
        ):
            # what hung on an activity that is done goes to the message that says so
            del vals["res_model"]
            vals.pop("res_id", None)
        return bool(vals) and super()._is_held_change(vals)

    def _is_other_content(self, name, value):
        content = value.encode() if isinstance(value, str) else value or b""
        if name == "datas":
            content = base64.b64decode(content)
        digest = self._compute_checksum
        return digest(content) != (self.checksum or digest(b""))

    @api.model
    def _spare_held(self, domain):
        """Without what a message under hold carries although it belongs nowhere."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT file.id
                FROM ir_attachment file
                JOIN message_attachment_rel rel ON rel.attachment_id = file.id
                WHERE file.res_model = 'mail.compose.message' AND file.res_id = 0
                """
            )
        )
        files = self.browse(file_id for (file_id,) in rows)
        held = self.env["dispute.hold"]._get_holding(files)
        return Domain(domain) & Domain("id", "not in", list(held))

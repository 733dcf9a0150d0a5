import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class DisputeInbound(models.Model):
    """The files that came with a text.

    Those of a mail are taken out of its bytes when it is filed, which costs the mail
    itself nothing. Those of a message written in Odoo have no other source than the
    attachment, which can change: their bytes are kept at once.
    """

    _inherit = "dispute.inbound"

    files = fields.Json(
        readonly=True, copy=False, help="As the evidence names them.", prefetch=False
    )

    @api.model
    def _capture(self, vals_list, mail=None):
        if not mail:
            self._add_files(vals_list)
        return super()._capture(vals_list, mail)

    @api.model
    def _add_files(self, vals_list):
        """Keep the files of the messages behind ``vals_list`` and name them there."""
        messages = self.env["mail.message"].browse(
            {values["message_id"] for values in vals_list if values["message_id"]}
        )
        # sudo: mail.message - kept whoever posts
        files = {each.id: each.attachment_ids for each in messages.sudo()}
        wanted = self.env["ir.attachment"].union(*files.values())
        if not wanted:
            return
        try:
            with self.env.cr.savepoint():
                kept = self.env["dispute.file"]._keep_attachments(wanted)
        except Exception:
            # the message itself must not be lost for it
            _logger.exception("The files of a message could not be kept")
            return
        for values in vals_list:
            if values["message_id"] in files:
                values["files"] = [
                    kept[file.id]
                    for file in files[values["message_id"]]
                    if file.id in kept
                ]

    def _prepare_ledger_evidence(self):
        """Hook: the evidence names the files, too."""
        items = super()._prepare_ledger_evidence()
        file = self.env["dispute.file"]
        inside = file._keep_mails(self)
        file._note([(row, row.ticket_id, row.files) for row in self if row.files])
        for row, item in zip(self, items, strict=True):
            found = inside[row.id].files + (row.files or [])
            item["files"] = [*item.get("files", ()), *found]
        return items

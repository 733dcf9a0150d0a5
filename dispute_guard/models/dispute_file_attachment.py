import logging

from odoo import api, fields, models
from odoo.http import request

_logger = logging.getLogger(__name__)


class IrAttachment(models.Model):
    """Files of tickets stay as they came."""

    _inherit = "ir.attachment"

    def _postprocess_contents(self, values):
        """Leave pictures on tickets as they are; Odoo makes large ones smaller."""
        if values.get("res_model") == "helpdesk.ticket":
            values["mimetype"] = self._compute_mimetype(values)
            return values
        return super()._postprocess_contents(values)

    @api.model_create_multi
    def create(self, vals_list):
        """Keep what a customer puts on a ticket without a message (the web form)."""
        files = super().create(vals_list)
        if request and not self.env.user._is_internal():
            put = files.filtered(
                lambda file: file.res_model == "helpdesk.ticket"
                and file.res_id
                and not file.res_field
            )
            if put:
                put._record_put_on_ticket()
        return files

    def _record_put_on_ticket(self):
        try:
            with self.env.cr.savepoint():
                kept = self.env["dispute.file"]._keep_attachments(self)
                # sudo: helpdesk.ticket - kept whoever puts it there
                tickets = self.env["helpdesk.ticket"].sudo()
                self.env["dispute.file"]._note(
                    [
                        (ticket, ticket, [kept[file.id]])
                        for file in self
                        if file.id in kept and (ticket := tickets.browse(file.res_id))
                    ]
                )
                self.env["dispute.evidence"]._record_evidence(
                    [file._prepare_put_evidence(kept) for file in self]
                )
        except Exception:
            # the customer's upload must not fail for it
            _logger.exception("Files of a ticket could not be kept")

    def _prepare_put_evidence(self, kept):
        """Hook: the item of evidence for a file put on a ticket.

        :param dict kept: from ids of attachments to files as evidence names them
        """
        # sudo: helpdesk.ticket - recorded whoever puts it there
        ticket = self.env["helpdesk.ticket"].sudo().browse(self.res_id)
        source = self.env["dispute.provenance"]._prepare_provenance_values()
        return {
            "kind": "message",
            "content": self.name,
            "ticket": ticket,
            "company": ticket.company_id,
            "author": self.env.user.partner_id.email_formatted,
            "occurred_at": fields.Datetime.now(),
            "details": {
                "subject": ticket.name or "",
                "origin": source["origin"],
                "account": source["recorded_by"],
                "address": source.get("remote_address") or "",
            },
            "files": [kept[self.id]] if self.id in kept else [],
        }

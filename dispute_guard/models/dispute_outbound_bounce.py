import logging

from odoo import api, models
from odoo.tools import email_normalize_all, html2plaintext

from ..provenance import storable
from ..station import at_work

_logger = logging.getLogger(__name__)


class DisputeOutbound(models.Model):
    """That a mail came back, which is known later than that it left."""

    _inherit = "dispute.outbound"

    @api.model
    def _record_bounce(self, identifiers, address, reason):
        """Note that the mails under these Message-IDs came back.

        :param list identifiers: Message-IDs that the bounce names
        :param str address: who could not be reached; empty if the bounce does not say
        :param str reason: text of the bounce
        """
        rows = self.search(
            [("message_identifier", "in", identifiers), ("state", "=", "sent")]
        ).filtered(
            lambda row: not address or address in email_normalize_all(row.recipient)
        )
        if not rows:
            return
        at_work(rows).write({"state": "bounced", "reason": reason})
        self.env["dispute.evidence"]._record_changes(
            [
                {
                    "action": "bounced",
                    "content": self.env._(
                        "The mail “%(subject)s” to %(recipient)s came back.",
                        subject=row.subject or "",
                        recipient=row.recipient,
                    ),
                    "model": self._name,
                    "id": row.id,
                    "ticket": row.ticket_id,
                    "company": row.company_id,
                    "before": {"state": "sent"},
                    "after": {"state": "bounced", "reason": reason},
                }
                for row in rows
            ]
        )


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        identifiers = message_dict.get("bounced_msg_ids")
        if identifiers:
            # sudo: dispute.outbound - the gateway may run as any user
            outbound = self.env["dispute.outbound"].sudo()
            try:
                with self.env.cr.savepoint():
                    outbound._record_bounce(
                        identifiers,
                        message_dict.get("bounced_email") or "",
                        storable(html2plaintext(message_dict.get("body") or "")),
                    )
            except Exception:
                _logger.exception("A bounce could not be recorded")
        return result

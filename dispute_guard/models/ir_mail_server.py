import logging

from odoo import api, models

from .. import outgoing

_logger = logging.getLogger(__name__)

MOST_HELD = 8 << 20  # bytes of sent mails in memory before they are stored


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Note how sending a ticket's mail ends; other mails pass untouched."""
        sending = outgoing.ticket_mail()
        if not sending:
            return super().send_email(message, *args, **kwargs)
        with sending.attempt(message):
            result = super().send_email(message, *args, **kwargs)
        if sending.size > MOST_HELD:
            sending.mail._record_attempts(sending)
        return result

    def _prepare_email_message__(self, message, smtp_session):
        """Take the bytes of a ticket's mail, where they are final."""
        prepared = super()._prepare_email_message__(message, smtp_session)
        sending = outgoing.ticket_mail()
        if sending and sending.attempts:
            try:
                sending.attempts[-1].take(*prepared)
            except Exception:
                # it is sent all the same, or fails where Odoo itself writes it
                _logger.exception("The bytes of an outgoing mail could not be taken")
        return prepared

import logging

from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..provenance import InboundMail, gateway_mail, under_way

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Keep the bytes of a helpdesk mail before anything can go wrong with it.

        A helpdesk mail that Odoo cannot deliver is kept and tried again instead of
        being lost: a fetching mail server marks it as read whatever happens here.
        Mails for other models behave as without this addon.
        """
        mail = message if isinstance(message, InboundMail) else InboundMail(message)
        inbound = self.env["dispute.inbound"]
        mail.provenance = mail.provenance or inbound._prepare_gateway_provenance()
        stray = self.env["dispute.stray.mail"]
        try:
            with under_way(mail):
                result = super().message_process(
                    model,
                    mail.deliverable,
                    custom_values=custom_values,
                    save_original=save_original,
                    strip_attachments=strip_attachments,
                    thread_id=thread_id,
                )
        except Exception as error:
            collided = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
            if collided and request:
                raise  # a call is run again from its start
            if isinstance(error, AccessError) and not self.env.su:
                raise  # who may not deliver a mail must not have it delivered later
            broken = self.env.cr._cnx.get_transaction_status() == (
                TRANSACTION_STATUS_INERROR
            )
            if broken or not stray._is_helpdesk_mail(mail, model):
                raise
            _logger.info("A helpdesk mail could not be delivered", exc_info=True)
            # after a collision it is tried again as it is, in another transaction
            if mail.cover or collided:
                stray._keep_undelivered(mail, model, error)
                return False
            try:
                mail.cover = stray._make_cover(mail)
            except Exception:
                _logger.exception("No readable cover could be made for a mail")
                stray._keep_undelivered(mail, model, error)
                return False
            return self.message_process(model, mail)
        if not mail.captured:
            try:
                with self.env.cr.savepoint():
                    stray._keep_unposted(mail, model)
            except Exception as error:
                if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) and request:
                    raise
                _logger.exception("A mail that Odoo did not post could not be read")
                stray._keep_undelivered(mail, model, error)
        return result

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        mail = gateway_mail()
        if mail:
            mail.message_id = message_dict.get("message_id")
            mail.parsed = message
            mail.routed = [route[0] for route in routes or ()]
        if not mail or "helpdesk.ticket" not in mail.routed:
            return super()._message_route_process(message, message_dict, routes)
        # So that a mail that fails half-way leaves nothing behind and the transaction
        # can still keep its bytes. The end of the transaction releases it, too, which
        # spares every mail a query.
        savepoint = self.env.cr.savepoint()
        try:
            result = super()._message_route_process(message, message_dict, routes)
            self.env.cr.flush()
        except BaseException:
            savepoint.close(rollback=True)
            raise
        return result

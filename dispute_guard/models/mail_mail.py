import logging

from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from odoo import api, models

from .. import outgoing

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        """Let a ticket's message outlive the mail that it left as.

        Odoo deletes a mail once it is sent and, where it made the message for the
        mail alone (templates, mass mode), the message with it.
        """
        for vals in vals_list:
            if vals.get("model") == "helpdesk.ticket" and vals.get("res_id"):
                vals["is_notification"] = True
        return super().create(vals_list)

    def _send(self, *args, **kwargs):
        with outgoing.under_way() as sending:
            try:
                return super()._send(*args, **kwargs)
            finally:
                # where it ended without post-processing, as with a lost connection
                self._record_attempts(sending)

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Called once for each mail, right before the attempts to send it."""
        if sending := outgoing.run():
            self._record_attempts(sending)
            sending.begin(self if self._is_of_ticket() else None)
        return super()._prepare_outgoing_list(*args, **kwargs)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        sending = outgoing.run()
        if not sending:
            self._record_failures()
        elif sending.mail == self:
            if not sending.tried:
                self._record_failures(failure_reason)
            self._record_attempts(sending)
            sending.begin(None)
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    # ------------------------------------------------------------------
    # No error of ours stops a mail
    # ------------------------------------------------------------------

    def _is_of_ticket(self):
        return self.model == "helpdesk.ticket" and bool(self.res_id)

    @api.model
    def _record_attempts(self, sending):
        """Record what was attempted and is not recorded yet."""
        if attempts := sending.take_attempts():
            self._record_outbound("_record_attempts", sending.mail, attempts)

    def _record_failures(self, reason=None):
        """Record that these mails did not even come to a mail server."""
        mails = self.filtered(lambda mail: mail._is_of_ticket())
        failed = mails.filtered(lambda mail: mail.state == "exception")
        if failed:
            self._record_outbound("_record_failures", failed, reason)

    @api.model
    def _record_outbound(self, method, *args):
        if self.env.cr._cnx.get_transaction_status() == TRANSACTION_STATUS_INERROR:
            return
        # sudo: dispute.outbound - recorded whoever sends
        outbound = self.env["dispute.outbound"].sudo()
        try:
            with self.env.cr.savepoint(flush=False):
                getattr(outbound, method)(*args)
        except Exception:
            _logger.exception("Outgoing mail of a ticket could not be recorded")

import logging

from odoo import models

_logger = logging.getLogger(__name__)

# The address is to blame: to try again is vain.
HOPELESS = ("mail_email_invalid", "mail_email_missing")


class MailMail(models.Model):
    """Tells a handoff whose mail could not be sent."""

    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        if failure_type:
            self._tell_handoffs(failure_reason, failure_type)
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def _tell_handoffs(self, reason, failure_type):
        """Never raises: a queue of other mails is being sent."""
        mails = self.filtered(
            lambda mail: mail.model == "dispute.handoff" and mail.state == "exception"
        )
        if not mails:
            return
        try:
            with self.env.cr.savepoint():
                # sudo: dispute.handoff.step - whoever runs the mail queue
                steps = self.env["dispute.handoff.step"].sudo()
                for step in steps.search(
                    [("mail_id", "in", mails.ids), ("state", "=", "asked")]
                ):
                    step.handoff_id._note_mail_failure(
                        step,
                        reason or step.mail_id.failure_reason,
                        failure_type in HOPELESS,
                    )
        except Exception:
            _logger.exception("A handoff was not told that its mail did not leave")

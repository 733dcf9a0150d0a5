from odoo import models

from .dispute_hold_guard import changed


class MailMail(models.Model):
    _name = "mail.mail"
    _inherit = ["mail.mail", "dispute.hold.guard"]

    # of a mail that was sent
    _held_fields = {
        "state": changed,
        "mail_message_id": changed,
        "body_html": changed,
        "email_to": changed,
        "email_cc": changed,
        "recipient_ids": changed,
        "headers": changed,
        "references": changed,
        "failure_reason": changed,
    }

    def _is_held_change(self, vals):
        """A mail that waits or failed can be mended; one that was sent was sent."""
        return self.state in ("sent", "received") and super()._is_held_change(vals)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Keep sent mails of a dispute under hold.

        A refusal would break sending after the mail server has taken the mail.
        """
        held = self.env["dispute.hold"]._get_holding(
            self.filtered(lambda mail: mail.auto_delete)
        )
        # sudo: mail.mail - whoever sends, a hold keeps what was sent
        self.browse(held).sudo().auto_delete = False
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

from odoo import models

from ..speaking import in_person


class MailScheduledMessage(models.Model):
    _inherit = "mail.scheduled.message"

    def _post_message(self, raise_exception=True):
        """Withhold what its author may not write when its time has come.

        Who sends it himself ahead of its time hears why he may not.
        """
        withheld = self.browse()
        if not raise_exception:
            withheld = self.filtered(lambda scheduled: scheduled._withhold())
        # sudo: mail.scheduled.message - its time has come, whoever runs this
        withheld.sudo().unlink()
        with in_person():
            return super(MailScheduledMessage, self - withheld)._post_message(
                raise_exception
            )

    def _withhold(self):
        """List the message if its author may not write it now; say whether so."""
        # sudo: mail.scheduled.message - compared, not shown
        scheduled = self.sudo()
        record = self.env[scheduled.model].browse(scheduled.res_id)
        record = record.with_user(scheduled.create_uid)
        if not isinstance(record, self.pool["mail.thread"]):
            return False
        values = {
            "author_id": scheduled.author_id.id,
            "message_type": "comment",
            "partner_ids": scheduled.partner_ids.ids,
            "subtype_xmlid": "mail.mt_note" if scheduled.is_note else "mail.mt_comment",
        }
        with in_person():
            _speaker, verdict = record._ask_gate(values)
        if verdict.may or not record._goes_outside(values):
            return False
        record._withhold(
            verdict,
            "scheduled",
            record._get_named_others(values),
            subject=scheduled.subject,
            body=scheduled.body,
            attachments=scheduled.attachment_ids,
        )
        record._message_log(
            body=self.env._(
                "A scheduled message was withheld: %s",
                scheduled.subject or record.display_name,
            ),
            message_type="comment",
        )
        return True


class MailMessageSchedule(models.Model):
    _inherit = "mail.message.schedule"

    def _send_notifications(self, default_notify_kwargs=None):
        """Ask for each author, not for the scheduled action, whether he may write."""
        # sudo: mail.message - compared, not shown
        messages = self.sudo().mail_message_id._filter_disputes()
        disputed = self.filtered(lambda each: each.sudo().mail_message_id in messages)
        for schedule in disputed:
            author = schedule.sudo().mail_message_id.create_uid
            with in_person():
                super(
                    MailMessageSchedule, schedule.with_user(author).sudo()
                )._send_notifications(default_notify_kwargs)
        left = self - disputed
        return super(MailMessageSchedule, left)._send_notifications(
            default_notify_kwargs
        )

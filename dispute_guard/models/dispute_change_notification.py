from collections import defaultdict

from odoo import models


class MailNotification(models.Model):
    """Whom a captured message reached is recorded before Odoo cleans up."""

    _inherit = "mail.notification"

    def unlink(self):
        # sudo: mail.notification - recorded, not shown
        notifications = self.sudo()
        messages = notifications.mail_message_id._filter_ticket_messages()
        captured = messages._get_captured()
        states = notifications._snapshot_states()
        tickets = {message.id: message.res_id for message in messages}
        result = super().unlink()
        known = self.env["helpdesk.ticket"].sudo().browse(set(tickets.values()))
        known = known.exists()
        self.env["dispute.evidence"]._record_changes(
            [
                {
                    "action": "cleaned",
                    "content": self.env._(
                        "Notifications of message %s were cleaned up.", message_id
                    ),
                    "model": "mail.message",
                    "id": message_id,
                    "ticket": known.browse(tickets[message_id]) & known,
                    "company": company,
                    "before": {"notifications": states[message_id]},
                    "after": {},
                }
                for message_id, company in captured.items()
            ]
        )
        return result

    def _snapshot_states(self):
        """What became of the notifications, as {message id: list of dicts}."""
        states = defaultdict(list)
        for each in self:
            states[each.mail_message_id.id].append(
                {
                    "to": each.res_partner_id.email_formatted
                    or each.res_partner_id.name
                    or each.mail_email_address
                    or "",
                    "type": each.notification_type,
                    "status": each.notification_status or "",
                    "reason": each.failure_reason or "",
                    "read": self.env["dispute.evidence"]._snapshot_value(
                        each, "read_date"
                    ),
                }
            )
        return states

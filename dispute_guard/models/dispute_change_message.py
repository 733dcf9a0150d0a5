from collections import defaultdict

from odoo import models
from odoo.tools import SQL, is_html_empty

# What a message says; Odoo itself writes other fields later on.
WATCHED = (
    "body",
    "subject",
    "date",
    "email_from",
    "author_id",
    "message_type",
    "is_internal",
    "model",
    "res_id",
    "attachment_ids",
)


class MailMessage(models.Model):
    """Messages that were captured: what becomes of them is recorded."""

    _inherit = "mail.message"

    def write(self, vals):
        names = [name for name in WATCHED if name in vals]
        # sudo: mail.message - compared and recorded, not shown
        messages = self.sudo()._filter_ticket_messages() if names else self.browse()
        before = messages._snapshot_all(names)
        result = super().write(vals)
        if messages:
            messages._record_edits(before, messages._snapshot_all(names))
        return result

    def unlink(self):
        # sudo: mail.message - recorded, not shown
        messages = self.sudo()._filter_ticket_messages()
        captured = messages._get_captured()
        messages = messages.filtered(lambda message: message.id in captured)
        before = messages._snapshot_all(WATCHED)
        states = messages.notification_ids._snapshot_states()
        tickets = {
            message.id: self.env["helpdesk.ticket"].browse(message.res_id).sudo()
            for message in messages
        }
        result = super().unlink()
        self.env["dispute.evidence"]._record_changes(
            [
                {
                    "action": "deleted",
                    "content": self.env._(
                        "Message %(number)s was deleted.", number=message_id
                    ),
                    "model": "mail.message",
                    "id": message_id,
                    "ticket": tickets[message_id].exists(),
                    "company": captured[message_id],
                    "before": said | {"notifications": states.get(message_id, [])},
                    "after": {},
                }
                for message_id, said in before.items()
            ]
        )
        return result

    def _filter_ticket_messages(self):
        return self.filtered(lambda message: message.model == "helpdesk.ticket")

    def _snapshot_all(self, names):
        snapshot = self.env["dispute.evidence"]._snapshot
        return {message.id: snapshot(message, names) for message in self}

    def _get_captured(self):
        """Those of the messages that were captured: {id: company}."""
        if not self:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message_id, company_id FROM dispute_inbound
                WHERE message_id = ANY(%(ids)s)
                UNION
                SELECT message_id, company_id FROM dispute_outbound
                WHERE message_id = ANY(%(ids)s)
                """,
                ids=self.ids,
            )
        )
        # sudo: res.company - recorded whoever changes it
        companies = self.env["res.company"].sudo()
        return {message: companies.browse(company) for message, company in rows}

    def _record_edits(self, before, after):
        changed = defaultdict(dict)
        for message_id, said in before.items():
            for name, value in said.items():
                # Odoo itself adds a subject when it first mails the message
                if value != after[message_id][name] and (value or name != "subject"):
                    changed[message_id][name] = value
        messages = self.browse(changed)
        captured = messages._get_captured()
        messages = messages.filtered(lambda message: message.id in captured)
        concerned = {
            message.id: message._get_concerned_tickets(changed[message.id])
            for message in messages
        }
        # sudo: helpdesk.ticket - recorded whoever changes it
        tickets = self.env["helpdesk.ticket"].sudo()
        there = tickets.browse(set().union(*concerned.values())).exists()
        self.env["dispute.evidence"]._record_changes(
            [
                {
                    **message._describe_change(changed[message.id], after[message.id]),
                    "model": "mail.message",
                    "id": message.id,
                    "ticket": ticket,
                    "company": ticket.company_id or captured[message.id],
                    "before": changed[message.id],
                    "after": {
                        name: after[message.id][name] for name in changed[message.id]
                    },
                }
                for message in messages
                # on record although the ticket may be gone
                for ticket in tickets.browse(concerned[message.id]) & there or [tickets]
            ]
        )

    def _get_concerned_tickets(self, before):
        """Ids of the tickets on which the message stood and stands.

        :param dict before: the fields that changed, with what they said
        """
        tickets = {before.get("res_id", self.res_id)}
        if self.model == "helpdesk.ticket":
            tickets.add(self.res_id)
        return tickets

    def _describe_change(self, before, after):
        if before.keys() & {"model", "res_id"}:
            return {
                "action": "moved",
                "content": self.env._("Message %s was moved.", self.id),
            }
        if "body" in before and is_html_empty(after["body"]):
            return {
                "action": "deleted",
                "content": self.env._("Message %s was emptied.", self.id),
            }
        return {
            "action": "edited",
            "content": self.env._(
                "Message %(number)s was edited: %(fields)s.",
                number=self.id,
                fields=", ".join(before),
            ),
        }

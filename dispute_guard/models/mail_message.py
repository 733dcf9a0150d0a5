from odoo import api, fields, models

from .dispute_signal import LIVE_STATES


class MailMessage(models.Model):
    _inherit = "mail.message"

    dispute_quotes = fields.Json(
        compute="_compute_dispute_quotes",
        groups="base.group_user",
        export_string_translation=False,
    )

    def _compute_dispute_quotes(self):
        """The words of the message that carry a signal, for the chatter to mark."""
        tickets = self.filtered(lambda message: message.model == "helpdesk.ticket")
        quotes = {}
        if tickets:
            # sudo: dispute.signal - the words are those of the message, which any
            # colleague who follows the ticket may read
            rows = (
                self.env["dispute.signal"]
                .sudo()
                ._read_group(
                    [
                        ("message_id", "in", tickets.ids),
                        ("state", "in", LIVE_STATES),
                        ("segment", "!=", "subject"),
                    ],
                    ["message_id"],
                    ["quote:array_agg"],
                )
            )
            quotes = {message.id: words for message, words in rows}
        for message in self:
            message.dispute_quotes = quotes.get(message.id, [])

    @api.model_create_multi
    def create(self, vals_list):
        """The only place that sees every message, whatever path it came by."""
        messages = super().create(vals_list)
        on_tickets = [
            (message, ticket_id, vals.get("body"))
            for message, vals in zip(messages, vals_list, strict=True)
            if (ticket_id := message._get_ticket_id(vals))
        ]
        if on_tickets:
            self.env["dispute.inbound"]._capture_messages(on_tickets)
        return messages

    def _get_ticket_id(self, vals):
        """The ticket that a message made from ``vals`` stands on, or False."""
        model, res_id = self._get_place(vals)
        return model == "helpdesk.ticket" and res_id

    def _get_place(self, vals):
        """On which record a message made from ``vals`` stands: its model and id.

        Read from ``vals`` where they say it, which spares a query for each message.
        """
        if not {"model", "res_id"} <= vals.keys():
            vals = {"model": self.model, "res_id": self.res_id}
        return vals["model"], int(vals["res_id"] or 0)

    def write(self, vals):
        edited = self.browse()
        if "body" in vals:
            # sudo: mail.message - compared, not shown
            edited = self.sudo().filtered(
                lambda message: message.model == "helpdesk.ticket"
                and message._is_edited_by(vals)
            )
        result = super().write(vals)
        if edited:
            self.env["dispute.inbound"]._capture_edited(edited)
        return result

    def _is_edited_by(self, vals):
        return self.new({"body": vals["body"]}, origin=self).body != self.body

    def _to_store_defaults(self, target):
        defaults = super()._to_store_defaults(target)
        if target.is_internal(self.env):
            defaults = defaults + ["dispute_quotes"]
        return defaults

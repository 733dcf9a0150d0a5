from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ..speaking import automatic
from .dispute_lock_decision import Verdict

# Kinds of message that leave by another way than mail.
LEAVING_TYPES = ("sms", "snailmail", "whatsapp_message")


class MailThread(models.AbstractModel):
    """The gate on what is posted on records of a dispute.

    People are told why they may not write to the other side; what the system would
    say by itself is withheld; a colleague's answer by mail becomes an internal note.
    Records outside a dispute behave as in Odoo and cost no query.
    """

    # one file a concern
    _inherit = "mail.thread"

    def message_post(self, **values):
        speaker, verdict = self._ask_gate(values)
        if verdict.may or not self._goes_outside(values):
            return super().message_post(**values)
        if speaker.kind == "person":
            raise UserError(verdict.reason)
        if values.get("tracking_value_ids"):
            # that something changed stays on record; nobody outside is told of it
            return super().message_post(**self._keep_inside(values))
        if speaker.kind == "system":
            return self._withhold_post(values, verdict)
        message = super().message_post(**self._make_note(values))
        self._tell_unsent(speaker.partner, verdict)
        return message

    def message_notify(self, **values):
        record = self or self._get_notified_record(values)
        speaker, verdict = record._ask_gate({"message_type": False, **values})
        others = self.env["res.partner"]
        if not verdict.may:
            others = record._get_named_others(values)
        if not others:
            return super().message_notify(**values)
        if speaker.kind == "person":
            raise UserError(verdict.reason)
        record._withhold(verdict, "message", others, **record._read_post(values))
        left = [each for each in values["partner_ids"] if each not in others.ids]
        if not left:
            return self.env["mail.message"]
        return super().message_notify(**{**values, "partner_ids": left})

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """The last gate: followers outside hear nothing that may not reach them."""
        found = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not found:
            return found
        # sudo: mail.message - compared, not shown
        message = message.sudo()
        _speaker, verdict = self._ask_gate(
            {
                "author_id": message.author_id.id,
                "message_type": message.message_type,
                "message_id": message.message_id,
            }
        )
        if verdict.may:
            return found
        locks = self.env["dispute.lock"]
        partners = self.env["res.partner"].browse(
            [each["id"] for each in found if each["id"]]
        )
        others = locks._get_other_side(partners)
        addresses = locks._get_other_addresses(
            ",".join(each["email_normalized"] for each in found if not each["id"])
        )
        if others or addresses:
            self._withhold(
                verdict,
                "notice",
                others,
                addresses,
                subject=message.subject,
                body=message.body or message.preview,
                email_from=message.email_from,
                attachments=message.attachment_ids,
            )
        return [
            each
            for each in found
            if each["id"] not in others.ids
            and (each["id"] or each["email_normalized"] not in addresses)
        ]

    def _message_track(self, fields_iter, initial_values_dict):
        with automatic():
            return super()._message_track(fields_iter, initial_values_dict)

    def _message_track_post_template(self, changes):
        with automatic():
            return super()._message_track_post_template(changes)

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _ask_gate(self, values):
        """Who speaks in a message from this record, and whether he may.

        :param dict values: of the message, as ``message_post`` takes them
        :return: a Speaker (None outside a dispute) and a Verdict
        """
        free = Verdict(True, "", None)
        if not self or not self._get_dispute_cases():
            return None, free
        author_id = values.get("author_id")
        if author_id is None:
            author_id, _address = self._message_compute_author(
                None, values.get("email_from")
            )
        locks = self.env["dispute.lock"]
        speaker = locks._find_speaker(
            self.env["res.partner"].browse(author_id or []),
            values.get("message_type", "notification"),
            values.get("message_id"),
        )
        if speaker.kind == "outside":
            return speaker, free
        return speaker, locks._decide(self, speaker.partner)[self.id]

    @api.model
    def _get_notified_record(self, values):
        """The record that a notification without one names."""
        model, res_id = values.get("model"), values.get("res_id")
        if not (model and res_id and isinstance(self.env.get(model), type(self))):
            return self
        return self.env[model].browse(res_id)

    def _goes_outside(self, values):
        """Whether a message with these values reaches or shows the other side."""
        if values.get("message_type") in LEAVING_TYPES:
            return True
        if self._get_named_others(values):
            return True
        locks = self.env["dispute.lock"]
        if locks._get_other_addresses(values.get("outgoing_email_to")):
            return True
        if not self._has_open_subtype(values) or values.get("is_internal"):
            return False
        if isinstance(self, self.env.registry["portal.mixin"]):
            return True  # shown to whoever may open the record in the portal
        # sudo: mail.followers - compared, not shown
        return bool(locks._get_other_side(self.sudo().message_partner_ids))

    def _get_named_others(self, values):
        """Recipients of the other side that the message names."""
        partners = self.env["res.partner"].browse(values.get("partner_ids") or [])
        return self.env["dispute.lock"]._get_other_side(partners)

    @api.model
    def _has_open_subtype(self, values):
        """Whether the message is more than an internal note."""
        subtype_id = values.get("subtype_id")
        if xmlid := values.get("subtype_xmlid"):
            subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
        # sudo: mail.message.subtype - compared, not shown
        subtype = self.env["mail.message.subtype"].sudo().browse(subtype_id or [])
        return bool(subtype) and not subtype.internal

    # ------------------------------------------------------------------
    # Keeping inside
    # ------------------------------------------------------------------

    def _keep_inside(self, values):
        """``values`` of a message that nobody outside gets or sees."""
        others = self._get_named_others(values)
        named = values.get("partner_ids") or []
        return {
            **values,
            "is_internal": True,
            "partner_ids": [each for each in named if each not in others.ids],
            "outgoing_email_to": False,
        }

    def _make_note(self, values):
        """``values`` of an internal note with the same words."""
        values = self._keep_inside(values)
        # Odoo keeps portal users from reading internal comments alone
        return {**values, "message_type": "comment", "subtype_xmlid": "mail.mt_note"}

    def _tell_unsent(self, author, verdict):
        """Tell a colleague that his answer by mail did not go on."""
        if author and not author.partner_share:
            self.message_notify(
                partner_ids=author.ids,
                subject=self.env._("Not sent on: %s", self.display_name),
                body=self.env._(
                    "Your mail was kept as an internal note. %s", verdict.reason
                ),
            )

    def _withhold_post(self, values, verdict):
        """List what would have been posted; leave a note of it.

        :return: the note
        """
        others = self._get_named_others(values)
        addresses = self.env["dispute.lock"]._get_other_addresses(
            values.get("outgoing_email_to")
        )
        post = self._read_post(values)
        withheld = self._withhold(verdict, "post", others, addresses, **post)
        note = self._message_log(
            body=self.env._("Withheld: %s", withheld.display_name),
            message_type="comment",
        )
        return note.with_env(self.env)

    @api.model
    def _read_post(self, values):
        """What is written in a message that is not posted."""
        body = values.get("body") or ""
        return {
            "subject": values.get("subject"),
            "body": Markup(body) if values.get("body_is_html") else body,
            "email_from": values.get("email_from"),
            "attachments": self.env["ir.attachment"].browse(
                values.get("attachment_ids") or []
            ),
            "files": values.get("attachments") or [],
        }

    def _withhold(self, verdict, way, partners, addresses=(), **said):
        """List what may not reach the other side now (see ``dispute.withheld``)."""
        return self.env["dispute.withheld"]._keep(
            self, verdict, way, partners, addresses, **said
        )

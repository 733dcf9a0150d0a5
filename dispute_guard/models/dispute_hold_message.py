from odoo import api, fields, models
from odoo.fields import Domain

from .dispute_hold_guard import changed, collecting, removed, replaced, reworded


class MailMessage(models.Model):
    _name = "mail.message"
    _inherit = ["mail.message", "dispute.hold.guard"]

    dispute_held = fields.Boolean(
        compute="_compute_dispute_held",
        groups="base.group_user",
        export_string_translation=False,
    )

    # Odoo itself adds partner_ids later, and a subject where none is.
    _held_fields = {
        "message_id": replaced,
        "parent_id": replaced,
        "reply_to": replaced,
        "subject": reworded,
        "body": changed,
        "date": changed,
        "email_from": replaced,
        "author_id": replaced,
        "author_guest_id": replaced,
        "model": changed,
        "res_id": changed,
        "message_type": changed,
        "subtype_id": changed,
        "is_internal": changed,
        "incoming_email_to": replaced,
        "incoming_email_cc": replaced,
    }

    def _compute_dispute_held(self):
        """Whether a hold keeps the message, for the chatter not to offer changes."""
        holding = self.env["dispute.hold"]._get_holding(self)
        for message in self:
            message.dispute_held = message.id in holding

    def _to_store_defaults(self, target):
        defaults = super()._to_store_defaults(target)
        if target.is_internal(self.env):
            defaults = defaults + ["dispute_held"]
        return defaults

    def write(self, vals):
        for name in vals.keys() & {"attachment_ids", "partner_ids"}:
            # sudo: mail.message - compared, not shown
            losing = self.sudo().filtered(
                lambda each, name=name: removed(each[name], vals[name])
            )
            self.env["dispute.hold"]._check(losing)
        return super().write(vals)


class MailTrackingValue(models.Model):
    _name = "mail.tracking.value"
    _inherit = ["mail.tracking.value", "dispute.hold.guard"]

    _held_fields = {
        name: changed
        for name in (
            "mail_message_id",
            "field_id",
            "old_value_char",
            "old_value_datetime",
            "old_value_float",
            "old_value_integer",
            "old_value_text",
            "new_value_char",
            "new_value_datetime",
            "new_value_float",
            "new_value_integer",
            "new_value_text",
        )
    }


class MailNotification(models.Model):
    _name = "mail.notification"
    _inherit = ["mail.notification", "dispute.hold.guard", "dispute.hold.collected"]

    _held_fields = {
        "mail_message_id": changed,
        "res_partner_id": replaced,
        "mail_email_address": replaced,
    }

    @api.autovacuum
    def _gc_notifications(self, max_age_days=180):
        spared = collecting(self)
        return super(MailNotification, spared)._gc_notifications(max_age_days)

    @api.model
    def _spare_held(self, domain):
        documents = self.env["dispute.hold"]._get_held_documents(
            "mail_message_id.model", "mail_message_id.res_id"
        )
        return Domain(domain) & ~documents if not documents.is_false() else domain


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["mail.activity", "dispute.hold.guard", "dispute.hold.collected"]

    _held_fields = {
        "res_model_id": changed,
        "res_model": changed,
        "res_id": changed,
        "activity_type_id": changed,
        # once it is done:
        "active": changed,
        "summary": changed,
        "note": changed,
        "user_id": changed,
        "date_deadline": changed,
        "date_done": replaced,
        "feedback": replaced,
    }

    def _is_held_change(self, vals):
        """An open activity is still planned; a done one tells what happened."""
        if self.active:
            moving = ("res_model_id", "res_model", "res_id", "activity_type_id")
            vals = {name: vals[name] for name in moving if name in vals}
        return bool(vals) and super()._is_held_change(vals)

    @api.autovacuum
    def _gc_delete_old_overdue_activities(self):
        spared = collecting(self)
        return super(MailActivity, spared)._gc_delete_old_overdue_activities()

    @api.model
    def _spare_held(self, domain):
        documents = self.env["dispute.hold"]._get_held_documents("res_model", "res_id")
        return Domain(domain) & ~documents if not documents.is_false() else domain

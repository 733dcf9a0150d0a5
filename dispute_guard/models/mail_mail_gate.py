from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError


class MailMail(models.Model):
    """Mails that are made past ``message_post``, and those that wait in the queue."""

    # one file a concern
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create([self._mark_withheld(vals) for vals in vals_list])
        # sudo: mail.mail - compared, not shown
        for mail in mails.sudo()._filter_disputes():
            mail.sudo(self.env.su)._check_new_gate()
        return mails

    def _send(self, *args, **kwargs):
        """Mails that were made before a lock, or woken up, stay here all the same."""
        held = self.browse()
        # sudo: mail.mail - compared, not shown
        for mail in self.sudo()._filter_disputes():
            if mail.state == "outgoing" and mail._hold_back():
                held |= mail
        left = self - held
        return super(MailMail, left)._send(*args, **kwargs) if left else True

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _filter_disputes(self):
        """The mails that belong to a record of a dispute."""
        messages = self.mail_message_id._filter_disputes()
        return self.filtered(lambda mail: mail.mail_message_id in messages)

    def _get_others(self):
        """Who of the other side would get the mail: contacts and list of addresses."""
        locks = self.env["dispute.lock"]
        addresses = ",".join(filter(None, [self.email_to, self.email_cc]))
        return (
            # of a mail that is about to be made, too
            locks._get_other_side(self.recipient_ids._origin),
            locks._get_other_addresses(addresses),
        )

    def _ask_new_gate(self):
        """Who makes the mail, whether he may, and who of the other side would get it.

        :return: a Speaker, a Verdict (None where nobody outside would get it),
            contacts and list of addresses
        """
        mail = self.sudo()  # sudo: mail.mail - compared, not shown
        partners, addresses = mail._get_others()
        if not partners and not addresses:
            return None, None, partners, addresses
        locks = self.env["dispute.lock"]
        speaker = locks._find_speaker(
            mail.author_id._origin,
            mail.message_type,
            mail.message_id,
            stored=mail.message_type != "email_outgoing",
        )
        verdict = None
        if speaker.kind != "outside":
            record = self.env[mail.model].browse(mail.res_id)
            verdict = locks._decide(record, speaker.partner)[record.id]
        return speaker, verdict, partners, addresses

    def _check_new_gate(self):
        """:raise UserError: to who may not write to the other side"""
        speaker, verdict, partners, addresses = self._ask_new_gate()
        if not verdict or verdict.may:
            return
        if speaker.kind == "person":
            raise UserError(verdict.reason)
        self.sudo()._withhold(verdict, "mail", partners, addresses)

    @api.model
    def _mark_withheld(self, vals):
        """``vals`` whose message in the chatter says so where a mail is withheld.

        Afterwards a hold would keep the message from being changed.
        """
        if vals.get("mail_message_id"):
            return vals
        record = self.env["mail.thread"]._get_notified_record(vals)
        if not record._get_dispute_cases():
            return vals
        speaker, verdict, *_others = self.new(vals)._ask_new_gate()
        if not verdict or verdict.may or speaker.kind == "person":
            return vals
        return {
            **vals,
            "body": self.env._("Withheld: %s", vals.get("subject") or ""),
            "is_internal": True,
        }

    def _hold_back(self):
        """Withhold the mail if who made it may not write to the other side now."""
        partners, addresses = self._get_others()
        if not partners and not addresses:
            return False
        locks = self.env["dispute.lock"]
        maker = self.create_uid
        speaker = maker.partner_id
        if maker.share or maker._is_superuser():
            # the gateway passes on what others wrote
            if self.author_id and not locks._is_ours(self.author_id):
                return False
            speaker = self.author_id
        record = self.env[self.model].browse(self.res_id)
        verdict = locks._decide(record, speaker)[record.id]
        if not verdict.may:
            self._withhold(verdict, "queue", partners, addresses)
        return not verdict.may

    def _withhold(self, verdict, way, partners, addresses):
        self.env[self.model].browse(self.res_id)._withhold(
            verdict,
            way,
            partners,
            addresses,
            subject=self.subject,
            body=Markup(self.body_html or ""),
            email_from=self.email_from,
            mail=self,
        )
        self.write({"state": "cancel", "failure_reason": verdict.reason})

from odoo import models

from ..invitation_mail import filled
from .dispute_invitation import LINK_PATH, PLACEHOLDER


class MailMail(models.Model):
    """Puts what lets a professional in into a mail that is just being sent."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, *args, **kwargs):
        mails = super()._prepare_outgoing_list(*args, **kwargs)
        for values in mails:
            values["body"] = filled(values["body"])
            values["body_alternative"] = filled(values["body_alternative"])
        if self.model == "dispute.handoff" and self.res_id:
            self._put_in_links(mails)
        return mails

    def _put_in_links(self, mails):
        """Put a new token for each placeholder into those of ``mails`` that go to
        nobody but the professional; in others it stays and opens nothing."""
        names = set()
        for values in mails:
            names.update(PLACEHOLDER.findall(values["body"]))
        if not names:
            return
        # sudo: dispute.invitation - whoever runs the mail queue
        invitations = self.env["dispute.invitation"].sudo()
        invitations = invitations.search(
            [("reference", "in", list(names)), ("handoff_id", "=", self.res_id)]
        )
        for invitation in invitations._filter_open():
            for values in mails:
                if self._goes_only_to(values, invitation):
                    self._put_in_link(values, invitation)

    def _goes_only_to(self, values, invitation):
        partner = invitation.professional_id.partner_id
        return not values["email_cc"] and (
            values["partner_id"] == partner
            or values["email_to_normalized"] == [invitation.email]
        )

    def _put_in_link(self, values, invitation):
        token = self.env["dispute.invitation.link"]._mint(invitation, self)

        def put_in(found):
            mine = found.group(1) == invitation.reference
            return LINK_PATH + token if mine else found.group()

        for name in ("body", "body_alternative"):
            values[name] = PLACEHOLDER.sub(put_in, values[name])

from odoo import models

from ..provenance import gateway_mail


class MailAlias(models.Model):
    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, *args, **kwargs):
        """Do not tell a customer that a mail was refused which is kept after all.

        Only for a mail that failed after it was routed to a ticket: who may not write
        to an alias is still told so.
        """
        mail = gateway_mail()
        if mail and "helpdesk.ticket" in (mail.routed or ()):
            return
        super()._alias_bounce_incoming_email(*args, **kwargs)

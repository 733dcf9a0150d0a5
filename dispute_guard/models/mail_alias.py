from odoo import models

from ..provenance import gateway_mail


class MailAlias(models.Model):
    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, *args, **kwargs):
        """Do not tell a customer that a mail was refused which is kept after all."""
        if gateway_mail(self.env) and self.alias_model_id.model == "helpdesk.ticket":
            return
        super()._alias_bounce_incoming_email(*args, **kwargs)

from odoo import api, models

from ..models.dispute_hold_guard import collecting


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    @api.autovacuum
    def _gc_lost_attachments(self):
        spared = collecting(self)
        return super(MailComposeMessage, spared)._gc_lost_attachments()

from odoo import models
from odoo.tools import is_html_empty


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _says_something(self):
        """Whether there are words, or at least a file."""
        # sudo: ir.attachment - counted, not shown
        return not is_html_empty(self.body) or bool(self.sudo().attachment_ids)

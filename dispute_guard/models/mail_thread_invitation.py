import re

from odoo import api, models

from .dispute_invitation import LINK_PATH

TOKEN = re.compile(re.escape(LINK_PATH) + r"[\w-]{43}(?![\w-])")


class MailThread(models.AbstractModel):
    """Takes out of answers the link of the mail that they quote."""

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        parsed = super().message_parse(message, save_original=save_original)
        body = parsed.get("body")
        if body and LINK_PATH in body:
            parsed["body"] = type(body)(TOKEN.sub(LINK_PATH + "…", body))
        return parsed

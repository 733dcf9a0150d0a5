from odoo import models
from odoo.exceptions import UserError

# What others see of a file.
SHOWN_FIELDS = {"name", "raw", "datas", "db_datas", "store_fname", "type", "url"}


class IrAttachment(models.Model):
    """Files that the customer sees say nothing new while nobody may write to him."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if SHOWN_FIELDS & vals.keys():
            self._check_gate()
        return super().write(vals)

    def _check_gate(self):
        """:raise UserError: saying who may write to who reads the files"""
        user = self.env.user
        if user.share or user._is_superuser():
            return
        # sudo: ir.attachment - compared, not shown
        files = self.sudo().filtered(
            lambda file: file.res_model == "helpdesk.ticket" and file.res_id
        )
        tickets = self.env["helpdesk.ticket"].browse(set(files.mapped("res_id")))
        verdicts = self.env["dispute.lock"]._decide(tickets, user)
        for ticket in tickets:
            verdict = verdicts[ticket.id]
            # sudo: mail.message - compared, not shown
            if not verdict.may and any(
                message._is_shown_outside() and message.attachment_ids & files
                for message in ticket.sudo().message_ids
            ):
                raise UserError(verdict.reason)

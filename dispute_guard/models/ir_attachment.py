from odoo import api, models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_pinned_agreement(self):
        # sudo: dispute.agreement.link - the file is pinned for whoever deletes it
        links = self.env["dispute.agreement.link"].sudo()
        link = links.search([("attachment_id", "in", self.ids)], limit=1)
        if link:
            raise UserError(
                self.env._(
                    "The file %(file)s is linked to ticket %(ticket)s as an agreement "
                    "that matters and cannot be deleted.",
                    file=link.attachment_id.name,
                    ticket=link.ticket_id.number,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_dispute_hold(self):
        tickets = {
            attachment.res_id
            for attachment in self
            if attachment.res_model == "helpdesk.ticket"
        }
        self.env["helpdesk.ticket"].browse(tickets).exists()._check_dispute_hold()

from odoo import models


class ResPartner(models.Model):
    # one file a concern
    _inherit = "res.partner"

    def write(self, vals):
        """Close the pages that were opened to another address than it is now."""
        result = super().write(vals)
        if "email" in vals and self.env["dispute.professional"]._knows(self):
            # sudo: dispute.invitation - whoever may change the address
            self.env["dispute.invitation"].sudo()._end_of_old_addresses(self)
        return result

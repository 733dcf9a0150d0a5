from odoo import models

from .dispute_hold_guard import emptied, replaced


class ResPartner(models.Model):
    """Contacts whose dispute is under hold.

    Who they are stays; where they can be reached may become another but not empty.
    A second address is a contact of its own below them.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "dispute.hold.guard"]

    _held_fields = {
        "name": replaced,
        "email": replaced,
        "vat": replaced,
        "parent_id": replaced,
        "active": replaced,
        "phone": emptied,
        "street": emptied,
        "city": emptied,
        "zip": emptied,
        "country_id": emptied,
    }

    def unlink(self):
        self.env["dispute.hold"]._check_authors(self)
        return super().unlink()


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "dispute.hold.guard"]

from odoo import models
from odoo.exceptions import AccessError, UserError

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
        self._refuse_held(self, "unlink")
        self.env["dispute.hold"]._check_authors(self)
        return super().unlink()

    def _refuse_held(self, records, operation):
        """Tell also where a wish to be erased waits."""
        try:
            return super()._refuse_held(records, operation)
        except AccessError:
            raise
        except UserError as refusal:
            if self.env.user.share:
                raise
            raise UserError(
                self.env._(
                    "%(refusal)s A person's wish to be erased is entered as an erasure "
                    "request: it is refused by law and offered again later.",
                    refusal=refusal,
                )
            ) from refusal


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "dispute.hold.guard"]

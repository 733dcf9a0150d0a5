from odoo import api, fields, models
from odoo.tools import email_normalize

# Parties of these roles stand against us.
AGAINST = ("customer", "their_counsel")


class DisputeCaseParty(models.Model):
    """The address by which a party is known, whoever edits its contact later."""

    # one file a concern
    _inherit = "dispute.case.party"

    email_normalized = fields.Char(
        compute="_compute_email_normalized",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
    )

    @api.depends("email")
    def _compute_email_normalized(self):
        for party in self:
            party.email_normalized = email_normalize(party.email or "")

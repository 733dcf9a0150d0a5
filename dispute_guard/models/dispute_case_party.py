from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .dispute_hold_guard import changed, replaced

PARTY_ROLES = [
    ("customer", "Customer"),
    ("their_counsel", "Their counsel"),
    ("adr_body", "Mediator or arbitration body"),
    ("court", "Court"),
    ("insurer", "Insurer"),
    ("authority", "Authority"),
    ("our_counsel", "Our counsel"),
    ("other", "Other"),
]


class DisputeCaseParty(models.Model):
    """Somebody who has a part in a dispute.

    Name and address are those of the time when he was added; the contact may change,
    be merged or go.
    """

    _name = "dispute.case.party"
    _description = "Party of a Dispute"
    _inherit = ["dispute.ticket.bound", "dispute.hold.guard"]
    _order = "case_id, id"
    _held_fields = {
        "role": changed,
        "partner_id": replaced,
        "name": replaced,
        "email": replaced,
    }

    case_id = fields.Many2one(
        "dispute.case", string="Dispute", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    role = fields.Selection(selection=PARTY_ROLES, required=True, default="other")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", index="btree_not_null", ondelete="restrict"
    )
    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    email = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True
    )
    note = fields.Char(help="What for: the reference of a court, the policy number.")
    is_main = fields.Boolean(compute="_compute_is_main")

    @api.depends("partner_id")
    def _compute_name(self):
        """As the contact is called now; without a contact, as typed."""
        for party in self:
            if party.partner_id:
                party.name = party.partner_id.display_name
                party.email = party.partner_id.email

    @api.depends("role", "partner_id", "case_id.partner_id")
    def _compute_is_main(self):
        """Whether this is the customer of the dispute, who stays its party."""
        for party in self:
            party.is_main = bool(
                party.role == "customer"
                and party.partner_id
                and party.partner_id == party.case_id.partner_id
            )

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"role", "partner_id", "case_id"}:
            self.case_id._keep_customer_party()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_customer(self):
        for party in self.filtered("is_main"):
            raise UserError(
                self.env._(
                    "%(party)s is the customer of dispute %(case)s.",
                    party=party.name,
                    case=party.case_id.name,
                )
            )


class DisputeCase(models.Model):
    """The parties of a dispute; its customer is one of them by itself."""

    # one file a concern
    _inherit = "dispute.case"

    party_ids = fields.One2many("dispute.case.party", "case_id", string="Parties")

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(vals_list)
        cases._keep_customer_party()
        return cases

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self._keep_customer_party()
        return result

    def _keep_customer_party(self):
        """Add the customer to the parties where he is missing; earlier ones stay."""
        self.env["dispute.case.party"].create(
            [
                {
                    "case_id": case.id,
                    "role": "customer",
                    "partner_id": case.partner_id.id,
                }
                for case in self
                if case.partner_id and not any(case.party_ids.mapped("is_main"))
            ]
        )

    def _get_parties(self, *roles):
        """The contacts (res.partner) of the parties with one of ``roles``, or of all.

        Parties that are known by name only have none.
        """
        parties = self.party_ids
        if roles:
            parties = parties.filtered(lambda party: party.role in roles)
        return parties.partner_id

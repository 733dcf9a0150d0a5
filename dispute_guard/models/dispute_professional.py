import re
from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

ROLES = [
    ("superior", "Superior"),
    ("mediator", "Mediator"),
    ("lawyer", "Lawyer"),
    ("security", "Security"),
]
PRICE_UNITS = [
    ("free", "Free of charge"),
    ("hour", "an hour"),
    ("matter", "for the matter"),
]
LANGUAGE_CODES = re.compile(r"[a-z]{2}(\s*,\s*[a-z]{2})*")


class DisputeProfessional(models.Model):
    """A person to whom disputes are handed."""

    _name = "dispute.professional"
    _description = "Professional for Disputes"
    _order = "sequence, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    email = fields.Char(related="partner_id.email")
    role = fields.Selection(selection=ROLES, required=True)
    language_codes = fields.Char(
        string="Languages",
        help="Codes such as en, ru, lv, lt. Empty: any language.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    acknowledge_hours = fields.Float(
        string="Acknowledge Within (h)",
        compute="_compute_acknowledge_hours",
        store=True,
        readonly=False,
        precompute=True,
        help="Working hours within which a handoff must be acknowledged. For security "
        "every hour counts.",
    )
    idle_hours = fields.Float(
        string="Reminded After (h)",
        default=40,
        help="Working hours without a sign of life after which who has taken over is "
        "reminded. 0: never.",
    )
    # what the choice looks at
    jurisdiction_ids = fields.Many2many(
        "dispute.jurisdiction",
        string="Jurisdictions",
        help="Where this person may act. Empty: anywhere.",
    )
    speciality_ids = fields.Many2many("dispute.speciality", string="Specialities")
    capacity = fields.Integer(
        help="How many handoffs this person can have open at a time. 0: any number."
    )
    price_unit = fields.Selection(
        selection=PRICE_UNITS, string="Price Is", help="Empty: not known."
    )
    price = fields.Monetary()
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    is_fallback = fields.Boolean(
        string="Fallback",
        help="Asked last, and when nobody else fits, whatever the capacity.",
    )
    case_id = fields.Many2one(
        "dispute.case",
        string="Only for Dispute",
        index="btree_not_null",
        ondelete="restrict",
        help="A person on whom both sides agreed for one dispute.",
    )
    handoff_ids = fields.One2many("dispute.handoff", "professional_id")
    open_count = fields.Integer(string="Open Handoffs", compute="_compute_open_count")

    _positive_hours = models.Constraint(
        "CHECK(acknowledge_hours > 0)",
        "The time to acknowledge must be more than nothing.",
    )
    _not_negative = models.Constraint(
        "CHECK(idle_hours >= 0 AND capacity >= 0 AND price >= 0)",
        "Hours, capacity and price cannot be less than nothing.",
    )

    @api.depends("role")
    def _compute_acknowledge_hours(self):
        """What is usual for the role: threats to people do not wait for a day."""
        for professional in self:
            professional.acknowledge_hours = 1 if professional.role == "security" else 8

    @api.depends("handoff_ids.state")
    def _compute_open_count(self):
        counts = self._count_open()
        for professional in self:
            professional.open_count = counts.get(professional.id, 0)

    # ------------------------------------------------------------------
    # Known by their contacts
    # ------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _get_contacts(self):
        """Who is one of ours, as two dicts to sets of company ids (False: all).

        The first is by id of the commercial partner, the second by mail address.
        Cached, because each mail asks for it.
        """
        partners, addresses = defaultdict(set), defaultdict(set)
        # sudo: dispute.professional - the gateway may run as any user
        for person in self.sudo().search([("active", "=", True)]):
            partner, company = person.partner_id, person.company_id.id
            partners[partner.id].add(company)
            partners[partner.commercial_partner_id.id].add(company)
            if partner.email_normalized:
                addresses[partner.email_normalized].add(company)
        return dict(partners), dict(addresses)

    @api.model
    def _is_one(self, partner, address, company):
        """Whether a sender is a professional of ``company``, or of his firm.

        :param partner: the sender's partner, or an empty one
        :param str address: the sender's address, or False
        """
        partners, addresses = self._get_contacts()
        if not partners:
            return False
        companies = (
            partners.get(partner.id, set())
            | partners.get(partner.commercial_partner_id.id, set())
            | addresses.get(email_normalize(address or ""), set())
        )
        return False in companies or company.id in companies

    @api.model
    def _knows(self, partners):
        """Whether one of ``partners`` is a professional or the firm of one."""
        return not self._get_contacts()[0].keys().isdisjoint(partners.ids)

    @api.model_create_multi
    def create(self, vals_list):
        professionals = super().create(vals_list)
        self.env.registry.clear_cache()
        return professionals

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"partner_id", "company_id", "active"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # ------------------------------------------------------------------

    @api.constrains("language_codes")
    def _check_language_codes(self):
        for professional in self:
            codes = professional.language_codes
            if codes and not LANGUAGE_CODES.fullmatch(codes.strip()):
                raise ValidationError(
                    self.env._(
                        "Write languages as two-letter codes with commas between "
                        "them, such as: en, ru. This cannot be read: %(codes)s",
                        codes=codes,
                    )
                )

    @api.constrains("partner_id")
    def _check_partner(self):
        """A professional behind an alias would make a ticket of each brief."""
        addresses = self.partner_id.mapped("email_normalized")
        # sudo: mail.alias - compared, not shown
        aliases = self.env["mail.alias"].sudo()
        if taken := aliases.search([("alias_full_name", "in", addresses)], limit=1):
            raise ValidationError(
                self.env._(
                    "%(address)s is an address of this system. Choose a partner with "
                    "an address of his own.",
                    address=taken.alias_full_name,
                )
            )

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
        default=8,
        help="Working hours within which a handoff must be acknowledged.",
    )
    handoff_ids = fields.One2many("dispute.handoff", "professional_id")

    _positive_hours = models.Constraint(
        "CHECK(acknowledge_hours > 0)",
        "The time to acknowledge must be more than nothing.",
    )

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

    def _speaks(self, language):
        self.ensure_one()
        codes = [code.strip() for code in (self.language_codes or "").split(",")]
        return not self.language_codes or language in codes

    @api.model
    def _choose(self, role, company, language, customer):
        """Hook: who takes a handoff; empty if nobody can.

        Who speaks the customer's language comes first, then the order of the list.

        :param str role: one of ROLES
        :param str language: ISO 639-1 code of the customer's text, or None
        :param customer: partner on the other side, who gets no brief about himself
        """
        # sudo: dispute.professional - chosen for whoever's message caused it
        candidates = self.sudo().search(
            [("role", "=", role), ("company_id", "in", [False, company.id])]
        )
        reachable = candidates.filtered(
            lambda person: person.email
            and not (
                person.partner_id.commercial_partner_id & customer.commercial_partner_id
            )
        )
        return reachable.sorted(lambda person: not person._speaks(language))[:1]

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DisputeJurisdiction(models.Model):
    """What the law of a country asks of the sides of a dispute, as editable data.

    The shipped profiles name their sources and the day of the text they were taken
    from. They help not to forget a date and replace no counsel.
    """

    _name = "dispute.jurisdiction"
    _description = "Jurisdiction"
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short, such as EU, UK or LV.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    parent_id = fields.Many2one(
        "dispute.jurisdiction",
        string="Falls Back On",
        ondelete="restrict",
        help="Its terms hold where this jurisdiction has none of a kind.",
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Customers In",
        help="The first jurisdiction in the list with the customer's country counts.",
    )
    term_ids = fields.One2many(
        "dispute.jurisdiction.term", "jurisdiction_id", string="Terms"
    )
    emergency_note = fields.Text(
        translate=True, help="Whom to call when somebody is in danger."
    )
    note = fields.Text(translate=True)

    _unique_code = models.Constraint(
        "UNIQUE(code)", "There is a jurisdiction with this code already."
    )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A jurisdiction cannot fall back on itself.")
            )

    @api.model
    def _get_by_country(self):
        """The jurisdiction that counts for each country, as dict of records."""
        # sudo: dispute.jurisdiction - clocks start whoever's message causes it
        jurisdictions = self.sudo().search([("country_ids", "!=", False)])
        by_country = {}
        for jurisdiction in jurisdictions:
            for country in jurisdiction.country_ids:
                by_country.setdefault(country, jurisdiction)
        return by_country

    def _find_term(self, kind):
        """The term of a kind, the nearest parent's where there is none of its own.

        :param str kind: one of CLOCK_KINDS
        :return: an empty record where the law is silent
        """
        jurisdiction = self
        while jurisdiction:
            term = jurisdiction.term_ids.filtered(lambda term: term.kind == kind)
            if term:
                return term[:1]
            jurisdiction = jurisdiction.parent_id
        return self.env["dispute.jurisdiction.term"]

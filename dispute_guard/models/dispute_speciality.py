from odoo import fields, models


class DisputeSpeciality(models.Model):
    """What a professional knows more of than others."""

    _name = "dispute.speciality"
    _description = "Speciality of Professionals"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()
    category_ids = fields.Many2many(
        "helpdesk.ticket.category",
        string="Ticket Categories",
        help="Disputes about tickets of these categories ask for it by themselves.",
    )

    _name_unique = models.UniqueIndex("(name)", "There is such a speciality already.")

from odoo import fields, models


class DisputeErasureBasis(models.Model):
    """Why the law lets data be kept although a person wants them erased."""

    _name = "dispute.erasure.basis"
    _description = "Legal Basis for Refusing Erasure"
    _order = "sequence, id"

    name = fields.Char(string="Provision", required=True)
    text = fields.Text(string="Words for the Person", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

from odoo import fields, models


class DisputeLedgerNode(models.Model):
    """The hash of a complete subtree, kept so that a proof need not read all items."""

    _name = "dispute.ledger.node"
    _description = "Node of the Ledger"
    _inherit = ["dispute.immutable"]
    _order = "company_id, level, position"
    _log_access = False
    _rec_name = "position"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    level = fields.Integer(
        required=True, readonly=True, help="It covers 2 to this power items."
    )
    position = fields.Integer(
        required=True, readonly=True, help="Among the nodes of its level."
    )
    node_hash = fields.Char(required=True, readonly=True)

    _position = models.UniqueIndex("(company_id, level, position)")

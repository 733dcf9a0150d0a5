from odoo import fields, models


class DisputeLedgerItem(models.Model):
    """One leaf of a company's log: which evidence stands at which position.

    The evidence is named by number, without a relation: that one is missing has to be
    found out, not prevented here.
    """

    _name = "dispute.ledger.item"
    _description = "Item of the Ledger"
    _inherit = ["dispute.immutable"]
    _order = "company_id, position desc"
    _log_access = False
    _rec_name = "position"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    position = fields.Integer(required=True, readonly=True)
    evidence_id = fields.Integer(
        string="Evidence No.", required=True, readonly=True, aggregator=None
    )
    leaf_hash = fields.Char(
        required=True,
        readonly=True,
        help="SHA-256 over a zero byte and the text behind the evidence's digest "
        "(RFC 6962), hexadecimal.",
    )

    _position = models.UniqueIndex("(company_id, position)")
    _evidence = models.UniqueIndex("(evidence_id)")

from odoo import api, fields, models
from odoo.tools import SQL

from ..ledger import head_to_text, read_head, sha256_hex
from .dispute_immutable import refusing


class DisputeLedgerHead(models.Model):
    """What a company's log was at one moment: size, root, signature.

    Each names the one before. What leads outside the database (mail, time-stamp) is
    noted here afterwards; the head itself never changes.
    """

    _name = "dispute.ledger.head"
    _description = "Tree Head"
    _inherit = ["dispute.immutable"]
    _order = "id desc"
    _log_access = False
    _immutable_columns = (
        "company_id",
        "size",
        "root",
        "time",
        "canonical",
        "signature",
        "key",
        "previous",
    )
    _never_deleted = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    size = fields.Integer(string="Items", required=True, readonly=True, aggregator=None)
    root = fields.Char(
        required=True, readonly=True, help="Hash of the tree (RFC 6962)."
    )
    time = fields.Datetime(string="Made", required=True, readonly=True)
    canonical = fields.Text(required=True, readonly=True)
    signature = fields.Char(readonly=True)
    key = fields.Char(string="Public Key", readonly=True)
    previous = fields.Char(
        readonly=True, help="SHA-256 of the canonical text of the head before."
    )
    # outside the database
    mailed_at = fields.Datetime(readonly=True)
    mailed_to = fields.Char(readonly=True)
    token = fields.Binary(string="Time-Stamp", attachment=False, readonly=True)
    token_name = fields.Char(compute="_compute_token_name")
    token_time = fields.Datetime(string="Time-Stamped", readonly=True)
    token_authority = fields.Char(readonly=True)
    text = fields.Text(string="To Copy", compute="_compute_text")

    # A log grows between two heads and never forks.
    _size = models.UniqueIndex("(company_id, size)")
    _previous = models.UniqueIndex("(company_id, previous)")
    _outside = models.Index("(company_id, size) WHERE mailed_at IS NOT NULL")
    _stamped = models.Index("(company_id, size) WHERE token_time IS NOT NULL")

    @api.depends("size", "time")
    def _compute_display_name(self):
        for head in self:
            head.display_name = self.env._(
                "Head of %(time)s UTC, %(size)s items", time=head.time, size=head.size
            )

    @api.model
    def _get_triggers(self):
        # what led outside stays noted, too
        return super()._get_triggers() | {
            "anchors": refusing(
                SQL("UPDATE"),
                SQL(
                    """
                    FOR EACH ROW WHEN (
                        (OLD.token_time IS NOT NULL AND (
                            OLD.token IS DISTINCT FROM NEW.token
                            OR OLD.token_time IS DISTINCT FROM NEW.token_time
                            OR OLD.token_authority IS DISTINCT FROM NEW.token_authority
                        )) OR (OLD.mailed_at IS NOT NULL AND (
                            OLD.mailed_at IS DISTINCT FROM NEW.mailed_at
                            OR OLD.mailed_to IS DISTINCT FROM NEW.mailed_to
                        ))
                    )
                    """
                ),
            )
        }

    def _compute_token_name(self):
        for head in self:
            head.token_name = f"head-{head.size}.tsr"

    @api.depends("canonical", "signature")
    def _compute_text(self):
        for head in self:
            head.text = head._to_text()

    def _get_digest(self):
        """What the next head names this one by; of no head the empty text."""
        return sha256_hex(self.canonical.encode()) if self else ""

    def _to_text(self):
        """The head in the form that is mailed, printed and can be pasted back."""
        self.ensure_one()
        try:
            return head_to_text(read_head(self.canonical), self.signature or "")
        except ValueError as error:
            return str(error)  # it was tampered with; verification says so

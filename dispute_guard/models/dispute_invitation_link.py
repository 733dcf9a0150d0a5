import secrets

from odoo import api, fields, models

from ..ledger import sha256_hex
from ..station import at_work

TOKEN_BYTES = 32


class DisputeInvitationLink(models.Model):
    """A link that was put into one mail; of its token only the digest is known."""

    _name = "dispute.invitation.link"
    _description = "Link of an Invitation"
    _inherit = ["dispute.invitation.record"]
    _order = "id desc"
    _log_access = False
    _rec_name = "minted_at"
    _immutable_columns = ("invitation_id", "token_hash", "minted_at", "mail_id")

    invitation_id = fields.Many2one(
        "dispute.invitation",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="invitation_id.company_id")
    token_hash = fields.Char(
        string="SHA-256 of the Token", required=True, readonly=True
    )
    minted_at = fields.Datetime(string="Put into a Mail", required=True, readonly=True)
    mail_id = fields.Integer(string="Mail No.", readonly=True, aggregator=None)

    _token_unique = models.UniqueIndex("(token_hash)")

    @api.model
    def _mint(self, invitation, mail):
        """A new token for ``invitation``, to be put into ``mail`` and kept nowhere.

        :return str: 256 random bits, fit for an address
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        # sudo: dispute.invitation.link - nobody may make links but this method
        at_work(self.sudo()).create(
            {
                "invitation_id": invitation.id,
                "token_hash": sha256_hex(token.encode()),
                "minted_at": fields.Datetime.now(),
                "mail_id": mail.id,
            }
        )
        return token

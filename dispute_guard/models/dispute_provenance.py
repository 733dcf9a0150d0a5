import base64
import logging

from odoo import api, fields, models
from odoo.http import request

from ..provenance import describe_error

_logger = logging.getLogger(__name__)

RETRY_LIMIT = 100
RETRY_TIMES = 10
PROVENANCE = ("origin", "recorded_by", "remote_address")


class DisputeProvenance(models.AbstractModel):
    """Where a text came from, as this server knows it, and its bytes as they came."""

    _name = "dispute.provenance"
    _description = "Provenance"

    # The state of a row that waits for another attempt; ``_retry`` makes it.
    _waiting_state = None

    origin = fields.Selection(
        selection=[
            ("gateway", "Received by mail"),
            ("handed_in", "Mail handed in by a program"),
            ("portal", "Written in the portal"),
            ("web", "Written in Odoo by staff"),
            ("rpc", "Entered through an external call"),
            ("system", "Created by the system"),
        ],
        required=True,
        readonly=True,
        help="How the text arrived, noted by the server. "
        "What the message says about itself is not trusted.",
    )
    recorded_by = fields.Char(
        readonly=True, help="Login of the account under which the text arrived."
    )
    remote_address = fields.Char(readonly=True, help="Network address, if known.")
    received_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    subject = fields.Char(readonly=True)
    author_email = fields.Char(readonly=True)
    message_identifier = fields.Char(
        string="Message-ID", readonly=True, index="btree_not_null"
    )
    raw = fields.Binary(string="Original Mail", attachment=False, readonly=True)
    raw_name = fields.Char(compute="_compute_raw_name")
    raw_sha256 = fields.Char(
        string="SHA-256 of the Original", readonly=True, index="btree_not_null"
    )
    raw_size = fields.Integer(string="Size (bytes)", readonly=True)
    # what became of it
    problem = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)

    def _compute_raw_name(self):
        for row in self:
            row.raw_name = f"mail-{row.id}.eml"

    @api.model
    def _prepare_provenance_values(self):
        """Who enters a text now, from where, and how."""
        values = {"origin": "system", "recorded_by": self.env.user.login}
        if request:
            path = request.httprequest.path
            values["remote_address"] = request.httprequest.remote_addr
            if not self.env.user._is_internal():
                values["origin"] = "portal"
            elif path.startswith("/mail/") or path.endswith("/web_save"):
                values["origin"] = "web"
            else:
                values["origin"] = "rpc"
        return values

    @api.model
    def _prepare_gateway_provenance(self):
        """Who hands a mail to the gateway: a mail server's fetching, or a call.

        Any employee may call the gateway, as a mail transfer agent does; the record
        says under which account and from where.
        """
        values = self._prepare_provenance_values()
        return values | {"origin": "handed_in" if request else "gateway"}

    @api.model
    def _prepare_raw_values(self, mail):
        """The bytes of an InboundMail and who handed it in."""
        return {
            **mail.provenance,
            "raw": base64.b64encode(mail.raw),
            "raw_sha256": mail.sha256,
            "raw_size": len(mail.raw),
        }

    @api.model
    def _cron_retry(self):
        """Try again what waits, each row on its own."""
        domain = [("state", "=", self._waiting_state), ("attempts", "<", RETRY_TIMES)]
        rows = self.search(domain, limit=RETRY_LIMIT, order="attempts, id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(rows))
        for row in rows:
            try:
                with self.env.cr.savepoint():
                    row._retry()
            except Exception as error:
                _logger.exception("%s failed again", row)
                row.write(
                    {"attempts": row.attempts + 1, "problem": describe_error(error)}
                )
            if not cron._commit_progress(1):
                break

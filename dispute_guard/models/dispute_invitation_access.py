import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from ..provenance import storable
from ..station import at_work

LONGEST_AGENT = 250
REFUSED_MOST = 20
REFUSED_MINUTES = 15
REFUSALS_KEPT_DAYS = 30


class DisputeInvitationAccess(models.Model):
    """One visit, or one thing done, on a professional's page; rows never change."""

    _name = "dispute.invitation.access"
    _description = "Visit of a Professional"
    _inherit = ["dispute.invitation.record"]
    _order = "id desc"
    _log_access = False
    _rec_name = "action"

    invitation_id = fields.Many2one(
        "dispute.invitation",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    handoff_id = fields.Many2one(related="invitation_id.handoff_id")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    device_id = fields.Many2one(
        "dispute.invitation.device", readonly=True, ondelete="restrict"
    )
    action = fields.Selection(
        selection=[
            ("link", "Opened the link"),
            ("code", "Asked for a code"),
            ("unsent", "Asked for a code, the mail could not be sent"),
            ("wrong", "Entered a wrong code"),
            ("confirmed", "Confirmed the device"),
            ("page", "Read the page"),
            ("acknowledged", "Confirmed receipt"),
            ("accepted", "Accepted the matter"),
            ("declined", "Declined the matter"),
            ("asked", "Asked a question"),
            ("uploaded", "Sent files"),
            ("dossier", "Asked for a dossier"),
            ("downloaded", "Downloaded"),
            ("outcome", "Reported the outcome"),
            ("left", "Signed out"),
        ],
        required=True,
        readonly=True,
    )
    what = fields.Char(readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    address = fields.Char(string="Network Address", readonly=True)
    agent = fields.Char(string="Browser", readonly=True)

    @api.model
    def _note(self, invitation, action, device=None, what=None):
        """Record what was done on the page of ``invitation``."""
        # sudo: dispute.invitation.access - nobody may make rows but this method
        at_work(self.sudo()).create(
            {
                "invitation_id": invitation.id,
                "company_id": invitation.company_id.id,
                "device_id": device and device.id,
                "action": action,
                "what": what,
                "at": fields.Datetime.now(),
                **self._get_visitor(),
            }
        )

    @api.model
    def _get_visitor(self):
        """From where and with what the request under way comes."""
        if not request:
            return {"address": False, "agent": False}
        http = request.httprequest
        return {
            "address": http.remote_addr,
            "agent": storable(http.user_agent.string or "")[:LONGEST_AGENT],
        }


class DisputeInvitationRefusal(models.Model):
    """A visit with a link that opens nothing; counted to slow down who guesses.

    A flood is not recorded beyond what is needed to refuse it, and rows are not kept
    for good: anybody on the net can cause them.
    """

    _name = "dispute.invitation.refusal"
    _description = "Refused Visit"
    _order = "id desc"
    _log_access = False
    _rec_name = "at"

    at = fields.Datetime(required=True, readonly=True, index=True)
    address = fields.Char(string="Network Address", readonly=True)
    network = fields.Char(
        readonly=True, help="What is counted: the address, of IPv6 its half."
    )
    agent = fields.Char(string="Browser", readonly=True)

    _counted = models.Index("(network, at)")

    @api.model
    def _is_limited(self):
        """Whether too many visits from where the request comes were refused."""
        since = fields.Datetime.now() - timedelta(minutes=REFUSED_MINUTES)
        return (
            self.search_count(
                [("network", "=", self._get_network()), ("at", ">", since)],
                limit=REFUSED_MOST,
            )
            >= REFUSED_MOST
        )

    @api.model
    def _note(self):
        """Record that the request under way is refused."""
        # sudo: dispute.invitation.refusal - nobody may make rows but this method
        self.sudo().create(
            {
                "at": fields.Datetime.now(),
                "network": self._get_network(),
                **self.env["dispute.invitation.access"]._get_visitor(),
            }
        )

    @api.model
    def _get_network(self):
        """The address of the visitor; of IPv6 the half that one person is given."""
        address = (request and request.httprequest.remote_addr) or ""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return address
        if parsed.version == 4:
            return address
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))

    @api.autovacuum
    def _gc_refusals(self):
        """Forget refused visits after a while."""
        limit = fields.Datetime.now() - timedelta(days=REFUSALS_KEPT_DAYS)
        self.env.cr.execute(
            SQL("DELETE FROM dispute_invitation_refusal WHERE at < %s", limit)
        )

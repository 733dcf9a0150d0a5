from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..provenance import storable
from ..station import at_work


class DisputeHandoffExchange(models.Model):
    """One thing that a professional and our side tell, ask or send each other.

    Each is evidence as soon as it is said. The next professional of the same handoff
    does not see what was said to the one before.
    """

    _name = "dispute.handoff.exchange"
    _description = "Question, Answer or File of a Handoff"
    _inherit = ["dispute.ticket.bound", "dispute.invitation.record"]
    _order = "id"
    _log_access = False
    _rec_name = "body"

    step_id = fields.Many2one(
        "dispute.handoff.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    handoff_id = fields.Many2one(
        "dispute.handoff",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    side = fields.Selection(
        selection=[("professional", "Professional"), ("ours", "Our side")],
        required=True,
        readonly=True,
    )
    author = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True)
    body = fields.Text(string="Text", readonly=True)
    file_ids = fields.Many2many(
        "dispute.file", string="Files", compute="_compute_file_ids"
    )

    def _compute_file_ids(self):
        # sudo: dispute.file - they belong to what the user may read
        files = self.env["dispute.file"].sudo()
        files = files.search(
            [("source_model", "=", self._name), ("source_id", "in", self.ids)]
        )
        for exchange in self:
            exchange.file_ids = files.filtered(
                lambda file, exchange=exchange: file.source_id == exchange.id
            ).sorted("id")

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("handoff_id.ticket_id", "in", tickets)

    # ------------------------------------------------------------------
    # Saying something
    # ------------------------------------------------------------------

    @api.model
    def _say(self, step, side, author, body, files=()):
        """Record what was said, with its files, and tell the other side.

        :param str side: ``professional`` or ``ours``
        :param str author: the name of who says it
        :param str body: plain text, may be empty if there are files
        :param list files: as ``dispute.content._keep`` takes them
        """
        # sudo: dispute.handoff.exchange - nobody may make rows but this method
        self, step = self.sudo(), step.sudo()
        exchange = at_work(self).create(
            {
                "step_id": step.id,
                "handoff_id": step.handoff_id.id,
                "company_id": step.handoff_id.company_id.id,
                "side": side,
                "author": author,
                "at": fields.Datetime.now(),
                "body": storable(body).strip(),
            }
        )
        kept = self.env["dispute.content"]._keep(list(files))
        self.env["dispute.file"]._note([(exchange, exchange._get_ticket(), kept)])
        exchange._record_said(kept)
        if side == "professional":
            exchange._tell_our_side()
        else:
            exchange._tell_professional()
        return exchange

    def _get_ticket(self):
        handoff = self.handoff_id
        return handoff.ticket_id or handoff.case_id.ticket_ids[:1]

    def _record_said(self, kept):
        handoff = self.handoff_id
        source = self.env["dispute.provenance"]._prepare_provenance_values()
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "handoff",
                    "content": self.body or ", ".join(file["name"] for file in kept),
                    "ticket": self._get_ticket(),
                    "company": self.company_id,
                    "author": self.author,
                    "occurred_at": self.at,
                    "details": {
                        "case": handoff.case_id.name,
                        "role": handoff.role,
                        "action": "said",
                        "side": self.side,
                        "professional": self.step_id.name or "",
                        "account": source["recorded_by"],
                        "address": source.get("remote_address") or "",
                    },
                    "files": kept,
                }
            ]
        )

    def _tell_our_side(self):
        """A professional waits for us: an activity for who looks after the handoff."""
        handoff = self.handoff_id
        handoff._note_activity()
        activity_type = "dispute_guard.mail_activity_type_exchange"
        if not handoff.activity_search([activity_type]):
            handoff.activity_schedule(
                activity_type,
                date_deadline=fields.Date.context_today(handoff),
                user_id=handoff._get_follower().id,
                note=plaintext2html(
                    self.body or ", ".join(self.file_ids.mapped("name"))
                ),
            )

    def _tell_professional(self):
        """Mail the professional that there is something new, with a link."""
        handoff = self.handoff_id
        handoff.activity_feedback(["dispute_guard.mail_activity_type_exchange"])
        handoff._send_mail("dispute_guard.mail_template_exchange", self.step_id)

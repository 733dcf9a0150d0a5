import base64

from odoo import api, fields, models

from ..ledger import sha256_hex
from ..provenance import LONGEST_IDENTIFIER, storable
from ..station import at_work
from .dispute_file import readable_of_html

IMMUTABLE = (
    "mail_id",
    "sender",
    "recipient",
    "to",
    "cc",
    "subject",
    "message_identifier",
    "author",
    "sent_at",
    "body",
    "raw_sha256",
    "raw_size",
)


class DisputeOutbound(models.Model):
    """A mail of a ticket as it was handed to the mail server, one row each time.

    Odoo makes one for each recipient that it knows as a contact, and each is another:
    their bytes are kept one by one. Filed as evidence by the sequencer.
    """

    _name = "dispute.outbound"
    _description = "Mail Sent"
    _inherit = [
        "dispute.ticket.bound",
        "dispute.ledger.source",
        # before the next, which takes the mark of the stations away
        "dispute.recorded",
        "dispute.droppable",
    ]
    _order = "id desc"
    _log_access = False
    _rec_name = "subject"
    _immutable_columns = IMMUTABLE

    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, index=True, ondelete="set null"
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    mail_id = fields.Integer(string="Mail No.", readonly=True, aggregator=None)
    sender = fields.Char(string="Sender of the Envelope", readonly=True)
    recipient = fields.Char(
        readonly=True, help="To whom the mail server was asked to deliver it."
    )
    to = fields.Char(readonly=True)
    cc = fields.Char(string="Copy to", readonly=True)
    subject = fields.Char(readonly=True)
    message_identifier = fields.Char(
        string="Message-ID", readonly=True, index="btree_not_null"
    )
    author = fields.Char(readonly=True)
    sent_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ("sent", "Taken by the mail server"),
            ("failed", "Not sent"),
            ("bounced", "Came back"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Text(readonly=True)
    body = fields.Text(
        string="Text", readonly=True, help="Only where there are no bytes to read."
    )
    raw = fields.Binary(string="Mail as Sent", attachment=False, readonly=True)
    raw_name = fields.Char(compute="_compute_raw_name")
    raw_sha256 = fields.Char(
        string="SHA-256 of the Mail", readonly=True, index="btree_not_null"
    )
    raw_size = fields.Integer(string="Size (bytes)", readonly=True)

    def _compute_raw_name(self):
        for row in self:
            row.raw_name = f"sent-{row.id}.eml"

    # ------------------------------------------------------------------
    # Recording
    # ------------------------------------------------------------------

    @api.model
    def _record_attempts(self, mail, attempts):
        """Record attempts to send ``mail``.

        :param mail: a mail.mail of a ticket
        :param list attempts: Attempts to send it
        """
        common = self._prepare_mail_values(mail)
        at_work(self).create(
            [common | self._prepare_attempt_values(attempt) for attempt in attempts]
        )

    @api.model
    def _record_failures(self, mails, reason=None):
        """Record that ``mails`` of tickets came to no mail server at all."""
        at_work(self).create(
            [
                self._prepare_mail_values(mail)
                | {
                    "recipient": mail.email_to
                    or ", ".join(
                        partner.email_formatted or partner.name or ""
                        for partner in mail.recipient_ids
                    ),
                    "cc": mail.email_cc,
                    "subject": mail.subject,
                    "message_identifier": mail.message_id,
                    "sent_at": fields.Datetime.now(),
                    "state": "failed",
                    "reason": storable(str(reason or mail.failure_reason or "")),
                    "body": readable_of_html(mail.body_html or ""),
                }
                for mail in mails
            ]
        )

    @api.model
    def _prepare_mail_values(self, mail):
        # sudo: helpdesk.ticket - recorded whoever sends
        ticket = self.env["helpdesk.ticket"].sudo().browse(mail.res_id).exists()
        return {
            "ticket_id": ticket.id,
            "message_id": mail.mail_message_id.id,
            "company_id": (ticket.company_id or self.env.company).id,
            "mail_id": mail.id,
            "author": mail.author_id.name or mail.email_from,
        }

    @api.model
    def _prepare_attempt_values(self, attempt):
        values = {
            "sender": attempt.sender,
            "recipient": ", ".join(attempt.recipients) or attempt.header("To"),
            "to": attempt.header("To"),
            "cc": attempt.header("Cc"),
            "subject": attempt.header("Subject"),
            "message_identifier": attempt.header("Message-Id")[:LONGEST_IDENTIFIER],
            "sent_at": attempt.at,
            "state": "failed" if attempt.problem else "sent",
            "reason": attempt.problem,
        }
        values = {name: _stored(value) for name, value in values.items()}
        if attempt.raw:
            values |= {
                "raw": base64.b64encode(attempt.raw),
                "raw_sha256": sha256_hex(attempt.raw),
                "raw_size": len(attempt.raw),
            }
        return values

    # ------------------------------------------------------------------
    # Filing
    # ------------------------------------------------------------------

    def _prepare_ledger_evidence(self):
        """Hook: what left, as evidence."""
        inside = self.env["dispute.file"]._keep_mails(self)
        return [row._prepare_sent_evidence(inside[row.id]) for row in self]

    def _prepare_sent_evidence(self, inside):
        """Hook: the item of evidence for this mail.

        :param MailInside inside: what was found in it
        """
        return {
            "kind": "sent",
            "content": self.body or inside.readable,
            "ticket": self.ticket_id,
            "company": self.company_id,
            "author": self.author,
            "occurred_at": self.sent_at,
            "details": {
                "outbound": self.id,
                "sender": self.sender or "",
                "recipient": self.recipient or "",
                "to": self.to or "",
                "cc": self.cc or "",
                "subject": self.subject or "",
                "message_id": self.message_identifier or "",
                "state": self.state,
                "reason": self.reason or "",
                "raw_sha256": self.raw_sha256 or "",
            },
            "files": self._get_own_file() + inside.files,
        }

    def _get_own_file(self):
        """The mail itself, as evidence names it."""
        if not self.raw_sha256:
            return []
        return [
            {
                "name": self.raw_name,
                "mimetype": "message/rfc822",
                "size": self.raw_size,
                "sha256": self.raw_sha256,
            }
        ]


def _stored(value):
    return storable(value) if isinstance(value, str) else value

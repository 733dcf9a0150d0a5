import base64
import re
from email.message import EmailMessage
from email.utils import formataddr, parseaddr

from odoo import api, fields, models
from odoo.tools import email_normalize_all, html2plaintext

from ..provenance import (
    LONGEST_IDENTIFIER,
    InboundMail,
    describe_error,
    storable,
)
from ..screening.mail import read_mail
from .dispute_provenance import PROVENANCE

MESSAGE_ID = re.compile(r"<[^<>\s]+>")
# What Python's header parser surely understands
IDENTIFIER = re.compile(r"<[\w.+=$/-]+@[\w.+=$/-]+>", re.ASCII)
ADDRESS = re.compile(r"[\w.+=$/-]+@[\w.-]+", re.ASCII)
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


class DisputeStrayMail(models.Model):
    """A mail for the helpdesk that did not become a message on a ticket.

    Odoo drops or refuses some mails: a second one with a Message-ID it knows, a
    bounce, one that it fails to read. A customer's letter may be among them, so its
    bytes are kept here, and what could not be delivered is tried again.
    """

    _name = "dispute.stray.mail"
    _description = "Mail Without Message"
    _inherit = [
        "dispute.provenance",
        "dispute.immutable",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_name = "subject"
    _waiting_state = "undelivered"
    _immutable_columns = (
        "raw",
        "raw_sha256",
        "author_email",
        "received_at",
        "origin",
        "recorded_by",
        "remote_address",
    )

    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    state = fields.Selection(
        selection=[
            ("undelivered", "Not delivered yet"),
            ("delivered", "Delivered later"),
            ("duplicate", "Received before"),
            ("robot", "Bounce or automatic mail"),
            ("dropped", "Not accepted"),
        ],
        required=True,
        readonly=True,
    )
    fallback_model = fields.Char(readonly=True, export_string_translation=False)

    _undelivered = models.Index("(id) WHERE state = 'undelivered'")

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    @api.model
    def _is_helpdesk_mail(self, mail, fallback_model):
        """Whether ``mail`` was meant for a ticket.

        :param InboundMail mail: the mail
        :param str fallback_model: the model that the mail server asked for, or None
        """
        if mail.routed is not None:
            if mail.routed:
                return "helpdesk.ticket" in mail.routed
            return bool(self._find_ticket(mail) or self._find_alias(mail))
        return bool(
            fallback_model == "helpdesk.ticket"
            or self._find_ticket(mail)
            or self._find_alias(mail)
        )

    @api.model
    def _find_alias(self, mail):
        written = ",".join(
            value for header in RECIPIENT_HEADERS for value in mail.header_all(header)
        )
        # sudo: mail.alias - the gateway may run as any user
        return (
            self.env["mail.alias"]
            .sudo()
            .search(
                [
                    ("alias_full_name", "in", email_normalize_all(written)),
                    ("alias_model_id.model", "=", "helpdesk.ticket"),
                ],
                limit=1,
            )
        )

    @api.model
    def _find_ticket(self, mail, headers=("Message-ID", "In-Reply-To", "References")):
        """The ticket of a message that ``mail`` names in ``headers``, if any.

        The whole mail is searched when it is a bounce: the mail it is about stands
        inside it.
        """
        if mail.kind == "bounce":
            written = mail.raw[:65536].decode("ascii", "replace")
        else:
            written = " ".join(mail.header(name) for name in headers)
        # sudo: mail.message - the gateway may run as any user
        message = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("message_id", "in", MESSAGE_ID.findall(written)),
                    ("model", "=", "helpdesk.ticket"),
                ],
                limit=1,
            )
        )
        return self.env["helpdesk.ticket"].browse(message.res_id).exists()

    @api.model
    def _keep(self, mail, state, fallback_model=None, problem=None):
        """Store ``mail``; the row it came from is updated if it is a retry."""
        # sudo: dispute.stray.mail - nobody may create these rows but this method
        self = self.sudo()
        if mail.stray_id:
            row = self.browse(mail.stray_id)
            row.write(
                {"state": state, "problem": problem, "attempts": row.attempts + 1}
            )
            return row
        ticket = self._find_ticket(mail)
        row = self.with_context(tracking_disable=True).create(
            {
                "company_id": (ticket.company_id or self.env.company).id,
                "ticket_id": ticket.id,
                "state": state,
                "subject": mail.header("Subject"),
                "author_email": mail.header("From"),
                "message_identifier": mail.identifier_shown,
                "problem": problem,
                "fallback_model": fallback_model,
                **self._prepare_raw_values(mail),
            }
        )
        if state == "undelivered":
            row._tell_administrator()
        return row

    @api.model
    def _keep_undelivered(self, mail, fallback_model, error):
        return self._keep(mail, "undelivered", fallback_model, describe_error(error))

    @api.model
    def _keep_unposted(self, mail, fallback_model):
        """Keep a mail that the gateway accepted without making a message of it."""
        if not self._is_helpdesk_mail(mail, fallback_model):
            return
        same = self._find_message_of(mail)
        if mail.kind in ("bounce", "auto_reply"):
            self._keep(mail, "robot", fallback_model)
        elif not same:
            # Odoo's loop detection drops the twentieth mail within two hours, and an
            # angry person writes that many: drop what it wants, but read it.
            row = self._keep(mail, "dropped", fallback_model)
            self.env["dispute.inbound"]._capture_unposted(mail, row.ticket_id)
            if not mail.captured:
                row._tell_administrator()
        elif mail.identifier or self._is_same_mail(mail, same):
            self._keep(mail, "duplicate", fallback_model)
        else:
            # Another letter under a Message-ID that is in use: a faulty mailer or
            # an attempt to have it dropped. It is delivered under a name of its own.
            mail.identifier = f"<{mail.body_sha256[:32]}@second-use.invalid>"
            self.env["mail.thread"].message_process(fallback_model, mail)

    @api.model
    def _find_message_of(self, mail):
        # sudo: dispute.inbound - the gateway may run as any user
        inbounds = self.env["dispute.inbound"].sudo()
        same = [
            ("message_identifier", "=", mail.identifier_shown),
            ("part", "=", False),
        ]
        return inbounds.search(same, limit=1)

    @api.model
    def _is_same_mail(self, mail, inbound):
        if not inbound.raw:
            return False
        return InboundMail(base64.b64decode(inbound.raw)).body_sha256 == (
            mail.body_sha256
        )

    # ------------------------------------------------------------------
    # Trying again
    # ------------------------------------------------------------------

    def action_retry(self):
        """Deliver again what was not delivered yet."""
        self.check_access("read")
        # sudo: dispute.stray.mail - rows are written by the system alone
        for row in self.sudo().filtered(lambda row: row.state == "undelivered"):
            row._retry()

    def _retry(self):
        self.ensure_one()
        mail = InboundMail(base64.b64decode(self.raw))
        mail.stray_id = self.id
        mail.provenance = {name: self[name] for name in PROVENANCE}
        self.env["mail.thread"].message_process(self.fallback_model or None, mail)
        if mail.captured:
            self.write({"state": "delivered", "problem": False})
            self.activity_unlink(["dispute_guard.mail_activity_type_screening"])

    @api.model
    def _prepare_cover_headers(self, mail):
        """Headers for a cover: those of ``mail`` as far as they are well formed.

        Python's own parser breaks on some addresses and identifiers, and Odoo's index
        on an endless Message-ID; what remains is enough to route and thread the mail.
        """
        name, address = parseaddr(mail.header("From"))
        identifiers = {
            header: " ".join(
                word
                for word in IDENTIFIER.findall(mail.header(header))
                if len(word) <= LONGEST_IDENTIFIER
            )
            for header in ("Message-ID", "In-Reply-To", "References")
        }
        return {
            **identifiers,
            "From": ADDRESS.fullmatch(address) and formataddr((name, address)),
            "To": self._find_alias(mail).alias_full_name,
            "Subject": mail.header("Subject") or self.env._("Unreadable mail"),
        }

    @api.model
    def _make_cover(self, mail):
        """A mail that Odoo can read in place of one that it cannot.

        It carries what can be read of the text, says so, and has the original
        attached.
        """
        cover = EmailMessage()
        for name, value in self._prepare_cover_headers(mail).items():
            if value:
                cover[name] = value
        readable = read_mail(mail.raw)
        text = readable.text or html2plaintext(readable.html or "")
        notice = self.env._(
            "[This mail is not well formed. What could be read stands above; the "
            "original is attached, please open it.]"
        )
        # below a signature's mark, so that our words are not taken for the sender's
        cover.set_content(f"{storable(text)}\n\n-- \n{notice}", charset="utf-8")
        cover.add_attachment(
            mail.raw,
            maintype="application",
            subtype="octet-stream",
            filename="original.eml",
        )
        return cover.as_bytes()

    def _tell_administrator(self):
        for row in self:
            row.company_id._tell_dispute_administrator(row, row.problem)

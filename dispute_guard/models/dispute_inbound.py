from odoo import api, fields, models
from odoo.tools import html2plaintext, is_html_empty, plaintext2html

from ..provenance import LONGEST_IDENTIFIER, gateway_mail, storable
from ..screening.mail import read_mail
from ..screening.markup import text_of_html

# Who speaks the customer's own words, and whose words are never anybody's signal.
CUSTOMER = ("customer", "list", "reported")
NOT_CUSTOMER = ("staff", "professional", "robot")
# Characters from which on Odoo's HTML sanitiser may have cut a body (libxml2 stops at
# ten million): such a text is read from the bytes of the mail instead.
BODY_LIMIT = 5_000_000


class DisputeInbound(models.Model):
    """One text that reached a ticket: where it came from and what screening saw.

    Way of a text: ``_capture_messages`` / ``_capture_descriptions`` -> ``_capture``
    (screen, settle who speaks, store in one insert) -> ``_pass_on`` to the signals.
    Here stands how texts are captured; screening and its retry, and who speaks, have
    files of their own.
    """

    _name = "dispute.inbound"
    _description = "Inbound Text"
    _inherit = [
        "dispute.provenance",
        "dispute.ticket.bound",
        "dispute.droppable",
        "dispute.immutable",
    ]
    _order = "id desc"
    # who recorded it, and when, is told by fields of its own
    _log_access = False
    _waiting_state = "pending"
    _immutable_columns = (
        "files",
        "raw_sha256",
        "subject",
        "part",
        "body",
        "author_name",
        "author_email",
        "origin",
        "recorded_by",
        "remote_address",
        "received_at",
    )

    # where it stands
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    message_id = fields.Many2one("mail.message", index=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    signal_ids = fields.One2many("dispute.signal", "inbound_id", string="Signals")
    part = fields.Char(
        string="Part of the Mail",
        readonly=True,
        help="The file, or the half of the mail, in which these words stand and the "
        "mail as shown has them not.",
    )
    # the text itself, as it arrived
    body = fields.Text(string="Text as Received", readonly=True, prefetch=False)
    preview = fields.Html(compute="_compute_preview", sanitize=True)
    author_name = fields.Char(readonly=True)
    # what became of it
    state = fields.Selection(
        selection=[
            ("pending", "Screening pending"),
            ("screened", "Screened"),
            ("not_screened", "Not screened"),
            ("skipped", "Not a customer's text"),
        ],
        required=True,
        default="pending",
        readonly=True,
    )
    language = fields.Char(
        string="Language Code", readonly=True, export_string_translation=False
    )
    language_name = fields.Char(string="Language", compute="_compute_language_name")
    level = fields.Char(readonly=True, export_string_translation=False)
    lexicon_version = fields.Char(readonly=True)
    unread_reason = fields.Selection(
        selection=[
            ("empty", "There is no text to read. Look at the attachments."),
            (
                "language",
                "The language is not recognised or has no lexicon yet. "
                "Read it yourself.",
            ),
            (
                "other",
                "It came as an automatic mail, from our own address or from our "
                "mediator or lawyer, but with words that count. Read it yourself.",
            ),
        ],
        string="Why Not",
        readonly=True,
    )

    _pending = models.Index("(id) WHERE state = 'pending'")

    @api.depends("subject", "author_name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.subject or row.author_name or self.env._("Text")

    @api.depends("body")
    def _compute_preview(self):
        for row in self:
            row.preview = row.body

    @api.depends("language")
    @api.depends_context("lang")
    def _compute_language_name(self):
        names = dict(self.env["dispute.signal"]._selection_language())
        unknown = self.env._("unknown")
        for row in self:
            codes = (row.language or "").removeprefix("mixed:").split("+")
            row.language_name = ", ".join(
                names.get(code, unknown) for code in codes if code
            )

    # ------------------------------------------------------------------
    # Station 1: capture
    # ------------------------------------------------------------------

    @api.model
    def _capture_messages(self, messages):
        """Capture those of ``messages`` (on tickets) that came from outside.

        :param list messages: for each the message, the id of its ticket and the body
            it was made from
        """
        mail = gateway_mail()
        vals_list = []
        for message, ticket_id, body in messages:
            ticket = self.env["helpdesk.ticket"].browse(ticket_id)
            if mail and mail.message_id == message.message_id:
                mail.captured = True
                values = self._prepare_message_values(message, ticket, body, mail)
                values |= self._prepare_mail_values(mail, values)
                self._capture([values], mail)
                continue
            values = self._prepare_message_values(message, ticket, message.body)
            if values["speaker"] != "staff" and message._says_something():
                vals_list.append(values | self._prepare_provenance_values())
        self._capture(vals_list)

    @api.model
    def _capture_descriptions(self, tickets):
        """Capture the descriptions of ``tickets`` that say something new."""
        return self._capture(
            [
                self._prepare_description_values(ticket)
                | self._prepare_provenance_values()
                for ticket in tickets
                if not is_html_empty(ticket.description)
                and not ticket.dispute_inbound_ids._have_read(ticket.description)
            ]
        )

    def _have_read(self, body):
        """Whether the words of ``body`` (HTML) stand in one of these texts."""
        words = " ".join(html2plaintext(body).split())
        return any(
            words in " ".join(html2plaintext(row.body or "").split()) for row in self
        )

    @api.model
    def _capture_edited(self, messages):
        """Capture again those of ``messages`` that were captured and changed since.

        Otherwise a customer could write "Hello" in the portal and edit it afterwards.
        """
        # sudo: dispute.inbound - whoever edits, the new words are read
        captured = self.sudo().search(
            [
                ("message_id", "in", messages.ids),
                ("speaker", "not in", NOT_CUSTOMER),
                ("part", "=", False),
            ]
        )
        vals_list = []
        for message, rows in captured.grouped("message_id").items():
            if not is_html_empty(message.body) and not rows._have_read(message.body):
                values = self._prepare_message_values(
                    message, rows[0].ticket_id, message.body
                )
                provenance = self._prepare_provenance_values()
                speaker = rows[0]._get_speaker_values()
                vals_list.append(values | provenance | speaker)
        return self._capture(vals_list)

    @api.model
    def _capture_unposted(self, mail, ticket):
        """Capture a mail for ``ticket`` that Odoo did not make a message of."""
        author = self.env["mail.thread"]._partner_find_from_emails_single(
            [mail.header("From")], no_create=True
        )[:1]
        is_ours = author and not author.partner_share and not mail.is_forged
        if not ticket or is_ours:
            return self.browse()
        mail.captured = True
        values = {
            "ticket_id": ticket.id,
            "message_id": False,
            "company_id": ticket.company_id.id,
            "speaker": "customer",
            "subject": mail.header("Subject"),
            "body": self._get_readable_body(mail),
            "author_name": author.name or mail.header("From"),
            "author_email": mail.header("From"),
            "message_identifier": mail.identifier_shown,
        }
        values |= self._prepare_mail_values(mail, values)
        return self._capture([values], mail)

    @api.model
    def _capture(self, vals_list, mail=None):
        """Screen and store, then pass on what was found.

        :param list vals_list: values of rows, without what screening adds
        :param mail: the InboundMail the only row comes from, or None
        """
        if not vals_list:
            return self.browse()
        screenings = [self._screen(values, mail) for values in vals_list]
        if mail:
            for values, result in self._screen_parts(mail, vals_list[0], screenings[0]):
                vals_list.append(values)
                screenings.append(result)
        # sudo: dispute.inbound - nobody may create these rows but this method
        inbounds = self.sudo().create(
            [
                {name: value for name, value in values.items() if value is not False}
                for values in vals_list
            ]
        )
        inbounds._pass_on(screenings)
        return inbounds

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    @api.model
    def _prepare_message_values(self, message, ticket, body, mail=None):
        """Hook: the row for ``message``, without provenance and outcome.

        :param str body: HTML; of a mail as the gateway made it safe, which spares
            reading it back
        :param mail: the InboundMail it came with, or None
        """
        return {
            "ticket_id": ticket.id,
            "message_id": message.id,
            # sudo: helpdesk.ticket - a portal user's own text is captured, too
            "company_id": ticket.sudo().company_id.id,
            **self._prepare_speaker_values(message, ticket, mail),
            "subject": message.subject,
            "body": str(body or ""),
            "author_name": message.author_id.name or message.email_from,
            "author_email": message.email_from,
            "message_identifier": (message.message_id or "")[:LONGEST_IDENTIFIER],
        }

    @api.model
    def _prepare_description_values(self, ticket):
        """Hook: the row for a ticket that was opened by hand or by a web form."""
        by_staff = self.env.user._is_internal()
        return {
            "ticket_id": ticket.id,
            "message_id": False,
            "company_id": ticket.company_id.id,
            "speaker": "reported" if by_staff else "customer",
            "subject": ticket.name,
            "body": str(ticket.description),
            "author_name": ticket.partner_name or ticket.partner_id.name,
            "author_email": ticket.partner_email or ticket.partner_id.email,
        }

    @api.model
    def _prepare_mail_values(self, mail, values):
        """Hook: what a mail adds to the ``values`` of its message."""
        added = self._prepare_raw_values(mail)
        if not mail.sender:
            added.update(author_name=False, author_email=False)
        if len(values["body"]) > BODY_LIMIT or is_html_empty(values["body"]):
            added["body"] = self._get_readable_body(mail)
        return added

    @api.model
    def _get_readable_body(self, mail):
        """The text of ``mail`` as safe HTML, read from its own bytes."""
        readable = read_mail(mail.raw)
        text = readable.text or text_of_html(readable.html or "")[0]
        return str(plaintext2html(storable(text)))

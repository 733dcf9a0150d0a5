import logging

from odoo import api, fields, models
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import html2plaintext, is_html_empty, plaintext2html

from .. import screening
from ..provenance import (
    LONGEST_IDENTIFIER,
    describe_error,
    gateway_mail,
    storable,
)
from ..screening.mail import read_mail
from ..screening.markup import text_of_html

_logger = logging.getLogger(__name__)

# Kinds of message that our own side or the system writes: never a customer's text.
OWN_MESSAGE_TYPES = {
    "notification",
    "auto_comment",
    "user_notification",
    "email_outgoing",
    "out_of_office",
}
# Characters from which on Odoo's HTML sanitiser may have cut a body (libxml2 stops at
# ten million): such a text is read from the bytes of the mail instead.
BODY_LIMIT = 5_000_000
NOT_CUSTOMER = ("staff", "robot")
RETRY_LIMIT = 100
RETRY_TIMES = 10


class DisputeInbound(models.Model):
    """One text that reached a ticket: where it came from and what screening saw.

    Way of a text: ``_capture_messages`` / ``_capture_descriptions`` -> ``_capture``
    (screen, store in one insert) -> ``_pass_on`` to the signals. Whatever fails on
    this way leaves the text stored with state ``pending``, the reason in ``problem``
    and an activity for an administrator; ``_cron_retry`` tries again.
    """

    _name = "dispute.inbound"
    _description = "Inbound Text"
    _inherit = ["dispute.provenance", "dispute.ticket.bound", "dispute.immutable"]
    _order = "id desc"
    _immutable_columns = (
        "raw",
        "raw_sha256",
        "subject",
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
    speaker = fields.Selection(
        selection=[
            ("customer", "Customer"),
            ("reported", "Customer, noted by staff"),
            ("staff", "Our staff"),
            ("robot", "Automatic reply"),
        ],
        required=True,
        readonly=True,
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
                "It came as an automatic mail or from our own address, but with words "
                "that count. Read it yourself.",
            ),
        ],
        string="Why Not",
        readonly=True,
    )
    problem = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)

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
                vals_list.append(values | self._prepare_mail_values(mail, values))
                continue
            values = self._prepare_message_values(message, ticket, message.body)
            if values["speaker"] != "staff" and not is_html_empty(values["body"]):
                vals_list.append(values | self._prepare_provenance_values())
        return self._capture(vals_list)

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
                ("speaker", "in", ("customer", "reported")),
            ]
        )
        vals_list = []
        for message, rows in captured.grouped("message_id").items():
            if not is_html_empty(message.body) and not rows._have_read(message.body):
                values = self._prepare_message_values(
                    message, rows[0].ticket_id, message.body
                )
                provenance = self._prepare_provenance_values()
                vals_list.append(values | provenance | {"speaker": rows[0].speaker})
        return self._capture(vals_list)

    @api.model
    def _capture_unposted(self, mail, ticket):
        """Capture a mail for ``ticket`` that Odoo did not make a message of."""
        author = self.env["mail.thread"]._partner_find_from_emails_single(
            [mail.header("From")], no_create=True
        )[:1]
        if not ticket or (author and not author.partner_share):
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
        return self._capture([values | self._prepare_mail_values(mail, values)])

    @api.model
    def _capture(self, vals_list):
        """Screen and store, then pass on what was found.

        :param list vals_list: values of rows, without what screening adds
        """
        screenings = [self._screen(values) for values in vals_list]
        # sudo: dispute.inbound - nobody may create these rows but this method
        inbounds = self.sudo().create(vals_list)
        inbounds._pass_on(screenings)
        return inbounds

    @api.model
    def _screen(self, values):
        """Screen the text in ``values`` and put the outcome into them.

        :return: the Screening, or None if there is none (skipped, failed)
        """
        try:
            screener = screening.default_screener()
            result = screener.screen(
                html=values["body"] or "", subject=values["subject"] or ""
            )
        except Exception as error:
            _logger.exception("Screening failed, the text is kept for a retry")
            values.update(self._prepare_failure_values(error))
            return None
        if values["speaker"] in NOT_CUSTOMER:
            return self._screen_other(values, result)
        known = result.level != "not_screened" and (
            result.text.strip() or result.findings
        )
        values.update(
            state="screened" if known else "not_screened",
            language=result.language,
            level=result.level,
            lexicon_version=screener.version,
            unread_reason=not known
            and ("language" if result.text.strip() else "empty"),
            problem=False,
        )
        return result

    @api.model
    def _screen_other(self, values, result):
        """Outcome for what came as a robot's mail or from our own address.

        Both can be claimed by anybody, and law firms' systems send automatic mail: it
        counts for nothing, but threatening words in it are not passed over.
        """
        values.update(state="skipped", problem=False)
        if result.level not in ("tense", "hostile", "legal"):
            return None
        values.update(
            state="not_screened",
            unread_reason="other",
            language=result.language,
            lexicon_version=screening.default_screener().version,
        )
        return result

    def _describe_state(self):
        """What an agent should know of a text that was not read, in one sentence."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        reasons = dict(self._fields["unread_reason"]._description_selection(self.env))
        return f"{states[self.state]}: {self.problem or reasons[self.unread_reason]}"

    def _pass_on(self, screenings):
        """Hand findings to the next station; a failure there is put off, not raised.

        :param list screenings: a Screening or None for each row of self
        """
        found = [
            (inbound, result)
            for inbound, result in zip(self, screenings, strict=True)
            if result and result.findings
        ]
        try:
            if found:
                with self.env.cr.savepoint():
                    self.env["dispute.signal"]._raise_signals(found)
        except Exception as error:
            if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) and request:
                raise  # the call is run again from its start
            failed = self.browse([inbound.id for inbound, _result in found])
            failed.write(self._prepare_failure_values(error))
            self.env.ref("dispute_guard.ir_cron_screening")._trigger()
            if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                return  # somebody else is writing on the ticket just now
            _logger.exception("Signals could not be raised, kept for a retry")
        late = self.filtered(lambda row: row.state in ("pending", "not_screened"))
        if late:
            late.ticket_id._update_dispute_level()
            late.filtered(lambda row: row.state == "pending")._tell_administrator()

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    @api.model
    def _get_speaker(self, message, mail):
        """Hook: who speaks in ``message``; one of the selection's values.

        :param mail: the InboundMail the message came with, or None
        """
        if mail and mail.speaker in ("auto_reply", "bounce"):
            return "robot"
        if mail and not mail.sender:
            return "customer"  # Odoo takes the gateway's own user for the author
        author = message.author_id
        if author and not author.partner_share:
            return "staff"
        if not mail and not author and message.message_type in OWN_MESSAGE_TYPES:
            return "staff"
        return "customer"

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
            "speaker": self._get_speaker(message, mail),
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

    @api.model
    def _prepare_failure_values(self, error):
        return {"state": "pending", "problem": describe_error(error)}

    # ------------------------------------------------------------------
    # Retry
    # ------------------------------------------------------------------

    def action_retry(self):
        """Screen again now what is pending among these rows."""
        self.check_access("read")
        # sudo: dispute.inbound - rows are written by the system alone
        self.sudo().filtered(lambda row: row.state == "pending")._screen_again()

    def _screen_again(self):
        screenings = []
        for row in self:
            values = {
                "speaker": row.speaker,
                "body": row.body,
                "subject": row.subject,
                "attempts": row.attempts + 1,
            }
            screenings.append(row._screen(values))
            outcome = values.keys() - {"speaker", "body", "subject"}
            row.write({name: values[name] for name in outcome})
        self._pass_on(screenings)
        self.ticket_id._update_dispute_level()
        done = self.ticket_id.filtered(
            lambda ticket: "pending" not in ticket.dispute_inbound_ids.mapped("state")
        )
        done.activity_unlink(["dispute_guard.mail_activity_type_screening"])

    @api.model
    def _cron_retry(self):
        """Retry pending screenings, each on its own."""
        domain = [("state", "=", "pending"), ("attempts", "<", RETRY_TIMES)]
        rows = self.search(domain, limit=RETRY_LIMIT, order="attempts, id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(rows))
        for row in rows:
            try:
                with self.env.cr.savepoint():
                    row._screen_again()
            except Exception as error:
                _logger.exception("Text %s could not be screened again", row.id)
                row.write(
                    {"attempts": row.attempts + 1, "problem": describe_error(error)}
                )
            if not cron._commit_progress(1):
                break

    def _tell_administrator(self):
        for row in self:
            row.company_id._tell_dispute_administrator(row.ticket_id, row.problem)

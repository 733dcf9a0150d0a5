import base64
import logging

from odoo import api, models
from odoo.http import request
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import plaintext2html

from ..provenance import InboundMail, describe_error, storable
from ..screening import level_of
from ..screening.mail import attached_texts, other_half, read_mail, says_more
from ..screening.markup import text_of_html
from .dispute_inbound import NOT_CUSTOMER

_logger = logging.getLogger(__name__)

# Levels that words have; anything less needs nobody's eyes.
LOUD_LEVELS = ("tense", "hostile", "legal")
# What screening is told of a row; all else in its values is the outcome.
SCREENED = (
    "ticket_id",
    "message_id",
    "company_id",
    "subject",
    "body",
    "part",
    "author_email",
    "speaker",
    "speaker_basis",
    "speaker_words",
)


class DisputeInbound(models.Model):
    """How a captured text is screened, and screened again when that failed.

    Whatever fails on the way leaves the text stored with state ``pending``, the reason
    in ``problem`` and an activity for an administrator; ``_cron_retry`` tries again.
    """

    # one file a concern
    _inherit = "dispute.inbound"

    # ------------------------------------------------------------------
    # Screening
    # ------------------------------------------------------------------

    @api.model
    def _screen(self, values, mail=None):
        """Screen the text in ``values`` and put the outcome into them.

        :param mail: the InboundMail the text came with, or None
        :return: the Screening, or None if there is none (skipped, failed)
        """
        try:
            screener = self._get_screener(values)
            result = self._read(screener, values)
            result = self._settle_speaker(values, result, mail)
        except Exception as error:
            _logger.exception("Screening failed, the text is kept for a retry")
            values.update(self._prepare_failure_values(error))
            return None
        values.update(language=result.language, lexicon_version=screener.version)
        if values["speaker"] in NOT_CUSTOMER:
            return self._screen_other(values, result)
        known = result.level != "not_screened" and (
            result.text.strip() or result.findings
        )
        values.update(
            state="screened" if known else "not_screened",
            level=result.level if known else "not_screened",
            unread_reason=not known
            and ("language" if result.text.strip() else "empty"),
            problem=False,
        )
        return result

    @api.model
    def _read(self, screener, values):
        """Screen the text in ``values``.

        The customer's language helps to find something in a text too short to tell its
        own; that alone makes no text calm, for every contact has some language set.
        """
        body, subject = values["body"] or "", values["subject"] or ""
        result = screener.screen(html=body, subject=subject)
        if result.level == "not_screened":
            hint = self._get_language_hint(values)
            hinted = screener.screen(html=body, subject=subject, lang=hint)
            if hinted.level in LOUD_LEVELS:
                return hinted
        return result

    @api.model
    def _screen_other(self, values, result):
        """Outcome for what a robot or our own side wrote.

        All of that can be claimed by anybody, and law firms' systems send automatic
        mail: it counts for nothing, but threatening words in it are not passed over,
        unless an agent said whose they are.
        """
        values.update(state="skipped", problem=False, level=False, unread_reason=False)
        if result.level not in LOUD_LEVELS or values.get("speaker_basis") == "agent":
            return None
        values.update(state="not_screened", unread_reason="other")
        return result

    @api.model
    def _screen_parts(self, mail, values, result):
        """Screen what a mail carries besides the text that is shown.

        Kept are the parts with words that count and that the shown text has not. While
        the shown text is pending there are none: a retry reads them.

        :param values: those of the row for the mail, screened
        :param result: its Screening, or None
        :return: list of pairs: values of a row, its Screening or None
        """
        if not (mail.parsed and mail.parsed.is_multipart()):
            return []
        if values["state"] == "pending":
            return []
        try:
            shown = result.text if result else text_of_html(values["body"] or "")[0]
            texts = attached_texts(mail.parsed)
            half = other_half(mail.parsed, "html")
            if half and says_more(half, shown):
                texts.append(("text/plain", half))
        except Exception:
            _logger.exception("The parts of a mail could not be read")
            return []
        found = []
        for name, text in texts:
            part = {
                **values,
                "part": storable(name),
                "body": str(plaintext2html(storable(text))),
                "raw": False,
            }
            screened = self._screen(part)
            if part["state"] == "pending" or (screened and self._adds(screened, shown)):
                found.append((part, screened))
        return found

    @api.model
    def _adds(self, result, shown):
        """Whether ``result`` found words of weight that do not stand in ``shown``."""
        known = " ".join(shown.split())
        fresh = [
            finding
            for finding in result.findings
            if " ".join(finding.quote.split()) not in known
        ]
        return level_of(fresh, "") in LOUD_LEVELS

    @api.model
    def _get_screener(self, values):
        """The Screener for the company in ``values``, its own phrases included."""
        company = self.env["res.company"].browse(values["company_id"])
        return self.env["dispute.screening.rule"]._get_screener(company)

    @api.model
    def _get_language_hint(self, values):
        """The customer's language code, for texts too short to tell theirs."""
        # sudo: res.partner - only the language is read, whoever writes
        message = self.env["mail.message"].sudo().browse(values["message_id"])
        if message.author_id:
            return message.author_id.lang
        ticket = self.env["helpdesk.ticket"].sudo().browse(values["ticket_id"])
        return ticket.partner_id.lang

    def _describe_state(self):
        """What an agent should know of a text that was not read, in one sentence."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        reasons = dict(self._fields["unread_reason"]._description_selection(self.env))
        return f"{states[self.state]}: {self.problem or reasons[self.unread_reason]}"

    # ------------------------------------------------------------------
    # Passing on
    # ------------------------------------------------------------------

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

    @api.model
    def _prepare_failure_values(self, error):
        return {"state": "pending", "problem": describe_error(error)}

    def _tell_administrator(self):
        for row in self:
            row.company_id._tell_dispute_administrator(row.ticket_id, row.problem)

    # ------------------------------------------------------------------
    # Retry
    # ------------------------------------------------------------------

    def action_retry(self):
        """Screen again now what is pending among these rows."""
        self.check_access("read")
        # sudo: dispute.inbound - rows are written by the system alone
        self.sudo().filtered(lambda row: row.state == "pending")._retry()

    def _retry(self):
        fresh, screenings = self.browse(), []
        for row in self:
            result = row._screen_stored(attempts=row.attempts + 1)
            if row.signal_ids:  # of an earlier speaker: he was corrected meanwhile
                row._follow_screening(result)
            else:
                fresh += row
                screenings.append(result)
            row._capture_parts(result)
        fresh._pass_on(screenings)
        self.ticket_id._update_dispute_level()
        done = self.ticket_id.filtered(
            lambda ticket: "pending" not in ticket.dispute_inbound_ids.mapped("state")
        )
        done.activity_unlink(["dispute_guard.mail_activity_type_screening"])

    def _screen_stored(self, **changes):
        """Screen the text of this row and store the outcome with ``changes``.

        :return: the Screening or None
        """
        self.ensure_one()
        stored = self._get_stored_values()
        values = {**stored, **changes}
        mail = self.raw and InboundMail(base64.b64decode(self.raw))
        result = self._screen(values, mail or None)
        self.write(
            {
                name: value
                for name, value in values.items()
                if name not in stored or value != stored[name]
            }
        )
        return result

    def _get_stored_values(self):
        """What :meth:`_screen` needs of this row."""
        return {
            name: self[name].id if self._fields[name].relational else self[name]
            for name in SCREENED
        }

    def _capture_parts(self, result):
        """Capture the parts of a mail that was pending so far.

        :param result: the Screening of this row, or None
        """
        if not self.raw or self.part or self.state == "pending":
            return
        same = [("message_identifier", "=", self.message_identifier)]
        if self.search_count([*same, ("part", "!=", False)], limit=1):
            return
        mail = InboundMail(base64.b64decode(self.raw))
        mail.parsed = read_mail(mail.raw).message
        values = self._get_stored_values() | {"state": self.state}
        rows, screenings = self.browse(), []
        for part, screened in self._screen_parts(mail, values, result):
            rows += self.copy(part | {"watch": False})
            screenings.append(screened)
        rows._pass_on(screenings)

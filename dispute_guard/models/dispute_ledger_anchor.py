import base64
import logging
from datetime import timedelta

import requests
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..ledger.timestamp import (
    CONTENT_TYPE,
    LARGEST,
    TokenError,
    check_token,
    make_request,
    read_certificates,
)
from ..provenance import describe_error

_logger = logging.getLogger(__name__)

MAIL_EVERY = timedelta(hours=23)  # once a day, also when a run comes a little early
# How far an authority's clock may stand from ours.
CLOCKS_APART = timedelta(minutes=10)
TIMEOUT = 20  # seconds


class DisputeLedger(models.Model):
    """Carries heads outside: by mail, and to a time-stamping authority (RFC 3161).

    Only the newest head goes out. It covers all that came before it, so nothing has to
    be caught up with after an authority or the mail server was down.
    """

    _inherit = "dispute.ledger"

    @api.model
    def _cron_carry_out(self):
        """Mail and time-stamp the newest heads; what fails is tried again next time."""
        ledgers = self.search([("company_id.active", "=", True)])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(ledgers))
        for ledger in ledgers:
            head = ledger._get_last_head()
            if head:
                # a time-stamp first: it then goes out with the mail
                ledger._attempt("stamp_problem", ledger._stamp, head)
                ledger._attempt("mail_problem", ledger._mail, head)
            if not commit(1):
                break

    def _attempt(self, name, act, head):
        """Do one thing with ``head`` and note under ``name`` whether it worked."""
        problem = False
        try:
            with self.env.cr.savepoint():
                act(head)
        except Exception as error:
            _logger.info("Head of %s: %s", self.company_id.name, error, exc_info=True)
            problem = describe_error(error)
        self._note_problem(name, problem)

    # ------------------------------------------------------------------
    # Time-stamps
    # ------------------------------------------------------------------

    def _stamp(self, head):
        """Have ``head`` time-stamped, where an authority is set.

        :raise Exception: of any kind when there is no answer or none to be believed
        """
        company = self.company_id
        if head.token_time or not company.dispute_tsa_url:
            return
        data = head.canonical.encode()
        certificates = self._get_certificates()
        request, nonce = make_request(data)
        response = self._ask_authority(company.dispute_tsa_url, request)
        moment, authority = check_token(response, data, certificates, nonce)
        now = fields.Datetime.now()
        if abs(moment.replace(microsecond=0) - now) > CLOCKS_APART:
            raise TokenError(
                f"the authority's clock says {moment} UTC, this server's {now} UTC"
            )
        head.write(
            {
                "token": base64.b64encode(response),
                "token_time": moment.replace(microsecond=0),
                "token_authority": authority,
            }
        )

    def _get_certificates(self):
        """Those that time-stamps of this company must lead to.

        :raise TokenError: when there is none
        """
        return read_certificates((self.company_id.dispute_tsa_roots or "").encode())

    @api.model
    def _ask_authority(self, url, request):
        """Send a request (bytes) and return the answer (bytes).

        :raise requests.RequestException: when there is none
        """
        with requests.post(
            url,
            data=request,
            headers={"Content-Type": CONTENT_TYPE},
            timeout=TIMEOUT,
            stream=True,
        ) as response:
            response.raise_for_status()
            answer = b""
            for piece in response.iter_content(LARGEST):
                answer += piece
                if len(answer) > LARGEST:
                    break  # it will be refused, whatever else comes
            return answer

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _mail(self, head):
        """Mail ``head`` to the addresses that are set, once a day.

        :raise Exception: of any kind when the mail server does not take it
        """
        recipients = self.company_id.dispute_head_emails
        # sudo: dispute.ledger.head - it is the system's own
        last = (
            self.env["dispute.ledger.head"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("mailed_at", "!=", False),
                ],
                order="size desc",
                limit=1,
            )
        )
        now = fields.Datetime.now()
        if not recipients or head == last:
            return
        if last and now - MAIL_EVERY < last.mailed_at <= now:
            return
        # sudo: mail.mail - sent by the system
        mail = self.env["mail.mail"].sudo().create(self._prepare_mail_values(head))
        mail.send(raise_exception=True)
        head.write({"mailed_at": now, "mailed_to": recipients})

    def _prepare_mail_values(self, head):
        """Hook: the mail that carries ``head`` outside."""
        company = self.company_id
        lang = company.partner_id.lang
        self = self.with_context(lang=lang)  # the texts below are for people there
        head = head.with_context(lang=lang)
        words = self.env._(
            "This is the state of the evidence log of %(company)s. Keep this mail: "
            "with it you can show later that nothing recorded until now has been "
            "changed, taken out or put in since. To compare, copy the lines below into "
            "Disputes / Records / Ledger / Check a Copied Head.",
            company=company.name,
        )
        files = [(f"head-{head.size}.json", head.canonical.encode())]
        if head.token_time:
            files.append((head.token_name, base64.b64decode(head.token)))
        body = (
            plaintext2html(words)
            + plaintext2html(self.report_id.summary or "")
            + Markup("<pre>%s</pre>") % head._to_text()
        )
        return {
            "subject": self.env._(
                "%(company)s: evidence log, %(size)s items",
                company=company.name,
                size=head.size,
            ),
            "email_from": company.email_formatted or self.env.user.email_formatted,
            "email_to": company.dispute_head_emails,
            "body": body,
            "body_html": body,
            "attachment_ids": [
                fields.Command.create({"name": name, "raw": content})
                for name, content in files
            ],
            "model": self._name,
            "res_id": self.id,
            "auto_delete": False,
        }

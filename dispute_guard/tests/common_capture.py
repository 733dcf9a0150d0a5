import io
import smtplib
from contextlib import contextmanager
from email.message import EmailMessage
from unittest.mock import patch

from PIL import Image

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..ledger import sha256_hex
from .common import CALM, CUSTOMER, INBOX, DisputeCommon

PDF = b"%PDF-1.4 the signed order"


def make_picture(width=2500, height=2000, kind="JPEG"):
    """Return a picture larger than Odoo leaves pictures."""
    target = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(target, kind)
    return target.getvalue()


def make_mail_with(*files, body=CALM, **headers):
    """Return the bytes of a mail with ``files``: triples of name, type and bytes."""
    mail = EmailMessage()
    for name, value in {
        "From": CUSTOMER,
        "To": INBOX,
        "Subject": "My order",
        "Message-ID": f"<{sha256_hex(repr(files).encode())[:20]}@mailer.example.net>",
        "Date": "Mon, 19 Oct 2026 10:00:00 +0000",
        **headers,
    }.items():
        mail[name] = value
    mail.set_content(body)
    for name, kind, data in files:
        main, sub = kind.split("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


class Server(smtplib.SMTP):
    """A mail server that takes everything but what it is told to refuse."""

    def __init__(self, refused=()):
        super().__init__()
        self.refused = refused
        self.taken = []

    def sendmail(self, from_addr, to_addrs, msg, *args, **kwargs):
        if set(to_addrs) & set(self.refused):
            raise smtplib.SMTPRecipientsRefused({to_addrs[0]: (550, b"no such user")})
        self.taken.append((from_addr, list(to_addrs), msg))
        return {}

    def ehlo_or_helo_if_needed(self):
        pass

    def quit(self):
        pass


class FileCommon(DisputeCommon):
    def file_now(self):
        """Let the sequencer file what was captured."""
        self.env.flush_all()
        self.run_cron("ir_cron_ledger")

    def get_files(self, ticket, kind="message"):
        """The files that evidence of ``ticket`` names, without the mails themselves."""
        evidence = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", kind)], order="id"
        )
        return [
            file
            for each in evidence
            for file in each._get_record()["files"]
            if file["mimetype"] != "message/rfc822"
        ]

    def read_back(self, digest):
        readers = self.env["dispute.content"]._get_readers([digest])
        return b"".join(readers[digest]())


class SendingCommon(FileCommon):
    @contextmanager
    def mail_server(self, refused=(), error=None):
        server = Server(refused)

        def connect(*_args, **_kwargs):
            if error:
                raise error
            return server

        with (
            patch.object(IrMail_Server, "_disable_send", lambda self: False),
            patch.object(IrMail_Server, "_connect__", connect),
        ):
            yield server

    def answer(self, ticket, body="We are sorry.", **values):
        """Let an agent answer to the followers of ``ticket``."""
        return ticket.with_user(self.agent_team).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            mail_auto_delete=True,
            **values,
        )

    def get_sent(self, ticket):
        return self.env["dispute.outbound"].search(
            [("ticket_id", "=", ticket.id)], order="id"
        )

    def make_ticket(self, followers=None):
        ticket = self.write_in(CALM)
        ticket.message_subscribe((followers or self.customer).ids)
        self.env["mail.mail"].search([]).unlink()
        return ticket

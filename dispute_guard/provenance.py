"""What we know ourselves about where a text came from.

A client may claim anything in a message's own fields (type, author, date) and put
anything into Odoo's context, so the way a mail arrived is recorded here, in a context
variable of Python that no client can reach. It is also the faster way: an object in
Odoo's context would make a new environment for every mail.
"""

import email.errors
import email.header
import re
from contextlib import contextmanager
from contextvars import ContextVar
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parseaddr
from xmlrpc.client import Binary

from .ledger import sha256_hex
from .screening import speaker

LONGEST_IDENTIFIER = 998  # characters; RFC 5322 allows no longer line
_UNDER_WAY = ContextVar("dispute_guard_mail", default=None)
SHOWN_HEADERS = ("From", "Subject", "Content-Type", "Content-Transfer-Encoding")
ADDRESSES = re.compile(r"[^\s<>()\",;:]+@[^\s<>()\",;:]+").findall
MESSAGE_ID_HEADER = re.compile(rb"(?im)^message-id:.*(?:\r?\n[ \t].*)*")


class InboundMail:
    """One mail on its way through the gateway, with its bytes as received.

    ``message_id``: the identifier under which Odoo stores the message, once known.
    ``parsed``: the whole mail as Odoo parsed it, once it did.
    ``routed``: list of the models that Odoo routed it to, None before routing.
    ``captured``: whether a message of this mail was captured on a ticket.
    ``identifier``: a Message-ID to deliver it under instead of its own.
    ``cover``: bytes to deliver instead of its own, after those could not be.
    ``provenance``: dict of who handed the mail in, from where, and how.
    ``stray_id``: id of the ``dispute.stray.mail`` row that is being tried again.
    """

    __slots__ = (
        "raw",
        "sha256",
        "headers",
        "message_id",
        "parsed",
        "routed",
        "captured",
        "identifier",
        "cover",
        "provenance",
        "stray_id",
    )

    def __init__(self, message):
        """:param message: the mail as Odoo's gateway gets it: bytes, str or Binary"""
        if isinstance(message, Binary):
            message = message.data
        if isinstance(message, str):
            message = message.encode("utf-8", "surrogateescape")
        if not isinstance(message, bytes):
            raise TypeError(f"a mail is bytes or text, not {type(message).__name__}")
        self.raw = message
        self.sha256 = sha256_hex(self.raw)
        # NUL is not allowed in a mail (RFC 5322) nor in PostgreSQL.
        self.headers = BytesHeaderParser(policy=compat32).parsebytes(
            self.raw.replace(b"\0", b"")
        )
        self.message_id = None
        self.parsed = None
        self.routed = None
        self.captured = False
        self.identifier = None
        self.cover = None
        self.provenance = None
        self.stray_id = None

    @property
    def kind(self):
        """``person``, ``auto_reply``, ``bounce`` or ``list`` (RFC 3834, RFC 3464)"""
        return speaker.classify(self.headers)

    @property
    def speaker(self):
        """Who speaks as far as headers tell: a ``screening.speaker.Speaker``."""
        return speaker.by_headers(self.headers)

    @property
    def is_forged(self):
        """Whether the sender's address is not to be believed.

        A mail server found it not genuine, or there are several: mail servers and Odoo
        need not mean the same one.
        """
        written = map(str, self.headers.get_all("From", ()))
        named = {each.lower() for line in written for each in ADDRESSES(line)}
        return len(named) > 1 or speaker.is_forged(self.headers)

    def header(self, name):
        """The first header ``name`` as one line of valid text, or an empty string."""
        return next(iter(self.header_all(name)), "")

    def header_all(self, name):
        """All headers ``name``, each as one line of valid text."""
        return [_decode(value) for value in self.headers.get_all(name, [])]

    @property
    def sender(self):
        """The address that the mail says it is from, or an empty string."""
        return parseaddr(self.header("From"))[1]

    @property
    def identifier_shown(self):
        """Its Message-ID as far as a database can index it."""
        return self.header("Message-ID")[:LONGEST_IDENTIFIER]

    @property
    def deliverable(self):
        """The bytes to give to Odoo: as received, unless something forbids it."""
        raw = self.cover or self.raw
        if not self.identifier:
            return raw
        head, gap, body = re.split(rb"(\r?\n\r?\n)", raw, maxsplit=1)
        line = b"Message-ID: " + self.identifier.encode()
        return MESSAGE_ID_HEADER.sub(line, head, count=1) + gap + body

    @property
    def body_sha256(self):
        """Digest of what a reader sees; equal for two copies of one mail whose trace
        headers differ."""
        for separator in (b"\r\n\r\n", b"\n\n"):
            _header, found, body = self.raw.partition(separator)
            if found:
                shown = [self.header(name) for name in SHOWN_HEADERS]
                text = body.replace(b"\r\n", b"\n").rstrip()
                return sha256_hex("\0".join(shown).encode() + b"\0" + text)
        return self.sha256


def _decode(value):
    written = str(value)
    try:
        text = str(email.header.make_header(email.header.decode_header(written)))
    except (email.errors.HeaderParseError, LookupError, ValueError):
        text = written  # it cannot be decoded
    return " ".join(storable(text).split())


def storable(text):
    """``text`` without what PostgreSQL cannot store: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def describe_error(error):
    """An exception as one short text that can be stored and shown."""
    return storable(f"{type(error).__name__}: {error}")[:500]


@contextmanager
def under_way(mail):
    """Let ``mail`` be the one that :func:`gateway_mail` returns inside the block."""
    token = _UNDER_WAY.set(mail)
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)


def gateway_mail():
    """The :class:`InboundMail` that the gateway is processing, or None."""
    return _UNDER_WAY.get()

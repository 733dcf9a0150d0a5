"""Take the subject and the body out of a mail file."""

import email
import email.policy
from email.message import EmailMessage
from typing import NamedTuple


class Mail(NamedTuple):
    """What is screened of a mail; exactly one of ``text`` and ``html`` is not None."""

    message: EmailMessage
    subject: str
    text: str | None
    html: str | None


def read_mail(raw: bytes) -> Mail:
    """Parse raw mail bytes; broken parts give an empty text, never an error."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    subject = _header(message, "subject")
    for kind in ("plain", "html"):
        part = _body(message, kind)
        if part is not None:
            content = _content(part)
            if kind == "plain" and content.strip():
                return Mail(message, subject, content, None)
            if kind == "html":
                return Mail(message, subject, None, content)
    return Mail(message, subject, "", None)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError, LookupError):
        # The header parser gives up on some broken encoded words.
        return ""


def _body(message: EmailMessage, kind: str) -> EmailMessage | None:
    try:
        return message.get_body((kind,))
    except (ValueError, AttributeError, KeyError):
        return None


def _content(part: EmailMessage) -> str:
    try:
        return part.get_content()
    except (LookupError, ValueError, AttributeError):
        raw = part.get_payload(decode=True) or b""
        return raw.decode("utf-8", "replace")

"""Take the subject and the texts out of a mail file."""

import email
import email.policy
import re
from email.message import EmailMessage
from typing import NamedTuple

from .markup import text_of_html
from .sentence import words

# Bytes of an attached text from which on it is no letter.
LONGEST_FILE = 200_000
# What mail programs write into the plain half in place of links and pictures.
_stand_ins = re.compile(
    r"<?\b(?:https?://|mailto:|tel:)\S+|\[(?:cid|image):[^\]]*\]"
).sub


class Mail(NamedTuple):
    """What is screened of a mail; exactly one of ``text`` and ``html`` is not None."""

    message: EmailMessage
    sender: str
    subject: str
    text: str | None
    html: str | None


def read_mail(raw: bytes) -> Mail:
    """Parse raw mail bytes; broken parts give an empty text, never an error."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    sender, subject = _header(message, "from"), _header(message, "subject")
    for kind in ("plain", "html"):
        part = _body(message, kind)
        if part is not None:
            content = _content(part)
            if kind == "plain" and content.strip():
                return Mail(message, sender, subject, content, None)
            if kind == "html":
                return Mail(message, sender, subject, None, content)
    return Mail(message, sender, subject, "", None)


def other_half(message: EmailMessage, shown: str) -> str:
    """The half of a mail that is not shown, as text; empty where there is none.

    :param shown: ``"html"`` or ``"plain"``
    """
    other = "plain" if shown == "html" else "html"
    part = _body(message, other)
    if part is None or _body(message, shown) is None:
        return ""
    content = _content(part)
    return text_of_html(content)[0] if other == "html" else content


def attached_texts(message: EmailMessage) -> list[tuple[str, str]]:
    """The names and contents of attached text files that are as short as a letter."""
    try:
        parts = list(message.iter_attachments())
    except (ValueError, AttributeError, KeyError):
        return []
    return [
        (name, content)
        for part in parts
        if part.get_content_type() == "text/plain"
        and (name := part.get_filename() or _is_attached(part) and "text/plain")
        and (content := _content(part))
        and len(content) <= LONGEST_FILE
    ]


def says_more(text: str, than: str) -> bool:
    """Whether ``text`` has words that ``than`` has not; links do not count."""
    known = set(words(than.lower()))
    return any(word not in known for word in words(_stand_ins(" ", text).lower()))


def _is_attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment"


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

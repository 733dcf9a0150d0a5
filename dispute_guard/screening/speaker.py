"""Who speaks in a mail: by its headers alone, and what follows for its findings.

Robots and lists are told by RFC 3834, RFC 3464 and RFC 2919; counsel and authorities by
:class:`~.speaker_book.SpeakerBook`.
"""

import re
from email.message import Message
from typing import NamedTuple

from .finding import (
    CURRENT_SEGMENTS,
    GRADES,
    Finding,
    Screening,
)
from .sentence import sentences

# Who can be told apart by the mail itself. "list" is a person who writes through a
# mailing list; his words are a customer's.
SPEAKERS = ("customer", "list", "counsel", "authority", "robot")
# Whose letter is a formal step, whatever it says.
FORMAL_SPEAKERS = ("counsel", "authority")
LONGEST_QUOTE = 420
SURE, BY_ADDRESS = 0.95, 0.8

_BOUNCE_SENDERS = ("mailer-daemon", "postmaster", "mail-daemon")
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from")
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe")
_AUTO_PRECEDENCE = ("auto_reply", "auto-reply")
_LIST_PRECEDENCE = ("bulk", "list", "junk")
_forged = re.compile(r"\bdmarc=fail\b", re.IGNORECASE).search


class Speaker(NamedTuple):
    """Who speaks, and what shows it.

    ``basis`` is ``""`` (nobody but the customer shows), ``"header"``, ``"words"``,
    ``"address"`` or what a caller adds; ``words`` is the exact header, address or
    stretch ``[start:end]`` of the screened text. ``rule`` names the line of
    ``speakers.toml``. ``routine`` says that counsel writes about no dispute.
    """

    who: str
    basis: str = ""
    words: str = ""
    start: int = -1
    end: int = -1
    rule: str = ""
    routine: bool = False


CUSTOMER = Speaker("customer")


def classify(message: Message) -> str:
    """Return ``"person"``, ``"auto_reply"``, ``"bounce"`` or ``"list"``.

    Only headers are read. A missing or broken header means a person: mistaking a
    customer for a robot would silence him.
    """
    return _sign(message)[0]


def by_headers(message: Message) -> Speaker:
    """Return who speaks as far as headers tell: customer, list or robot."""
    kind, name = _sign(message)
    if kind == "person":
        return CUSTOMER
    value = " ".join(str(message.get(name) or "").split())
    if name == "content-type":
        value = value.partition(";")[0]
    words = f"{name.title()}: {value}"
    return Speaker("list" if kind == "list" else "robot", "header", words)


def is_announced(message: Message) -> bool:
    """Whether a machine sent the mail on its own account, not as an answer.

    Courts and authorities send their notices so.
    """
    return _value(message, "auto-submitted").startswith("auto-generated")


def is_forged(message: Message) -> bool:
    """Whether a mail server noted that the sender's address is not genuine.

    A note can be forged as well, but only by a sender who doubts himself.
    """
    return any(
        _forged(str(value)) for value in message.get_all("authentication-results", ())
    )


def lift(screening: Screening, speaker: Speaker, subject: str = "") -> Screening:
    """Return the screening of a formal speaker's letter: at least ``formal``.

    Legal words of the letter itself are lifted; where there are none, the words that
    show the speaker, or else the letter's first words, become a finding. The screening
    of anybody else, and of a letter about no dispute, is returned as it is.
    """
    if speaker.who not in FORMAL_SPEAKERS or speaker.routine:
        return screening
    findings = [_lifted(finding) for finding in screening.findings]
    if not any(map(_is_formal, findings)):
        findings += _shown(screening, speaker, subject)
    if not any(map(_is_formal, findings)):
        return screening  # an empty letter
    return screening._replace(findings=tuple(findings), level="legal")


def _is_formal(finding: Finding) -> bool:
    """Whether a shipped rule found a formal step in the words of the letter itself."""
    return (
        finding.grade in ("formal", "filed")
        and finding.segment in CURRENT_SEGMENTS
        and not finding.rule.startswith("book.")
    )


def _lifted(finding: Finding) -> Finding:
    weaker = GRADES[: GRADES.index("formal")]
    if finding.segment in CURRENT_SEGMENTS and finding.grade in weaker:
        return finding._replace(grade="formal")
    return finding


def _shown(screening: Screening, speaker: Speaker, subject: str) -> list[Finding]:
    """A finding of the words that show the speaker; empty for an empty letter."""
    start, end, segment, text = speaker.start, speaker.end, "new", screening.text
    if start < 0:
        start, end = _first_words(screening)
    if start == end:
        start, end = 0, len(subject.rstrip()[:LONGEST_QUOTE])
        segment, text = "subject", subject
    if start == end:
        return []
    return [
        Finding(
            "legal_threat",
            "formal",
            text[start:end],
            start,
            end,
            segment,
            f"speaker.{speaker.who}",
            "",
            SURE if speaker.basis == "words" else BY_ADDRESS,
            90,
        )
    ]


def _first_words(screening: Screening) -> tuple[int, int]:
    """The first sentence of the new text that says more than a greeting."""
    first = (0, 0)
    for segment in screening.segments:
        if segment.kind != "new":
            continue
        end = min(segment.end, segment.start + 2000)
        for start, stop in sentences(screening.text, segment.start, end):
            words = screening.text[start:stop]
            start += len(words) - len(words.lstrip())
            stop = min(start + len(words.strip()), start + LONGEST_QUOTE)
            if start < stop:
                first = first if first[1] else (start, stop)
                if len(words.split()) > 3:
                    return start, stop
    return first


def _value(message: Message, name: str) -> str:
    return str(message.get(name) or "").split(";")[0].strip().lower()


def _sign(message: Message) -> tuple[str, str]:
    """What :func:`classify` returns, and the name of the header that shows it."""
    present = {name.lower() for name in message.keys()}
    if name := _bounce_sign(message, present):
        return "bounce", name
    if name := _auto_reply_sign(message, present):
        return "auto_reply", name
    for name in _LIST_HEADERS:
        if name in present and message[name]:
            return "list", name
    if _value(message, "precedence") in _LIST_PRECEDENCE:
        return "list", "precedence"
    return "person", ""


def _is_report(message: Message) -> bool:
    written = str(message.get("content-type") or "").lower()
    return "report" in written and message.get_content_type() == "multipart/report"


def _bounce_sign(message: Message, present: set[str]) -> str:
    if _is_report(message):
        report = str(message.get_param("report-type") or "").lower()
        if report != "disposition-notification":
            return "content-type"
    if str(message.get("return-path") or "").strip() == "<>" and not _value(
        message, "auto-submitted"
    ).startswith("auto-replied"):
        return "return-path"
    if "x-failed-recipients" in present and message["x-failed-recipients"]:
        return "x-failed-recipients"
    sender = str(message.get("from") or "").lower()
    return "from" if any(name + "@" in sender for name in _BOUNCE_SENDERS) else ""


def _auto_reply_sign(message: Message, present: set[str]) -> str:
    submitted = _value(message, "auto-submitted")
    if submitted and submitted != "no":
        return "auto-submitted"
    if _is_report(message):
        return "content-type"
    for name in _AUTO_HEADERS:
        if name in present and message[name]:
            return name
    # X-Auto-Response-Suppress is no sign: mail systems put it on people's mail too.
    return "precedence" if _value(message, "precedence") in _AUTO_PRECEDENCE else ""

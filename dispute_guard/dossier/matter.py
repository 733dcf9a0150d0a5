"""What a dossier is made of. Light facts of every exhibit are held in memory; texts and
files are asked for one exhibit at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

CUTS = ("counsel", "disclosure")


class DossierError(Exception):
    """The dossier cannot be made; the message says what to do."""


def _iso(moment):
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class File:
    """A file of an exhibit.

    ``chunks`` is called once and gives its bytes piece by piece; ``OSError`` from it
    means that the file is lost. ``sha256`` (hex) is the digest that the evidence names,
    ``size`` its length in bytes.
    """

    name: str
    mimetype: str
    size: int
    sha256: str
    chunks: Callable[[], Iterable[bytes]]
    # the mail itself, of which the other files are the attachments
    is_original: bool = False


@dataclass(frozen=True)
class Exhibit:
    """What is known of an exhibit without its text; times are naive UTC.

    Numbers are those of counsel's full set, so they agree between the cuts.
    """

    number: int
    kind: str  # a code of the evidence: message, sent, agreement, …
    label: str  # the same in the reader's language
    title: str
    occurred_at: datetime
    recorded_at: datetime
    occurred_source: str = ""
    author: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    message_id: str = ""
    custodian: str = ""

    @property
    def key(self):
        return f"{self.number:05d}"


@dataclass(frozen=True)
class Content:
    """The inside of an exhibit.

    ``records``: for each record of evidence a dict with ``canonical`` (text whose
    UTF-8 bytes are the leaf), ``position``, ``size`` and ``path`` (hex digests of an
    RFC 6962 inclusion proof), or without the last three while it is not in the log yet.
    ``problems``: what is known to be wrong with them, for people.
    """

    text: str = ""
    quotes: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    records: tuple[dict, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Custody:
    """One handling of the evidence: who did what to which exhibit, and when."""

    at: datetime
    who: str
    what: str
    about: str
    address: str = ""


@dataclass(frozen=True)
class Withheld:
    """An exhibit that is left out, and why, without telling what it says."""

    number: int
    label: str
    occurred_at: datetime
    author: str
    to: str
    reason: str


@dataclass(frozen=True)
class Matter:
    """The dispute as its dossier presents it.

    ``heads``: tree heads, oldest first, as dicts with ``canonical`` (text), ``size``,
    ``root``, ``signature`` (hex), ``printed`` (text for people) and optionally
    ``token`` (bytes, RFC 3161);
    ``consistency``: for each head after the first, the hex digests of the RFC 6962
    consistency proof from the one before. ``as_of`` is the time of the newest head that
    covers the exhibits: with the same evidence it is the same, and so are all bytes.
    """

    reference: str  # the number of the case
    title: str
    organisation: str
    as_of: datetime
    cut: str = "counsel"
    language: str = "en"
    parties: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    heads: tuple[dict, ...] = ()
    consistency: tuple[tuple[str, ...], ...] = ()
    withheld: tuple[Withheld, ...] = ()
    custody: Iterable[Custody] = field(default=())
    translate: Callable[[str], str] = str
    format_time: Callable[[datetime], str] = _iso

    def _(self, phrase, *args, **kwargs):
        """``phrase`` in the reader's language, with the values in it.

        Under this name Odoo's export of translations finds the phrases.
        """
        text = self.translate(phrase)
        return text % (args or kwargs) if args or kwargs else text

    def __post_init__(self):
        if self.cut not in CUTS:
            raise DossierError(f"unknown cut {self.cut!r}, one of {', '.join(CUTS)}")

"""Tree heads: what a log was at one moment, chained, signed, and carried outside.

A head is written in two ways that say the same: as canonical bytes, which are signed
and time-stamped, and as lines of text for mails and paper, which can be read back after
a mail program has wrapped or quoted them.
"""

import re
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .canonical import canonical_bytes, sha256_hex

TITLE = "Dispute Guard tree head"
WIDTH = 64  # characters of a line of hexadecimal digits
DIGITS = {"root": 64, "previous": 64, "key": 64, "signature": 128}
_HEX = re.compile(r"[0-9a-f]*")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class HeadError(ValueError):
    """A head that cannot be read; the text says what is wrong."""


@dataclass(frozen=True)
class Head:
    """One tree head.

    :param log: identifier of the log
    :param size: number of its items
    :param root: hash of its tree, hexadecimal
    :param time: when the head was made by the server's clock, ``2026-01-31T12:00:00Z``
    :param previous: SHA-256 of the canonical bytes of the head before, hexadecimal;
        empty for the first
    :param key: public key (Ed25519, RFC 8032) it is signed with, hexadecimal; empty
        when no key was at hand
    """

    log: str
    size: int
    root: str
    time: str
    previous: str
    key: str

    def __post_init__(self):
        if not (self.log and type(self.size) is int and self.size >= 0):
            raise HeadError("a head names its log and a size")
        for name in ("root", "previous", "key"):
            value = getattr(self, name)
            if not (_HEX.fullmatch(value) and len(value) in (0, DIGITS[name])):
                raise HeadError(f"{name} is not {DIGITS[name]} hexadecimal digits")
        if not (self.root and _TIME.fullmatch(self.time)):
            raise HeadError("a head has a root and a time")

    @property
    def data(self):
        """The canonical bytes."""
        return canonical_bytes({"head": asdict(self)})

    @property
    def digest(self):
        """SHA-256 of the canonical bytes, hexadecimal."""
        return sha256_hex(self.data)


def head_from_record(record):
    """The head of a canonical record as read from JSON.

    :raise HeadError: when it is none
    """
    try:
        return Head(**record["record"]["head"])
    except (TypeError, LookupError) as error:
        raise HeadError(f"not a tree head: {error}") from error


def new_key():
    """A new private key, as PEM text (bytes)."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def load_key(pem):
    """The private key of a PEM text (bytes).

    :raise ValueError: when it is none, or of another kind
    """
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the key is not an Ed25519 key")
    return key


def public_key(private_key):
    """The public half of a private key, hexadecimal."""
    raw = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return raw.hex()


def sign(head, private_key):
    """The signature (hexadecimal) of a head."""
    return private_key.sign(head.data).hex()


def is_signed(data, signature, key):
    """Whether ``signature`` over ``data`` was made with the key.

    :param bytes data: canonical bytes of a head
    :param str signature, key: hexadecimal
    """
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(signature), data
        )
    except (ValueError, InvalidSignature):
        return False
    return True


def head_to_text(head, signature):
    """The lines of a head for people: mails, paper."""
    lines = [TITLE]
    for name, value in [*asdict(head).items(), ("signature", signature)]:
        text = str(value) or "-"
        chunks = [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
        lines.append(f"{name.capitalize() + ':':<11}{chunks[0]}")
        lines += [" " * 11 + chunk for chunk in chunks[1:]]
    return "\n".join(lines) + "\n"


def head_from_text(text):
    """The first head, and its signature, in a text that somebody copied.

    Marks of quoting, line breaks and words around it do no harm.

    :return: ``(Head, signature)``
    :raise HeadError: when there is none, or a line of it is missing
    """
    _before, found, after = re.sub(r"[>\s*|]+", " ", text).partition(TITLE)
    if not found:
        raise HeadError(f"there is no line {TITLE!r}")
    clean = after.partition(TITLE)[0]
    values = {}
    for name in (*Head.__dataclass_fields__, "signature"):
        match = re.search(rf"\b{name.capitalize()}: ?(.*)", clean)
        if not match:
            raise HeadError(f"the line {name.capitalize()!r} is missing")
        words = match[1].split(" ")
        values[name] = _digits(words, DIGITS[name]) if name in DIGITS else words[0]
    signature = values.pop("signature")
    try:
        return Head(**values | {"size": int(values["size"])}), signature
    except ValueError as error:
        raise HeadError(f"the head cannot be read: {error}") from error


def _digits(words, number):
    """The hexadecimal digits that ``words`` begin with, ``number`` at most."""
    found = ""
    for word in words:
        if len(found) >= number or not _HEX.fullmatch(word.lower()):
            break
        found += word.lower()
    return found

"""The one way in which a record of evidence becomes bytes.

The form is RFC 8785 (JSON Canonicalization Scheme) narrowed to what evidence
needs: objects with ASCII keys, arrays, strings, integers and null. Without floats
the scheme's only hard part, number formatting, does not arise, and sorting ASCII
keys by code point equals the scheme's sorting by UTF-16 code unit.
"""

import hashlib
import json

# Name and version of the form; it is part of the bytes, so that records of an older
# form stay verifiable after the form has changed.
FORM = "dispute-guard/1"


def canonical_bytes(record):
    """Return the canonical UTF-8 bytes of ``record``.

    :param dict record: str keys (ASCII) to str, int, None, list or dict
    :raise TypeError: for any other type; a float or a bool has no agreed form here
    :raise ValueError: for a key that is not ASCII, or for a text that is not Unicode
        (a lone surrogate has no UTF-8 form)
    """
    _check(record)
    text = json.dumps(
        {"form": FORM, "record": record},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"text is not valid Unicode: {error}") from error


def sha256_hex(data):
    """Return the SHA-256 digest (FIPS 180-4) of ``data`` as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def _check(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError(f"key is not ASCII text: {key!r}")
            _check(item)
    elif isinstance(value, list):
        for item in value:
            _check(item)
    elif value is not None and type(value) not in (str, int):
        raise TypeError(f"{type(value).__name__} has no canonical form: {value!r}")

"""The administrator's phrase book: its rules, and the files in which they travel.

They are kept as the shipped lexicons are: a zip of ``<language>/<kind>.toml``.
"""

import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator

import tomllib

from .own_rules import PhraseRule
from .phrases import (
    PhraseError,
    check,
    check_form,
    failing,
    forms_of,
    pattern_of,
    rule_of,
)
from .reader import LexiconError
from .screener import Screener, default_screener

__all__ = [
    "PhraseError",
    "PhraseRule",
    "check",
    "export_book",
    "forms_of",
    "import_book",
    "import_report",
    "pattern_of",
    "rule_of",
]

# A book holds at most so many rules and bytes, packed and unpacked.
MOST_RULES = 5000
MOST_BYTES = 4_000_000
_MOST_ENTRIES = 200
_MOST_KEY_PARTS = 20
_RULE_KEYS = (
    *("id", "about", "grade", "weight", "confidence", "patterns", "yes", "no"),
)
_LISTS = ("patterns", "yes", "no")
# Reading keys within keys within keys takes long.
_dotted_key = re.compile(
    rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{_MOST_KEY_PARTS}}}"
).search
_string = re.compile(r"""\"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'""").sub


def export_book(rules: Iterable[PhraseRule]) -> bytes:
    """Return the rules as a zip of ``<language>/<kind>.toml``.

    The same rules make the same bytes.
    """
    files: dict[str, list[PhraseRule]] = defaultdict(list)
    for rule in rules:
        files[f"{rule.language}/{rule.kind}.toml"].append(rule)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name in sorted(files):
            tables = (_as_toml(rule) for rule in sorted(files[name]))
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(entry, "\n".join(tables))
    return packed.getvalue()


def _as_toml(rule: PhraseRule) -> str:
    lines = ["[[rule]]"]
    table = rule.table()
    for key in _RULE_KEYS:
        if key in table:
            value = json.dumps(table[key], ensure_ascii=False).replace(
                "\x7f", "\\u007f"
            )
            lines.append(f"{key} = {value}")
    return "\n".join(lines) + "\n"


def import_book(
    data: bytes, *, kind: str | None = None, language: str | None = None
) -> list[PhraseRule]:
    """Read a book: a zip, or a single file when its kind and language are given.

    :raises LexiconError: at the first rule that cannot be used
    """
    rules, refused = _read_book(data, kind, language, default_screener())
    for place, error in refused:
        if isinstance(error, PhraseError):
            raise LexiconError(place, str(error), "choose telling words") from error
        raise error
    return rules


def import_report(
    data: bytes,
    *,
    kind: str | None = None,
    language: str | None = None,
    screener: Screener | None = None,
) -> tuple[list[PhraseRule], list[tuple[str, str]]]:
    """Read a book; return the rules that can be used, and others with the reason.

    :return: rules, and pairs of a rule's id or place and what is wrong with it
    :raises LexiconError: when the file as a whole cannot be read
    """
    rules, refused = _read_book(data, kind, language, screener or default_screener())
    return rules, [(place, str(error)) for place, error in refused]


def _read_book(
    data: bytes, kind: str | None, language: str | None, screener: Screener
) -> tuple[list[PhraseRule], list[tuple[str, LexiconError | PhraseError]]]:
    if kind and language:
        files = [(f"{language}/{kind}.toml", data)]
        if len(data) > MOST_BYTES:
            raise _too_large(files[0][0])
    else:
        files = list(_unpacked(data))
    rules: dict[str, PhraseRule] = {}
    refused: list[tuple[str, LexiconError | PhraseError]] = []
    for name, content in files:
        for place, table in _tables(name, content):
            try:
                rule = _rule(name, table)
                if rule.id in rules:
                    raise LexiconError(rule.id, "is there twice", "keep one")
                check_form(rule, screener)
            except (LexiconError, PhraseError) as error:
                refused.append((place, error))
                continue
            rules[rule.id] = rule
            if len(rules) > MOST_RULES:
                raise LexiconError(name, f"has over {MOST_RULES} rules", "split it")
    for rule_id, reason in failing(list(rules.values()), screener).items():
        refused.append((rule_id, LexiconError(rule_id, *reason)))
        del rules[rule_id]
    return list(rules.values()), refused


def _too_large(name: str) -> LexiconError:
    return LexiconError(name, f"is larger than {MOST_BYTES} bytes", "split the book")


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file of a zip that nobody vouches for."""
    if len(data) > MOST_BYTES:
        raise _too_large("the book")
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            entries = [entry for entry in book.infolist() if not entry.is_dir()]
            if len(entries) > _MOST_ENTRIES:
                raise LexiconError("the book", "has too many files", "split the book")
            for entry in entries:
                with book.open(entry) as file:
                    # What the archive says about sizes need not be true.
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise _too_large(entry.filename)
                yield entry.filename, content
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError) as error:
        raise LexiconError(
            "the book", f"is no zip that can be read ({error})", "export it anew"
        ) from error
    except Exception as error:
        if type(error).__module__ not in ("zlib", "lzma", "struct"):
            raise
        raise LexiconError(
            "the book", f"is damaged ({error})", "export it anew"
        ) from error


def _tables(name: str, content: bytes) -> list[tuple[str, object]]:
    """Return the rules of a file as they stand, each with its id or place."""
    try:
        text = content.decode("utf-8")
        if _dotted_key(_string("a", text)):
            raise LexiconError(name, "has keys within keys", "write [[rule]] tables")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise LexiconError(
            name, f"is not TOML ({error})", "look at the line named"
        ) from error
    rules = table.pop("rule", [])
    if table or not isinstance(rules, list):
        raise LexiconError(name, "has more than rules", "keep [[rule]] tables only")
    return [
        (
            str(each.get("id") if isinstance(each, dict) else "")
            or f"{name}, rule {at}",
            each,
        )
        for at, each in enumerate(rules, 1)
    ]


def _rule(name: str, table: object) -> PhraseRule:
    place = re.fullmatch(r"([a-z]{2,3})/([a-z_]+)\.toml", name)
    if not place:
        raise LexiconError(name, "is no file of a book", "call it en/legal_threat.toml")
    if not isinstance(table, dict):
        raise LexiconError(name, "has a rule that is no table", "write [[rule]]")
    where = str(table.get("id", name))
    unknown = sorted(table.keys() - set(_RULE_KEYS))
    if unknown:
        raise LexiconError(
            where, f"has key {unknown[0]!r}", f"use {', '.join(_RULE_KEYS)}"
        )
    for key, value in table.items():
        if key in _LISTS:
            fits = isinstance(value, list) and all(isinstance(x, str) for x in value)
        elif key in ("weight", "confidence"):
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        else:
            fits = isinstance(value, str)
        if not fits:
            raise LexiconError(where, f"has {key} of a wrong sort", "see the manual")
    values = {k: tuple(v) if k in _LISTS else v for k, v in table.items()}
    return PhraseRule(place[1], place[2], **{"id": "", "patterns": (), **values})

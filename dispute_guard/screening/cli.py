"""The command line: JSON lines or mail files in, JSON lines out; ``evaluate FILE``."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from .evaluate import evaluate, report
from .finding import Screening
from .mail import Mail, attached_texts, other_half, read_mail, says_more
from .reader import LexiconError
from .screener import Screener
from .speaker import by_headers, lift
from .speaker_book import default_book

_FINDING_KEYS = (
    "kind", "grade", "quote", "start", "end", "segment", "rule", "confidence",
)  # fmt: skip
# From what needs nobody's eyes to what needs them most.
_LEVELS = ("calm", "not_screened", "tense", "hostile", "legal")


class InputError(Exception):
    """Input that cannot be screened, with the place where it stands."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments[:1] == ["evaluate"]:
            return _evaluate(arguments[1:])
        return _screen(arguments)
    except (InputError, LexiconError, OSError) as error:
        sys.stderr.write(f"screening: {error}\n")
        return 2
    except BrokenPipeError:
        return 0


def _screen(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="screening",
        description="Reads JSON lines {id, text or html, subject?, lang?} or mails, "
        "writes a JSON line with language, level and findings for each. "
        "'screening evaluate FILE' measures on labelled lines.",
    )
    parser.add_argument(
        "files", nargs="*", help="JSON lines; standard input by default"
    )
    parser.add_argument("--eml", action="store_true", help="the files are mails")
    parser.add_argument("--lexicon", type=Path, help="folder of lexicons to use")
    options = parser.parse_args(arguments)
    if options.eml and not options.files:
        parser.error("--eml needs mail files")
    screener = Screener(options.lexicon)
    results = (
        _mails(options.files, screener)
        if options.eml
        else _lines(options.files, screener)
    )
    for result in results:
        # Escaped, because a terminal may not be able to show every character.
        sys.stdout.write(f"{json.dumps(result)}\n")
    return 0


def _evaluate(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="screening evaluate",
        description="Prints precision, recall and F1 per language and kind on labelled "
        "JSON lines {id, lang, text, labels, cores?}, then every miss and false alarm.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--lexicon", type=Path, help="folder of lexicons to use")
    options = parser.parse_args(arguments)
    rows = list(_rows(options.files))
    for row in rows:
        if not isinstance(row.get("labels"), dict):
            raise InputError(f"{row.get('id')}: the line has no labels")
    report(evaluate(rows, Screener(options.lexicon)), print)
    return 0


def _rows(files: Iterable[str]) -> Iterator[dict]:
    for name in files:
        with open(name, encoding="utf-8") as stream:
            yield from _parse(name, stream)


def _parse(name: str, stream: TextIO) -> Iterator[dict]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{name}, line {number}: not JSON ({error})") from error
        if not isinstance(row, dict) or not isinstance(
            row.get("text", row.get("html")), str
        ):
            raise InputError(
                f"{name}, line {number}: needs an object with text or html"
            )
        yield row


def _lines(files: list[str], screener: Screener) -> Iterator[dict]:
    rows = _rows(files) if files else _parse("standard input", sys.stdin)
    for row in rows:
        result = screener.screen(
            row.get("text") or "",
            html=row.get("html"),
            subject=row.get("subject") or "",
            lang=row.get("lang"),
        )
        who = default_book().tell(result)
        result = lift(result, who, row.get("subject") or "")
        yield {"id": row.get("id"), **_as_json(result)}


def _mails(files: list[str], screener: Screener) -> Iterator[dict]:
    for name in files:
        mail = read_mail(Path(name).read_bytes())
        result = screener.screen(mail.text or "", html=mail.html, subject=mail.subject)
        who = default_book().identify(
            by_headers(mail.message), result, mail.sender, mail.message
        )
        result = lift(result, who, mail.subject)
        row = {"id": name, "speaker": who.who, "shown_by": who.words}
        row |= _as_json(result)
        for part, text in _other_texts(mail, result.text):
            more = screener.screen(text)
            row["findings"] += [
                {**found, "part": part} for found in _as_json(more)["findings"]
            ]
            row["level"] = max(row["level"], more.level, key=_LEVELS.index)
        yield row


def _other_texts(mail: Mail, shown: str) -> Iterator[tuple[str, str]]:
    """What a mail says besides the text ``shown``: the other half, attached texts."""
    half = other_half(mail.message, "html" if mail.text is None else "plain")
    if says_more(half, shown):
        yield "text/plain" if mail.text is None else "text/html", half
    yield from attached_texts(mail.message)


def _as_json(result: Screening) -> dict:
    return {
        "language": result.language,
        "level": result.level,
        "findings": [
            {key: getattr(finding, key) for key in _FINDING_KEYS}
            for finding in result.findings
        ],
    }

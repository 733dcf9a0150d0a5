"""Split a mail body into new text, quoted history, forwarded text, signature, footer.

The words that mark a quote or a footer are data of each language (``[mail]`` in
``language.toml``). Nothing is dropped, and where the marks leave a doubt the text
counts as new: losing a threat is worse than reading an old one again.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from .finding import Segment

# What the markup of a mail claims about a stretch of its text.
Mark = tuple[str, int, int]

_ADDRESS_OR_TIME = r"(?:[\w.+-]+@[\w-]+\.|\d{1,2}[:.]\d{2})"
_quote_line = re.compile(r"[ \t]*>").match
_signature_line = re.compile(r"--[ \t]?\r?\Z").match
_address_colon = re.compile(
    r"(?=.*\d{1,2}:\d{2})(?=.*[\w.+-]+@[\w-]+\.).{0,200}>?\)?\s?:\s*\Z"
).match
_ends_sentence = re.compile(r"[.!?]\s*\Z").search
_LONGEST_HEADING = 250
_MOST_SIGNATURE_LINES = 8
_MOST_LINES = 20_000
# More letters are no footer, whatever words they hold.
_LONGEST_FOOTER = 10_000


def _alternatives(words: Iterable[str]) -> str:
    return (
        "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        or "(?!)"
    )


class Segmenter:
    """Knows how mail programs and people mark the parts of a mail."""

    def __init__(self, languages: Iterable[Mapping]):
        """:param languages: the ``[mail]`` tables of the language files"""
        merged: dict[str, list] = {}
        for table in languages:
            for name, words in table.items():
                merged.setdefault(name, []).extend(words)

        def any_of(name: str) -> str:
            return f"(?:{_alternatives(merged.get(name, ()))})"

        self._wrote = re.compile(
            rf"(?is)(?=.*{_ADDRESS_OR_TIME}).{{0,{_LONGEST_HEADING}}}"
            rf"\b{any_of('wrote')}\s?(?:\([^)]{{0,40}}\))?\s?:\s*\Z"
        ).match
        self._header = re.compile(rf"(?i)[ \t>*]*({any_of('headers')})[ \t*]*:").match
        self._original = re.compile(
            rf"(?i)[ \t]*[-_=*]{{2,}}[ \t]*{any_of('original')}"
        ).match
        self._forwarded = re.compile(
            rf"(?i)[ \t]*[-_=*]*[ \t]*{any_of('forwarded')}\b[^\n]{{0,30}}\Z"
        ).match
        self._sent_from = re.compile(
            rf"(?i)[ \t]*{any_of('sent_from')}[^\n]{{0,60}}\Z"
        ).match
        self._regards = re.compile(
            rf"(?i)[ \t]*{any_of('regards')}[ \t,.!]*(?:\w+[ \t,.]*){{0,3}}\Z"
        ).match
        self._footers = [tuple(each.split(" + ")) for each in merged.get("footers", ())]

        # Without one of these, a text is all new.
        def hints(*names: str) -> set[str]:
            return {word.lower() for name in names for word in merged.get(name, ())}

        self._anywhere = _without_longer({"@"} | {each[0] for each in self._footers})
        self._before_colon = _without_longer(hints("wrote"))
        opening = hints("original", "forwarded", "sent_from", "regards")
        self._openings = _without_longer(opening | {"from:", "от:", "no:", "nuo:"})

    def split(self, text: str, marks: Iterable[Mark] = ()) -> tuple[Segment, ...]:
        """Return segments that cover ``text`` without gap, in order."""
        marks = list(marks)
        if not marks and not self._is_suspect(text):
            return (Segment("new", 0, len(text)),)
        lines = _lines(text)
        kinds = self._kinds_by_line(text, lines)
        _apply_marks(kinds, lines, marks)
        _settle_blank_lines(text, lines, kinds)
        self._mark_footers(text, lines, kinds)
        self._mark_signatures(text, lines, kinds)
        if not _has_new(text, lines, kinds):
            # A mail that is all history was not written by quoting everything.
            kinds = ["new" if kind == "quoted" else kind for kind in kinds]
        if not any(kind in ("new", "forwarded", "quoted") for kind in kinds):
            kinds = ["new"] * len(kinds)
        return _joined(lines, kinds)

    def _is_suspect(self, text: str) -> bool:
        """Tell whether any mark occurs; most short messages have none."""
        lowered = text.lower()
        for hint in self._anywhere:
            if hint in lowered:
                return True
        if ":" in lowered:
            for hint in self._before_colon:
                if hint in lowered:
                    return True
        for line in lowered.split("\n", _MOST_LINES):
            line = line.lstrip(" \t")
            if line.startswith((">", "--")):
                return True
            if line.lstrip(" \t-_=*>").startswith(self._openings):
                return True
        return False

    def _kinds_by_line(self, text: str, lines: list[tuple[int, int]]) -> list[str]:
        kinds = ["new"] * len(lines)
        at = 0
        while at < len(lines):
            line = text[slice(*lines[at])].rstrip("\r\n")
            if _quote_line(line):
                kinds[at] = "quoted"
            elif self._forwarded(line):
                return kinds[:at] + ["forwarded"] * (len(lines) - at)
            elif self._original(line) or self._is_header_block(text, lines, at):
                return kinds[:at] + ["quoted"] * (len(lines) - at)
            elif taken := self._attribution(text, lines, at):
                follows = _next_line(text, lines, at + taken)
                if not _quote_line(follows):
                    return kinds[:at] + ["quoted"] * (len(lines) - at)
                kinds[at : at + taken] = ["quoted"] * taken
                at += taken - 1
            at += 1
        return kinds

    def _is_header_block(self, text: str, lines: list, at: int) -> bool:
        """Three different mail headers in a row, as Outlook writes above a quote."""
        seen = set()
        for start, end in lines[at : at + 6]:
            match = self._header(text, start, min(end, start + 60))
            if not match:
                break
            seen.add(match[1].lower())
        return len(seen) >= 3

    def _attribution(self, text: str, lines: list, at: int) -> int:
        """Return how many lines from ``at`` on say who wrote what follows."""
        heading = ""
        for taken, (start, end) in enumerate(lines[at : at + 3], 1):
            if end - start > _LONGEST_HEADING or not text[start:end].strip():
                return 0
            heading += text[start:end]
            stripped = heading.strip()
            if stripped.endswith(":") and (
                self._wrote(stripped) or _address_colon(stripped.replace("\n", " "))
            ):
                return taken
        return 0

    def _mark_footers(self, text: str, lines: list, kinds: list[str]) -> None:
        for first, last in _paragraphs(text, lines):
            start, end = lines[first][0], lines[last][1]
            if kinds[first] not in ("new", "signature"):
                continue
            if end - start > _LONGEST_FOOTER:
                continue
            words = text[start:end].lower()
            for footer in self._footers:
                if footer[0] in words and all(part in words for part in footer):
                    kinds[first : last + 1] = ["footer"] * (last + 1 - first)
                    break

    def _mark_signatures(self, text: str, lines: list, kinds: list[str]) -> None:
        at = end = 0
        while at < len(lines):
            if at >= end:
                end = _run_end(kinds, at)
            line = text[slice(*lines[at])].rstrip("\n")
            if kinds[at] == "new" and len(line) < 120:
                if self._sent_from(line):
                    kinds[at] = "signature"
                elif _signature_line(line) or (
                    self._regards(line) and _looks_signed(text, lines, at, end)
                ):
                    kinds[at:end] = ["signature"] * (end - at)
                    at = end - 1
            at += 1


def _without_longer(words: set[str]) -> tuple[str, ...]:
    """Leave out words that begin with another one of them."""
    kept: list[str] = []
    for word in sorted(filter(None, words)):
        if not kept or not word.startswith(kept[-1]):
            kept.append(word)
    return tuple(kept)


def _lines(text: str) -> list[tuple[int, int]]:
    lines, start = [], 0
    while start < len(text) and len(lines) < _MOST_LINES:
        end = text.find("\n", start) + 1 or len(text)
        lines.append((start, end))
        start = end
    if start < len(text) or not lines:
        lines.append((start, len(text)))
    return lines


def _next_line(text: str, lines: list, at: int) -> str:
    for start, end in lines[at : at + 3]:
        if text[start:end].strip():
            return text[start : min(end, start + 200)]
    return ""


def _run_end(kinds: list[str], at: int) -> int:
    end = at
    while end < len(kinds) and kinds[end] == kinds[at]:
        end += 1
    return end


def _looks_signed(text: str, lines: list, at: int, run_end: int) -> bool:
    """Few short lines without a sentence follow a greeting: a name and a job title."""
    following = 0
    for start, end in islice(lines, at + 1, run_end):
        line = text[start:end].strip()
        if line:
            following += 1
            if (
                following > _MOST_SIGNATURE_LINES
                or len(line) >= 80
                or (_ends_sentence(line) and line.count(" ") > 2)
            ):
                return False
    return True


def _paragraphs(text: str, lines: list) -> Iterable[tuple[int, int]]:
    first = None
    for at, (start, end) in enumerate(lines):
        if text[start:end].isspace() or start == end:
            if first is not None:
                yield first, at - 1
            first = None
        elif first is None:
            first = at
    if first is not None:
        yield first, len(lines) - 1


def _apply_marks(kinds: list[str], lines: list, marks: list[Mark]) -> None:
    for kind, start, end in marks:
        for at, (line_start, line_end) in enumerate(lines):
            if start <= line_start and line_end <= end + 1 and kinds[at] == "new":
                kinds[at] = kind


def _settle_blank_lines(text: str, lines: list, kinds: list[str]) -> None:
    """A blank line between two quoted ones belongs to the quote."""
    last = 0
    for at, line in enumerate(lines):
        if not text[slice(*line)].isspace():
            if kinds[at] == kinds[last] == "quoted":
                kinds[last:at] = ["quoted"] * (at - last)
            last = at


def _has_new(text: str, lines: list, kinds: list[str]) -> bool:
    return any(
        kind in ("new", "forwarded") and not text[slice(*line)].isspace()
        for line, kind in zip(lines, kinds, strict=True)
    )


def _joined(lines: list, kinds: list[str]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    for (start, end), kind in zip(lines, kinds, strict=True):
        if segments and segments[-1].kind == kind:
            segments[-1] = segments[-1]._replace(end=end)
        else:
            segments.append(Segment(kind, start, end))
    return tuple(segments)

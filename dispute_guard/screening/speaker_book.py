"""Tell counsel and authorities by the words, names and addresses in ``speakers.toml``.

Doubt means the customer: words of counsel from somebody without any sign of the
profession, a court's name above an address of a free mail provider, a lawyer who buys
for himself stay what they are.
"""

import functools
import re
from collections.abc import Iterable
from email.message import Message
from email.utils import parseaddr
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import tomllib

from .finding import UNKNOWN, Screening
from .normalise import Normal, normalise
from .reader import LexiconError
from .screener import LEXICON_DIR
from .sentence import sentences
from .speaker import CUSTOMER, LONGEST_QUOTE, Speaker, is_announced, is_forged

FILE = LEXICON_DIR / "speakers.toml"
# Rules for all languages that have no lexicon.
OTHER = "other"
NEEDS = ("nothing", "profession", "body")
# A letter says who writes it early: so many segments and letters of each are read.
MOST_SEGMENTS = 10
READ = 6000
# Fewer letters do not tell the language for sure.
TOO_SHORT = 200
# How far back words may stand that make the words of counsel somebody else's.
LOOK_BACK = 200
HEAD_LINES = 6
LONGEST_LINE_WORDS = 9

_MARKED = "āčēģīķļņšūžąęėįųõäöüßáàâéèêíîóôúùûçñłśćńźżőűїієґ"
_PLAIN = "acegiklnsuzaeeiuoaousaaaeeeiioouuucnlscnzzouiieг"
_FOLD = str.maketrans(_MARKED + "ё", _PLAIN + "е")
_SEPARATOR = r"[\W_]{1,6}"
_gap = re.compile(r"\.\.(\d+)\Z").match
_own_words = re.compile(
    r"\b(?:i|my|we|our|us|я|мы|мой|моя|наш|наша|es|mes|mans|mana|musu|as|mano)\b"
).search
_line_stops = re.compile(r"[.!?,;:]\s*\Z").search


class Pattern(NamedTuple):
    """A regular expression for folded text, and words one of which every hit has."""

    regex: re.Pattern
    hints: frozenset[str]


class Rule(NamedTuple):
    """One line of evidence; its id names the language after the first dot."""

    id: str
    who: str
    needs: str
    patterns: tuple[Pattern, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]

    @property
    def language(self) -> str:
        return self.id.split(".")[1]


class _Hints(NamedTuple):
    """Words of a language without which no rule and no letterhead holds."""

    words: tuple[str, ...]
    letterheads: tuple[str, ...]


class SpeakerBook:
    """What shows that counsel or an authority writes.

    :param file: a TOML file as described at its top
    :raises LexiconError: when the file cannot be used
    """

    def __init__(self, file: Path | str = FILE):
        self.file = Path(file)
        try:
            data = tomllib.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._fail(f"cannot be read ({error})", "restore it") from error
        try:
            self._read(data)
        except (KeyError, TypeError, AttributeError) as error:
            raise self._fail(f"lacks or misuses {error}", "see its top") from error

    def _fail(self, what: str, mend: str) -> LexiconError:
        return LexiconError(self.file, what, mend)

    def _read(self, data: dict) -> None:
        self.free_mail = frozenset(data["free_mail"])
        self.office_box = _any_of(data["office_boxes"])
        self.not_others = [_pattern(each).regex.search for each in data["not_others"]]
        self.profession = _any_of(data["profession"])
        self.profession_domain = _any_of(data["profession_domains"])
        letterheads = data["letterheads"]
        self.letterhead = _any_of(
            [each for group in letterheads.values() for each in group]
        )
        self.routine = _any_of(data["routine"])
        self.dispute = _any_of(data["dispute"])
        self._bodies = {
            domain: _any_of(body["names"])
            for body in data["body"]
            for domain in body["domains"]
        }
        self.rules = tuple(self._rule(table) for table in data["rule"])
        self._hints = {
            language: _Hints(
                _without_longer(
                    hint
                    for rule in self.rules
                    if rule.language == language and rule.needs != "body"
                    for pattern in rule.patterns
                    for hint in pattern.hints
                ),
                _without_longer(
                    hint
                    for each in letterheads.get(language, ())
                    for hint in _pattern(each).hints
                ),
            )
            for language in {rule.language for rule in self.rules}
        }

    def _rule(self, table: dict) -> Rule:
        if table["needs"] not in NEEDS:
            raise self._fail(
                f"{table['id']} needs {table['needs']!r}", f"use one of {NEEDS}"
            )
        return Rule(
            table["id"],
            table["who"],
            table["needs"],
            tuple(_pattern(pattern) for pattern in table["patterns"]),
            tuple(table["yes"]),
            tuple(table["no"]),
        )

    def tell(
        self, screening: Screening, sender: str = "", trusted: bool = True
    ) -> Speaker:
        """Tell who speaks in a screened text by its new words and its sender.

        :param sender: as in a From header: name and address, one of them or nothing
        :param trusted: False when the mail servers said that the address is forged
        """
        letter = _Letter(self, screening, sender, trusted)
        new = (segment for segment in screening.segments if segment.kind == "new")
        for segment in islice(new, MOST_SEGMENTS):
            end = min(segment.end, segment.start + READ)
            text = screening.text[segment.start : end]
            if found := self._read_text(text, letter):
                return _moved(found, segment.start)
        if letter.body and letter.is_office:
            return Speaker("authority", "address", letter.address)
        return CUSTOMER

    def identify(
        self, speaker: Speaker, screening: Screening, sender: str, headers: Message
    ) -> Speaker:
        """Tell who speaks in a mail of which ``speaker`` is known by its headers.

        A robot stays a robot, unless an authority's notice goes out automatically.
        """
        if speaker.who == "robot" and not is_announced(headers):
            return speaker
        found = self.tell(screening, sender, not is_forged(headers))
        if speaker.who == "robot" and found.who != "authority":
            return speaker
        return speaker if found.who == "customer" else found

    def _read_text(self, text: str, letter: "_Letter") -> Speaker | None:
        """Who speaks, by the rule whose words come first."""
        folded = text.lower() if text.isascii() else text.lower().translate(_FOLD)
        # Nearly every mail has none of these words and is done with here.
        hints = [hints for code, hints in self._hints.items() if letter.reads(code)]
        official = letter.body or any(
            _occurs(each.letterheads, folded) for each in hints
        )
        if not official and not any(_occurs(each.words, folded) for each in hints):
            return None
        normal = normalise(text)
        folded = normal.text.translate(_FOLD)
        found = [
            (*span, rule)
            for rule in self.rules
            if (official or rule.needs != "body")
            and letter.reads(rule.language)
            and (span := self._find(rule, normal, folded))
            and letter.has(rule.needs)
        ]
        if not found:
            return None
        first, last, rule = min(found)
        start, end = normal.source(first), normal.source(last, end=True)
        routine = rule.who == "counsel" and self._is_routine(folded)
        return Speaker(rule.who, "words", text[start:end], start, end, rule.id, routine)

    def _is_routine(self, folded: str) -> bool:
        return bool(self.routine.search(folded)) and not self.dispute.search(folded)

    def _find(self, rule: Rule, normal: Normal, folded: str) -> tuple[int, int] | None:
        """The sentence in which ``rule`` finds its words."""
        for regex, hints in rule.patterns:
            if not _occurs(hints, folded):
                continue
            for match in regex.finditer(folded):
                start, end = _sentence(normal, *match.span())
                around = folded[max(0, start - LOOK_BACK) : end]
                if not any(search(around) for search in self.not_others):
                    return start, end
        return None

    def body_of(self, domain: str) -> re.Pattern | None:
        """The names of the body to which a domain belongs, or None."""
        while domain:
            if domain in self._bodies:
                return self._bodies[domain]
            domain = domain.partition(".")[2]
        return None


class _Letter:
    """What a letter shows besides the words of a rule, looked up when asked for."""

    def __init__(
        self, book: SpeakerBook, screening: Screening, sender: str, trusted: bool
    ):
        self._book, self._screening = book, screening
        self._name, self.address = parseaddr(sender)
        self._box, _at, domain = self.address.lower().rpartition("@")
        self._domain = domain if trusted else ""
        # the names of the body whose address it is
        self.body = book.body_of(self._domain)

    def reads(self, language: str) -> bool:
        """Whether the text may be in a language; "other" stands for those unknown."""
        known = self._screening.language
        return (
            language in (known, OTHER)
            or "mixed" in known
            or UNKNOWN in known
            or len(self._screening.text) < TOO_SHORT
            or self.body is not None
        )

    def has(self, need: str) -> bool:
        if need == "nothing":
            return True
        return self._has_profession() if need == "profession" else self._has_body()

    @property
    def is_office(self) -> bool:
        """Whether the sender goes by an office, not by a person."""
        box = self._book.office_box.fullmatch(self._box.translate(_FOLD))
        return bool(box) or _holds(self.body, self._name)

    def _has_profession(self) -> bool:
        book = self._book
        return (
            any(map(book.profession_domain.fullmatch, re.split("[.-]", self._domain)))
            or _holds(book.profession, self._name)
            or any(_holds(book.profession, line) for line in self._heads())
        )

    def _has_body(self) -> bool:
        if self.body:
            return True
        if not self._domain or self._domain in self._book.free_mail:
            return False
        return any(_holds(self._book.letterhead, line) for line in self._heads())

    def _heads(self) -> list[str]:
        """The lines in which a writer names himself: first, last and signature."""
        heads = []
        own = [s for s in self._screening.segments if s.kind in ("new", "signature")]
        for segment in own[:MOST_SEGMENTS] + own[MOST_SEGMENTS:][-2:]:
            text = self._screening.text[segment.start : segment.end]
            heads += _filled(text[:2000].split("\n"))
            heads += _filled(reversed(text[-2000:].split("\n")))
        return [line for line in heads if _is_head(line)]


def _moved(speaker: Speaker, by: int) -> Speaker:
    return speaker._replace(start=speaker.start + by, end=speaker.end + by)


def _filled(lines: Iterable[str]) -> list[str]:
    filled = (line.strip() for line in lines if line.strip())
    return list(islice(filled, HEAD_LINES))


def _is_head(line: str) -> bool:
    """Whether a line names somebody instead of saying something."""
    return not (
        _line_stops(line)
        or len(line.split()) > LONGEST_LINE_WORDS
        or _own_words(line.lower().translate(_FOLD))
    )


def _sentence(normal: Normal, first: int, last: int) -> tuple[int, int]:
    """The sentences around a span, without blanks at their ends."""
    start, end = 0, len(normal.cased)
    for begin, stop in sentences(normal.cased, 0, end):
        if begin <= first:
            start = begin
        if stop >= last:
            end = stop
            break
    if end - start > LONGEST_QUOTE:
        return first, last
    words = normal.cased[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip())


def _holds(regex: re.Pattern | None, text: str) -> bool:
    return bool(regex and text and regex.search(normalise(text).text.translate(_FOLD)))


def _occurs(words: Iterable[str], text: str) -> bool:
    for word in words:  # a generator would take three times as long
        if word in text:
            return True
    return False


def _any_of(patterns: list[str]) -> re.Pattern:
    return re.compile("|".join(_pattern(each).regex.pattern for each in patterns))


def _without_longer(words: Iterable[str]) -> tuple[str, ...]:
    """Leave out words that contain another one of them."""
    kept: list[str] = []
    for word in sorted(set(words), key=len):
        if not any(other in word for other in kept):
            kept.append(word)
    return tuple(kept)


def _pattern(written: str) -> Pattern:
    """Compile a pattern as described at the top of the file."""
    regex, gap, hints = "", "", frozenset()
    for element in written.split():
        if number := _gap(element):
            gap = rf"(?:{_SEPARATOR}\w++){{0,{number[1]}}}?"
            continue
        choices = [_phrase(each) for each in element.rstrip("?").split("|")]
        one = "|".join(choice for choice, _longest in choices)
        one = rf"{gap}{_SEPARATOR if regex else ''}(?:{one})"
        if element.endswith("?"):
            one = f"(?:{one})?"
        else:
            longest = frozenset(longest for _choice, longest in choices)
            hints = max(hints, longest, key=lambda each: min(map(len, each), default=0))
        regex, gap = regex + one, ""
    return Pattern(re.compile(rf"(?<!\w)(?:{regex})(?!\w)"), hints)


def _phrase(written: str) -> tuple[str, str]:
    """The regular expression of a word or phrase, and its longest word."""
    regexes, longest = [], ""
    for word in written.split("_"):
        parts = normalise(word.rstrip("*")).text.translate(_FOLD).split()
        end = r"\w*" if word.endswith("*") else ""
        regexes.append(_SEPARATOR.join(map(re.escape, parts)) + end)
        longest = max(longest, *parts, key=len)
    return _SEPARATOR.join(regexes), longest


@functools.cache
def default_book() -> SpeakerBook:
    """Return the book with our own data, one a process."""
    return SpeakerBook()

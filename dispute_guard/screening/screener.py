"""Screen a message: segments, language, sentences, rules, quotes, level."""

import functools
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import tomllib

from .finding import (
    CURRENT_SEGMENTS,
    Finding,
    Screening,
    Segment,
    level_of,
)
from .language import (
    LATIN_RUSSIAN,
    SAMPLE,
    SAMPLE_WORDS,
    LanguageGuesser,
    is_cyrillic,
    label,
)
from .lexicon import Lexicon, Sort
from .markup import text_of_html
from .match import Hit, Sentence, exclaims, shouts
from .normalise import Normal, normalise, russian_from_latin
from .reader import LexiconError, load_lexicon, respelt
from .segment import Segmenter
from .sentence import sentences, tokens, words

DATA_VERSION = "1"
LEXICON_DIR = Path(__file__).resolve().parent.parent / "lexicon"

# A kind is not looked for any more in a message that showed it so often.
MOST_PER_KIND = 25
LONGEST_QUOTE = 420
# Work goes block by block, so that memory does not grow with the text.
BLOCK = 12_000
# From so many wanted words on, sentences are cut into words to find them.
MOST_LOOKED_FOR = 15
# How much a finding in old or foreign words counts.
CONTEXT_CONFIDENCE = 0.4

_paragraph_end = re.compile(r"[.!?]\s|\n").finditer


class Screener:
    """Screens texts with the lexicons of one folder.

    :param lexicon_dir: folder with one folder a language; ours by default
    :param languages: codes to use, all by default
    :raises LexiconError: when a language file cannot be used
    """

    def __init__(
        self,
        lexicon_dir: Path | str | None = None,
        languages: Iterable[str] | None = None,
    ):
        self.folder = Path(lexicon_dir or LEXICON_DIR)
        available = available_languages(self.folder)
        self.languages = tuple(languages) if languages is not None else available
        for language in self.languages:
            if language not in available:
                raise LexiconError(
                    self.folder / language,
                    "no such language",
                    f"use {', '.join(available)}",
                )
        self._lexicons: dict[str, Lexicon] = {}
        tables = {code: self._read(f"{code}/language.toml") for code in available}
        others = self._read("others.toml")
        self._guesser = LanguageGuesser(
            {
                **{code: _words(table) for code, table in others.items()},
                **{code: _words(table) for code, table in tables.items()},
            },
            {
                code: table.get("letters", "")
                for code, table in (others | tables).items()
            },
            self.languages,
        )
        self._segmenter = Segmenter(table.get("mail", {}) for table in tables.values())

    def _read(self, name: str) -> dict:
        file = self.folder / name
        try:
            return tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LexiconError(
                file, f"cannot be read ({error})", "mend or restore it"
            ) from error

    @functools.cached_property
    def version(self) -> str:
        """Name the data that findings rest on: its number and a digest of its files."""
        digest = hashlib.sha256()
        for file in sorted(self.folder.rglob("*.toml")) + sorted(
            self.folder.rglob("*.json")
        ):
            digest.update(file.relative_to(self.folder).as_posix().encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
        return f"{DATA_VERSION}+{digest.hexdigest()[:8]}"

    def lexicon(self, language: str) -> Lexicon:
        """Return the lexicon of a language, read on first use.

        :raises LexiconError: when one of its files cannot be used
        """
        if language not in self._lexicons:
            self._lexicons[language] = load_lexicon(self.folder / language)
        return self._lexicons[language]

    def screen(
        self,
        text: str = "",
        *,
        subject: str = "",
        html: str | None = None,
        lang: str | None = None,
    ) -> Screening:
        """Screen one message.

        :param text: the plain body; leave it out when ``html`` carries the body
        :param subject: screened with the body, its findings have segment ``"subject"``
        :param lang: language code to believe when the text itself is too short to tell
        """
        marks = []
        if html is not None:
            text, marks = text_of_html(html)
        segments = self._segmenter.split(text, marks)
        parts = [self._part(text, segment) for segment in segments]
        if subject.strip():
            parts.append(self._part(subject, Segment("subject", 0, len(subject))))
        main = self._settle_languages(parts, lang)
        # The customer's own words first: a long history must not use up what is kept.
        parts.sort(key=lambda part: part.segment.kind not in CURRENT_SEGMENTS)
        tally = _Tally()
        findings = [found for part in parts for found in self._findings(part, tally)]
        findings.sort(key=lambda found: (found.segment == "subject", found.start))
        name = label(main)
        return Screening(
            text, name, level_of(findings, name), tuple(findings), segments
        )

    def _part(self, text: str, segment: Segment) -> "_Part":
        normal = normalise(text[segment.start : segment.end])
        found = words(normal.text[:SAMPLE])
        distinct = set(found)
        few = distinct if len(found) <= SAMPLE_WORDS else set(found[:SAMPLE_WORDS])
        languages = self._guesser.guess(normal.text, few)
        return _Part(segment, text, normal, distinct, languages)

    def _settle_languages(
        self, parts: list["_Part"], hint: str | None
    ) -> tuple[str, ...]:
        """Give every part a language, and return those of the message."""
        by_size = sorted(parts, key=lambda part: -len(part.normal.text))
        current = [p for p in by_size if p.segment.kind in CURRENT_SEGMENTS] or by_size
        sure = [part for part in current if part.languages]
        main = sure[0].languages if sure else ()
        if not main:
            main = self._by_hint(hint) or self._by_vocabulary(current)
        for part in parts:
            part.languages = part.languages or main
            if LATIN_RUSSIAN in part.languages:
                part.normal = russian_from_latin(part.normal)
                part.words = set(words(part.normal.text[:SAMPLE]))
                part.languages = ("ru",)
        return main

    def _by_hint(self, hint: str | None) -> tuple[str, ...]:
        code = (hint or "").replace("-", "_").split("_")[0].lower()
        return (code,) if code in self.languages else ()

    def _by_vocabulary(self, parts: list["_Part"]) -> tuple[str, ...]:
        """Take the language whose rules know a word of a text too short to tell."""
        for part in parts:
            cyrillic = is_cyrillic(part.normal.text)
            for language in self.languages:
                if (language == "ru") == cyrillic:
                    if self._knows(language, part.words):
                        return (language,)
        return ()

    def _knows(self, language: str, found: set[str]) -> bool:
        return bool(self.lexicon(language).anchor_words(found))

    def _findings(self, part: "_Part", tally: "_Tally") -> list[Finding]:
        findings = []
        for language in part.languages:
            if language in self.languages:
                findings += _Reading(part, self.lexicon(language), tally).findings()
        return findings


class _Part:
    """A segment of a message, or its subject, on its way through screening."""

    __slots__ = ("segment", "text", "normal", "words", "languages")

    def __init__(
        self,
        segment: Segment,
        text: str,
        normal: Normal,
        words: set[str],
        languages: tuple[str, ...],
    ):
        self.segment, self.text, self.normal = segment, text, normal
        # The words of the first SAMPLE letters.
        self.words, self.languages = words, languages


class _Tally:
    """Counts what was found in a message, and what was found often enough."""

    def __init__(self):
        self._counts: dict[Sort, int] = defaultdict(int)
        self.closed: set[Sort] = set()

    def add(self, sort: Sort) -> None:
        self._counts[sort] += 1
        if self._counts[sort] >= MOST_PER_KIND:
            self.closed.add(sort)


class _Reading:
    """One part of a message read with one lexicon."""

    def __init__(self, part: _Part, lexicon: Lexicon, tally: _Tally):
        self.part, self.lexicon, self._tally = part, lexicon, tally
        self._closed = tally.closed
        self._best: dict[tuple[str, int], tuple[Hit, Sentence]] = {}
        self._weights: dict[str, int] = defaultdict(int)

    def findings(self) -> list[Finding]:
        normal, part = self.part.normal, self.part
        for start, end in _blocks(normal.text):
            known = end == len(normal.text) <= SAMPLE
            block = part.words if known else set(words(normal.text[start:end]))
            wanted = self.lexicon.anchor_words(block, self._closed)
            loud = _is_loud(normal.cased, start, end)
            if wanted or loud:
                self._read_block(start, end, wanted, loud)
        thresholds = self.lexicon.thresholds
        return [
            self._finding(hit, sentence)
            for (kind, _at), (hit, sentence) in self._best.items()
            if self._weights[kind] >= thresholds[kind]
        ]

    def _read_block(self, start: int, end: int, wanted: set[str], loud: bool) -> None:
        """Read the sentences that hold a wanted word or shout."""
        normal, lexicon = self.part.normal, self.lexicon
        text, find = normal.text, normal.text.find
        # Looking for each wanted word is quicker than cutting a sentence into words.
        few = len(wanted) <= MOST_LOOKED_FOR
        for first, last in sentences(normal.cased, start, end):
            loud_here = loud and _is_loud(normal.cased, first, last)
            if not loud_here and few:
                for word in wanted:
                    if find(word, first, last) >= 0:
                        break
                else:
                    continue
            found = lexicon.correct(tokens(text, first, last))
            if not found or not (loud_here or few) and wanted.isdisjoint(found):
                continue
            candidates = lexicon.candidates(set(found), self._closed)
            if loud_here:
                candidates += lexicon.loud(self._closed)
                candidates.sort()
            if candidates:
                sentence = Sentence(normal, first, last, lexicon, found)
                for hit in sentence.hits(candidates):
                    self._keep(hit, sentence)

    def _keep(self, hit: Hit, sentence: Sentence) -> None:
        """Keep the strongest hit of a kind in a sentence; each adds its weight."""
        key = hit.rule.kind, sentence.start
        known = self._best.get(key)
        if known is None or _strength(hit) > _strength(known[0]):
            self._best[key] = hit, sentence
        if known is None:
            self._tally.add(hit.rule.sort)
        self._weights[hit.rule.kind] += hit.rule.weight

    def _finding(self, hit: Hit, sentence: Sentence) -> Finding:
        start, end = _quoted_span(hit, sentence, self.part.normal.text)
        normal, segment, rule = self.part.normal, self.part.segment, hit.rule
        start = segment.start + normal.source(start)
        end = segment.start + normal.source(end, end=True)
        confidence = rule.confidence
        if hit.grade != rule.grade:
            confidence *= 0.9
        if segment.kind not in CURRENT_SEGMENTS:
            confidence *= CONTEXT_CONFIDENCE
        return Finding(
            rule.kind,
            hit.grade,
            self.part.text[start:end],
            start,
            end,
            segment.kind,
            rule.id,
            self.lexicon.language,
            round(confidence, 2),
            rule.weight,
        )


def _is_loud(cased: str, start: int, end: int) -> bool:
    return exclaims(cased, start, end) or shouts(cased, start, end)


def _strength(hit: Hit) -> tuple[int, int, int]:
    return *hit.strength, hit.start - hit.end


def _quoted_span(hit: Hit, sentence: Sentence, text: str) -> tuple[int, int]:
    """Return the sentence without margins, or the part around the hit if it is long."""
    start, end = sentence.start, sentence.end
    if end - start > LONGEST_QUOTE:
        first, last = sentence.extent(hit.start, hit.end)
        room = max(0, LONGEST_QUOTE - (last - first)) // 2
        start = _cut_before(text, start, first - room, first)
        end = _cut_after(text, end, last + room, last)
    whole = start, end
    while start < end and not (text[start].isalnum() or text[start] in "\"'«„“(#@"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else whole


def _cut_before(text: str, start: int, wanted: int, limit: int) -> int:
    if wanted <= start:
        return start
    cut = text.find(" ", wanted, limit)
    return limit if cut < 0 else cut + 1


def _cut_after(text: str, end: int, wanted: int, limit: int) -> int:
    if wanted >= end:
        return end
    cut = text.rfind(" ", limit, wanted)
    return limit if cut < 0 else cut


def _blocks(text: str) -> Iterable[tuple[int, int]]:
    start = 0
    while len(text) - start > BLOCK:
        cuts = [
            m.end() for m in _paragraph_end(text, start + BLOCK - 2000, start + BLOCK)
        ]
        end = cuts[-1] if cuts else start + BLOCK
        yield start, end
        start = end
    yield start, len(text)


def _words(table: dict) -> list[str]:
    groups = list(table.get("function_words", {}).values())
    groups += respelt(groups, table.get("spellings", []))
    return list({word for group in groups for word in tokens(normalise(group).text)})


def available_languages(folder: Path | str = LEXICON_DIR) -> tuple[str, ...]:
    """Return the codes of the languages that have a lexicon, without reading any."""
    files = Path(folder).glob("*/language.toml")
    return tuple(sorted(file.parent.name for file in files))


@functools.cache
def default_screener() -> Screener:
    """Return the screener with our own lexicons, one a process."""
    return Screener()

"""Read a message with the lexicons of its languages: blocks in, findings out."""

import functools
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Set
from itertools import chain

from .finding import CURRENT_SEGMENTS, Finding, Segment, Strength
from .lexicon import Lexicon
from .match import Hit, Sentence
from .normalise import Normal, normalise
from .rule import Anchored, Sort, merged, possible
from .sentence import FACES, MARKS, sentences, spaced, tokens
from .signs import NAMES, signs_in, signs_of
from .translit import russian_from_latin

# What is counted together (see Rule.group), and where a finding starts and ends.
Place = tuple[str, int, int]
# A kind is not looked for any more in a message that showed it so often.
MOST_PER_KIND = 25
LONGEST_QUOTE = 420
# Work goes block by block, so that memory does not grow with the text.
BLOCK = 12_000
# How much a finding in old or foreign words counts.
CONTEXT_CONFIDENCE = 0.4

_SIGNS = MARKS | NAMES
# From so many words on, sentences are cut into words to find them.
MOST_LOOKED_FOR = 40

_paragraph_end = re.compile(r"[.!?]\s|\n").finditer


class Block:
    """A piece of a segment of a message, or of its subject, in normal form."""

    def __init__(self, segment: Segment, text: str, start: int, normal: Normal):
        self.segment, self.text, self.start = segment, text, start
        self.normal = normal
        self._spaced = spaced(normal.text)
        self.words = set(self._spaced.split())
        self.languages: tuple[str, ...] = ()

    @functools.cached_property
    def sentences(self) -> list[tuple[int, int]]:
        return list(sentences(self.normal.cased, 0, len(self.normal.cased)))

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [start for start, _end in self.sentences]

    @functools.cached_property
    def signs(self) -> frozenset[str]:
        """Names of the signs that its sentences may show, and the faces in it."""
        signs, text = signs_in(self.normal.cased), self.normal.text
        return signs if text.isascii() else signs.union(filter(text.count, FACES))

    def signs_of(self, start: int, end: int, everyday: Container[str]) -> Set[str]:
        """Return the names of the signs that the sentence ``start:end`` shows.

        :param everyday: as in ``signs``
        """
        if not self.signs:
            return self.signs
        return signs_of(self.normal, start, end, self.signs, everyday)

    def with_words(self, words: Set[str]) -> dict[int, list[str]]:
        """Return the sentences that have some of the words, by number, with these."""
        found: dict[int, list[str]] = defaultdict(list)
        if len(words) <= MOST_LOOKED_FOR:
            for word in words:
                self._note_places(found, word, f" {word} ", f" {self._spaced} ")
        else:
            for number, (start, end) in enumerate(self.sentences):
                if met := words.intersection(self._spaced[start:end].split()):
                    found[number] += met
        return found

    def _note_places(
        self, found: dict[int, list[str]], word: str, spelt: str, text: str
    ) -> None:
        at = text.find(spelt)
        while at >= 0:
            found[bisect_right(self._starts, at) - 1].append(word)
            at = text.find(spelt, at + 1)

    def where(self, wanted: Set[str], everyday: Container[str]) -> dict[int, list[str]]:
        """Return the sentences that have some of the wanted words, marks and signs.

        :return: by number, in order, with these; of marks all in every sentence
        """
        found = self.with_words(wanted - _SIGNS - FACES)
        for face in wanted & FACES:
            self._note_places(found, face, face, self.normal.text)
        if others := wanted & _SIGNS:
            marks = wanted & MARKS
            for number, span in enumerate(self.sentences):
                if met := others & marks.union(self.signs_of(*span, everyday)):
                    found[number] += met
        return dict(sorted(found.items()))

    def in_cyrillic(self, but: Container[str]) -> "Block":
        """Return the block with its Latin letters read as Russian, but some words."""
        normal = russian_from_latin(self.normal, but)
        return Block(self.segment, self.text, self.start, normal)

    @property
    def is_current(self) -> bool:
        return self.segment.kind in CURRENT_SEGMENTS


def blocks(text: str, segment: Segment) -> Iterator[Block]:
    """Yield the blocks of a segment, cut where a sentence or a line ends."""
    start = segment.start
    while start < segment.end:
        end = min(start + BLOCK, segment.end)
        if end < segment.end:
            for room in (200, 2000):
                if cuts := [cut.end() for cut in _paragraph_end(text, end - room, end)]:
                    end = cuts[-1]
                    break
        yield Block(segment, text, start, normalise(text[start:end]))
        start = end


class Tally:
    """Counts what was found in a message, and what was found often enough."""

    def __init__(self):
        self._counts: dict[Sort, int] = defaultdict(int)
        self.closed: set[Sort] = set()

    def add(self, sort: Sort) -> None:
        self._counts[sort] += 1
        if self._counts[sort] >= MOST_PER_KIND:
            self.closed.add(sort)


class Reading:
    """One segment of a message read with one lexicon."""

    def __init__(self, lexicon: Lexicon, tally: Tally):
        self._lexicon, self._tally = lexicon, tally
        self._closed = tally.closed
        self._best: dict[tuple[str, int], tuple[Hit, Sentence, Block]] = {}
        self._weights: dict[str, int] = defaultdict(int)

    def take(self, block: Block) -> None:
        """Try what may match in a block on those sentences in which it may."""
        words = block.words | block.signs if block.signs else block.words
        lexicon = self._lexicon
        useful = lexicon.candidates(words, self._closed)
        if not useful:
            return
        for number, met in block.where(useful.keys(), lexicon.everyday).items():
            anchored = merged(map(useful.get, met))
            self._try(block, block.sentences[number], anchored)

    def _try(self, block: Block, span: tuple[int, int], anchored: Anchored) -> None:
        """Try patterns on a sentence of a block."""
        lexicon, normal = self._lexicon, block.normal
        first, last = span
        signs = block.signs_of(first, last, lexicon.everyday)
        found = lexicon.correct(tokens(normal.text, first, last))
        mask = lexicon.mask(chain(found, signs))
        here = possible(chain.from_iterable(anchored.values()), mask)
        if not here or not found:
            return
        if len(anchored) > 1:
            here.sort()
        sentence = Sentence(normal, first, last, lexicon, found, mask, signs)
        for hit in sentence.hits(here):
            if hit.candidate.sort not in self._closed:
                self._keep(hit, sentence, block)

    def _keep(self, hit: Hit, sentence: Sentence, block: Block) -> None:
        """Keep the strongest hit of a group in a sentence; each adds its weight."""
        candidate = hit.candidate
        key = candidate.group, block.start + sentence.start
        known = self._best.get(key)
        if known is None or _strength(hit) > _strength(known[0]):
            self._best[key] = hit, sentence, block
        if known is None:
            self._tally.add(candidate.sort)
        self._weights[candidate.group] += candidate.rule.weight

    def findings(self) -> dict[Place, Finding]:
        """Return what was found in all that was read, by group and place."""
        thresholds = self._lexicon.thresholds
        found = {}
        for (group, _at), (hit, sentence, block) in self._best.items():
            if self._weights[group] >= thresholds[hit.candidate.rule.kind]:
                finding = self._finding(hit, sentence, block)
                found[group, finding.start, finding.end] = finding
        return found

    def _finding(self, hit: Hit, sentence: Sentence, block: Block) -> Finding:
        normal, rule = block.normal, hit.candidate.rule
        start, end = _quoted_span(hit, sentence, normal.text)
        start = block.start + normal.source(start)
        end = block.start + normal.source(end, end=True)
        confidence = rule.confidence
        if hit.grade != rule.grade:
            confidence *= 0.9
        if not block.is_current:
            confidence *= CONTEXT_CONFIDENCE
        return Finding(
            rule.kind,
            hit.grade,
            block.text[start:end],
            start,
            end,
            block.segment.kind,
            rule.id,
            self._lexicon.language,
            round(confidence, 2),
            rule.weight,
        )


def _strength(hit: Hit) -> tuple[Strength, int]:
    return hit.strength, hit.start - hit.end


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

"""Read a message with the lexicons of its languages: blocks in, findings out."""

import functools
import re
from collections import defaultdict
from collections.abc import Container, Iterator

from .finding import CURRENT_SEGMENTS, Finding, Segment
from .lexicon import Candidate, Lexicon, Sort, possible
from .match import Hit, Sentence, exclaims, shouts
from .normalise import Normal, normalise
from .sentence import sentences, tokens, words
from .translit import russian_from_latin

# What is counted together (see Rule.group), and where a finding starts and ends.
Place = tuple[str, int, int]
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


class Block:
    """A piece of a segment of a message, or of its subject, in normal form."""

    def __init__(self, segment: Segment, text: str, start: int, normal: Normal):
        self.segment, self.text, self.start = segment, text, start
        self.normal, self.words = normal, set(words(normal.text))
        self.languages: tuple[str, ...] = ()
        self._tokens: dict[int, list[str]] = {}

    @functools.cached_property
    def sentences(self) -> list[tuple[int, int]]:
        return list(sentences(self.normal.cased, 0, len(self.normal.cased)))

    def tokens(self, start: int, end: int) -> list[str]:
        """Return the tokens of the sentence ``start:end``."""
        found = self._tokens.get(start)
        if found is None:
            found = self._tokens[start] = tokens(self.normal.text, start, end)
        return found

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
            cuts = [cut.end() for cut in _paragraph_end(text, end - 2000, end)]
            end = cuts[-1] if cuts else end
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
        normal = block.normal
        candidates, wanted = self._lexicon.candidates(block.words, self._closed)
        loud = _is_loud(normal.cased, 0, len(normal.cased))
        if loud:
            candidates += self._lexicon.loud(self._closed)
            candidates.sort()
        if candidates:
            self._try(block, candidates, wanted, loud)

    def _try(
        self, block: Block, candidates: list[Candidate], wanted: set[str], loud: bool
    ) -> None:
        """Try the candidates on sentences that hold a wanted word or shout."""
        normal, lexicon, closed = block.normal, self._lexicon, self._closed
        find = normal.text.find
        # Looking for each wanted word is quicker than cutting a sentence into words.
        few = len(wanted) <= MOST_LOOKED_FOR
        for first, last in block.sentences:
            if few and not (loud and _is_loud(normal.cased, first, last)):
                for word in wanted:
                    if find(word, first, last) >= 0:
                        break
                else:
                    continue
            found = lexicon.correct(block.tokens(first, last))
            mask = lexicon.mask(found)
            here = possible(candidates, mask)
            if not here or not found:
                continue
            sentence = Sentence(normal, first, last, lexicon, found, mask)
            for hit in sentence.hits(here):
                if hit.rule.sort not in closed:
                    self._keep(hit, sentence, block)

    def _keep(self, hit: Hit, sentence: Sentence, block: Block) -> None:
        """Keep the strongest hit of a group in a sentence; each adds its weight."""
        key = hit.rule.group, block.start + sentence.start
        known = self._best.get(key)
        if known is None or _strength(hit) > _strength(known[0]):
            self._best[key] = hit, sentence, block
        if known is None:
            self._tally.add(hit.rule.sort)
        self._weights[hit.rule.group] += hit.rule.weight

    def findings(self) -> dict[Place, Finding]:
        """Return what was found in all that was read, by group and place."""
        thresholds = self._lexicon.thresholds
        found = {}
        for (group, _at), (hit, sentence, block) in self._best.items():
            if self._weights[group] >= thresholds[hit.rule.kind]:
                finding = self._finding(hit, sentence, block)
                found[group, finding.start, finding.end] = finding
        return found

    def _finding(self, hit: Hit, sentence: Sentence, block: Block) -> Finding:
        normal, rule = block.normal, hit.rule
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

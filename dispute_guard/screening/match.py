"""Match the patterns of one language against the tokens of one sentence.

Work is linear in the tokens: a pattern is tried only when all its elements occur in
the sentence, and then each occurrence of each element is looked at once.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from .lexicon import Context, Lexicon, Rule
from .normalise import Normal
from .pattern import CAPITALS, EXCLAMATION, SENTENCE_END, SENTENCE_START, Element, Pattern
from .sentence import token_spans

Span = tuple[int, int]

# Four words in capitals that are not a mask of crossed-out letters.
_shouted = re.compile(
    r"(?:\b(?!X+\b)[^\W\d_a-zа-яёāčēģīķļņšūžąęėįų]{3,}\b[\W\d]*"
    r"(?:\b[^\W\d_a-zа-яёāčēģīķļņšūžąęėįų]{1,2}\b\W+){0,2}){4}"
).search
_exclaimed = re.compile(r"[!?]{2,}|!\s*!").search


def is_loud(cased: str, start: int, end: int) -> bool:
    """Tell whether capitals or exclamation marks shout in ``cased[start:end]``."""
    return bool(_exclaimed(cased, start, end) or _shouted(cased, start, end))


class Hit(NamedTuple):
    """A rule that matched the tokens ``start:end`` of a sentence."""

    rule: Rule
    grade: str
    start: int
    end: int


class Sentence:
    """A sentence seen through the elements of one lexicon."""

    def __init__(self, normal: Normal, start: int, end: int, lexicon: Lexicon):
        self.start, self.end = start, end
        text = normal.text
        self.spans = [match.span() for match in token_spans(text, start, end)]
        self.words = [text[begin:stop] for begin, stop in self.spans]
        self.places = self._find_places(lexicon)
        self.lexicon = lexicon
        self._context_spans: dict[str, list[Span]] = {}
        if _shouted(normal.cased, start, end):
            self.places[CAPITALS] = [(0, len(self.words))]
        if _exclaimed(normal.cased, start, end):
            self.places[EXCLAMATION] = [(len(self.words), len(self.words))]

    def _find_places(self, lexicon: Lexicon) -> dict[Element, list[Span]]:
        places: dict[Element, list[Span]] = {}
        words, look_up = self.words, lexicon.vocabulary.look_up
        for at, word in enumerate(words):
            for element, rest in look_up(word):
                end = at + 1 + len(rest)
                if not rest or tuple(words[at + 1 : end]) == rest:
                    places.setdefault(element, []).append((at, end))
        count = len(words)
        places[SENTENCE_START] = [(0, 0)]
        places[SENTENCE_END] = [(count, count)]
        return places

    def find(self, pattern: Pattern) -> list[Span]:
        """Return the token spans a pattern covers; overlapping ones are merged away."""
        places = self.places
        if not pattern.required <= places.keys():
            return []
        found: list[Span] = []
        for step in pattern.steps:
            here = places.get(step.element, ())
            if step is pattern.steps[0]:
                found = sorted(here, key=_by_end)
            else:
                reached = _follow(found, here, step.gap)
                found = sorted(found * step.optional + reached, key=_by_end)
            if not found:
                return []
        return found

    def hits(self, previous: "Callable[[], Sentence]") -> list[Hit]:
        """Return what the rules find here, after looking at its surroundings."""
        hits = []
        for anchor in self.places.keys() & self.lexicon.anchors.keys():
            for pattern, rule in self.lexicon.anchors[anchor]:
                for span in self.find(pattern):
                    grade = self._judge(rule, span, previous)
                    if grade is not None:
                        hits.append(Hit(rule, grade, *span))
        return hits

    def _judge(self, rule: Rule, span: Span, previous: "Callable[[], Sentence]") -> str | None:
        """Return the grade left after the surroundings, ``None`` when nothing is left."""
        if rule.who != "any" and not self._has_speaker(rule.who, span):
            return None
        grade = rule.grade
        for context in rule.unless:
            if self._in_context(context, span, previous):
                if context.effect == "drop":
                    return None
                if not grade:
                    continue
                if context.effect == "mention":
                    return "mention"
                if grade == "announced":
                    grade = context.effect
        return grade

    def _has_speaker(self, who: str, span: Span) -> bool:
        """Tell whether the nearest subject before the end of the hit is the author."""
        special = self.lexicon.special
        edge = self._clause_start(span[0]) if who == "not_other" else 0
        self_at = self._last(special["SELF"], edge, span[1])
        other_at = self._last(special["OTHER"], edge, span[0])
        if who == "self":
            return self_at >= 0 and self_at > other_at
        return other_at < 0 or self_at > other_at

    def _last(self, element: Element, edge: int, before: int) -> int:
        starts = (at for at, end in self.places.get(element, ()) if edge <= at and end <= before)
        return max(starts, default=-1)

    def _clause_start(self, at: int) -> int:
        clause = self.places.get(self.lexicon.special["CLAUSE"], ())
        return max((end for _start, end in clause if end <= at), default=0)

    def _clause_end(self, at: int) -> int:
        clause = self.places.get(self.lexicon.special["CLAUSE"], ())
        return min((start for start, _end in clause if start >= at), default=len(self.words))

    def context_spans(self, context: Context) -> list[Span]:
        spans = self._context_spans.get(context.name)
        if spans is None:
            spans = [span for pattern in context.patterns for span in self.find(pattern)]
            self._context_spans[context.name] = spans
        return spans

    def _in_context(self, context: Context, span: Span, previous: "Callable[[], Sentence]") -> bool:
        if context.where == "previous":
            return bool(previous().context_spans(context))
        spans = self.context_spans(context)
        if not spans or context.where == "sentence":
            return bool(spans)
        low, high = self._window(context, span)
        return any(low <= start and end <= high for start, end in spans)

    def _window(self, context: Context, span: Span) -> Span:
        start, end = span
        before, after = start - context.reach, end + context.reach
        if not context.across:
            before = max(before, self._clause_start(start))
            after = min(after, self._clause_end(end))
        if context.where == "before":
            return before, start
        if context.where == "after":
            return end, after
        if context.where == "inside":
            return start, end
        return before, after


def _by_end(span: Span) -> int:
    return span[1]


def _follow(found: list[Span], here, gap: int) -> list[Span]:
    """Join each span with the nearest one before it that is at most ``gap`` away.

    Both lists are in the order of their ends and starts, so one walk is enough.
    """
    reached = []
    at = -1
    for start, end in here:
        while at + 1 < len(found) and found[at + 1][1] <= start:
            at += 1
        if at >= 0 and start - found[at][1] <= gap:
            reached.append((found[at][0], end))
    return reached

"""Match the patterns of one language against the tokens of one sentence.

Work is linear in the tokens: the places of an element are looked up once, a pattern
is tried only when all its elements have places, and then walks over them once.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from .finding import Strength, strength_of
from .lexicon import Lexicon
from .normalise import Normal
from .pattern import SENTENCE_END, SENTENCE_START, SIGNS, Element, Pattern
from .rule import Candidate, Context, Rule
from .sentence import LONGEST, token_spans

Span = tuple[int, int]

# Signs that its words show, and not what stands at its end.
_OF_WORDS = ("CAPITALS", "EMPHASIS")
_by_end = itemgetter(1, 0)
# The spans of single tokens; a sentence has no more.
_ONE_WORD = [(at, at + 1) for at in range(LONGEST)]


class Hit(NamedTuple):
    """A candidate that matched the tokens ``start:end`` of a sentence."""

    candidate: Candidate
    # What the surroundings leave.
    grade: str
    strength: Strength
    start: int
    end: int


class Sentence:
    """A sentence seen through the elements of one lexicon."""

    def __init__(
        self,
        normal: Normal,
        start: int,
        end: int,
        lexicon: Lexicon,
        words: list[str],
        mask: int,
        signs: Collection[str] = (),
    ):
        """:param words: the tokens of ``normal.text[start:end]``, learnt and corrected
        by the lexicon
        :param mask: the elements that words and signs may stand for
        :param signs: names of the signs that it shows
        """
        self.start, self.end, self.words = start, end, words
        self.lexicon, self._normal = lexicon, normal
        self.mask = mask
        self._at: dict[str, list[Span]] = {}
        known = self._at
        for word, span in zip(words, _ONE_WORD, strict=False):
            if word in known:
                known[word].append(span)
            else:
                known[word] = [span]
        self._distinct = set(known)
        count = len(words)
        self._places: dict[Element, list[Span]] = {
            SENTENCE_START: [(0, 0)],
            SENTENCE_END: [(count, count)],
        }
        for name in signs:
            self._places[SIGNS[name]] = [(0 if name in _OF_WORDS else count, count)]
        self._context_spans: dict[str, list[Span]] = {}

    def _token_spans(self) -> Iterator[re.Match]:
        return token_spans(self._normal.text, self.start, self.end)

    def extent(self, first: int, last: int) -> Span:
        """Return where the tokens ``first:last`` stand in the normalised text."""
        spans = [match.span() for match in self._token_spans()]
        # A hit on the end of the sentence alone covers no token; take the last one.
        first = min(first, len(spans) - 1)
        return spans[first][0], spans[max(last, first + 1) - 1][1]

    def places(self, element: Element) -> list[Span]:
        """Return the token spans of an element, in order of their ends."""
        places = self._places.get(element)
        if places is None:
            places = self._places[element] = self._look_up(element)
        return places

    def _look_up(self, element: Element) -> list[Span]:
        at, distinct = self._at, self._distinct
        words = element.words & distinct
        if shaped := self.lexicon.shaped.get(element):
            words |= shaped & distinct
        groups = [at[word] for word in words]
        groups += [self._places[edge] for edge in element.edges]
        if element.tails:
            for word in element.tails.keys() & distinct:
                for rest in element.tails[word]:
                    if distinct.issuperset(rest):
                        groups.append(self._phrase_places(word, rest))
        if len(groups) < 2:
            return groups[0] if groups else []
        return sorted(chain.from_iterable(groups), key=_by_end)

    def _phrase_places(self, word: str, rest: tuple[str, ...]) -> list[Span]:
        size, words = len(rest), list(rest)
        return [
            (start, end + size)
            for start, end in self._at[word]
            if self.words[end : end + size] == words
        ]

    def find(self, pattern: Pattern) -> list[Span]:
        """Return the token spans a pattern covers, one for each place it can end."""
        if pattern.longest < len(self.words):
            return []
        known = self._places
        steps = iter(pattern.steps)
        found = self.places(next(steps).element)
        for element, gap, optional in steps:
            if not found:
                break
            here = known.get(element)
            if here is None:
                here = known[element] = self._look_up(element)
            reached = _follow(found, here, gap)
            found = sorted(found + reached, key=_by_end) if optional else reached
        return found

    def hits(self, candidates: Iterable[Candidate]) -> list[Hit]:
        """Return what the candidates find here, after looking at the surroundings.

        :param candidates: the strongest first; of a kind that was found, weaker ones
            are not tried, unless the weights of the kind are added up
        """
        hits: list[Hit] = []
        enough: dict[str, Strength] = {}
        thresholds = self.lexicon.thresholds
        for candidate in candidates:
            rule, group = candidate.rule, candidate.group
            if group in enough and candidate.strength < enough[group]:
                continue
            for span in self.find(candidate.pattern):
                grade = self._judge(candidate, span)
                if grade is None:
                    continue
                strength = strength_of(grade, rule.weight)
                hits.append(Hit(candidate, grade, strength, *span))
                if not thresholds[rule.kind]:
                    enough[group] = max(enough.get(group, strength), strength)
        return hits

    def _judge(self, candidate: Candidate, span: Span) -> str | None:
        """Return the grade that the surroundings leave, ``None`` for none."""
        rule = candidate.rule
        if rule.who != "any" and not self.has_speaker(rule.who, span):
            return None
        grade = rule.grade
        known, mask = self._context_spans, self.mask
        for any_of, context in candidate.excuses:
            if not any_of & mask:
                continue
            spans = known.get(context.name)
            if spans is None:
                spans = self._spans_of(context)
            if not spans or not self._is_near(context, spans, span):
                continue
            if context.effect == "drop":
                return None
            if not grade:
                continue
            if context.effect == "mention":
                return "mention"
            if grade == "announced":
                grade = context.effect
        return grade

    def met(self, rule: Rule, span: Span) -> list[Context]:
        """Return the contexts of a rule that hold for a hit."""
        return [
            each
            for each in rule.unless
            if self._is_near(each, self._spans_of(each), span)
        ]

    def has_speaker(self, who: str, span: Span) -> bool:
        """Tell whether the nearest subject before the end of the hit is the author."""
        if who == "any":
            return True
        special = self.lexicon.special
        # Mostly nobody else is there.
        if who == "not_other" and not self.places(special["OTHER"]):
            return True
        edge = self._subject_edge(span[0]) if who == "not_other" else 0
        self_at = self._last(special["SELF"], edge, span[1])
        other_at = self._last(special["OTHER"], edge, span[0])
        if who == "self":
            return self_at >= 0 and self_at > other_at
        return other_at < 0 or self_at > other_at

    def _last(self, element: Element, edge: int, before: int) -> int:
        last = -1
        for start, end in self.places(element):
            if end > before:
                break
            if start >= edge and start > last:
                last = start
        return last

    def _clause_start(self, at: int, but: Container[Span] = ()) -> int:
        """Return where the clause starts, leaving out some of the marks."""
        edge = 0
        for span in self.places(self.lexicon.special["CLAUSE"]):
            if span[1] > at:
                break
            if span not in but:
                edge = span[1]
        return edge

    def _subject_edge(self, at: int) -> int:
        """Return where the clause starts; "and" passes the subject on to the next."""
        return self._clause_start(at, self.places(self.lexicon.special["JOIN"]))

    def _clause_end(self, at: int) -> int:
        clause = self.places(self.lexicon.special["CLAUSE"])
        return min([s for s, _end in clause if s >= at], default=len(self.words))

    def _spans_of(self, context: Context) -> list[Span]:
        """Return where the patterns of a context match, and remember it."""
        spans = self._quoted() if context.where == "quotation" else []
        mask = self.mask
        for need, pattern in self.lexicon.excuses[context.name]:
            if need & mask == need:
                spans += self.find(pattern)
        self._context_spans[context.name] = spans
        return spans

    def _quoted(self) -> list[Span]:
        """Return what stands between quotation marks."""
        near = [
            (start, end)
            for start, end in self._normal.quotations
            if start < self.end and self.start < end
        ]
        if not near:
            return []
        at = [each.start() for each in self._token_spans()]
        return [(bisect_left(at, start), bisect_left(at, end)) for start, end in near]

    def _is_near(self, context: Context, spans: list[Span], span: Span) -> bool:
        """Tell whether one of the spans of a context is where it concerns a hit."""
        if not spans or context.where == "sentence":
            return bool(spans)
        if context.where == "quotation":
            return any(start < span[1] <= end for start, end in spans)
        low, high = self._window(context, span)
        return any(low <= start and end <= high for start, end in spans)

    def _window(self, context: Context, span: Span) -> Span:
        start, end = span
        if context.where == "inside":
            return start, end
        before, after = start - context.reach, end + context.reach
        if not context.across:
            # What stands before the author's own "I" belongs to another clause.
            subject = self._last(self.lexicon.special["SELF"], 0, start)
            before = max(before, self._clause_start(start), subject)
            after = min(after, self._clause_end(end))
        if context.where == "before":
            return before, start
        return (end, after) if context.where == "after" else (before, after)


def _follow(found: list[Span], here: list[Span], gap: int) -> list[Span]:
    """Join each place with the nearest span before it that is at most ``gap`` away.

    Both lists are in the order of their ends, so one walk is enough.
    """
    reached = []
    at = -1
    for start, end in here:
        while at >= 0 and found[at][1] > start:
            at -= 1
        while at + 1 < len(found) and found[at + 1][1] <= start:
            at += 1
        if at >= 0 and start - found[at][1] <= gap:
            reached.append((found[at][0], end))
    return reached

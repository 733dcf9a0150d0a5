"""Match the patterns of one language against the tokens of one sentence.

Work is linear in the tokens: the places of an element are looked up once, a pattern
is tried only when all its elements have places, and then walks over them once.
"""

import re
from collections.abc import Container, Iterable
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from .finding import GRADES
from .lexicon import Candidate, Context, Lexicon, Rule
from .normalise import Normal
from .pattern import (
    CAPITALS,
    EXCLAMATION,
    SENTENCE_END,
    SENTENCE_START,
    Element,
    Pattern,
)
from .sentence import LONGEST, token_spans

Span = tuple[int, int]

_CAPITAL = "A-ZА-ЯЁĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲ"
# Words in capitals. A set of letters comes first, which is found quickest.
_capital_words = re.compile(f"[{_CAPITAL}](?<!\\w\\w)[{_CAPITAL}]{{2,}}\\b").findall
_words = re.compile(r"[^\W\d_]{3,}").findall
_exclaimed = re.compile(r"[!?]{2,}|!\s*!").search
_FEWEST_SHOUTED = 4
_by_end = itemgetter(1, 0)
# The spans of single tokens; a sentence has no more.
_ONE_WORD = [(at, at + 1) for at in range(LONGEST)]


def shouts(cased: str, start: int, end: int) -> bool:
    """Tell whether a good part of the words stands in capitals."""
    words = _capital_words(cased, start, end)
    if len(words) < _FEWEST_SHOUTED:
        return False
    # A mask of crossed-out letters is no shouting.
    shouted = sum(map(bool, (word.strip("X") for word in words)))
    return shouted >= _FEWEST_SHOUTED and shouted >= 0.4 * len(
        _words(cased, start, end)
    )


def exclaims(cased: str, start: int, end: int) -> bool:
    """Tell whether exclamation or question marks are heaped."""
    marked = cased.find("!", start, end) >= 0 or cased.find("??", start, end) >= 0
    return marked and bool(_exclaimed(cased, start, end))


class Hit(NamedTuple):
    """A rule that matched the tokens ``start:end`` of a sentence."""

    rule: Rule
    grade: str
    start: int
    end: int

    @property
    def strength(self) -> tuple[int, int]:
        return GRADES.index(self.grade) if self.grade else 0, self.rule.weight


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
    ):
        """:param words: the tokens of ``normal.text[start:end]``, corrected by the
        lexicon
        :param mask: the elements that these words may stand for
        """
        self.start, self.end, self.words = start, end, words
        self.lexicon, self._normal = lexicon, normal
        self._mask = mask
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
        self._context_spans: dict[str, list[Span]] = {}

    def extent(self, first: int, last: int) -> Span:
        """Return where the tokens ``first:last`` stand in the normalised text."""
        spans = [
            match.span()
            for match in token_spans(self._normal.text, self.start, self.end)
        ]
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
        if element is CAPITALS or element is EXCLAMATION:
            return self._loud_places(element)
        at = self._at
        groups = []
        for word in element.heads & self._distinct:
            for rest in element.tails[word]:
                groups.append(self._phrase_places(word, rest) if rest else at[word])
        if element.open:
            tails = element.tails
            for word in self.lexicon.shaped[element] & self._distinct:
                # Unless it is listed by itself, and so was taken above.
                if () not in tails.get(word, ()):
                    groups.append(at[word])
        if len(groups) < 2:
            return groups[0] if groups else []
        return sorted(chain.from_iterable(groups), key=_by_end)

    def _phrase_places(self, word: str, rest: tuple[str, ...]) -> list[Span]:
        if not self._distinct.issuperset(rest):
            return []
        size, words = len(rest), list(rest)
        return [
            (start, end + size)
            for start, end in self._at[word]
            if self.words[end : end + size] == words
        ]

    def _loud_places(self, sign: Element) -> list[Span]:
        here = self._normal.cased, self.start, self.end
        count = len(self.words)
        if sign is CAPITALS:
            return [(0, count)] if shouts(*here) else []
        return [(count, count)] if exclaims(*here) else []

    def find(self, pattern: Pattern) -> list[Span]:
        """Return the token spans a pattern covers, one for each place it can end."""
        known = self._places
        for element in pattern.required:
            here = known.get(element)
            if here is None:
                here = known[element] = self._look_up(element)
            if not here:
                return here
        steps = iter(pattern.steps)
        found = self.places(next(steps).element)
        for element, gap, optional in steps:
            here = known.get(element)
            reached = _follow(
                found, self.places(element) if here is None else here, gap
            )
            found = sorted(found + reached, key=_by_end) if optional else reached
            if not found:
                break
        return found

    def hits(self, candidates: Iterable[Candidate]) -> list[Hit]:
        """Return what the candidates find here, after looking at the surroundings.

        :param candidates: the strongest first; of a kind that was found, weaker ones
            are not tried, unless the weights of the kind are added up
        """
        hits: list[Hit] = []
        enough: dict[str, tuple[int, int]] = {}
        thresholds = self.lexicon.thresholds
        for _rank, pattern, rule, _mask in candidates:
            known = enough.get(rule.group)
            if known and rule.strength < known:
                continue
            for span in self.find(pattern):
                grade = self._judge(rule, span)
                if grade is not None:
                    hit = Hit(rule, grade, *span)
                    hits.append(hit)
                    if not thresholds[rule.kind]:
                        known = enough.get(rule.group, hit.strength)
                        enough[rule.group] = max(known, hit.strength)
        return hits

    def _judge(self, rule: Rule, span: Span) -> str | None:
        """Return the grade that the surroundings leave, ``None`` for none."""
        if not self.has_speaker(rule.who, span):
            return None
        grade = rule.grade
        known = self._context_spans
        for context in rule.unless:
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
        spans: list[Span] = []
        for pattern in self.lexicon.context_patterns(context.name, self._mask):
            spans += self.find(pattern)
        self._context_spans[context.name] = spans
        return spans

    def _is_near(self, context: Context, spans: list[Span], span: Span) -> bool:
        """Tell whether one of the spans of a context is where it concerns a hit."""
        if not spans or context.where == "sentence":
            return bool(spans)
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

"""The rules of one language, indexed so that a text finds those that concern it."""

import functools
import math
from collections import defaultdict
from collections.abc import Collection, Container, Iterable
from itertools import chain
from typing import Any, NamedTuple

from .finding import GRADES
from .pattern import CAPITALS, EXCLAMATION, Element, Pattern
from .sentence import MARKS
from .typos import Typos

# A kind of finding or a single rule, and whether a mere mention: what is counted
# together.
Sort = tuple[str, bool]


class Context(NamedTuple):
    """Words near a hit that change what it means."""

    name: str
    where: str
    reach: int
    effect: str
    patterns: tuple[Pattern, ...]
    across: bool


class Rule(NamedTuple):
    """What a kind of finding looks like in one language."""

    id: str
    kind: str
    grade: str
    weight: int
    confidence: float
    who: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Context, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    about: str = ""
    # Found besides the other rules of its kind: it hides none and none hides it.
    apart: bool = False

    @property
    def group(self) -> str:
        """The kind, or the rule itself when it stands apart."""
        return self.id if self.apart else self.kind

    @property
    def sort(self) -> Sort:
        """Mentions are counted apart: however many, they must not hide a threat."""
        return self.group, self.grade == "mention"

    @property
    def strength(self) -> tuple[int, int]:
        """What the strongest hit of the rule is worth: grade, then weight."""
        return GRADES.index(self.grade) if self.grade else 0, self.weight


class Candidate(NamedTuple):
    """A pattern that may match a text; sorts by ``rank``, the strongest first."""

    rank: int
    pattern: Pattern
    rule: Rule
    # The elements it needs; see ``Lexicon.mask``.
    mask: int


class Lexicon:
    """The rules of one language, indexed by the rare words they need.

    Finding the rules that a text may touch costs one look-up a word, however many
    rules there are.
    """

    # Words seen are remembered; beyond this many, memory starts afresh.
    MOST_SEEN = 40_000
    # A shorter word has no ending.
    SHORTEST_ENDED = 4

    def __init__(self, language: str, grammar: Any = None):
        """:param grammar: the reader, which can read further rules of the language"""
        self.language, self.grammar = language, grammar
        # Words too frequent to look for first.
        self.frequent: frozenset[str] = frozenset()
        self.rules: list[Rule] = []
        self.thresholds: dict[str, int] = {}
        self.special: dict[str, Element] = {}
        # Each element that patterns need is a bit; words that any match of it contains.
        self._bits: dict[Element, int] = {}
        self._members: dict[str, list[int]] = defaultdict(list)
        self._common: dict[Element, float] = {}
        # The patterns to try when an element, their anchor, occurs.
        self._anchored: dict[Element, list[Candidate]] = defaultdict(list)
        self._last_open: tuple[frozenset[Sort], dict] = (frozenset(), {})
        # Anchors by their words and by a word of their phrases; elements by the
        # beginnings and endings of their words.
        self._exact: dict[str, tuple[Element, ...]] = {}
        self._phrases: dict[str, tuple[tuple[frozenset[str], Element], ...]] = {}
        self._starts: dict[str, tuple[Element, ...]] = {}
        self._start_lengths: list[int] = []
        self._ends: dict[str, tuple[Element, ...]] = {}
        self._end_lengths: list[int] = []
        self._typos = Typos()
        # Words that are no misspelling, whatever they look like.
        self._known: set[str] = set()
        # The patterns of each context, each with the elements it needs.
        self._contexts: dict[str, list[tuple[int, Pattern]]] = {}
        # What was learnt from texts: the elements of a word, as bits, and the anchors
        # among them; the words of open elements; what a misspelt word means.
        self._masks: dict[str, int] = {}
        self._by_word: dict[str, tuple[Element, ...]] = {}
        self.shaped: dict[Element, set[str]] = {}
        self._meant: dict[str, str] = {}
        self._seen: set[str] = set()

    def finish(self) -> None:
        """Index the patterns, once everything is read."""
        pairs = [(pattern, rule) for rule in self.rules for pattern in rule.patterns]
        pairs.sort(key=lambda pair: pair[1].strength, reverse=True)
        contexts = {each.name: each for rule in self.rules for each in rule.unless}
        patterns = [pattern for pattern, _rule in pairs]
        patterns += [each for known in contexts.values() for each in known.patterns]
        self._number(patterns)
        for rank, (pattern, rule) in enumerate(pairs):
            self._add(rank, pattern, rule)
        for context in contexts.values():
            self._contexts[context.name] = [
                (self._mask_of(pattern), pattern) for pattern in context.patterns
            ]
        self._known |= self.frequent
        self._start_lengths = sorted({len(start) for start in self._starts})
        self._end_lengths = sorted({len(end) for end in self._ends})
        self._forget()

    @functools.cached_property
    def latin_words(self) -> frozenset[str]:
        """Words in Latin letters that the rules know: brands and abbreviations."""
        return frozenset(filter(str.isascii, self._known))

    def with_rules(self, rules: list[Rule]) -> "Lexicon":
        """Return a lexicon of the same language with these rules instead."""
        lexicon = Lexicon(self.language, self.grammar)
        lexicon.frequent, lexicon.special = self.frequent, self.special
        lexicon.thresholds, lexicon.rules = self.thresholds, rules
        lexicon.finish()
        return lexicon

    def _number(self, patterns: list[Pattern]) -> None:
        """Give every needed element a bit, a low one to those often needed."""
        counts: dict[Element, int] = defaultdict(int)
        noted = set(self.special.values())
        for pattern in patterns:
            noted.update(step.element for step in pattern.steps)
            for element in pattern.required:
                counts[element] += bool(element.tails or element.open)
        for element in noted:
            self._note(element)
        often = sorted(filter(counts.get, counts), key=counts.get, reverse=True)
        for bit, element in enumerate(often):
            self._bits[element] = bit
            for word in set(map(self._key, element.phrases)):
                self._members[word].append(bit)

    def _mask_of(self, pattern: Pattern) -> int:
        bits = self._bits
        return sum(1 << bits[each] for each in pattern.required if each in bits)

    def _add(self, rank: int, pattern: Pattern, rule: Rule) -> None:
        by_rarity = sorted(pattern.required, key=self._commonness_then_size)
        anchor = by_rarity[0]
        candidate = Candidate(rank, pattern, rule, self._mask_of(pattern))
        self._anchored[anchor].append(candidate)
        if len(self._anchored[anchor]) == 1:
            self._index(anchor)
        for element in by_rarity:
            if element.fuzzy and (element is anchor or not self._commonness(element)):
                self._typos.add_all(element)

    def _index(self, anchor: Element) -> None:
        for phrase in anchor.phrases:
            if len(phrase) == 1:
                _append(self._exact, phrase[0], anchor)
            else:
                _append(self._phrases, self._key(phrase), (frozenset(phrase), anchor))

    def _note(self, element: Element) -> None:
        self._known |= element.heads
        if element.open and element not in self.shaped:
            self.shaped[element] = set()
            for start in (*element.starts, *element.stems):
                _append(self._starts, start, element)
            for end in element.ends:
                _append(self._ends, end, element)

    def _key(self, phrase: tuple[str, ...]) -> str:
        """Return the longest word of a phrase that is not frequent."""
        if len(phrase) == 1:
            return phrase[0]
        return max(phrase, key=lambda word: (word not in self.frequent, len(word)))

    def _commonness(self, element: Element) -> float:
        """Tell how often the element is met in a text that has nothing to say."""
        if element.ends:
            return math.inf
        known = self._common.get(element)
        if known is None:
            frequent = self.frequent & element.heads
            known = sum(() in element.tails[word] for word in frequent)
            known = self._common[element] = known + 50 * element.common
        return known

    def _commonness_then_size(self, element: Element) -> tuple[float, int, str]:
        return self._commonness(element), len(element.tails), element.name

    def _forget(self) -> None:
        self._by_word = dict(self._exact)
        for words in self.shaped.values():
            words.clear()
        self._masks, self._meant, self._seen = {}, {}, set()
        self.learn(MARKS)

    def _learn(self, word: str) -> None:
        """Note a word met for the first time: its elements, or what it means."""
        self._seen.add(word)
        begun = self._begun(word)
        bits = set(self._members.get(word, ()))
        for element in (*begun, *self._ended(word)):
            self.shaped[element].add(word)
            if element in self._bits:
                bits.add(self._bits[element])
        if bits:
            self._masks[word] = sum(1 << bit for bit in bits)
        if begun:
            anchors = self._by_word.get(word, ())
            anchors += tuple(e for e in begun if e in self._anchored)
            if anchors:
                self._by_word[word] = anchors
        elif word not in self._known and (meant := self._typos.meant(word)):
            self._meant[word] = meant
            self._learn(meant)

    def _begun(self, word: str) -> list[Element]:
        found = []
        for length in self._start_lengths:
            start = word[:length]
            for element in self._starts.get(start, ()):
                endings = element.stems.get(start)
                if endings is None or (
                    word[length:] in endings and word not in element.but
                ):
                    found.append(element)
        return list(dict.fromkeys(found))

    def _ended(self, word: str) -> list[Element]:
        if len(word) < self.SHORTEST_ENDED:
            return []
        return [
            element
            for length in self._end_lengths
            for element in self._ends.get(word[-length:], ())
            if word not in element.but
        ]

    def correct(self, words: list[str]) -> list[str]:
        """Return the words with misspelt ones put right, as far as rules care.

        :param words: out of those learnt last
        """
        meant = self._meant
        if not meant or meant.keys().isdisjoint(words):
            return words
        return [meant.get(word, word) for word in words]

    def candidates(
        self, words: set[str], closed: Collection[Sort] = ()
    ) -> tuple[list[Candidate], set[str]]:
        """Return the patterns that a text of these words may match, strongest first.

        :param words: without marks; any may be there
        :param closed: sorts of rules to leave out
        :return: the patterns, and those of the words that they start from
        """
        self.learn(words)
        misspelt = self._meant.keys() & words
        if misspelt:
            words = (words - misspelt).union(map(self._meant.get, misspelt))
        words = words | MARKS
        mask = self.mask(self._masks.keys() & words)
        useful: dict[Element, list[Candidate]] = {}
        starts = set()
        anchored = self._open(frozenset(closed))
        for anchor, word in self._anchors(words):
            here = useful.get(anchor)
            if here is None:
                here = useful[anchor] = possible(anchored.get(anchor, ()), mask)
            if here:
                starts.add(word)
        starts.update(word for word in misspelt if self._meant[word] in starts)
        return sorted(chain.from_iterable(useful.values())), starts

    def _open(self, closed: frozenset[Sort]) -> dict[Element, list[Candidate]]:
        """Return the patterns to try but those of closed sorts.

        The last answer is remembered, because long texts ask the same again and again.
        """
        if not closed:
            return self._anchored
        last, found = self._last_open
        if last != closed:
            kept = {
                anchor: [each for each in known if each.rule.sort not in closed]
                for anchor, known in self._anchored.items()
            }
            found = {key: kept[key] for key in kept if kept[key]}
            self._last_open = closed, found
        return found

    def mask(self, words: Iterable[str]) -> int:
        """Return the elements that words learnt and corrected may stand for, as bits.

        A pattern can match only where all its bits are set.
        """
        mask = 0
        for each in map(self._masks.get, words):
            if each:
                mask |= each
        return mask

    def learn(self, words: set[str]) -> None:
        """Get to know the words of a text; needed before anything else is asked."""
        if len(self._seen) >= self.MOST_SEEN:
            self._forget()
        for word in words - self._seen:
            self._learn(word)

    def _anchors(self, words: set[str]) -> list[tuple[Element, str]]:
        """Return the anchors that occur, each with a word of it."""
        by_word, phrases = self._by_word, self._phrases
        found = [
            (anchor, word)
            for word in by_word.keys() & words
            for anchor in by_word[word]
        ]
        for word in phrases.keys() & words:
            found += [
                (anchor, word) for phrase, anchor in phrases[word] if phrase <= words
            ]
        return found

    def context_patterns(self, name: str, mask: int) -> list[Pattern]:
        """Return the patterns of a context that words of a mask may match."""
        return [
            pattern for need, pattern in self._contexts[name] if need & mask == need
        ]

    def loud(self, closed: Container[Sort] = ()) -> list[Candidate]:
        """Return the patterns that need shouting and no word at all."""
        return [
            each
            for sign in (CAPITALS, EXCLAMATION)
            for each in self._anchored.get(sign, ())
            if each.rule.sort not in closed
        ]


def possible(candidates: Iterable[Candidate], mask: int) -> list[Candidate]:
    """Return those of the candidates that words of a mask may match."""
    return [each for each in candidates if each.mask & mask == each.mask]


def _append(index: dict[str, tuple], word: str, item) -> None:
    if item not in index.get(word, ()):
        index[word] = (*index.get(word, ()), item)

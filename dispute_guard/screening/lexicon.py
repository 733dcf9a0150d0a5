"""The rules of one language, indexed so that a text finds those that concern it."""

import functools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import or_
from typing import Any

from .pattern import SIGNS, Element, Pattern
from .rule import Anchored, Candidate, Context, Rule, Sort, possible
from .sentence import MARKS
from .typos import Typos

# Words of a phrase beside the one it is filed under, and the anchor it belongs to.
Link = tuple[tuple[str, ...], Element]


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
        # Words that are nothing but loud in capitals.
        self.everyday: frozenset[str] = frozenset()
        self.rules: list[Rule] = []
        self.thresholds: dict[str, int] = {}
        self.special: dict[str, Element] = {}
        # Each element that patterns need is a bit; words that any match of it contains.
        self._bits: dict[Element, int] = {}
        self._members: dict[str, tuple[int, ...]] = {}
        self._common: dict[Element, float] = {}
        # The patterns to try when an element, their anchor, occurs.
        self._anchored: Anchored = defaultdict(list)
        # Those that are left when some sorts are closed.
        self._opened: dict[frozenset[Sort], tuple[Anchored, dict[Element, int]]] = {}
        # Anchors by their words, and by a word of their phrases with the others.
        self._listed: dict[str, tuple[Link, ...]] = {}
        self._marks: frozenset[str] = frozenset()
        # Elements by the beginnings and endings of their words.
        self._starts: dict[str, tuple[Element, ...]] = {}
        self._start_lengths: list[int] = []
        self._ends: dict[str, tuple[Element, ...]] = {}
        self._end_lengths: list[int] = []
        self._typos = Typos()
        # Words that are no misspelling, whatever they look like.
        self._known: set[str] = set()
        # The patterns of each context, each with the elements it needs.
        self.excuses: dict[str, list[tuple[int, Pattern]]] = {}
        # What was learnt from texts: the elements of a word, as bits, and the anchors
        # among them; the words of open elements; what a misspelt word means.
        self._masks: dict[str, int] = {}
        self._by_word: dict[str, tuple[Link, ...]] = {}
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
        excuses = {}
        for name, context in contexts.items():
            # Quotation marks can stand around any words.
            every = -1 if context.where == "quotation" else 0
            excuses[name] = every or self._one_of_each(context.patterns), context
            self.excuses[name] = [
                (self._mask_of(each.required), each) for each in context.patterns
            ]
        for rank, (pattern, rule) in enumerate(pairs):
            self._add(rank, pattern, rule, excuses)
        self._known |= self.frequent
        self._start_lengths = sorted({len(start) for start in self._starts})
        self._end_lengths = sorted({len(end) for end in self._ends})
        self._marks = MARKS & self._listed.keys()
        self._open(frozenset())
        self._forget()

    @functools.cached_property
    def latin_words(self) -> frozenset[str]:
        """Words in Latin letters that the rules know: brands and abbreviations."""
        return frozenset(filter(str.isascii, self._known))

    def with_rules(self, rules: list[Rule]) -> "Lexicon":
        """Return a lexicon of the same language with these rules instead."""
        lexicon = Lexicon(self.language, self.grammar)
        lexicon.frequent, lexicon.everyday = self.frequent, self.everyday
        lexicon.special = self.special
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
                counts[element] += 1
        for element in noted:
            self._note(element)
        often = sorted(counts, key=counts.get, reverse=True)
        members: dict[str, list[int]] = defaultdict(list)
        for bit, element in enumerate(often):
            self._bits[element] = bit
            for word in element.words.union(map(self._key, element.phrases)):
                members[word].append(bit)
        # Forms of a word belong to the same elements; one tuple serves them all.
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        for word, bits in members.items():
            self._members[word] = shared.setdefault(tuple(bits), tuple(bits))

    def _mask_of(self, elements: Iterable[Element]) -> int:
        return sum(1 << self._bits[each] for each in elements)

    def _one_of_each(self, patterns: Iterable[Pattern]) -> int:
        """Return an element of each pattern, its rarest, all of them as bits."""
        return self._mask_of(
            {min(each.required, key=self._commonness_then_size) for each in patterns}
        )

    def _add(
        self,
        rank: int,
        pattern: Pattern,
        rule: Rule,
        excuses: dict[str, tuple[int, Context]],
    ) -> None:
        by_rarity = sorted(pattern.required, key=self._commonness_then_size)
        anchor = by_rarity[0]
        mask = self._mask_of(pattern.required)
        beside = self._mask_of(by_rarity[:2][-1:])
        self._anchored[anchor].append(
            Candidate(
                *(rank, pattern, rule, mask, beside),
                tuple(excuses[each.name] for each in rule.unless),
                *(rule.group, rule.sort, rule.strength),
            )
        )
        if len(self._anchored[anchor]) == 1:
            self._index(anchor)
        for element in by_rarity:
            if element.fuzzy and (element is anchor or not self._commonness(element)):
                self._typos.add_all(element)

    def _index(self, anchor: Element) -> None:
        by_itself = (((), anchor),)
        for word in anchor.words:
            self._listed[word] = self._listed.get(word, ()) + by_itself
        for phrase in anchor.phrases:
            key = self._key(phrase)
            others = tuple({*phrase} - MARKS - {key})
            _append(self._listed, key, (others, anchor))

    def _note(self, element: Element) -> None:
        self._known |= element.words
        self._known.update(element.tails)
        if element.open and element not in self.shaped:
            self.shaped[element] = set()
            for start in (*element.starts, *element.stems):
                _append(self._starts, start, element)
            for end in element.ends:
                _append(self._ends, end, element)

    def _key(self, phrase: tuple[str, ...]) -> str:
        """Return the longest word of a phrase that is not frequent."""
        return max(phrase, key=lambda word: (word not in self.frequent, len(word)))

    def _commonness(self, element: Element) -> float:
        """Tell how often the element is met in a text that has nothing to say."""
        if element.ends:
            return math.inf
        known = self._common.get(element)
        if known is None:
            known = len(self.frequent & element.words) + 50 * element.common
            self._common[element] = known
        return known

    def _commonness_then_size(self, element: Element) -> tuple[float, int, str]:
        return self._commonness(element), element.size, element.name

    def _forget(self) -> None:
        self._by_word = dict(self._listed)
        for words in self.shaped.values():
            words.clear()
        self._masks, self._meant, self._seen = {}, {}, set()
        self.learn(MARKS | SIGNS.keys())

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
            listed = self._by_word.get(word, ())
            links = (((), e) for e in begun if e in self._anchored)
            if anchors := dict.fromkeys((*listed, *links)):
                self._by_word[word] = tuple(anchors)
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
    ) -> dict[str, Anchored]:
        """Return the patterns that a text of these words may match.

        :param words: without marks; any may be there
        :param closed: sorts of rules to leave out
        :return: by the words that they start from, misspelt ones among them; the
            patterns of an anchor strongest first
        """
        self.learn(words)
        anchored, beside = self._open(frozenset(closed))
        misspelt = self._meant.keys() & words
        if misspelt:
            words = (words - misspelt).union(map(self._meant.get, misspelt))
        by_word = self._by_word
        met = (by_word.keys() & words) | self._marks
        useful: dict[str, Anchored] = {}
        known: Anchored = {}
        mask = self.mask(self._masks.keys() & (words | MARKS)) if met else 0
        for word in met:
            for rest, anchor in by_word[word]:
                if not beside.get(anchor, 0) & mask or not words.issuperset(rest):
                    continue
                if anchor not in known:
                    known[anchor] = possible(anchored[anchor], mask)
                if known[anchor]:
                    useful.setdefault(word, {})[anchor] = known[anchor]
        for word in misspelt:
            if self._meant[word] in useful:
                useful[word] = useful[self._meant[word]]
        return useful

    def _open(self, closed: frozenset[Sort]) -> tuple[Anchored, dict[Element, int]]:
        """Return the patterns to try but those of closed sorts.

        The last answer is remembered, because long texts ask the same again and again.

        :return: by their anchors; and elements of which each pattern of an anchor needs
            one besides
        """
        if closed not in self._opened:
            anchored, beside = {}, {}
            for anchor, known in self._anchored.items():
                kept = [each for each in known if each.sort not in closed]
                if kept:
                    anchored[anchor] = kept
                    beside[anchor] = functools.reduce(or_, (e.beside for e in kept))
            whole = self._opened.get(frozenset(), (anchored, beside))
            self._opened = {frozenset(): whole, closed: (anchored, beside)}
        return self._opened[closed]

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


def _append(index: dict[str, tuple], key: str, value: object) -> None:
    index[key] = (*index.get(key, ()), value)

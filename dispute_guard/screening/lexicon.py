"""The rules of one language, indexed so that a text finds those that concern it."""

from collections import defaultdict
from collections.abc import Container, Iterator
from typing import NamedTuple

from .finding import GRADES
from .pattern import CAPITALS, EXCLAMATION, Element, Pattern

# A kind of finding, and whether a mere mention: what is counted together.
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

    @property
    def sort(self) -> Sort:
        """Mentions are counted apart: however many, they must not hide a threat."""
        return self.kind, self.grade == "mention"

    @property
    def strength(self) -> tuple[int, int]:
        """What the strongest hit of the rule is worth: grade, then weight."""
        return GRADES.index(self.grade) if self.grade else 0, self.weight


class Candidate(NamedTuple):
    """A pattern that may match a text; sorts by ``rank``, the strongest first."""

    rank: int
    pattern: Pattern
    rule: Rule
    # For each element beside the anchor, words one of which stands in any match.
    needs: tuple[frozenset[str], ...]


class Lexicon:
    """The rules of one language, indexed by the rare words they need.

    Finding the rules that a text may touch costs one look-up a word, however many
    rules there are.
    """

    # Words seen are remembered; beyond this many, memory starts afresh.
    MOST_SEEN = 40_000

    def __init__(self, language: str):
        self.language = language
        # Words too frequent to look for first.
        self.frequent: frozenset[str] = frozenset()
        self.rules: list[Rule] = []
        self.thresholds: dict[str, int] = {}
        self.special: dict[str, Element] = {}
        self._keys: dict[Element, frozenset[str]] = {}
        # The patterns to try when an element, their anchor, occurs.
        self._anchored: dict[Element, list[Candidate]] = defaultdict(list)
        # Anchors by their words, by a word of their phrases, by their beginnings.
        self._exact: dict[str, tuple[Element, ...]] = {}
        self._phrases: dict[str, tuple[tuple[frozenset[str], Element], ...]] = {}
        self._starts: dict[str, tuple[Element, ...]] = {}
        self._start_lengths: list[int] = []
        self._typos = Typos()
        # Words that are no misspelling, whatever they look like.
        self._known: set[str] = set()
        # The patterns of each context, with words one of which they need.
        self._contexts: dict[str, list[tuple[frozenset[str], Pattern]]] = {}
        # What was learnt from texts: the anchors of a word, all elements whose
        # beginnings it has, what a misspelt word means.
        self._by_word: dict[str, tuple[Element, ...]] = {}
        self.begun: dict[str, tuple[Element, ...]] = {}
        self._meant: dict[str, str] = {}
        self._seen: set[str] = set()

    def finish(self) -> None:
        """Index the patterns, once everything is read."""
        pairs = [(pattern, rule) for rule in self.rules for pattern in rule.patterns]
        pairs.sort(key=lambda pair: pair[1].strength, reverse=True)
        for rank, (pattern, rule) in enumerate(pairs):
            self._add(rank, pattern, rule)
        contexts = {each.name: each for rule in self.rules for each in rule.unless}
        for element in self.special.values():
            self._note(element)
        for context in contexts.values():
            needed = self._contexts[context.name] = []
            for pattern in context.patterns:
                first = pattern.required[0]
                needed.append((frozenset() if first.starts else first.heads, pattern))
                for step in pattern.steps:
                    self._note(step.element)
        self._known |= self.frequent
        self._start_lengths = sorted({len(start) for start in self._starts})
        self._forget()

    def _add(self, rank: int, pattern: Pattern, rule: Rule) -> None:
        by_rarity = sorted(pattern.required, key=self._commonness_then_size)
        anchor, *others = by_rarity
        needs = [self.keys_of(e) for e in others if e.tails and not e.starts]
        self._anchored[anchor].append(Candidate(rank, pattern, rule, tuple(needs)))
        for phrase in anchor.phrases:
            if len(phrase) == 1:
                _append(self._exact, phrase[0], anchor)
            else:
                _append(self._phrases, self._key(phrase), (frozenset(phrase), anchor))
        for element in by_rarity:
            if element.fuzzy and (element is anchor or not self._commonness(element)):
                self._typos.add_all(element)
        for step in pattern.steps:
            self._note(step.element)

    def _note(self, element: Element) -> None:
        self._known |= element.heads
        for start in element.starts:
            _append(self._starts, start, element)

    def keys_of(self, element: Element) -> frozenset[str]:
        """Return words one of which any match of the element contains.

        The key of a phrase is its longest word that is not frequent.
        """
        keys = self._keys.get(element)
        if keys is None:
            keys = frozenset(map(self._key, element.phrases))
            self._keys[element] = keys
        return keys

    def _key(self, phrase: tuple[str, ...]) -> str:
        return max(phrase, key=lambda word: (word not in self.frequent, len(word)))

    def _commonness(self, element: Element) -> float:
        """Tell how often the element is met in a text that has nothing to say."""
        words = [phrase[0] for phrase in element.phrases if len(phrase) == 1]
        return len(self.frequent.intersection(words)) + 50 * element.common

    def _commonness_then_size(self, element: Element) -> tuple[float, int, str]:
        return self._commonness(element), len(element.tails), element.name

    def _forget(self) -> None:
        self._by_word = dict(self._exact)
        self.begun, self._meant, self._seen = {}, {}, set()

    def _learn(self, word: str) -> None:
        """Note a word met for the first time: its beginnings, or what it means."""
        self._seen.add(word)
        begun = [
            element
            for length in self._start_lengths
            for element in self._starts.get(word[:length], ())
        ]
        if begun:
            self.begun[word] = tuple(begun)
            anchors = self._by_word.get(word, ())
            anchors += tuple(e for e in begun if e in self._anchored)
            if anchors:
                self._by_word[word] = anchors
        elif word not in self._known and (meant := self._typos.meant(word)):
            self._meant[word] = meant
            self._learn(meant)

    def correct(self, words: list[str]) -> list[str]:
        """Return the words with misspelt ones put right, as far as rules care.

        :param words: out of those that ``anchor_words`` saw last
        """
        meant = self._meant
        if not meant or meant.keys().isdisjoint(words):
            return words
        return [meant.get(word, word) for word in words]

    def candidates(
        self, words: set[str], closed: Container[Sort] = ()
    ) -> list[Candidate]:
        """Return the patterns that a text of these corrected words may match.

        :param closed: sorts of rules to leave out
        """
        found = []
        for anchor in {anchor for anchor, _word in self._anchors(words)}:
            found += self._tried(anchor, words, closed)
        found.sort()
        return found

    def anchor_words(self, words: set[str], closed: Container[Sort] = ()) -> set[str]:
        """Return those of the words that patterns which may match start from."""
        if len(self._seen) >= self.MOST_SEEN:
            self._forget()
        for word in words - self._seen:
            self._learn(word)
        misspelt = self._meant.keys() & words
        if misspelt:
            words = (words - misspelt).union(map(self._meant.get, misspelt))
        useful: dict[Element, bool] = {}
        found = set()
        for anchor, word in self._anchors(words):
            if anchor not in useful:
                useful[anchor] = bool(self._tried(anchor, words, closed))
            if useful[anchor]:
                found.add(word)
        for word in misspelt:
            if self._meant[word] in found:
                found.add(word)
        return found

    def _anchors(self, words: set[str]) -> Iterator[tuple[Element, str]]:
        """Yield the anchors that occur, each with a word of it."""
        by_word, phrases = self._by_word, self._phrases
        for word in by_word.keys() & words:
            for anchor in by_word[word]:
                yield anchor, word
        for word in phrases.keys() & words:
            for phrase, anchor in phrases[word]:
                if phrase <= words:
                    yield anchor, word

    def _tried(
        self, anchor: Element, words: set[str], closed: Container[Sort]
    ) -> list[Candidate]:
        """Return the patterns of an anchor whose other elements may occur too."""
        found = []
        lacks = words.isdisjoint
        for candidate in self._anchored[anchor]:
            for need in candidate.needs:
                if lacks(need):
                    break
            else:
                found.append(candidate)
        if closed:
            found = [each for each in found if each.rule.sort not in closed]
        return found

    def context_patterns(self, name: str, words: set[str]) -> list[Pattern]:
        """Return the patterns of a context that a text of these words may match."""
        return [
            pattern
            for needed, pattern in self._contexts[name]
            if not needed or not needed.isdisjoint(words)
        ]

    def loud(self, closed: Container[Sort] = ()) -> list[Candidate]:
        """Return the patterns that need shouting and no word at all."""
        return [
            each
            for sign in (CAPITALS, EXCLAMATION)
            for each in self._anchored.get(sign, ())
            if each.rule.sort not in closed
        ]


class Typos:
    """Finds the word that a misspelt one stands for: one letter more, less or other.

    Words and misspellings meet in what is left of both when a letter is taken away.
    """

    SHORTEST = 7

    def __init__(self):
        self._words: set[str] = set()
        self._shortened: dict[str, str] = {}

    def add_all(self, element: Element) -> None:
        for word in sorted(element.tails):
            if len(word) >= self.SHORTEST and () in element.tails[word]:
                self._words.add(word)
                for short in _shortened(word):
                    self._shortened.setdefault(short, word)

    def meant(self, word: str) -> str | None:
        if not self.SHORTEST - 1 <= len(word) <= 30 or word in self._words:
            return None
        if word in self._shortened:
            return self._shortened[word]
        for short in _shortened(word):
            if short in self._words:
                return short
            if short in self._shortened:
                return self._shortened[short]
        return None


def _shortened(word: str) -> Iterator[str]:
    """Yield the word without one letter; the first is nearly always right."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


def _append(index: dict[str, tuple], word: str, item) -> None:
    if item not in index.get(word, ()):
        index[word] = (*index.get(word, ()), item)

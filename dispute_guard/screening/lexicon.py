"""The rules of one language, indexed so that a text finds those that concern it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from .pattern import CAPITALS, EXCLAMATION, Element, Pattern


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


class Candidate(NamedTuple):
    """A pattern that may match, because all its rare elements occur in the text."""

    pattern: Pattern
    rule: Rule
    # The element to look for first, and the elements worth checking beforehand.
    anchor: Element
    rare: frozenset[Element]
    # For each element that must be there, words one of which stands in any match.
    needs: tuple[frozenset[str], ...]

    def may_match(self, words: set[str]) -> bool:
        return not any(map(words.isdisjoint, self.needs))


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
        self._anchored: dict[Element, list[Candidate]] = defaultdict(list)
        self._exact: dict[str, tuple[Element, ...]] = {}
        self._phrases: dict[str, tuple[tuple[frozenset[str], Element], ...]] = {}
        self._starts: dict[str, tuple[Element, ...]] = {}
        self._start_lengths: list[int] = []
        self._by_word: dict[str, tuple[Element, ...]] = {}
        self._typos = Typos()
        # Misspelt words met so far, with what was meant.
        self._meant: dict[str, str] = {}
        self._seen: set[str] = set()

    def finish(self) -> None:
        """Index the patterns, once everything is read."""
        for rule in self.rules:
            for pattern in rule.patterns:
                anchor = min(pattern.required, key=self._commonness_then_size)
                rare = {each for each in pattern.required if not self._commonness(each)}
                needs = [
                    self.keys_of(e)
                    for e in pattern.required
                    if e.tails and not e.starts
                ]
                candidate = Candidate(
                    pattern, rule, anchor, frozenset(rare | {anchor}), tuple(needs)
                )
                self._anchored[anchor].append(candidate)
                for element in candidate.rare:
                    self._index(element)
        self._start_lengths = sorted({len(start) for start in self._starts})
        self._forget()

    def _index(self, element: Element) -> None:
        for start in element.starts:
            _append(self._starts, start, element)
        for phrase in element.phrases:
            if len(phrase) == 1:
                _append(self._exact, phrase[0], element)
                if element.fuzzy:
                    self._typos.add(phrase[0])
            else:
                _append(self._phrases, self._key(phrase), (frozenset(phrase), element))

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
        self._seen = set(self._exact) | self.frequent
        self._meant = {}

    def _learn(self, word: str) -> None:
        """Note a word met for the first time, with the beginnings it matches."""
        if len(self._seen) >= self.MOST_SEEN:
            self._forget()
        self._seen.add(word)
        if found := self._by_start(word):
            self._by_word[word] = found
        elif meant := self._typos.meant(word):
            self._meant[word] = meant

    def _by_start(self, word: str) -> tuple[Element, ...]:
        found: tuple[Element, ...] = ()
        for length in self._start_lengths:
            if length > len(word):
                break
            found += self._starts.get(word[:length], ())
        return found

    def anchor_words(self, words: list[str]) -> list[str]:
        """Return those of the words that patterns which may match start from."""
        corrected = self.correct(words)
        distinct = set(corrected)
        anchors = {candidate.anchor for candidate in self.candidates(distinct)}
        if not anchors:
            return []
        by_word, phrases = self._by_word, self._phrases
        found = {
            w for w in by_word.keys() & distinct if not anchors.isdisjoint(by_word[w])
        }
        for word in phrases.keys() & distinct:
            if any(element in anchors for _phrase, element in phrases[word]):
                found.add(word)
        if corrected is words:
            return list(found)
        pairs = zip(words, corrected, strict=True)
        return list({word for word, meant in pairs if meant in found})

    def correct(self, words: list[str]) -> list[str]:
        """Return the words with misspelt ones put right, as far as rules care."""
        for word in set(words) - self._seen:
            self._learn(word)
        meant = self._meant
        if meant.keys().isdisjoint(words):
            return words
        return [meant.get(word, word) for word in words]

    def candidates(self, words: set[str]) -> list[Candidate]:
        """Return the patterns that a text of these corrected words may match."""
        by_word = self._by_word
        present: set[Element] = set()
        for word in by_word.keys() & words:
            present.update(by_word[word])
        for word in self._phrases.keys() & words:
            present.update(e for phrase, e in self._phrases[word] if phrase <= words)
        found = []
        for anchor in present & self._anchored.keys():
            found += [
                each
                for each in self._anchored[anchor]
                if each.rare <= present and each.may_match(words)
            ]
        return found

    def loud(self) -> list[Candidate]:
        """Return the patterns that need shouting and no word at all."""
        return [
            each
            for sign in (CAPITALS, EXCLAMATION)
            for each in self._anchored.get(sign, ())
        ]


class Typos:
    """Finds the word that a misspelt one stands for: one letter more, less or other.

    Words and misspellings meet in what is left of both when a letter is taken away.
    """

    SHORTEST = 7

    def __init__(self):
        self._words: set[str] = set()
        self._shortened: dict[str, str] = {}

    def add(self, word: str) -> None:
        if len(word) >= self.SHORTEST:
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

"""The small language in which rules are written.

    I WILL ..3 SUE          concepts in capitals, words in small letters
    go|going to COURT       a choice at one place
    PLEASE? refund          ``?`` may be missing
    ~complaint              the word in any of its forms (inflection.py)
    take ..4 to COURT       up to four tokens between
    ^ in COURT $            start and end of the sentence

A pattern matches a run of tokens; punctuation inside a sentence is a token too, so
words written side by side in a pattern stand side by side in the text.
"""

import math
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple
from weakref import WeakValueDictionary

from .normalise import normalise
from .sentence import tokens
from .signs import NAMES

MOST_GAP = 15
_CONCEPT = re.compile(r"[A-Z][A-Z0-9_]+\Z").match
_GAP = re.compile(r"\.\.(\d+)\Z").match

# How a phrase goes on, by its first word.
Tails = dict[str, tuple[tuple[str, ...], ...]]
# Shared by thousands of elements, which spares memory; never changed.
_NOTHING: dict = {}
_NONE: frozenset[str] = frozenset()


class PatternError(ValueError):
    """What is wrong with a pattern; ``mend`` says how to put it right."""

    def __init__(self, what: str, mend: str):
        super().__init__(what)
        self.mend = mend


class Element:
    """What may stand at one place of a pattern: words, phrases, parts of words.

    ``words`` are listed single words, ``tails`` gives for the first word of a phrase
    the further words that may follow it. ``starts`` and ``ends`` are beginnings and
    endings of words, ``stems`` beginnings with the endings they may have; ``but`` are
    words that endings and stems do not mean. ``edges`` are the start or the end of the
    sentence, if they will do as well. Two elements are equal only if they are the same
    object; concepts are shared.
    """

    __slots__ = (
        *("name", "words", "tails", "starts", "ends", "stems", "but", "edges"),
        *("common", "fuzzy", "__weakref__"),
    )

    def __init__(
        self,
        name: str,
        phrases: Iterable[tuple[str, ...]] = (),
        *,
        starts: Iterable[str] = (),
        ends: Iterable[str] = (),
        stems: Mapping[str, Container[str]] | None = None,
        but: Container[str] = frozenset(),
        edges: Iterable["Element"] = (),
        common: bool = False,
        fuzzy: bool = False,
    ):
        self.name, self.but, self.edges = name, but, tuple(edges)
        self.starts, self.ends = tuple(starts), tuple(ends)
        free = set(self.starts)
        stems = {k: v for k, v in (stems or {}).items() if k not in free}
        self.stems = stems or _NOTHING
        # common: too frequent to look for first; fuzzy: recognised in spite of a typo
        self.common, self.fuzzy = common or bool(ends), fuzzy
        words = []
        tails: Tails = {}
        for phrase in phrases:
            first = phrase[0]
            if len(phrase) == 1:
                words.append(first)
            else:
                tails[first] = (*tails.get(first, ()), phrase[1:])
        self.words, self.tails = frozenset(words), tails or _NOTHING

    @property
    def open(self) -> bool:
        """Tell whether words belong to it that are not listed."""
        return bool(self.starts or self.ends or self.stems)

    @property
    def size(self) -> int:
        """Number of words that a listed word or phrase may begin with."""
        return len(self.words) + sum(word not in self.words for word in self.tails)

    @property
    def longest(self) -> int:
        """Most tokens that a match of it covers."""
        return 1 + max(
            (len(r) for rest in self.tails.values() for r in rest), default=0
        )

    @property
    def phrases(self) -> set[tuple[str, ...]]:
        """The listed phrases of two words and more."""
        return {(first, *rest) for first in self.tails for rest in self.tails[first]}

    def __repr__(self) -> str:
        return f"<{self.name}>"


def union(name: str, parts: Iterable[Element], **flags: bool) -> Element:
    """Return an element that stands for all that the parts stand for."""
    parts = list(parts)
    stems: dict[str, frozenset[str]] = {}
    tails: Tails = {}
    for part in parts:
        for stem, endings in part.stems.items():
            stems[stem] = stems[stem] | endings if stem in stems else endings
        for first, rest in part.tails.items():
            tails[first] = _joined(tails[first], rest) if first in tails else rest
    element = Element(
        name,
        starts=[start for part in parts for start in part.starts],
        ends=[end for part in parts for end in part.ends],
        stems=stems,
        but=_all_of(part.but for part in parts),
        edges=[edge for part in parts for edge in part.edges],
        **flags,
    )
    element.tails = tails or _NOTHING
    element.words = _all_of(part.words for part in parts)
    return element


def _joined(these: tuple, those: tuple) -> tuple:
    return tuple(dict.fromkeys((*these, *those)))


def _all_of(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the union, which is one of the parts where the others are empty."""
    different = [*{id(part): part for part in parts if part}.values()] or [_NONE]
    return different[0] if len(different) == 1 else _NONE.union(*different)


SENTENCE_START = Element("^", common=True)
SENTENCE_END = Element("$", common=True)
EDGES = {"^": SENTENCE_START, "$": SENTENCE_END}
# No word looks like their names, because words have small letters.
SIGNS = {name: Element(name, [(name,)]) for name in sorted(NAMES)}


class Step(NamedTuple):
    """An element, how many tokens may stand before it, if it may be missing."""

    element: Element
    gap: int
    optional: bool


@dataclass(frozen=True, eq=False, slots=True)
class Pattern:
    """A parsed pattern; ``required`` are the elements no match can do without.

    Those with few words come first, because they are likely to be missing. No match
    stands in a sentence of more than ``longest`` tokens.
    """

    text: str
    steps: tuple[Step, ...]
    required: tuple[Element, ...]
    longest: float


def parse_words(words: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Return words and phrases as tuples of normalised tokens."""
    # All at once, which is quicker than one by one.
    lines = normalise("\n".join(words)).text.split("\n")
    return frozenset(
        (intern(line),) if line.isalpha() else tuple(map(intern, tokens(line)))
        for line in lines
        if line
    ) - {()}


# Letters in another spelling, as ``str.translate`` takes them.
Spelling = dict[int, str]


def spelling_of(letters: Mapping[str, str]) -> Spelling:
    """Return a spelling out of a map such as ``{"ā": "a"}`` or ``{"ā": "aa"}``."""
    return str.maketrans(dict(letters))


def respelt(words: Iterable[str], spellings: Iterable[Spelling]) -> list[str]:
    """Return the words in other spellings, letter by letter."""
    return [
        new
        for word in words
        if not word.isascii()
        for spelling in spellings
        if (new := word.translate(spelling)) != word
    ]


class Parser:
    """Reads the patterns of one language.

    :param concepts: by name; may still grow
    :param spellings: words match in these other spellings, too
    :param inflected: returns the element of a word in any form
    """

    def __init__(
        self,
        concepts: Mapping[str, Element],
        spellings: Iterable[Spelling] = (),
        inflected: Callable[[str], Element] | None = None,
    ):
        self._concepts, self._spellings = concepts, list(spellings)
        self._inflected = inflected
        self._choices: dict[str, Element] = {}

    def parse(self, text: str) -> Pattern:
        """Read one pattern.

        :raises PatternError: when it names an unknown concept or can match nothing
        """
        steps, gap = [], 0
        for item in text.split():
            if gap_match := _GAP(item):
                gap = int(gap_match[1])
                if gap > MOST_GAP:
                    raise PatternError(
                        f"has a gap of {gap}", f"use at most ..{MOST_GAP}"
                    )
                continue
            optional = item.endswith("?") and len(item) > 1
            for element in self._elements(item.removesuffix("?") if optional else item):
                steps.append(Step(element, gap, optional))
                gap = 0
        needed = {step.element for step in steps if not step.optional}
        # The edges of the sentence are always there.
        required = {each for each in needed - {*EDGES.values()} if not each.edges}
        if not required:
            raise PatternError(
                "has nothing that must be there", "name at least one word"
            )
        if steps[0].optional:
            raise PatternError("begins with an optional part", "leave that part out")
        if all(element.ends for element in required):
            raise PatternError(
                "has only words known by their endings", "name at least one other word"
            )
        by_size = sorted(required, key=lambda each: (each.common, each.size))
        return Pattern(text, tuple(steps), tuple(by_size), _longest(steps))

    def _elements(self, item: str) -> list[Element]:
        if item in EDGES:
            return [EDGES[item]]
        if _CONCEPT(item):
            return [self._concept(item)]
        if "|" in item:
            if item not in self._choices:
                self._choices[item] = self._choice(item)
            return [self._choices[item]]
        if item.startswith("~"):
            return [self._any_form(item)]
        words = tokens(normalise(item).text)
        if not words:
            raise PatternError(f"has {item!r}, which is no word", "leave it out")
        return [_shared(word, self._spelt(word)) for word in words]

    def _choice(self, item: str) -> Element:
        phrases: set[tuple[str, ...]] = set()
        parts = []
        for choice in item.split("|"):
            if _CONCEPT(choice):
                parts.append(self._concept(choice))
            elif choice.startswith("~"):
                parts.append(self._any_form(choice))
            elif choice in EDGES:
                parts.append(Element(choice, edges=[EDGES[choice]]))
            else:
                phrases |= parse_words(self._spelt(choice.replace("_", " ")))
        return union(item, [*parts, Element(item, phrases)])

    def _concept(self, name: str) -> Element:
        if name in SIGNS:
            return SIGNS[name]
        if name not in self._concepts:
            raise PatternError(
                f"names concept {name}", "add it to concepts.toml, or mend the name"
            )
        return self._concepts[name]

    def _any_form(self, item: str) -> Element:
        words = tokens(normalise(item[1:]).text)
        if len(words) != 1 or self._inflected is None:
            raise PatternError(f"has {item!r}", "write ~ before one word")
        return self._inflected(words[0])

    def _spelt(self, word: str) -> list[str]:
        return [word, *respelt([word], self._spellings)]


def _longest(steps: list[Step]) -> float:
    """Return the length of the longest sentence that steps fill, if they fill one."""
    first, last = steps[0], steps[-1]
    whole = first.element is SENTENCE_START and last.element is SENTENCE_END
    if not whole or last.optional:
        return math.inf
    inner = sum(step.element.longest for step in steps[1:-1])
    return inner + sum(step.gap for step in steps)


_words: WeakValueDictionary[str, Element] = WeakValueDictionary()


def _shared(word: str, spelt: Iterable[str]) -> Element:
    """Return the element of a word, one object for all patterns."""
    phrases = parse_words(spelt)
    key = " ".join(sorted(" ".join(phrase) for phrase in phrases))
    element = _words.get(key)
    if element is None:
        element = _words[key] = Element(word, phrases)
    return element

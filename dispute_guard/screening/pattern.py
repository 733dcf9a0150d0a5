"""The small language in which rules are written.

    I WILL ..3 SUE          concepts in capitals, words in small letters
    go|going to COURT       a choice at one place
    PLEASE? refund          ``?`` may be missing
    take ..4 to COURT       up to four tokens between
    ^ in COURT $            start and end of the sentence

A pattern matches a run of tokens; punctuation inside a sentence is a token too, so
words written side by side in a pattern stand side by side in the text.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .normalise import normalise
from .sentence import tokens

MOST_GAP = 15
_CONCEPT = re.compile(r"[A-Z][A-Z0-9_]+\Z").match
_GAP = re.compile(r"\.\.(\d+)\Z").match


class PatternError(ValueError):
    """What is wrong with a pattern; ``mend`` says how to put it right."""

    def __init__(self, what: str, mend: str):
        super().__init__(what)
        self.mend = mend


class Element:
    """What may stand at one place of a pattern: words, phrases, beginnings of words.

    ``tails`` gives for each first word the further words that may follow it, ``heads``
    are these first words. Two elements are equal only if they are the same object;
    concepts are shared.
    """

    __slots__ = ("name", "tails", "heads", "starts", "common", "fuzzy")

    def __init__(
        self,
        name: str,
        phrases: Iterable[tuple[str, ...]] = (),
        starts: tuple[str, ...] = (),
        common: bool = False,
        fuzzy: bool = False,
    ):
        self.name, self.starts = name, starts
        # common: too frequent to look for first; fuzzy: recognised in spite of a typo
        self.common, self.fuzzy = common, fuzzy
        self.tails: dict[str, tuple[tuple[str, ...], ...]] = {}
        for first, *rest in phrases:
            self.tails[first] = (*self.tails.get(first, ()), tuple(rest))
        self.heads = frozenset(self.tails)

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def phrases(self) -> set[tuple[str, ...]]:
        return {(first, *rest) for first, tails in self.tails.items() for rest in tails}


SENTENCE_START = Element("^", common=True)
SENTENCE_END = Element("$", common=True)
# Present in a sentence that shouts; patterns name them like concepts.
CAPITALS = Element("CAPITALS")
EXCLAMATION = Element("EXCLAMATION")
_SPECIAL = {"CAPITALS": CAPITALS, "EXCLAMATION": EXCLAMATION}


class Step(NamedTuple):
    """An element, how many tokens may stand before it, if it may be missing."""

    element: Element
    gap: int
    optional: bool


@dataclass(frozen=True, eq=False, slots=True)
class Pattern:
    """A parsed pattern; ``required`` are the elements no match can do without.

    Those with few words come first, because they are likely to be missing.
    """

    text: str
    steps: tuple[Step, ...]
    required: tuple[Element, ...]


def parse_words(words: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Return words and phrases as tuples of normalised tokens."""
    return frozenset(
        filter(None, (tuple(tokens(normalise(word).text)) for word in words))
    )


def parse_pattern(
    text: str, concepts: Mapping[str, Element], spellings: Iterable[dict[str, str]] = ()
) -> Pattern:
    """Read one pattern; its words also match in the other ``spellings``.

    :raises PatternError: when it names an unknown concept or can match nothing
    """
    steps, gap = [], 0
    for item in text.split():
        if gap_match := _GAP(item):
            gap = int(gap_match[1])
            if gap > MOST_GAP:
                raise PatternError(f"has a gap of {gap}", f"use at most ..{MOST_GAP}")
            continue
        optional = item.endswith("?") and len(item) > 1
        elements = _elements(
            item.removesuffix("?") if optional else item, concepts, spellings
        )
        for element in elements:
            steps.append(Step(element, gap, optional))
            gap = 0
    required = {step.element for step in steps if not step.optional}
    required -= {SENTENCE_START, SENTENCE_END}
    if not required:
        raise PatternError("has nothing that must be there", "name at least one word")
    if steps[0].optional:
        raise PatternError("begins with an optional part", "leave that part out")
    by_size = sorted(required, key=lambda each: (each.common, len(each.tails)))
    return Pattern(text, tuple(steps), tuple(by_size))


def _elements(
    item: str, concepts: Mapping[str, Element], spellings: Iterable[dict[str, str]]
) -> list[Element]:
    if item in "^$":
        return [SENTENCE_START if item == "^" else SENTENCE_END]
    if _CONCEPT(item):
        return [_concept(item, concepts)]
    if "|" not in item:
        words = tokens(normalise(item).text)
        if not words:
            raise PatternError(f"has {item!r}, which is no word", "leave it out")
        return [_shared(word, spellings) for word in words]
    phrases: set[tuple[str, ...]] = set()
    starts: list[str] = []
    for choice in item.split("|"):
        if _CONCEPT(choice):
            concept = _concept(choice, concepts)
            phrases |= concept.phrases
            starts += concept.starts
        else:
            phrases |= parse_words(_spelt(choice.replace("_", " "), spellings))
    return [Element(item, phrases, tuple(starts))]


def _concept(name: str, concepts: Mapping[str, Element]) -> Element:
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name not in concepts:
        raise PatternError(
            f"names concept {name}", "add it to concepts.toml, or mend the name"
        )
    return concepts[name]


_words: dict[str, Element] = {}


def _shared(word: str, spellings: Iterable[dict[str, str]]) -> Element:
    phrases = parse_words(_spelt(word, spellings))
    key = " ".join(sorted(" ".join(phrase) for phrase in phrases))
    return _words.setdefault(key, Element(word, phrases))


def _spelt(word: str, spellings: Iterable[dict[str, str]]) -> set[str]:
    return {word, *(word.translate(str.maketrans(spelling)) for spelling in spellings)}

"""How much of a text was said before, and whether it brings a new fact.

Words are compared by their beginnings, which survive the endings of Russian, Latvian
and Lithuanian; the order of words does not matter. The measures are the containment
and the resemblance of sets (A. Broder, "On the resemblance and containment of
documents", 1997). Time grows linearly with the texts.
"""

import re
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

# Shorter words carry no topic, shorter texts say too little to be compared.
SHORTEST_WORD = 4
STEM = 5
FEWEST_STEMS = 6
# A short text stands in a very long one by chance: both must be about as much.
LEAST_RESEMBLANCE = 0.35
# So many texts are looked back, so that time stays linear.
MOST_COMPARED = 20

_words = re.compile(r"[^\W\d_]+").findall
_with_digit = re.compile(r"\b\w*\d[\w.,:/-]*").findall
_measure = re.compile(r"[\d.,:]*\d[.,:]\d[\d.,:]*|\d+([-/])\d+\1\d+").fullmatch
# With blanks or in one piece; a telephone number is no fact of the matter.
_phones = re.compile(r"\+?\d[\d ()/-]{7,}\d")
# A capital inside a sentence; in front of it stands no end of another one.
_names = re.compile(r"(?<=[^\s.!?:;…\"'«„“(-])[ \t]+([^\W\d_]{3,})").finditer


class Sketch(NamedTuple):
    """What is compared of a text: the stems of its words, its numbers and names."""

    stems: frozenset[str]
    facts: frozenset[str]


def make_sketch(text: str) -> Sketch:
    """Return the sketch of a text (its new words only, without quoted history)."""
    text = _phones.sub(" ", text)
    stems = {word[:STEM] for word in _words(text.lower()) if len(word) >= SHORTEST_WORD}
    numbers = {number.rstrip(".,:/-").lower() for number in _with_digit(text)}
    names = {_name_stem(name) for match in _names(text) if (name := match[1]).istitle()}
    return Sketch(frozenset(stems), frozenset(numbers | names))


def _name_stem(name: str) -> str:
    """A name without the ending of its case."""
    return name.lower()[: max(3, len(name) - 2)]


def share_said_before(new: Sketch, old: Sketch) -> float:
    """Return the share (0 to 1) of the words of ``new`` that stand in ``old``."""
    if len(new.stems) < FEWEST_STEMS:
        return 0.0
    common = len(new.stems & old.stems)
    if common < LEAST_RESEMBLANCE * len(new.stems | old.stems):
        return 0.0
    return common / len(new.stems)


def is_about_the_same(one: Sketch, other: Sketch, share: float) -> bool:
    """Whether two texts are about one matter: a common long number, or the same words.

    A number of four digits or more names an order, an invoice or a ticket.
    """
    numbers = {fact for fact in one.facts & other.facts if _is_reference(fact)}
    return (
        bool(numbers)
        or max(share_said_before(one, other), share_said_before(other, one)) >= share
    )


def _is_reference(fact: str) -> bool:
    """Whether a number names a thing: no year, no date, no time, no sum."""
    digits = sum(char.isdigit() for char in fact)
    is_year = digits == len(fact) == 4 and fact.startswith(("19", "20"))
    return digits >= 4 and not is_year and not _measure(fact)


def find_repeats(sketches: Mapping[int, Sketch], share: float) -> dict[int, int]:
    """Find the texts that only repeat an earlier one.

    :param sketches: by text, in the order in which the texts came
    :param share: which share of the words must have been said before
    :return: the first text of its kind for each text that repeats it. A text with a
        number, date or name that none before it had is no repetition.
    """
    origins: dict[int, int] = {}
    known: set[str] = set()
    earlier: deque[tuple[int, Sketch]] = deque(maxlen=MOST_COMPARED)
    for text, sketch in sketches.items():
        if sketch.facts <= known:
            for before, old in earlier:
                if share_said_before(sketch, old) >= share:
                    origins[text] = origins.get(before, before)
                    break
        known |= sketch.facts
        earlier.append((text, sketch))
    return origins

"""Rules as they are matched: what they look for, and what takes them back."""

from collections.abc import Iterable
from typing import NamedTuple

from .finding import Strength, strength_of
from .pattern import Element, Pattern

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
    def strength(self) -> Strength:
        """What the strongest hit of the rule is worth."""
        return strength_of(self.grade, self.weight)


class Candidate(NamedTuple):
    """A pattern that may match a text; sorts by ``rank``, the strongest first."""

    rank: int
    pattern: Pattern
    rule: Rule
    # The elements it needs, and its rarest one beside its anchor, if any; see
    # ``Lexicon.mask``.
    mask: int
    beside: int
    # The contexts of the rule, each with elements of which it needs one.
    excuses: tuple[tuple[int, Context], ...]
    # Of the rule, at hand because they are asked for often.
    group: str
    sort: Sort
    strength: Strength


# An anchor in a text, and the patterns to try then.
Anchored = dict[Element, list[Candidate]]


def possible(candidates: Iterable[Candidate], mask: int) -> list[Candidate]:
    """Return those of the candidates that words of a mask may match."""
    return [each for each in candidates if each.mask & mask == each.mask]


def merged(parts: Iterable[Anchored]) -> Anchored:
    together: Anchored = {}
    for each in parts:
        together.update(each)
    return together

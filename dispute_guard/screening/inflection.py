"""The forms of a word by rule: which endings may stand in place of its own.

``inflection.toml`` of a language lists paradigms, sets of endings that stand for each
other. A word belongs to each paradigm that has its ending; all of them are taken, so
some forms are none, but they do no harm, because nobody writes them.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from .normalise import normalise
from .pattern import Element, PatternError, Spelling, respelt

# An ending this much shorter than the longest one a word has is no ending of it.
_MARGIN = 1
_SHORTEST_STEM = 3
_PARADIGM_KEYS = {
    *("about", "forms", "changed", "changes", "known_by", "after", "shortest")
}


class Paradigm(NamedTuple):
    """Endings that stand for each other after a stem.

    :param endings: with the end of the stem where that changes
    :param shortest: letters of the stem, the changing ones not counted, at least
    :param after: letters one of which ends the stem; any does when empty
    """

    endings: frozenset[str]
    shortest: int
    after: str

    def fits(self, stem: str) -> bool:
        return len(stem) >= self.shortest and (not self.after or stem[-1] in self.after)


class _Key(NamedTuple):
    """An ending by which a word is known to belong to a paradigm."""

    paradigm: Paradigm
    # Length without the end of the stem, and whether that end changes.
    size: int
    changes: bool
    # Which table of the file the paradigm comes from.
    table: int


class Inflection:
    """The paradigms and irregular words of one language."""

    def __init__(
        self,
        data: dict,
        spellings: Iterable[Spelling] = (),
        function_words: Iterable[str] = (),
    ):
        """:param data: content of ``inflection.toml``

        :param spellings: other ways to write letters
        :param function_words: never taken for a form of another word
        :raises PatternError: when the data has keys or values it cannot have
        """
        self._spellings = list(spellings)
        # Small words that deny.
        self.denial = frozenset(normalise(data.get("denial", "")).text.split())
        # A longer one is no chance likeness.
        self._function_words = frozenset(w for w in function_words if len(w) < 5)
        self._irregular: dict[str, set[str]] = defaultdict(set)
        for group in data.get("irregular", ()):
            forms = [normalise(form).text for form in group.split()]
            for form in forms:
                self._irregular[form].update(forms)
        self._keys: dict[str, list[_Key]] = defaultdict(list)
        for number, table in enumerate(data.get("paradigm", ())):
            self._read(number, table)
        self._spelt: dict[Paradigm, frozenset[str]] = {}
        self._elements: dict[str, Element] = {}

    def _read(self, number: int, table: dict) -> None:
        unknown = sorted(table.keys() - _PARADIGM_KEYS)
        if unknown:
            raise PatternError(
                f"paradigm {number + 1} has unknown key {unknown[0]!r}",
                f"use one of {', '.join(sorted(_PARADIGM_KEYS))}",
            )
        forms, changed = _endings(table, "forms"), _endings(table, "changed")
        known = set(_endings(table, "known_by")) or {*forms, *changed}
        shortest = table.get("shortest", _SHORTEST_STEM)
        pairs = [pair.split(":") for pair in table.get("changes", "").split()]
        if not (forms or changed) or any(len(pair) != 2 for pair in pairs):
            raise PatternError(
                f"paradigm {number + 1} has no forms, or a change without a colon",
                'write forms = "a as ai" and changes = "t:č d:dž"',
            )
        for plain, other in [("", ""), *pairs]:
            joined = [(plain + end, end) for end in forms]
            joined += [(other + end, end) for end in changed]
            paradigm = Paradigm(
                frozenset(whole for whole, _end in joined),
                max(1, shortest - len(plain)),
                "" if plain else table.get("after", ""),
            )
            for whole, end in joined:
                # Endings after a change say nothing where nothing changed.
                if end not in known or not (plain or end in forms):
                    continue
                key = _Key(paradigm, len(end), bool(plain), number)
                # A change that is written without its mark is none.
                spelt = () if plain else respelt([whole], self._spellings)
                for each in {whole, *spelt}:
                    self._keys[each].append(key)

    def stems(self, word: str) -> dict[str, list[Paradigm]]:
        """Return the stems the word may have, each with its paradigms."""
        found = [
            (word[: len(word) - size], key)
            for size in range(min(len(word), 12))
            for key in self._keys.get(word[len(word) - size :], ())
            if key.paradigm.fits(word[: len(word) - size])
        ]
        longest = max((key.size for _stem, key in found), default=0)
        changing = {key.table for _stem, key in found if key.changes}
        stems: dict[str, list[Paradigm]] = defaultdict(list)
        for stem, key in found:
            # Where the end of the stem changes, it does not stay as well.
            unchanged = key.table in changing and not key.changes
            if key.size >= longest - _MARGIN and not unchanged:
                stems[stem].append(key.paradigm)
        return stems

    def forms(self, word: str) -> set[str]:
        """Return the forms of a normalised word in the language's own spelling."""
        if word in self._irregular:
            return set(self._irregular[word])
        forms = {
            stem + end
            for stem, paradigms in self.stems(word).items()
            for paradigm in paradigms
            for end in paradigm.endings
        }
        return {word, *(forms - self._function_words)}

    def element(self, word: str) -> Element:
        """Return what stands for a normalised word in any form; one object a word."""
        element = self._elements.get(word)
        if element is None:
            element = self._elements[word] = self._new_element(word)
        return element

    def _new_element(self, word: str) -> Element:
        forms = self._irregular.get(word, {word})
        stems: dict[str, frozenset[str]] = {}
        if word not in self._irregular:
            for stem, paradigms in self.stems(word).items():
                endings = frozenset().union(*map(self._respelt, paradigms))
                for spelt in (stem, *respelt([stem], self._spellings)):
                    stems[spelt] = stems.get(spelt, frozenset()) | endings
        literal = [*forms, *respelt(forms, self._spellings)]
        return Element(
            f"~{word}",
            [(form,) for form in literal],
            stems=stems,
            but=self._function_words_but(literal),
        )

    def _function_words_but(self, words: list[str]) -> frozenset[str]:
        """Return the function words without some; mostly all, and the same object."""
        if self._function_words.isdisjoint(words):
            return self._function_words
        return self._function_words.difference(words)

    def _respelt(self, paradigm: Paradigm) -> frozenset[str]:
        spelt = self._spelt.get(paradigm)
        if spelt is None:
            more = respelt(paradigm.endings, self._spellings)
            spelt = self._spelt[paradigm] = paradigm.endings.union(more)
        return spelt


def _endings(table: dict, key: str) -> list[str]:
    """Read endings; ``-`` stands for none."""
    return [
        "" if end == "-" else normalise(end).text for end in table.get(key, "").split()
    ]

"""Tell which language a text is written in, by the small words nobody can avoid.

Content words travel between languages, names even more; function words do not. A text
that shows too few of those we know is ``"unknown"``, which is the honest answer and
leads to "not screened" rather than "calm".

Where small words leave a doubt between languages without their own letters, the way
words end decides, and then what the caller knows of the author.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .finding import UNKNOWN
from .sentence import is_cyrillic

RUSSIAN, LATIN_RUSSIAN = "ru", "ru-latn"
# With so many, words in Cyrillic letters are Russian when they show nothing else.
_FEWEST_CYRILLIC = 2
# With less than this, a text is too short to tell its language.
_FEWEST = 1.5
# Of a text with many different words, so many small ones are enough.
_ENOUGH = 12
# What a word counts for each of the languages that share it, by their number.
_SHARED = (0, 1.0, 0.7, 0.6, 0.5, 0.4)
# A language with fewer words of its own can be mistaken for its sibling.
_CLEAR = 4
_TIE = 0.6
# What a letter that no other language has counts more in a short text.
_OWN_LETTER = 0.75
_SHORTEST_SHAPED = 4
_LONGEST_ENDING = 5
_MOST_SHAPED = 200

_foreign_script = re.compile(
    "[\u0370-\u03ff\u0530-\u1cff\u2e80-\ud7ff\uf900-\ufaff]"
).findall


class Signs(NamedTuple):
    """What sets a language apart.

    :param words: function words, normalised
    :param letters: letters that few others have
    :param endings: how many of its longer words end
    :param groups: letters in a row that its words have
    """

    words: Iterable[str]
    letters: str = ""
    endings: Iterable[str] = ()
    groups: Iterable[str] = ()


class Guess(NamedTuple):
    """The languages of a text, the main one first.

    ``UNKNOWN`` stands for every language without a lexicon; no language says that the
    text gives no hint at all. ``odd`` are words of languages that a part of it may be
    in beside these; ``clear`` tells that the main one shows more than a single word of
    its own. ``rivals`` are languages that a short text may be in instead.
    """

    languages: tuple[str, ...]
    odd: frozenset[str] = frozenset()
    clear: bool = False
    rivals: tuple[str, ...] = ()


class LanguageGuesser:
    """Knows the signs of languages, screened ones and others."""

    def __init__(self, signs: Mapping[str, Signs], screened: Iterable[str]):
        """:param screened: codes of the languages that have a lexicon"""
        self.screened = frozenset(screened)
        self._readable = self.screened | {LATIN_RUSSIAN}
        owners: dict[str, tuple[str, ...]] = {}
        letters: dict[str, list[str]] = defaultdict(list)
        self._endings: dict[str, list[str]] = defaultdict(list)
        self._groups: list[tuple[str, str]] = []
        for language, each in signs.items():
            for word in each.words:
                owners[word] = (*owners.get(word, ()), language)
            for char in each.letters:
                letters[char].append(language)
            for ending in each.endings:
                self._endings[ending].append(language)
            self._groups += [(group, language) for group in each.groups]
        self._owners, self._letters = owners, letters

    def guess(self, text: str, words: set[str], hint: str = "") -> Guess:
        """Return the languages of a normalised text.

        :param words: its words
        :param hint: language to believe in a doubt
        """
        scores, own, plain = self._count(text, words)
        if self._only_russian(words, scores, own):
            return Guess((RUSSIAN,))
        if not scores:
            return Guess((UNKNOWN,) if len(_foreign_script(text)) > 3 else ())
        best = self._best(scores, own)
        if hint != best and hint in scores and own[best] < _CLEAR - 1:
            best = hint if scores[hint] + 1 >= scores[best] else best
        fewest = min(_FEWEST, 0.34 * len(words))
        weak = scores[best] < max(fewest, min(0.06 * len(words), _ENOUGH))
        if weak or not self._sure(best, own):
            foreign = best not in self._readable and own[best]
            ours = any(own[code] for code in self._readable)
            shown = (UNKNOWN,) if foreign and not (ours or hint) else ()
            return Guess(shown, self._odd(words, plain, 1))
        least = 0.2 * scores[best]
        others = [
            code
            for code, score in scores.items()
            if score >= least and plain[code] >= 3 and code != best
        ]
        others.sort(key=lambda code: (-scores[code], code))
        found = dict.fromkeys(map(self._name, [best, *others]))
        for language in found:
            plain.pop(language, None)
        rivals = ()
        if len(words) < _ENOUGH and own[best] < _CLEAR and len(found) == 1 and not hint:
            rivals = tuple(
                code
                for code in sorted(self.screened & scores.keys() - {best})
                if own[code] >= own[best] and scores[code] + _TIE >= scores[best]
            )
        return Guess(tuple(found), self._odd(words, plain, 2), own[best] >= 2, rivals)

    def _only_russian(
        self, words: set[str], scores: dict[str, float], own: dict[str, int]
    ) -> bool:
        """Tell whether few words in Cyrillic letters show no other language."""
        others = [code for code in scores if code != RUSSIAN]
        return (
            RUSSIAN in self.screened
            and _FEWEST_CYRILLIC <= len(words) < _ENOUGH
            and all(map(is_cyrillic, words))
            and not any(own[code] for code in others)
            and max(map(scores.get, others), default=0) <= scores.get(RUSSIAN, 0)
        )

    def _odd(self, words: set[str], own: dict[str, int], fewest: int) -> frozenset[str]:
        """Return the words of languages that show at least so many of their own."""
        codes = {code for code in self._readable if own.get(code, 0) >= fewest}
        if not codes:
            return frozenset()
        return frozenset(
            word
            for word in words & self._owners.keys()
            if len(self._owners[word]) == 1 and self._owners[word][0] in codes
        )

    def marked(self, text: str) -> set[str]:
        """Return the languages with a lexicon whose own letters occur in a text."""
        return {
            languages[0]
            for letter, languages in self._letters.items()
            if len(languages) == 1 and letter in text
        } & self.screened

    def _best(self, scores: dict[str, float], own: dict[str, int]) -> str:
        """Return the strongest; one we cannot read must show words of its own."""
        return max(
            (score if self._sure(code, own) else score / 2, own.get(code, 0), code)
            for code, score in scores.items()
        )[2]

    def _count(
        self, text: str, words: set[str]
    ) -> tuple[dict[str, float], dict[str, int], dict[str, int]]:
        """Return the score of each language, and how many words are its alone.

        The latter a second time, the shapes of words not counted.
        """
        scores: dict[str, float] = defaultdict(float)
        own: dict[str, int] = defaultdict(int)
        known = map(self._owners.get, words & self._owners.keys())
        for owners, count in Counter(known).items():
            if len(owners) == 1:
                scores[owners[0]] += count
                own[owners[0]] += count
            else:
                # A word that several languages share says little about each.
                share = count * _SHARED[min(len(owners), len(_SHARED) - 1)]
                for language in owners:
                    scores[language] += share
        if not text.isascii():
            self._count_letters(text, scores, own, len(words) < _ENOUGH)
        plain = own.copy()
        clear = max(own.values(), default=0) >= _CLEAR
        if not (clear or is_cyrillic(text)) or own[LATIN_RUSSIAN]:
            self._count_shapes(words, scores, own)
        return scores, own, plain

    def _count_letters(
        self, text: str, scores: dict, own: dict, is_short: bool
    ) -> None:
        counts: dict[str, int] = defaultdict(int)
        for letter, languages in self._letters.items():
            if letter in text:
                count = text.count(letter)
                for language in languages:
                    counts[language] += count
                if len(languages) == 1:
                    own[languages[0]] += 1
                    scores[languages[0]] += _OWN_LETTER * is_short
        for language, count in counts.items():
            scores[language] += count / 4
            own[language] += count // 6

    def _count_shapes(self, words: set[str], scores: dict, own: dict) -> None:
        """Count endings and groups of letters of words that are in no list."""
        shapes: dict[str, int] = defaultdict(int)
        unknown = [
            word
            for word in words - self._owners.keys()
            if _SHORTEST_SHAPED <= len(word) < 30
        ]
        for word in unknown[:_MOST_SHAPED]:
            for size in range(min(_LONGEST_ENDING, len(word) - 1), 1, -1):
                if word[-size:] in self._endings:
                    for language in self._endings[word[-size:]]:
                        shapes[language] += 1
                    break
            for group, language in self._groups:
                if group in word:
                    shapes[language] += 1
                    break
        for language, count in shapes.items():
            scores[language] += count / 2
            own[language] += count // 2

    def _sure(self, language: str, own: dict) -> bool:
        return own.get(language, 0) >= (1 if language in self._readable else 2)

    def _name(self, language: str) -> str:
        return language if language in self._readable else UNKNOWN


def label(languages: Iterable[str]) -> str:
    """Return the name a screening shows: one code, ``mixed:…`` or ``unknown``."""
    names = list(
        dict.fromkeys("ru" if name == LATIN_RUSSIAN else name for name in languages)
    )
    if not names:
        return UNKNOWN
    return names[0] if len(names) == 1 else "mixed:" + "+".join(names)

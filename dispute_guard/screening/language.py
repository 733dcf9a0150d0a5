"""Tell which language a text is written in, by the small words nobody can avoid.

Content words travel between languages, names even more; function words do not. A text
that shows too few of those we know is ``"unknown"``, which is the honest answer and
leads to "not screened" rather than "calm".
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from .finding import UNKNOWN

LATIN_RUSSIAN = "ru-latn"
# So many letters of a text decide its language.
SAMPLE = 6000
SAMPLE_WORDS = 250
# With less than this, a text is too short to tell its language.
_FEWEST = 1.5
# What a word counts for each of the languages that share it, by their number.
_SHARED = (0, 1.0, 0.7, 0.6, 0.5, 0.4)

_cyrillic = re.compile("[\u0400-\u04ff]").search
_foreign_script = re.compile(
    "[\u0370-\u03ff\u0530-\u1cff\u2e80-\ud7ff\uf900-\ufaff]"
).findall


class LanguageGuesser:
    """Knows the function words and letters of languages, screened ones and others."""

    def __init__(
        self,
        words: Mapping[str, Iterable[str]],
        letters: Mapping[str, str],
        screened: Iterable[str],
    ):
        """:param words: language code -> function words, normalised
        :param letters: language code -> letters that set it apart
        :param screened: codes of the languages that have a lexicon
        """
        self.screened = frozenset(screened)
        owners: dict[str, tuple[str, ...]] = {}
        for language, language_words in words.items():
            for word in language_words:
                owners[word] = (*owners.get(word, ()), language)
        self._owners = owners
        self._letters: dict[str, list[str]] = defaultdict(list)
        for language, chars in letters.items():
            for char in chars:
                self._letters[char].append(language)

    def guess(self, text: str, words: set[str]) -> tuple[str, ...]:
        """Return the languages of a normalised text, the main one first.

        :param words: some hundred of the words of the text

        ``UNKNOWN`` stands for every language without a lexicon; an empty tuple says
        that the text gives no hint at all.
        """
        scores, own = self._count(text[:SAMPLE], words)
        if not scores:
            return (UNKNOWN,) if len(_foreign_script(text[:SAMPLE])) > 3 else ()
        best = max(
            scores, key=lambda code: (self._claim(code, scores, own), own[code], code)
        )
        weak = scores[best] < max(_FEWEST, 0.06 * len(words))
        if weak or not self._sure(best, own):
            return ()
        least = 0.2 * scores[best]
        others = [
            code
            for code, score in scores.items()
            if score >= least and own[code] >= 3 and code != best
        ]
        others.sort(key=lambda code: (-scores[code], code))
        found = [best, *others]
        return tuple(dict.fromkeys(self._name(language) for language in found))

    def _count(
        self, text: str, words: set[str]
    ) -> tuple[dict[str, float], dict[str, int]]:
        """Return the score of each language, and how many words are its alone."""
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
            self._count_letters(text, scores, own)
        return scores, own

    def _count_letters(self, text: str, scores: dict, own: dict) -> None:
        counts: dict[str, int] = defaultdict(int)
        for letter, languages in self._letters.items():
            if letter in text:
                for language in languages:
                    counts[language] += text.count(letter)
        for language, count in counts.items():
            scores[language] += count / 4
            own[language] += count // 6

    def _claim(self, language: str, scores: dict[str, float], own: dict) -> float:
        """A language we cannot read must show words of its own to win."""
        return scores[language] * (1 if self._sure(language, own) else 0.5)

    def _sure(self, language: str, own: dict) -> bool:
        known = language in self.screened or language == LATIN_RUSSIAN
        return own[language] >= 2 or known and bool(own[language])

    def _name(self, language: str) -> str:
        return (
            language
            if language in self.screened or language == LATIN_RUSSIAN
            else UNKNOWN
        )


def label(languages: tuple[str, ...]) -> str:
    """Return the name a screening shows: one code, ``mixed:…`` or ``unknown``."""
    names = list(
        dict.fromkeys("ru" if name == LATIN_RUSSIAN else name for name in languages)
    )
    if not names:
        return UNKNOWN
    return names[0] if len(names) == 1 else "mixed:" + "+".join(names)


def is_cyrillic(text: str) -> bool:
    return bool(_cyrillic(text))

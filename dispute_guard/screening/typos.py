"""Find the word that a misspelt one stands for."""

from collections.abc import Iterator

from .pattern import Element


class Typos:
    """Finds the word that a misspelt one stands for: one letter more, less or other.

    Words and misspellings meet in what is left of both when a letter is taken away.
    """

    SHORTEST = 7

    def __init__(self):
        self._words: set[str] = set()
        self._shortened: dict[str, str] = {}

    def add_all(self, element: Element) -> None:
        for word in sorted(element.words):
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

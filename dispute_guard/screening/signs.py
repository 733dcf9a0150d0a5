"""Signs of a sentence as a whole, which patterns name like concepts.

``CAPITALS``: a good part of the words stands in capitals, and the text is loud as a
whole. ``EMPHASIS``: an everyday word stands in capitals, while most of the text does
not. ``BANG``: there is an exclamation mark. ``EXCLAMATION``: exclamation or question
marks are heaped.
"""

import re
from collections.abc import Container

from .normalise import Normal

NAMES = frozenset(("CAPITALS", "EMPHASIS", "BANG", "EXCLAMATION"))
_CAPITAL = "A-ZА-ЯЁĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲ"
# Words in capitals. A set of letters comes first, which is found quickest.
_capital_words = re.compile(f"[{_CAPITAL}](?<!\\w\\w)[{_CAPITAL}]+\\b")
_words = re.compile(r"[^\W\d_]{3,}").findall
_exclaimed = re.compile(r"[!?]{2,}|!\s*!").search
_FEWEST_SHOUTED = 4
_SHORTEST_SHOUTED = 3
_SHOUTED_PART = 0.4


def signs_in(cased: str) -> frozenset[str]:
    """Return the names of the signs that sentences of a text may show."""
    found = {"BANG"} if "!" in cased else set()
    if _exclaims(cased, 0, len(cased)):
        found |= {"EXCLAMATION", "CAPITALS"}
    capitals = len(_capital_words.findall(cased))
    words = cased.count(" ") + 1
    if 0 < capitals < _SHOUTED_PART * words:
        found.add("EMPHASIS")
    # Capitals in a calm text are headings. Counting words well takes time.
    if capitals > _SHOUTED_PART * words / 2 and _shouts(cased, 0, len(cased)):
        found.add("CAPITALS")
    return frozenset(found)


def signs_of(
    normal: Normal,
    start: int,
    end: int,
    among: Container[str],
    everyday: Container[str],
) -> set[str]:
    """Return the names of the signs that the sentence ``start:end`` shows.

    :param among: signs to look for
    :param everyday: words that are nothing but loud in capitals
    """
    cased, found = normal.cased, set()
    if "BANG" in among and cased.find("!", start, end) >= 0:
        found.add("BANG")
    if "EXCLAMATION" in among and _exclaims(cased, start, end):
        found.add("EXCLAMATION")
    if "CAPITALS" in among and _shouts(cased, start, end):
        found.add("CAPITALS")
    elif "EMPHASIS" in among and any(
        normal.text[slice(*word.span())].strip() in everyday
        for word in _capital_words.finditer(cased, start, end)
    ):
        found.add("EMPHASIS")
    return found


def _shouts(cased: str, start: int, end: int) -> bool:
    # A mask of crossed-out letters is no shouting.
    shouted = sum(
        len(word) >= _SHORTEST_SHOUTED and bool(word.strip("X"))
        for word in _capital_words.findall(cased, start, end)
    )
    return shouted >= _FEWEST_SHOUTED and shouted >= _SHOUTED_PART * len(
        _words(cased, start, end)
    )


def _exclaims(cased: str, start: int, end: int) -> bool:
    marked = cased.find("!", start, end) >= 0 or cased.find("??", start, end) >= 0
    return marked and bool(_exclaimed(cased, start, end))

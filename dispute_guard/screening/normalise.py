"""Bring a text into the form the lexicons are written in, and find the way back.

Nearly every message needs only lower case and a few replacements that keep its
length, so offsets stay as they are. Messages with invisible characters, letters
borrowed from another alphabet, spaced-out letters and the like take a slower way
that notes each edit; ``Normal.source`` then maps an offset back to the source.
Both ways take time linear in the text.
"""

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import repeat

Edit = tuple[int, int, str]

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_COMPAT = "\u2100-\u214f\u2460-\u24ff\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff"
_LATIN = "A-Za-z\u00c0-\u024f"
_CYRILLIC = "\u0400-\u052f"

_suspect = re.compile(f"[{_INVISIBLE}{_MARKS}{_COMPAT}]").search
_invisible = re.compile(f"[{_INVISIBLE}]+").finditer
_marked = re.compile(f"(?s).?[{_MARKS}]+").finditer
_compat = re.compile(f"[{_COMPAT}]").finditer
_script_seam = re.compile(
    f"[{_LATIN}](?:(?=[{_CYRILLIC}])|(?<=[{_CYRILLIC}][{_LATIN}]))"
).search
_has_cyrillic = re.compile(f"[{_CYRILLIC}]").search
_has_latin = re.compile("[A-Za-z]").search
_two_scripts = re.compile(
    f"[{_LATIN}{_CYRILLIC}]*(?:[{_LATIN}](?=[{_CYRILLIC}])|[{_CYRILLIC}](?=[{_LATIN}]))"
    f"[{_LATIN}{_CYRILLIC}]+"
).finditer
_maybe_spaced = re.compile(r"[ .*_\-]\w[ .*_\-]\w[ .*_\-]").search
_spaced = re.compile(
    r"(?<![^\W_])[^\W\d_]([ .*_\-])[^\W\d_](?:\1[^\W\d_]){2,}(?![^\W_])"
).finditer
_cyrillic_letter = re.compile(f"[{_CYRILLIC}]").findall

# Letters that look alike; the longer half of a word decides which side it is on.
_TO_CYRILLIC = str.maketrans("aceopxykmtbiuACEOPXYKMTHB", "асеорхукмтвииАСЕОРХУКМТНВ")
_TO_LATIN = str.maketrans(
    "асеорхукмтнвіјѕһԁԛԝгпиьАСЕОРХУКМТНВІЈЅ", "aceopxykmthbijshdqwrnubACEOPXYKMTHBIJS"
)
_PLAIN = (
    *((odd, "'") for odd in "’‘`´ʼ"),
    ("ё", "е"),
    ("Ё", "Е"),
)
NOT_MARK = "nʼ"


class Normal:
    """A cleaned text that knows where its characters came from.

    ``cased`` keeps capitals, ``text`` is what the lexicons are matched with; both have
    the same length.
    """

    def __init__(self, cased: str, steps: tuple = ()):
        self.cased = cased
        self.text = ""
        self._steps = steps

    def source(self, offset: int, end: bool = False) -> int:
        """Return the offset in the source; ``end`` asks for the end of a span."""
        for step in reversed(self._steps):
            offset = step(offset - 1) + 1 if end and offset else step(offset)
        return offset

    def edit(self, edits: Iterator[Edit]) -> "Normal":
        """Return a new text with the edits ``(start, end, replacement)`` made."""
        parts, starts, origins = [], [0], [0]
        done = length = 0
        for start, end, replacement in edits:
            parts.append(self.cased[done:start])
            length += start - done
            if replacement:
                parts.append(replacement)
                size = len(replacement)
                starts += range(length, length + size)
                origins += repeat(start, size)
                length += size
            starts.append(length)
            origins.append(end)
            done = end
        if not parts:
            return self
        parts.append(self.cased[done:])
        return Normal("".join(parts), (*self._steps, _way_back(starts, origins)))


def _way_back(starts: list[int], origins: list[int]) -> Callable[[int], int]:
    def source(offset: int) -> int:
        at = bisect_right(starts, offset) - 1
        return origins[at] + offset - starts[at]

    return source


def normalise(text: str) -> Normal:
    """Return ``text`` cleaned and in lower case, with its way back to the source."""
    normal = Normal(text)
    if not text.isascii():
        normal = _clean_unicode(normal)
    if _maybe_spaced(normal.cased):
        normal = normal.edit(_join_spaced(normal.cased))
    return _finish(normal)


def _finish(normal: Normal) -> Normal:
    lowered = normal.cased.lower()
    if len(lowered) != len(normal.cased):
        lowered = "".join(
            low if len(low := char.lower()) == 1 else char for char in normal.cased
        )
    normal.text = lowered.replace("n't", " " + NOT_MARK).replace("'", " ")
    return normal


def _clean_unicode(normal: Normal) -> Normal:
    if _suspect(normal.cased):
        normal = normal.edit(_drop_invisible(normal.cased))
        normal = normal.edit(_unfold_compatible(normal.cased))
        normal = normal.edit(_compose_marks(normal.cased))
    text = normal.cased
    for odd, plain in _PLAIN:
        text = text.replace(odd, plain)
    if _has_cyrillic(text) and _has_latin(text) and _script_seam(text):
        text = _unmix_scripts(text)
    normal.cased = text
    return normal


def _drop_invisible(text: str) -> Iterator[Edit]:
    return ((*match.span(), "") for match in _invisible(text))


def _unfold_compatible(text: str) -> Iterator[Edit]:
    for match in _compat(text):
        plain = _plain(match[0])
        if plain != match[0]:
            yield (*match.span(), plain)


def _compose_marks(text: str) -> Iterator[Edit]:
    """Join a letter with its accent; accents that join with nothing are dropped."""
    for match in _marked(text):
        # More than a few marks on one letter are decoration; composing all of them
        # would take quadratic time.
        yield (*match.span(), _composed(match[0][:4]))


@functools.lru_cache(4096)
def _plain(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


@functools.lru_cache(4096)
def _composed(marked: str) -> str:
    first = unicodedata.normalize("NFC", marked)[0]
    return "" if unicodedata.combining(first) else first


def _unmix_scripts(text: str) -> str:
    """Turn letters of the smaller script in a mixed word into their look-alikes."""
    parts, done = [], 0
    for match in _two_scripts(text):
        word = match[0]
        parts += text[done : match.start()], _in_one_script(word)
        done = match.end()
    parts.append(text[done:])
    return "".join(parts)


@functools.lru_cache(4096)
def _in_one_script(word: str) -> str:
    """Write a mixed word in the script that all its letters can take."""
    cyrillic, latin = word.translate(_TO_CYRILLIC), word.translate(_TO_LATIN)
    if 2 * len(_cyrillic_letter(word)) < len(word) and not _has_cyrillic(latin):
        return latin
    return latin if _has_latin(cyrillic) else cyrillic


def _join_spaced(text: str) -> Iterator[Edit]:
    for match in _spaced(text):
        yield (*match.span(), match[0].replace(match[1], ""))


# Longest first: "shch" before "sh".
_LATIN_TO_RUSSIAN = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш",
    "shh": "щ", "yu": "ю", "ju": "ю", "ya": "я", "ja": "я", "yo": "е", "jo": "е",
    "ye": "е",
    "iy": "ий", "yy": "ый", "ey": "ей", "ay": "ай", "oy": "ой", "uy": "уй",
    "a": "а", "b": "б", "v": "в", "w": "в", "g": "г", "d": "д", "e": "е", "z": "з",
    "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п",
    "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц", "x": "х",
    "y": "ы", "q": "к", "4": "ч", "6": "ш",
}  # fmt: skip
# The soft sign is left out in Latin letters; these endings nearly always have it.
_SOFT_ENDINGS = {"us": "усь", "at": "ать", "it": "ить"}
_latin_unit = re.compile(
    "|".join([*(end + r"\b" for end in _SOFT_ENDINGS), *_LATIN_TO_RUSSIAN])
).finditer
_RUSSIAN_UNIT = _SOFT_ENDINGS | _LATIN_TO_RUSSIAN


def russian_from_latin(normal: Normal) -> Normal:
    """Return Russian written in Latin letters in its own alphabet."""
    edits = ((*m.span(), _RUSSIAN_UNIT[m[0]]) for m in _latin_unit(normal.text))
    return _finish(normal.edit(edits))

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
from collections.abc import Callable

from .quotation import quotations

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
_has_invisible = re.compile(f"[{_INVISIBLE}]").search
_invisible = re.compile(f"[{_INVISIBLE}]+")
_has_mark = re.compile(f"[{_MARKS}]").search
_marked = re.compile(f"(?s).?[{_MARKS}]+")
_compat = re.compile(f"[{_COMPAT}]")
_script_seam = re.compile(
    f"[{_LATIN}](?:(?=[{_CYRILLIC}])|(?<=[{_CYRILLIC}][{_LATIN}]))"
)
_has_cyrillic = re.compile(f"[{_CYRILLIC}]").search
_has_latin = re.compile("[A-Za-z]").search
_letters = re.compile(f"[{_LATIN}{_CYRILLIC}]+").match
_maybe_spaced = re.compile(r"[ .*_\-]\w[ .*_\-]\w[ .*_\-][^\W\d_](?![^\W_])").search
_spaced = re.compile(
    r"(?<![^\W_])[^\W\d_]([ .*_\-])[^\W\d_](?:\1[^\W\d_]){2,}(?![^\W_])"
)
# Words with letters crossed out: "f***ing", "sh*t", "b@stard", "f**". A sign in front,
# an address and words side by side ("now!I") are something else.
_maybe_masked = re.compile(r"[*@#$](?<=[^\W\d_].)").search
_masked = re.compile(
    r"(?<![\w*@#$.])[^\W\d_]{1,6}(?:(?=!*[*@#$])[*@#$!]++[^\W\d_]++)++"
    r"(?![\w*@#$]|\.\w)|(?<![\w*])[^\W\d_]{1,2}\*{2,}+(?!\w)"
)
_signs = re.compile(r"[*@#$!]+").sub
_cyrillic_letter = re.compile(f"[{_CYRILLIC}]").findall

# Letters that look alike; the longer half of a word decides which side it is on.
_TO_CYRILLIC = str.maketrans("aceopxykmtbiuACEOPXYKMTHB", "асеорхукмтвииАСЕОРХУКМТНВ")
_TO_LATIN = str.maketrans(
    "асеорхукмтнвіјѕһԁԛԝгпиьАСЕОРХУКМТНВІЈЅ", "aceopxykmthbijshdqwrnubACEOPXYKMTHBIJS"
)
# So many letters are quicker replaced all at once where that keeps the length.
_MANY = 200
_PLAIN = (
    *((odd, "'") for odd in "’‘`´ʼ"),
    ("ё", "е"),
    ("Ё", "Е"),
)
NOT_MARK = "nʼ"
# Stands for letters crossed out of a word; a letter itself, so that the word is one.
_CROSSED_OUT = "ʔ"


class Normal:
    """A cleaned text that knows where its characters came from.

    ``cased`` keeps capitals, ``text`` is what the lexicons are matched with; both have
    the same length.
    """

    def __init__(self, cased: str, steps: tuple["_Step", ...] = ()):
        self.cased = cased
        self.text = ""
        self._steps = steps

    @functools.cached_property
    def quotations(self) -> list[tuple[int, int]]:
        """Where words stand between quotation marks."""
        return quotations(self.cased)

    def source(self, offset: int, end: bool = False) -> int:
        """Return the offset in the source; ``end`` asks for the end of a span."""
        for step in reversed(self._steps):
            offset = step.source(offset, end)
        return offset

    def rewrite(self, pattern: re.Pattern, replace: Callable[[str], str]) -> "Normal":
        """Return a new text with the matches of a pattern replaced."""
        new = pattern.sub(lambda match: replace(match[0]), self.cased)
        if new == self.cased:
            return self
        return Normal(new, (*self._steps, _Step(self.cased, pattern, replace)))


class _Step:
    """Leads from a rewritten text back to the one before.

    Most texts are never asked, so the way is looked for when the first is.
    """

    def __init__(self, text: str, pattern: re.Pattern, replace: Callable[[str], str]):
        self._text, self._pattern, self._replace = text, pattern, replace

    @functools.cached_property
    def _way(self) -> tuple[list[int], list[int], list[int]]:
        """Where runs start, where they come from, and where a new one ends there.

        Every second run is left as it was; its end is not noted.
        """
        starts, origins, ends = [0], [0], [-1]
        length = done = 0
        for match in self._pattern.finditer(self._text):
            start, end = match.span()
            length += start - done
            new = self._replace(match[0])
            starts += length, length + len(new)
            origins += start, end
            ends += end, -1
            length += len(new)
            done = end
        return starts, origins, ends

    def source(self, offset: int, end: bool) -> int:
        starts, origins, ends = self._way
        if end and offset:
            # The end of the last character, not the beginning of the next one, which
            # may stand behind some that were left out.
            return self._end_of(offset - 1)
        at = bisect_right(starts, offset) - 1
        return origins[at] + (offset - starts[at] if ends[at] < 0 else 0)

    def _end_of(self, at: int) -> int:
        starts, origins, ends = self._way
        run = bisect_right(starts, at) - 1
        return ends[run] if ends[run] >= 0 else origins[run] + at - starts[run] + 1


def normalise(text: str) -> Normal:
    """Return ``text`` cleaned and in lower case, with its way back to the source."""
    normal = Normal(text)
    if not text.isascii():
        normal = _clean_unicode(normal)
    if _maybe_spaced(normal.cased):
        normal = normal.rewrite(_spaced, _without_signs)
    if _maybe_masked(normal.cased):
        normal = normal.rewrite(_masked, _crossed_out)
    return finish(normal)


def finish(normal: Normal) -> Normal:
    lowered = _lower(normal.cased)
    normal.text = lowered.replace("n't", " " + NOT_MARK).replace("'", " ")
    return normal


def _lower(text: str) -> str:
    """Return the text in lower case and of the same length."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(
            low if len(low := char.lower()) == 1 else char for char in text
        )
    return lowered


def _clean_unicode(normal: Normal) -> Normal:
    if _suspect(normal.cased):
        if _has_invisible(normal.cased):
            normal = normal.rewrite(_invisible, _nothing)
        odd = len(_compat.findall(normal.cased))
        if odd > _MANY:
            normal.cased = normal.cased.translate(_compat_table())
        if odd:
            normal = normal.rewrite(_compat, _plain)
        if _has_mark(normal.cased):
            normal = normal.rewrite(_marked, _composed)
    text = normal.cased
    for odd, plain in _PLAIN:
        text = text.replace(odd, plain)
    if _has_cyrillic(text) and _has_latin(text) and _script_seam.search(text):
        text = _unmix_scripts(text)
    normal.cased = text
    return normal


def _nothing(_text: str) -> str:
    return ""


@functools.cache
def _compat_table() -> dict[int, str]:
    """Return what stands for one character each."""
    odd = filter(_compat.match, map(chr, range(0x2100, 0x1D800)))
    return {ord(char): plain for char in odd if len(plain := _plain(char)) == 1}


@functools.lru_cache(4096)
def _plain(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


@functools.lru_cache(4096)
def _composed(marked: str) -> str:
    """Join a letter with its accent; accents that join with nothing are dropped."""
    # More than a few marks on one letter are decoration; composing all of them would
    # take quadratic time.
    first = unicodedata.normalize("NFC", marked[:4])[0]
    return "" if unicodedata.combining(first) else first


def _unmix_scripts(text: str) -> str:
    """Turn letters of the smaller script in a mixed word into their look-alikes."""
    parts, done = [], 0
    for seam in _script_seam.finditer(text):
        start = seam.start()
        if start < done:
            continue
        while start > done and _letters(text[start - 1]):
            start -= 1
        word = _letters(text, start)[0]
        parts += text[done:start], _in_one_script(word)
        done = start + len(word)
    parts.append(text[done:])
    return "".join(parts)


@functools.lru_cache(4096)
def _in_one_script(word: str) -> str:
    """Write a mixed word in the script that all its letters can take."""
    cyrillic, latin = word.translate(_TO_CYRILLIC), word.translate(_TO_LATIN)
    if 2 * len(_cyrillic_letter(word)) < len(word) and not _has_cyrillic(latin):
        return latin
    return latin if _has_latin(cyrillic) else cyrillic


def _without_signs(spaced: str) -> str:
    return spaced.replace(spaced[1], "")


def _crossed_out(masked: str) -> str:
    return _signs(_CROSSED_OUT, masked)

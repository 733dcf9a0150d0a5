"""Cut normalised or source text into sentences and sentences into tokens.

Complaints are written in haste: no capital after a full stop, no space after it,
lines wrapped by a mail program. The rules prefer a cut too few to one too many,
because a threat cut in two is a threat lost.
"""

import re
from collections.abc import Iterator

# A sentence without any stop is cut at a space, so that work stays linear.
LONGEST = 1200

_stops = re.compile(r"[.!?…][.!?…\"'»”)\]]*|\n[ \t]*\n\s*|\n").finditer
_wordlike = re.compile(r"[^\W_]+$").search
_next_start = re.compile(r"\s*([\"'«„“(\[]*)([^\s])?").match
_bullet = re.compile(r"\s*(?:[-*•–—]\s|\(?\d{1,2}[.)]\s)").match
# Written with a stop that ends nothing; a single letter never ends a sentence either.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr st no vs etc eg ie inc ltd co corp jr sr dept approx art sec par "
    "ул г гг д кв стр руб коп тыс млн т им п пп ст тел обл пр просп корп др см напр "
    "utt piem tālr tel nr st lpp plkst sk proc p g gs d pvz pan šių žr el r m "
    "mėn".split()
)
_WRAP_WIDTH = 50

# Replacing these one by one and splitting is far quicker than matching words.
_PUNCTUATION = '.,;:!?()[]"«»„“”/…-–—*<>@#=&|{}+_\n'


def words(text: str) -> list[str]:
    """Return the words among the tokens of a text, quickly, for looking them up."""
    for mark in _PUNCTUATION:
        text = text.replace(mark, " ")
    found = text.split()
    odd = [word for word in found if not word.isalnum()]
    for word in odd:
        found += tokens(word)
    return found


tokens = re.compile(r"[^\W_]+|[,;:()?—–]").findall
token_spans = re.compile(r"[^\W_]+|[,;:()?—–]").finditer


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield ``(start, end)`` of each sentence of ``text[start:end]``, in order."""
    begin = start
    for stop in _stops(text, start, end):
        if stop.start() < begin:
            continue
        if stop[0][0] == "\n":
            if stop.end() - stop.start() == 1 and not _line_ends(
                text, begin, stop, end
            ):
                continue
            cut = stop.start()
        elif _is_end(text, begin, stop, end):
            cut = stop.end()
        else:
            continue
        if cut > begin:
            yield from _pieces(text, begin, cut)
        begin = stop.end()
    if begin < end:
        yield from _pieces(text, begin, end)


def _line_ends(text: str, begin: int, stop: re.Match, end: int) -> bool:
    """A short line ends a sentence, or a list item after it; a wrapped one does not."""
    line = text.rfind("\n", begin, stop.start()) + 1 or begin
    if _bullet(text, stop.end(), end):
        return True
    if stop.start() - line >= _WRAP_WIDTH:
        return False
    following = text[stop.end() : stop.end() + 1]
    return not following.islower()


def _is_end(text: str, begin: int, stop: re.Match, end: int) -> bool:
    following = _next_start(text, stop.end(), end)[2]
    if following is None or stop[0][0] in "!?":
        return True
    word = _wordlike(text[max(begin, stop.start() - 12) : stop.start()])
    if not text[stop.end()].isspace():
        return following.isupper() and bool(word) and text[stop.start() - 1].islower()
    if len(stop[0]) > 1:
        return True
    if word and (len(word[0]) == 1 or word[0].lower() in _ABBREVIATIONS):
        return len(word[0]) == 1 and word[0].isdigit() and following.isupper()
    return not (following.islower() and word and len(word[0]) <= 3)


def _pieces(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while end - begin > LONGEST:
        cut = text.rfind(" ", begin + LONGEST // 2, begin + LONGEST) + 1
        cut = cut or begin + LONGEST
        yield begin, cut
        begin = cut
    yield begin, end

"""Cut normalised or source text into sentences and sentences into tokens.

Complaints are written in haste: no capital after a full stop, no space after it,
lines wrapped by a mail program. The rules prefer a cut too few to one too many,
because a threat cut in two is a threat lost.
"""

import re
from collections.abc import Iterator

# A sentence without any stop is cut at a space, so that work stays linear.
LONGEST = 1200

# One stop with what clings to it and the first letter behind, or a line end with the
# blank lines after it.
_stops = re.compile(
    r"[.!?…\n](?:(?<=\n)(?:[ \t]*\n\s*)?"
    r"|[.!?…\"'»”)\]]*(?=\s*[\"'«„“(\[]*(\S)?))"
).finditer
is_cyrillic = re.compile("[\u0400-\u04ff]").search
_wordlike = re.compile(r"[^\W_]+\Z").search
_bullet = re.compile(r"\s*(?:[-*•–—]\s|\(?\d{1,2}[.)]\s)").match
# Written with a stop that ends nothing; a single letter never ends a sentence either.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr st no vs etc eg ie inc ltd co corp jr sr dept approx art sec par "
    "ул г гг д кв стр руб коп тыс млн т им п пп ст тел обл пр просп корп др см напр "
    "utt piem tālr tel nr st lpp plkst sk proc p g gs d pvz pan šių žr el r m "
    "mėn "
    "дог мес чел рис ред гл ч час мин сек кг см мм км эт подр вх исх рег юр физ мкр "
    "пос дер ин пр прим".split()
)
_WRAP_WIDTH = 50

# Replacing these one by one and splitting is far quicker than matching words.
_BETWEEN_WORDS = '.,;:!?()[]"«»„“”/…-–—*<>@#=&|{}+_$%£€№•\n\r\t\xa0'
_no_word = re.compile(r"[^\w ]|_").sub


def spaced(text: str) -> str:
    """Return a text of the same length with blanks for all that is part of no word.

    So its words, without marks, are quickly looked up.
    """
    for mark in _BETWEEN_WORDS:
        text = text.replace(mark, " ")
    letters = text.replace(" ", "")
    return text if letters.isalnum() or not letters else _no_word(" ", text)


def words(text: str) -> list[str]:
    """Return the words of a text, without marks."""
    return spaced(text).split()


# Marks that are tokens, too.
MARKS = frozenset(",;:()?—–")
# Angry, sick and rude signs, which say what words do.
FACES = frozenset("😠😡🤬😤👿😾💩🤮🤢🤡🙄🤦🖕👎")
_token = re.compile(rf"[^\W_]+|[{''.join(sorted(MARKS | FACES))}]")
tokens, token_spans = _token.findall, _token.finditer


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield ``(start, end)`` of each sentence of ``text[start:end]``, in order."""
    begin = start
    for stop in _stops(text, start, end):
        first, last = stop.span()
        if first < begin:
            continue
        if text[first] == "\n":
            if last - first == 1 and not _line_ends(text, begin, first, end):
                continue
            cut = first
        elif _is_end(text, begin, first, last, stop[1]):
            cut = last
        else:
            continue
        if cut - begin > LONGEST:
            yield from _pieces(text, begin, cut)
        elif cut > begin:
            yield begin, cut
        begin = last
    if begin < end:
        yield from _pieces(text, begin, end)


def _line_ends(text: str, begin: int, stop: int, end: int) -> bool:
    """A short line ends a sentence, or a list item after it; a wrapped one does not."""
    line = text.rfind("\n", begin, stop) + 1 or begin
    if _bullet(text, stop + 1, end):
        return True
    if stop - line >= _WRAP_WIDTH:
        return False
    return not text[stop + 1 : stop + 2].islower()


def _is_end(
    text: str, begin: int, first: int, last: int, following: str | None
) -> bool:
    """Tell whether the stop ``first:last`` ends the sentence that began at ``begin``.

    :param following: the first letter behind it
    """
    if following is None or text[first] in "!?":
        return True
    word = _last_word(text[max(begin, first - 12) : first])
    if not text[last].isspace():
        return following.isupper() and bool(word) and text[first - 1].islower()
    if last - first > 1 or not word:
        return True
    if len(word) == 1 or word.lower() in _ABBREVIATIONS:
        return len(word) == 1 and word.isdigit() and following.isupper()
    # "2025. gada", "etc. and"; but people who write without capitals end sentences,
    # too, and the abbreviations of Russian are known.
    short = len(word) <= 3 and not is_cyrillic(word)
    return not (following.islower() and (short or word.isdigit()))


def _last_word(text: str) -> str:
    """Return the letters and figures at the end of a text."""
    last = text.rpartition(" ")[2]
    if last.isalnum():
        return last
    found = _wordlike(last)
    return found[0] if found else ""


def _pieces(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while end - begin > LONGEST:
        cut = text.rfind(" ", begin + LONGEST // 2, begin + LONGEST) + 1
        cut = cut or begin + LONGEST
        yield begin, cut
        begin = cut
    yield begin, end

"""Russian in Latin letters, brought back to its own alphabet.

People write it by ear, in several ways: ``ya``, ``ja`` or ``ia``, ``shch`` or ``sch``,
with an apostrophe for the soft sign or without. So each word is read unit by unit, the
longest first, and where the soft sign is left out, common endings put it back.
"""

import functools
import re
from collections.abc import Container

from .normalise import Normal, finish

_UNITS = {
    "shch": "щ", "sch": "щ", "shh": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц",
    "ch": "ч", "sh": "ш", "yu": "ю", "ju": "ю", "iu": "ю", "ya": "я", "ja": "я",
    "yo": "е", "jo": "е", "ye": "е", "je": "е",
    "a": "а", "b": "б", "v": "в", "w": "в", "g": "г", "d": "д", "e": "е", "z": "з",
    "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п",
    "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц", "x": "х",
    "y": "ы", "q": "к", "4": "ч", "6": "ш",
}  # fmt: skip
# Units that depend on what stands beside them, tried in this order before the others.
_END = r"(?![\w'])"
_BESIDE = (
    # Reflexive verbs: the infinitive after these vowels, the third person after others.
    (rf"(?<=[aiy])ts(?:ya|ja|ia){_END}", "ться"),
    (rf"ts(?:ya|ja|ia){_END}", "тся"),
    (r"ts(?=tv)", "тс"),
    (r"\bsch(?=[aei]t|ast)", "сч"),
    (rf"\be(?=t(?:[aiou]|ot|im|om|ogo){_END})", "э"),
    (rf"(?:iy|ij|ii){_END}", "ий"),
    (rf"(?:yy|yj|yi){_END}", "ый"),
    (r"i(?:ya|ja|ia)", "ия"),
    (r"i(?:yu|ju|iu)", "ию"),
    (rf"ia{_END}", "ия"),
    (r"(?<=[bcdfghklmnprstvz])ia", "я"),
    # й after a vowel: "moi", "poidu", "poiti", "reis", but not "stoit".
    (r"(?<=[aeou])(?:y|j)(?![aeouiy])", "й"),
    (rf"(?<=[aeou])i(?={_END}|[dnk]|t[ie]{_END})", "й"),
    (r"(?<=e)i(?=s)", "й"),
    # The soft sign where it is left out.
    (rf"(?<=[a-z])us{_END}", "усь"),
    (
        r"(?<!advok)(?<!vozvr)(?<!kandid)(?<!rezult)(?<!apart)(?<!br)(?<=[a-z]{2})"
        rf"at{_END}",
        "ать",
    ),
    (rf"(?<!visit)(?<!kred)(?<!sto)(?<=[a-z]{{2}})it{_END}", "ить"),
    (rf"(?<=n)ost{_END}", "ость"),
    (rf"(?<=[ai])tel{_END}", "тель"),
    (r"deng", "деньг"),
    (r"pism", "письм"),
    (r"aln", "альн"),
    (r"eln", "ельн"),
    (r"iln", "ильн"),
    (r"olk(?=o)", "ольк"),
    (r"olsh", "ольш"),
    (r"elz", "ельз"),
    (rf"\bochen{_END}", "очень"),
    (rf"\bden{_END}", "день"),
    (rf"\besh?che{_END}|\beshe{_END}", "еще"),
    (r"(?<=[bcdfghklmnprstvz])'", "ь"),
)  # fmt: skip
_unit = re.compile(
    "|".join([f"(?P<b{at}>{beside})" for at, (beside, _new) in enumerate(_BESIDE)])
    + "|"
    + "|".join(_UNITS)
)
# A figure within a word stands for a letter; alone it is a figure.
_word = re.compile(r"(?=[46]*[a-z])[a-z46]+(?:'(?![^\W_]*')[a-z]*)*", re.I)


def russian_from_latin(normal: Normal, but: Container[str] = ()) -> Normal:
    """Return Russian written in Latin letters in its own alphabet.

    :param but: names and other words that Russians write in Latin letters
    """

    def replace(word: str) -> str:
        return word if word.lower() in but else _russian(word)

    return finish(normal.rewrite(_word, replace))


@functools.lru_cache(20_000)
def _russian(word: str) -> str:
    new = _unit.sub(_new, word.lower())
    if word.isupper() and len(word) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if word[0].isupper() else new


def _new(match: re.Match) -> str:
    if match.lastgroup is None:
        return _UNITS[match[0]]
    return _BESIDE[int(match.lastgroup[1:])][1]

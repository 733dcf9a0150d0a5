"""A phrase in plain words becomes a rule: every telling word in any of its forms."""

import re
from itertools import pairwise

from .finding import KINDS
from .normalise import NOT_MARK, normalise
from .own_rules import PhraseRule
from .pattern import Element
from .reader import LexiconError, Reader
from .screener import Screener, default_screener

MOST_LETTERS = 300
MOST_WORDS = 12
FEWEST_LETTERS = 2
# Words that may stand between two telling words of a phrase.
_GAP = 2
_WIDEST_GAP = 5
_MOST_FORMS = 200
# A rule holds at most so many patterns and letters in a text.
_MOST_PATTERNS = 100
_LONGEST_TEXT = 1000
_book_id = re.compile(r"book\.([a-z]+)\.[a-z0-9_]+\Z").match
_words_of = re.compile(r"[^\W_]+").findall


class PhraseError(ValueError):
    """A phrase that cannot become a rule, said in plain words.

    :param reason: ``empty``, ``short``, ``stop_words``, ``too_many_words``,
        ``too_long``, ``too_wide`` or ``unknown_language``
    :param count: how many letters or words were found
    :param limit: how many there may or must be, 0 when that is not the point
    """

    def __init__(self, reason: str, text: str, count: int = 0, limit: int = 0):
        super().__init__(text)
        self.reason, self.count, self.limit = reason, count, limit


def pattern_of(phrase: str, language: str, screener: Screener | None = None) -> str:
    """Return the pattern of a phrase in plain words.

    Telling words stand for all their forms, small ones may be missing, and up to two
    other words may come between. What denies must be there.

    :raises PhraseError: when the phrase says nothing, or too much
    """
    parts = _parts(phrase, language, screener)
    needed = [at for at, (_item, told) in enumerate(parts) if told]
    if len(needed) == 1:
        # A single telling word keeps the small ones that the author gave it.
        return " ..1 ".join(item for item, _told in parts)
    items = [parts[needed[0]][0]]
    for before, at in pairwise(needed):
        gap = min(_GAP + at - before - 1, _WIDEST_GAP)
        items += [f"..{gap}", parts[at][0]]
    return " ".join(items)


def _parts(
    phrase: str, language: str, screener: Screener | None
) -> list[tuple[str, bool]]:
    """Return what stands for each word, and whether the word tells something."""
    if len(phrase) > MOST_LETTERS:
        raise PhraseError(
            "too_long",
            f"The phrase has {len(phrase)} characters, {MOST_LETTERS} are allowed.",
            *(len(phrase), MOST_LETTERS),
        )
    grammar = _grammar(language, screener)
    words = _words_of(normalise(phrase).text)
    letters = sum(map(len, words))
    if not letters:
        raise PhraseError("empty", "The phrase has no words.", 0, 1)
    if letters < FEWEST_LETTERS:
        raise PhraseError(
            "short",
            f"The phrase has {letters} letter, at least {FEWEST_LETTERS} are needed.",
            *(letters, FEWEST_LETTERS),
        )
    denial = grammar.inflection.denial
    empty = grammar.empty_words | denial
    telling = [word for word in words if word not in empty]
    denied = any(word in denial for word in words)
    wide = len(telling) == 1 and telling[0] in grammar.frequent and not denied
    if not telling or wide:
        raise PhraseError(
            "stop_words",
            f"All words of the phrase ({len(words)}) are too frequent: such a rule "
            "would find nearly every message.",
            *(len(words), 0),
        )
    if len(telling) > MOST_WORDS:
        raise PhraseError(
            "too_many_words",
            f"The phrase has {len(telling)} telling words, {MOST_WORDS} are allowed.",
            *(len(telling), MOST_WORDS),
        )
    return [
        (_item(word, word in empty), word not in empty or word in denial)
        for word in words
    ]


def _item(word: str, literal: bool) -> str:
    if word == NOT_MARK:
        return "n't"
    return word if literal or not word.isalpha() else f"~{word}"


def _grammar(language: str, screener: Screener | None) -> Reader:
    screener = screener or default_screener()
    if language not in screener.languages:
        raise PhraseError(
            "unknown_language",
            f"There is no lexicon for {language!r}, only for "
            f"{', '.join(screener.languages)}.",
        )
    return screener.lexicon(language).grammar


def forms_of(
    phrase: str, language: str, screener: Screener | None = None
) -> dict[str, list[str]]:
    """Return the telling words of a phrase, each with the forms it stands for.

    :raises PhraseError: as ``pattern_of``
    """
    inflection = _grammar(language, screener).inflection
    return {
        item[1:]: sorted(inflection.forms(item[1:]))[:_MOST_FORMS]
        for item, _told in _parts(phrase, language, screener)
        if item.startswith("~")
    }


def rule_of(
    phrase: str,
    *,
    language: str,
    kind: str,
    name: str,
    grade: str = "",
    about: str = "",
    weight: int = 90,
    confidence: float = 0.9,
) -> PhraseRule:
    """Return the rule that finds a phrase.

    :param name: last part of its id: small Latin letters, digits and ``_``
    :raises PhraseError: as ``pattern_of``
    """
    return PhraseRule(
        language,
        kind,
        PhraseRule.id_of(language, name),
        (pattern_of(phrase, language),),
        about,
        grade,
        weight,
        confidence,
        (phrase,),
    )


def check(rule: PhraseRule, screener: Screener | None = None) -> None:
    """Make sure that a rule can be used and does what its examples say.

    :raises LexiconError: when it is malformed or an example fails
    :raises PhraseError: when it would find nearly every message
    """
    screener = screener or default_screener()
    check_form(rule, screener)
    for reason in failing([rule], screener).values():
        raise LexiconError(rule.id, *reason)


def check_form(rule: PhraseRule, screener: Screener) -> None:
    named = _book_id(rule.id)
    if not named or named[1] != rule.language:
        raise LexiconError(
            rule.id,
            "is no id of the phrase book",
            f"write it like {PhraseRule.id_of(rule.language, 'name')}",
        )
    if rule.kind not in KINDS:
        raise LexiconError(
            rule.id, f"has kind {rule.kind!r}", f"use one of {', '.join(KINDS)}"
        )
    if len(rule.patterns) > _MOST_PATTERNS:
        raise LexiconError(
            rule.id, f"has {len(rule.patterns)} patterns", f"keep {_MOST_PATTERNS}"
        )
    for text in (rule.about, *rule.patterns, *rule.yes, *rule.no):
        if len(text) > _LONGEST_TEXT:
            raise LexiconError(
                rule.id, f"has a text of {len(text)} characters", "shorten it"
            )
    lexicon = screener.extended([rule], alone=True).lexicon(rule.language)
    (parsed,) = lexicon.rules
    for pattern in parsed.patterns:
        if all(_is_wide(each, lexicon.frequent) for each in pattern.required):
            raise PhraseError(
                "too_wide",
                f"The pattern {pattern.text!r} has only frequent words "
                f"({len(pattern.required)}): it would find nearly every message.",
                *(len(pattern.required), 0),
            )


def _is_wide(element: Element, frequent: frozenset[str]) -> bool:
    """Tell whether texts without anything to say have the element, too."""
    if element.common or any(len(start) < 3 for start in element.starts):
        return True
    listed = element.tails.keys() <= element.words <= frequent
    return listed and not element.open


def failing(rules: list[PhraseRule], screener: Screener) -> dict[str, tuple[str, str]]:
    """Return the rules whose examples fail, with what is wrong and how to mend it."""
    alone = screener.extended(rules, alone=True)
    failed = {}
    for rule in rules:
        for wanted, texts in ((True, rule.yes), (False, rule.no)):
            for text in texts:
                result = alone.screen(text, lang=rule.language)
                if any(found.rule == rule.id for found in result.findings) != wanted:
                    what = "does not find" if wanted else "finds"
                    failed[rule.id] = (
                        f"{what} its example {text!r}",
                        "change the patterns or the example",
                    )
    return failed

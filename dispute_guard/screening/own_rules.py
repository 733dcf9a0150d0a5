"""Rules that an administrator adds to the shipped ones."""

from typing import NamedTuple

from .lexicon import Lexicon
from .match import Sentence
from .normalise import normalise
from .rule import Rule
from .sentence import tokens


class PhraseRule(NamedTuple):
    """A rule of the phrase book; a ``[[rule]]`` table of the lexicon format.

    ``id`` is ``book.<language>.<name>``; ``grade`` is empty unless ``kind`` is
    ``"legal_threat"``; ``weight`` is 0 to 100, ``confidence`` 0 to 1. ``yes`` are
    sentences the rule must find, the plain phrase of each pattern first, ``no`` others
    that it must leave alone.
    """

    language: str
    kind: str
    id: str
    patterns: tuple[str, ...]
    about: str = ""
    grade: str = ""
    weight: int = 90
    confidence: float = 0.9
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    @staticmethod
    def id_of(language: str, name: str) -> str:
        return f"book.{language}.{name}"

    def table(self) -> dict:
        """Return the rule as it stands in a file, without what is empty."""
        values = self._asdict()
        del values["language"], values["kind"]
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in values.items()
            if value or key in ("weight", "confidence")
        }


class Change(NamedTuple):
    """What a screener does otherwise than the shipped lexicons say.

    :param rules: further rules
    :param quiet: ids of rules that are found besides the others and make no level
    :param without: ids of shipped rules that are left out
    :param alone: leave all shipped rules out
    """

    rules: tuple[PhraseRule, ...]
    quiet: frozenset[str]
    without: frozenset[str]
    alone: bool


def changed(lexicon: Lexicon, change: Change) -> Lexicon:
    """Return the lexicon as changed; the given one stays as it is.

    :raises LexiconError: when a rule cannot be used
    """
    given = [rule for rule in change.rules if rule.language == lexicon.language]
    own = [_parsed(lexicon, rule) for rule in given]
    probe = lexicon.with_rules(own)
    for at, rule in enumerate(given):
        for phrase in rule.yes[: len(rule.patterns)]:
            own[at] = _at_home(own[at], phrase, probe)
    shipped = [
        rule._replace(apart=True) if rule.id in change.quiet else rule
        for rule in lexicon.rules
        if not change.alone and rule.id not in change.without
    ]
    if not own and shipped == lexicon.rules:
        return lexicon
    return lexicon.with_rules(shipped + own)


def _parsed(lexicon: Lexicon, given: PhraseRule) -> Rule:
    """Read a rule; it stands apart, and is enough for a kind with a threshold."""
    rule = lexicon.grammar.rule(given.kind, given.table(), "phrase book")
    weight = max(rule.weight, lexicon.thresholds.get(given.kind, 0))
    return rule._replace(apart=True, weight=weight)


def _at_home(rule: Rule, phrase: str, lexicon: Lexicon) -> Rule:
    """Take away the contexts that the phrase itself would meet.

    The words of the phrase were chosen by a person who knows that they deny, ask or
    speak of others.
    """
    normal = normalise(phrase)
    found = tokens(normal.text)
    lexicon.learn(set(found))
    found = lexicon.correct(found)
    mask = lexicon.mask(found)
    sentence = Sentence(normal, 0, len(normal.text), lexicon, found, mask)
    for pattern in rule.patterns:
        for span in sentence.find(pattern):
            met = sentence.met(rule, span)
            rule = rule._replace(
                unless=tuple(each for each in rule.unless if each not in met),
                who=rule.who if sentence.has_speaker(rule.who, span) else "any",
            )
    return rule

"""Read a language folder.

A folder ``lexicon/<language>/`` holds ``language.toml`` (function words),
``concepts.toml`` (named sets of words), ``contexts.toml`` (what turns a hit into
something weaker or nothing), one file a kind with its rules, and ``forms.json``, the
word forms that ``lexicon/build.py`` generated. ``docs/screening.md`` is the manual.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomllib

from .finding import GRADES, KINDS
from .inflection import Inflection
from .lexicon import Lexicon
from .normalise import normalise
from .pattern import (
    Element,
    Parser,
    Pattern,
    PatternError,
    parse_words,
    respelt,
    spelling_of,
    union,
)
from .rule import Context, Rule
from .sentence import tokens

WHO = ("any", "self", "not_other")
WHERE = ("before", "after", "inside", "around", "sentence", "quotation")
EFFECTS = ("drop", "mention", "conditional")
_RULE_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+\Z").match
_RULE_KEYS = {
    "id", "about", "grade", "weight", "confidence", "who", "patterns", "unless",
    "allow", "yes", "no",
}  # fmt: skip
_KIND_KEYS = {"rule", "unless", "threshold", "who", "about"}
_CONTEXT_KEYS = {"about", "where", "reach", "effect", "patterns", "across"}
_CONCEPT_KEYS = {
    "about",
    "words",
    "lemmas",
    "tags",
    "ends",
    "common",
    "starts",
    "endings",
    "except_words",
    "forms",
    "of",
    "strict",
    "fuzzy",
}


class LexiconError(Exception):
    """A lexicon that cannot be used: names the file, what is wrong, how to mend it."""

    def __init__(self, file: Path | str, what: str, mend: str):
        super().__init__(f"{file}: {what}. To mend it: {mend}")
        self.file, self.what, self.mend = str(file), what, mend


def load_lexicon(folder: Path) -> Lexicon:
    """Read one language folder.

    :raises LexiconError: when a file is missing, does not parse or contradicts itself
    """
    reader = Reader(folder)
    lexicon = Lexicon(folder.name, reader)
    lexicon.frequent = reader.function_words | reader.frequent
    lexicon.everyday = (lexicon.frequent | reader.loud) - reader.abbreviations
    lexicon.special = {
        name: reader.concept(name) for name in ("SELF", "OTHER", "CLAUSE", "JOIN")
    }
    for kind in KINDS:
        if (folder / f"{kind}.toml").exists():
            rules, threshold = reader.read_kind(kind)
            lexicon.rules += rules
            lexicon.thresholds[kind] = threshold
    if not lexicon.rules:
        raise LexiconError(folder, "no rules", "add a file such as legal_threat.toml")
    lexicon.finish()
    return lexicon


class Reader:
    """Reads the files of one folder and knows which one it is reading."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder
        language = self.parse("language.toml")
        function_words = language.get("function_words", {})
        self.function_words = _words(*function_words.values())
        # Function words in the strict sense: they say nothing by themselves.
        self.empty_words = _words(
            *(text for name, text in function_words.items() if name != "everyday")
        )
        self.frequent = _words(language.get("frequent", ""))
        self.loud = _words(language.get("loud", ""))
        self.abbreviations = _words(language.get("abbreviations", ""))
        self.spellings = [spelling_of(each) for each in language.get("spellings", [])]
        self.inflection = self._read_inflection()
        self.concepts: dict[str, Element] = {}
        self.parser = Parser(self.concepts, self.spellings, self.inflection.element)
        self._read_concepts()
        self.contexts = self._read_contexts()
        self._ids: set[str] = set()
        # What the rules of a kind have by default.
        self.defaults: dict[str, dict] = {}

    def _read_inflection(self) -> Inflection:
        table = self.parse("inflection.toml")
        try:
            return Inflection(table, self.spellings, self.empty_words)
        except PatternError as error:
            raise self.fail(str(error), error.mend) from error

    def fail(self, what: str, mend: str) -> LexiconError:
        return LexiconError(self.file, what, mend)

    def parse(self, name: str) -> dict[str, Any]:
        self.file = self.folder / name
        try:
            return tomllib.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise self.fail("the file is missing", "restore it") from error
        except (OSError, UnicodeDecodeError) as error:
            raise self.fail(f"cannot be read ({error})", "save it as UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            raise self.fail(
                f"is not TOML ({error})", "look at the line named"
            ) from error

    def check_keys(self, what: str, table: Any, allowed: set[str]) -> None:
        if not isinstance(table, dict):
            raise self.fail(
                f"{what} is not a table", "write it as [name] with keys below"
            )
        unknown = sorted(set(table) - allowed)
        if unknown:
            raise self.fail(
                f"{what} has unknown key {unknown[0]!r}",
                f"use one of {', '.join(sorted(allowed))}",
            )

    def texts(self, what: str, value: Any) -> list[str]:
        if not isinstance(value, list) or not all(
            isinstance(item, str) for item in value
        ):
            raise self.fail(f"{what} is not a list of texts", 'write ["one", "two"]')
        return value

    def _read_concepts(self) -> None:
        tables = self.parse("concepts.toml")
        forms = self._read_forms()
        self.file = self.folder / "concepts.toml"
        for name, table in tables.items():
            self.check_keys(name, table, _CONCEPT_KEYS)
            if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
                raise self.fail(f"concept {name!r} is not in capitals", "write it so")
            if table.get("lemmas") and name not in forms:
                raise self.fail(
                    f"{name} has lemmas without word forms", "run lexicon/build.py"
                )
            self.concepts[name] = self._concept_of(name, table, forms.get(name, []))

    def _concept_of(self, name: str, table: dict, forms: list[str]) -> Element:
        def spelt(key: str, more: Iterable[str] = ()) -> list[str]:
            words = self.texts(f"{name}.{key}", table.get(key, []))
            return self.spelt([*words, *more], table)

        endings = spelt("endings")
        if any(len(ending) < 2 for ending in endings):
            raise self.fail(
                f"{name} has an ending of one letter", "write the letter before it, too"
            )
        flags = {key: bool(table.get(key)) for key in ("common", "fuzzy")}
        listed = Element(
            name,
            parse_words(spelt("words", forms)),
            starts=spelt("starts"),
            ends=endings,
            but=frozenset(spelt("except_words")),
            **flags,
        )
        parts = [
            self._any_form(name, word)
            for word in self.texts(f"{name}.forms", table.get("forms", []))
        ]
        for other in self.texts(f"{name}.of", table.get("of", [])):
            if other not in self.concepts:
                raise self.fail(f"{name} is of {other}", "let that stand above it")
            parts.append(self.concepts[other])
        return union(name, [listed, *parts], **flags) if parts else listed

    def _any_form(self, name: str, word: str) -> Element:
        found = tokens(normalise(word).text)
        if len(found) != 1:
            raise self.fail(f"{name}.forms has {word!r}", "write single words")
        return self.inflection.element(found[0])

    def spelt(self, words: list[str], table: dict) -> list[str]:
        """Add the ways people write the words without the letters of the language."""
        if table.get("strict"):
            return words
        return list(dict.fromkeys(words + respelt(words, self.spellings)))

    def _read_forms(self) -> dict[str, list[str]]:
        file = self.folder / "forms.json"
        if not file.exists():
            return {}
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            self.file = file
            raise self.fail(
                f"cannot be read ({error})", "run lexicon/build.py"
            ) from error

    def concept(self, name: str) -> Element:
        if name not in self.concepts:
            raise self.fail(f"concept {name} is missing", "add it to concepts.toml")
        return self.concepts[name]

    def patterns(self, where: str, texts: Any) -> tuple[Pattern, ...]:
        found = []
        for text in self.texts(f"{where}.patterns", texts):
            try:
                found.append(self.parser.parse(text))
            except PatternError as error:
                raise self.fail(
                    f"{where}: pattern {text!r} {error}", error.mend
                ) from error
        if not found:
            raise self.fail(f"{where} has no patterns", "add one")
        return tuple(found)

    def _read_contexts(self) -> dict[str, Context]:
        contexts = {}
        for name, table in self.parse("contexts.toml").items():
            self.check_keys(name, table, _CONTEXT_KEYS)
            where = self.choice(name, table, "where", WHERE, "around")
            bare = where == "quotation" and "patterns" not in table
            contexts[name] = Context(
                name,
                where,
                self.number(name, table, "reach", 50, 4),
                self.choice(name, table, "effect", EFFECTS, "drop"),
                () if bare else self.patterns(name, table.get("patterns", [])),
                bool(table.get("across")),
            )
        return contexts

    def choice(
        self, what: str, table: dict, key: str, allowed: tuple, default: str
    ) -> str:
        value = table.get(key, default)
        if value not in allowed:
            raise self.fail(
                f"{what}: {key} is {value!r}",
                f"use one of {', '.join(filter(None, allowed))}",
            )
        return value

    def number(self, what: str, table: dict, key: str, most: int, default: float):
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(f"{what}: {key} is {value!r}", "write a number")
        if not 0 <= value <= most or (most > 1 and not isinstance(value, int)):
            raise self.fail(f"{what}: {key} is {value!r}", f"write 0 to {most}")
        return value

    def read_kind(self, kind: str) -> tuple[list[Rule], int]:
        table = self.parse(f"{kind}.toml")
        self.check_keys("the file", table, _KIND_KEYS)
        self.defaults[kind] = {**table, "rule": []}
        rules = [self.rule(kind, each) for each in table.get("rule", [])]
        for rule in rules:
            if rule.id in self._ids:
                raise self.fail(f"rule id {rule.id!r} is used twice", "make it unique")
            self._ids.add(rule.id)
        return rules, self.number("the file", table, "threshold", 1000, 0)

    def rule(self, kind: str, table: dict, source: Path | str = "") -> Rule:
        """Read one rule, with what the file of its kind says by default.

        :param source: where the rule stands, by default in the file read last
        """
        self.file = source or self.file
        defaults = self.defaults.get(kind, {})
        name = (
            table.get("id", "a rule without id") if isinstance(table, dict) else "rule"
        )
        self.check_keys(name, table, _RULE_KEYS)
        if not isinstance(name, str) or not _RULE_ID(name):
            raise self.fail(
                f"rule id {name!r} is malformed", "write it like en.legal.sue"
            )
        legal = kind == "legal_threat"
        names = self.texts(
            f"{name}.unless", table.get("unless", defaults.get("unless", []))
        )
        allowed = self.texts(f"{name}.allow", table.get("allow", []))
        for context in (*names, *allowed):
            if context not in self.contexts:
                raise self.fail(
                    f"{name}: no context {context!r}", "add it to contexts.toml"
                )
        return Rule(
            name,
            kind,
            self.choice(
                name, table, "grade", GRADES if legal else ("",), "announced" * legal
            ),
            self.number(name, table, "weight", 100, 50),
            self.number(name, table, "confidence", 1, 0.9),
            self.choice(name, table, "who", WHO, defaults.get("who", "any")),
            self.patterns(name, table.get("patterns", [])),
            tuple(self.contexts[each] for each in names if each not in allowed),
            tuple(self.texts(f"{name}.yes", table.get("yes", []))),
            tuple(self.texts(f"{name}.no", table.get("no", []))),
            str(table.get("about", "")),
        )


def _words(*groups: str) -> frozenset[str]:
    return frozenset(word for group in groups for word in group.split())

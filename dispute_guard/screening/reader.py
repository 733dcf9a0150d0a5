"""Read a language folder.

A folder ``lexicon/<language>/`` holds ``language.toml`` (function words),
``concepts.toml`` (named sets of words), ``contexts.toml`` (what turns a hit into
something weaker or nothing), one file a kind with its rules, and ``forms.json``, the
word forms that ``lexicon/build.py`` generated. ``docs/screening.md`` is the manual.
"""

import json
import re
from pathlib import Path
from typing import Any

import tomllib

from .finding import GRADES, KINDS
from .lexicon import Context, Lexicon, Rule
from .pattern import Element, Pattern, PatternError, parse_pattern, parse_words

WHO = ("any", "self", "not_other")
WHERE = ("before", "after", "inside", "around", "sentence")
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
    reader = _Reader(folder)
    lexicon = Lexicon(folder.name)
    language = reader.parse("language.toml")
    groups = [
        *language.get("function_words", {}).values(),
        language.get("frequent", ""),
    ]
    lexicon.frequent = frozenset(word for group in groups for word in group.split())
    reader.spellings = language.get("spellings", [])
    reader.read_concepts()
    lexicon.special = {
        name: reader.concept(name) for name in ("SELF", "OTHER", "CLAUSE", "JOIN")
    }
    contexts = reader.read_contexts()
    ids: set[str] = set()
    for kind in KINDS:
        if (folder / f"{kind}.toml").exists():
            rules, threshold = reader.read_kind(kind, contexts, ids)
            lexicon.rules += rules
            lexicon.thresholds[kind] = threshold
    if not lexicon.rules:
        raise LexiconError(folder, "no rules", "add a file such as legal_threat.toml")
    lexicon.finish()
    return lexicon


def respelt(words: list[str], spellings: list[dict[str, str]]) -> list[str]:
    """Return the words in other spellings, letter by letter.

    :param spellings: maps such as ``{"ā": "a"}`` or ``{"ā": "aa"}``
    """
    tables = [str.maketrans(spelling) for spelling in spellings]
    return [
        new
        for word in words
        for table in tables
        if (new := word.translate(table)) != word
    ]


class _Reader:
    """Reads the files of one folder and knows which one it is reading."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder
        self.concepts: dict[str, Element] = {}
        self.spellings: list[dict[str, str]] = []

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

    def read_concepts(self) -> None:
        tables = self.parse("concepts.toml")
        forms = self._read_forms()
        self.file = self.folder / "concepts.toml"
        for name, table in tables.items():
            self.check_keys(name, table, _CONCEPT_KEYS)
            if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
                raise self.fail(f"concept {name!r} is not in capitals", "write it so")
            words = list(self.texts(f"{name}.words", table.get("words", [])))
            if table.get("lemmas") and name not in forms:
                raise self.fail(
                    f"{name} has lemmas without word forms", "run lexicon/build.py"
                )
            words += forms.get(name, ())
            self.concepts[name] = Element(
                name,
                parse_words(self.spelt(words, table)),
                tuple(
                    self.spelt(
                        self.texts(f"{name}.starts", table.get("starts", [])), table
                    )
                ),
                bool(table.get("common")),
                bool(table.get("fuzzy")),
            )

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
                found.append(parse_pattern(text, self.concepts, self.spellings))
            except PatternError as error:
                raise self.fail(
                    f"{where}: pattern {text!r} {error}", error.mend
                ) from error
        if not found:
            raise self.fail(f"{where} has no patterns", "add one")
        return tuple(found)

    def read_contexts(self) -> dict[str, Context]:
        contexts = {}
        for name, table in self.parse("contexts.toml").items():
            self.check_keys(name, table, _CONTEXT_KEYS)
            contexts[name] = Context(
                name,
                self.choice(name, table, "where", WHERE, "around"),
                table.get("reach", 4),
                self.choice(name, table, "effect", EFFECTS, "drop"),
                self.patterns(name, table.get("patterns", [])),
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

    def read_kind(
        self, kind: str, contexts: dict[str, Context], ids: set[str]
    ) -> tuple[list[Rule], int]:
        table = self.parse(f"{kind}.toml")
        self.check_keys("the file", table, _KIND_KEYS)
        rules = [
            self.rule(kind, each, table, contexts, ids)
            for each in table.get("rule", [])
        ]
        return rules, table.get("threshold", 0)

    def rule(
        self, kind: str, table: dict, defaults: dict, contexts: dict, ids: set
    ) -> Rule:
        name = (
            table.get("id", "a rule without id") if isinstance(table, dict) else "rule"
        )
        self.check_keys(name, table, _RULE_KEYS)
        if not _RULE_ID(name) or name in ids:
            raise self.fail(
                f"rule id {name!r} is malformed or used twice", "make it unique"
            )
        ids.add(name)
        legal = kind == "legal_threat"
        names = self.texts(
            f"{name}.unless", table.get("unless", defaults.get("unless", []))
        )
        allowed = self.texts(f"{name}.allow", table.get("allow", []))
        for context in (*names, *allowed):
            if context not in contexts:
                raise self.fail(
                    f"{name}: no context {context!r}", "add it to contexts.toml"
                )
        return Rule(
            name,
            kind,
            self.choice(
                name, table, "grade", GRADES if legal else ("",), "announced" * legal
            ),
            table.get("weight", 50),
            table.get("confidence", 0.9),
            self.choice(name, table, "who", WHO, defaults.get("who", "any")),
            self.patterns(name, table.get("patterns", [])),
            tuple(contexts[each] for each in names if each not in allowed),
            tuple(self.texts(f"{name}.yes", table.get("yes", []))),
            tuple(self.texts(f"{name}.no", table.get("no", []))),
        )

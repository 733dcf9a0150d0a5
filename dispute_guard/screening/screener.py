"""Screen a message: segments, language, sentences, rules, quotes, level."""

import copy
import functools
import hashlib
from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path

import tomllib

from .finding import UNKNOWN, Finding, Screening, Segment, level_of
from .language import LATIN_RUSSIAN, LanguageGuesser, Signs, label
from .lexicon import Lexicon
from .markup import text_of_html
from .normalise import normalise
from .own_rules import Change, PhraseRule, changed
from .pattern import respelt, spelling_of
from .reader import LexiconError, load_lexicon
from .reading import Block, Place, Reading, Tally, blocks
from .rule import merged
from .segment import Segmenter
from .sentence import is_cyrillic, tokens

DATA_VERSION = "1"
LEXICON_DIR = Path(__file__).resolve().parent.parent / "lexicon"


class Screener:
    """Screens texts with the lexicons of one folder.

    :param lexicon_dir: folder with one folder a language; ours by default
    :param languages: codes to use, all by default
    :raises LexiconError: when a language file cannot be used
    """

    def __init__(
        self,
        lexicon_dir: Path | str | None = None,
        languages: Iterable[str] | None = None,
    ):
        self.folder = Path(lexicon_dir or LEXICON_DIR)
        available = available_languages(self.folder)
        self.languages = tuple(languages) if languages is not None else available
        for language in self.languages:
            if language not in available:
                raise LexiconError(
                    self.folder / language,
                    "no such language",
                    f"use {', '.join(available)}",
                )
        self._lexicons: dict[str, Lexicon] = {}
        # Ids of rules whose findings make no level.
        self._quiet: frozenset[str] = frozenset()
        tables = {code: self._read(f"{code}/language.toml") for code in available}
        others = self._read("others.toml")
        signs = {code: _signs(table) for code, table in (others | tables).items()}
        self._guesser = LanguageGuesser(signs, self.languages)
        self._segmenter = Segmenter(table.get("mail", {}) for table in tables.values())

    def _read(self, name: str) -> dict:
        file = self.folder / name
        try:
            return tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LexiconError(
                file, f"cannot be read ({error})", "mend or restore it"
            ) from error

    @functools.cached_property
    def version(self) -> str:
        """Name the data that findings rest on: its number and a digest of its files."""
        digest = hashlib.sha256()
        for file in sorted(self.folder.rglob("*.toml")) + sorted(
            self.folder.rglob("*.json")
        ):
            digest.update(file.relative_to(self.folder).as_posix().encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
        return f"{DATA_VERSION}+{digest.hexdigest()[:8]}"

    def lexicon(self, language: str) -> Lexicon:
        """Return the lexicon of a language, read on first use.

        :raises LexiconError: when one of its files cannot be used
        """
        if language not in self._lexicons:
            self._lexicons[language] = self._load(language)
        return self._lexicons[language]

    def _load(self, language: str) -> Lexicon:
        return load_lexicon(self.folder / language)

    def extended(
        self,
        rules: Iterable[PhraseRule],
        quiet: Iterable[str] = (),
        *,
        without: Iterable[str] = (),
        alone: bool = False,
    ) -> "Screener":
        """Return a screener that knows further rules; this one stays as it is.

        A further rule is found besides the others: it hides none and none hides it.

        :param quiet: ids of rules, further or shipped, that are found in the same way
            but make no level
        :param without: ids of shipped rules to leave out
        :param alone: leave all shipped rules out
        :raises LexiconError: when a rule cannot be used
        """
        change = Change(tuple(rules), frozenset(quiet), frozenset(without), alone)
        languages = {rule.language: rule for rule in change.rules}
        for language, rule in languages.items():
            if language not in self.languages:
                raise LexiconError(
                    rule.id,
                    f"has language {language!r}",
                    f"use {', '.join(self.languages)}",
                )
        screener = copy.copy(self)
        screener._lexicons, screener._quiet = {}, change.quiet
        screener._load = lambda language: changed(self.lexicon(language), change)
        for language in languages:
            screener.lexicon(language)
        digest = hashlib.sha256(
            repr((change.rules, sorted(quiet), sorted(without), alone)).encode()
        )
        screener.version = f"{self.version}+{digest.hexdigest()[:8]}"
        return screener

    def screen(
        self,
        text: str = "",
        *,
        subject: str = "",
        html: str | None = None,
        lang: str | None = None,
    ) -> Screening:
        """Screen one message.

        :param text: the plain body; leave it out when ``html`` carries the body
        :param subject: screened with the body, its findings have segment ``"subject"``
        :param lang: language code to believe when the text itself is too short to tell
        """
        marks = []
        if html is not None:
            text, marks = text_of_html(html)
        segments = self._segmenter.split(text, marks)
        parts = [list(blocks(text, segment)) for segment in segments]
        if subject.strip():
            whole = Segment("subject", 0, len(subject))
            parts.append(list(blocks(subject, whole)))
        name = label(self._settle_languages(parts, self._code(lang)))
        # The customer's own words first: a long history must not use up what is kept.
        parts.sort(key=lambda part: not (part and part[0].is_current))
        tally = Tally()
        findings = [found for part in parts for found in self._findings(part, tally)]
        findings.sort(key=lambda found: (found.segment == "subject", found.start))
        loud = [found for found in findings if found.rule not in self._quiet]
        return Screening(text, name, level_of(loud, name), tuple(findings), segments)

    def _code(self, hint: str | None) -> str:
        code = (hint or "").replace("-", "_").split("_")[0].lower()
        return code if code in self.languages else ""

    def _settle_languages(self, parts: list[list[Block]], hint: str) -> tuple[str, ...]:
        """Give every block its languages, and return those of the message."""
        every = [block for part in parts for block in part]
        for block in every:
            block.languages = self._languages_of(block, hint)
        own = [block for block in every if block.is_current] or every
        by_size = sorted(own, key=lambda block: -len(block.normal.text))
        body = [block for block in by_size if block.segment.kind != "subject"]
        main = shown = _languages_in(body) or _languages_in(by_size)
        if not main:
            main = (hint,) if hint else self._by_vocabulary(by_size)
            shown = main[:1]
        for block in every:
            block.languages = block.languages or main
        return shown

    def _languages_of(self, block: Block, hint: str) -> tuple[str, ...]:
        """Guess the languages of a block, those of single sentences included."""
        text = block.normal.text
        guess = self._guesser.guess(text, block.words, hint)
        if guess.rivals and guess.languages[0] in self.languages:
            return (self._rival(block, guess.languages[0], guess.rivals),)
        if not guess.odd:
            return guess.languages
        more: Counter[str] = Counter()
        few = 2 if guess.languages else 1
        for number, odd in sorted(block.with_words(guess.odd).items()):
            if len(set(odd)) >= few:
                start, end = block.sentences[number]
                found = set(tokens(text, start, end))
                other = self._guesser.guess(text[start:end], found, hint)
                more.update(other.languages[: other.clear])
        del more[UNKNOWN]
        ranked = [language for language, _count in more.most_common()]
        return tuple(dict.fromkeys((*guess.languages, *ranked)))

    def _rival(self, block: Block, best: str, rivals: tuple[str, ...]) -> str:
        """Return the language of a short text whose rules alone know words of it."""
        if self._count_known(block, best):
            return best
        knowing = [code for code in rivals if self._count_known(block, code)]
        return knowing[0] if len(knowing) == 1 else best

    def _count_known(self, block: Block, language: str) -> int:
        """Return how many patterns of a language a block may match."""
        useful = self.lexicon(language).candidates(block.words)
        return sum(map(len, merged(useful.values()).values()))

    def _by_vocabulary(self, own: list[Block]) -> tuple[str, ...]:
        """Return the languages whose rules know most of a text too short to tell.

        Letters that only one of the languages has come first.
        """
        known: Counter[str] = Counter()
        for block in own:
            text = block.normal.text
            cyrillic = is_cyrillic(text)
            marked = self._guesser.marked(text)
            for language in self.languages:
                if bool(cyrillic) == (language == "ru"):
                    count = self._count_known(block, language)
                    known[language] += count * (100 if language in marked else 1)
        most = max(known.values(), default=0)
        return tuple(code for code, count in known.items() if count == most > 0)

    def _findings(self, part: list[Block], tally: Tally) -> list[Finding]:
        readings: dict[str, Reading] = {}
        for block in part:
            for language in block.languages:
                latin = language == LATIN_RUSSIAN
                code = "ru" if latin else language
                if code in self.languages:
                    lexicon = self.lexicon(code)
                    if code not in readings:
                        readings[code] = Reading(lexicon, tally)
                    if latin:
                        block = block.in_cyrillic(lexicon.latin_words)
                    readings[code].take(block)
        # What two languages see in the same sentence counts once.
        found: dict[Place, Finding] = {}
        for each in readings.values():
            for place, finding in each.findings().items():
                known = found.get(place, finding)
                found[place] = max(known, finding, key=attrgetter("strength"))
        return list(found.values())


def _languages_in(ranked: list[Block]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for block in ranked for code in block.languages))


def _signs(table: dict) -> Signs:
    return Signs(
        _words(table),
        table.get("letters", ""),
        table.get("endings", "").split(),
        table.get("groups", "").split(),
    )


def _words(table: dict) -> list[str]:
    groups = list(table.get("function_words", {}).values())
    groups += respelt(groups, [spelling_of(s) for s in table.get("spellings", [])])
    return list({word for group in groups for word in tokens(normalise(group).text)})


def available_languages(folder: Path | str = LEXICON_DIR) -> tuple[str, ...]:
    """Return the codes of the languages that have a lexicon, without reading any."""
    files = Path(folder).glob("*/language.toml")
    return tuple(sorted(file.parent.name for file in files))


@functools.cache
def default_screener() -> Screener:
    """Return the screener with our own lexicons, one a process."""
    return Screener()

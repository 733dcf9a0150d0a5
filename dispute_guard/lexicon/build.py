"""Generate ``forms.json`` of each language: the word forms of its lemmas.

For development only; needs pymorphy3 (Russian) and simplemma (Latvian, Lithuanian):

    pip install pymorphy3==2.0.6 simplemma==2.0.0
    python lexicon/build.py [--check]

``--check`` writes nothing and fails when a file is not what would be written.
"""

import argparse
import json
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import tomllib

HERE = Path(__file__).resolve().parent


@cache
def _russian():
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


def russian_forms(lemma: str, concept: dict) -> set[str]:
    """Return the forms of the likeliest reading, kept to the concept's ``tags``."""
    readings = _russian().parse(lemma)
    reading = next(
        (r for r in readings if r.normal_form == lemma.replace("ё", "е")), readings[0]
    )
    wanted = [set(tags.split()) for tags in concept.get("tags", [])] or [set()]
    return {
        form.word
        for form in reading.lexeme
        if any(tags <= form.tag.grammemes for tags in wanted)
    }


@cache
def _by_lemma(language: str) -> dict[str, set[str]]:
    from simplemma.strategies.dictionaries.dictionary_factory import (
        DefaultDictionaryFactory,
    )

    forms = defaultdict(set)
    for form, lemma in DefaultDictionaryFactory().get_dictionary(language).items():
        form, lemma = _text(form), _text(lemma)
        forms[lemma.lower()].add(form.lower())
    return forms


def _text(word: str | bytes) -> str:
    return word if isinstance(word, str) else word.decode()


def baltic_forms(language: str, lemma: str, concept: dict) -> set[str]:
    """Return the forms a dictionary knows, kept to the ``ends`` of the concept."""
    forms = _by_lemma(language)[lemma] | {lemma}
    ends = tuple(concept.get("ends", ()))
    return {form for form in forms if not ends or form.endswith(ends)}


def build(language: str) -> str:
    """Return what ``forms.json`` of a language should hold."""
    concepts = tomllib.loads(
        (HERE / language / "concepts.toml").read_text(encoding="utf-8")
    )
    result = {}
    for name, concept in concepts.items():
        forms: set[str] = set()
        for lemma in concept.get("lemmas", ()):
            if language == "ru":
                forms |= russian_forms(lemma, concept)
            else:
                forms |= baltic_forms(language, lemma, concept)
        if forms:
            result[name] = sorted(forms)
    return json.dumps(result, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args()
    stale = []
    for folder in sorted(file.parent for file in HERE.glob("*/concepts.toml")):
        content = build(folder.name)
        if content == "{}\n":
            continue
        file = folder / "forms.json"
        if file.exists() and file.read_text(encoding="utf-8") == content:
            continue
        stale.append(file)
        if not options.check:
            file.write_text(content, encoding="utf-8")
    for file in stale:
        word = "stale" if options.check else "written"
        sys.stdout.write(f"{word}: {file.relative_to(HERE)}\n")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())

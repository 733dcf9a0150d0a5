"""The lexicons: every rule's own examples, what is refused, and how files must look."""

import shutil

import pytest
from screening_room import ADDON, screening, threats

LANGUAGES = ("en", "ru", "lv", "lt")


def _rules():
    screener = screening.Screener()
    for language in LANGUAGES:
        for rule in screener.lexicon(language).rules:
            yield pytest.param(language, rule, id=rule.id)


def _finds(language, rule, text):
    result = screening.default_screener().screen(text, lang=language)
    if rule.kind == "legal_threat" and rule.grade != "mention":
        return bool(threats(result))
    return any(found.kind == rule.kind for found in result.findings)


@pytest.mark.parametrize(("language", "rule"), list(_rules()))
def test_examples_of_rule(language, rule):
    assert len(rule.yes) >= 3 and len(rule.no) >= 3
    assert [text for text in rule.yes if not _finds(language, rule, text)] == []
    assert [text for text in rule.no if _finds(language, rule, text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_rules(language):
    rules = screening.default_screener().lexicon(language).rules
    assert {rule.kind for rule in rules} == set(screening.KINDS)


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "lexicon"
    shutil.copytree(ADDON / "lexicon", copy)
    return copy


def _refusal(folder):
    with pytest.raises(screening.LexiconError) as error:
        screening.Screener(folder).lexicon("en")
    return str(error.value)


def _rule(**changes):
    keys = {"id": '"en.x.y"', "patterns": '["refund"]'} | changes
    return "[[rule]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[[rule]\n", "not TOML"),
        (_rule(patterns='["NOSUCH refund"]'), "NOSUCH"),
        (_rule(patterns='["refund ..99 now"]'), "gap of 99"),
        (_rule(patterns='["!!"]'), "no word"),
        (_rule(patterns='[""]'), "nothing that must be there"),
        (_rule(patterns="[]"), "no patterns"),
        (_rule(patterns='"refund"'), "list of texts"),
        (_rule(unless='["nowhere"]'), "nowhere"),
        (_rule(who='"nobody"'), "nobody"),
        (_rule(grade='"huge"'), "huge"),
        (_rule(colour='"red"'), "colour"),
        (_rule(id='"UPPER"'), "malformed"),
        (_rule() + _rule(), "used twice"),
    ],
)
def test_broken_rule_is_refused(folder, content, words):
    file = folder / "en" / "pressure.toml"
    file.write_text(content, encoding="utf-8")
    message = _refusal(folder)
    assert str(file) in message and words in message and "To mend it:" in message


def test_missing_file_is_named(folder):
    (folder / "en" / "contexts.toml").unlink()
    assert "contexts.toml" in _refusal(folder)


def test_lemmas_without_forms(folder):
    (folder / "ru" / "forms.json").write_text("{}", encoding="utf-8")
    with pytest.raises(screening.LexiconError, match="build.py"):
        screening.Screener(folder).lexicon("ru")


def test_unknown_language():
    with pytest.raises(screening.LexiconError, match="xx"):
        screening.Screener(languages=["xx"])


def test_version_follows_data(folder):
    before = screening.Screener(folder).version
    assert before == screening.Screener().version
    file = folder / "en" / "pressure.toml"
    file.write_text(file.read_text("utf-8") + "\n# changed\n", encoding="utf-8")
    assert screening.Screener(folder).version != before

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


def _with_future(folder, pattern, **keys):
    """Add to Latvian a concept of words known by their endings, and a rule with it."""
    lines = {"endings": '["šu", "šos"]'} | keys
    concepts, kind = folder / "lv" / "concepts.toml", folder / "lv" / "pressure.toml"
    table = "".join(f"{key} = {value}\n" for key, value in lines.items())
    with concepts.open("a", encoding="utf-8") as file:
        file.write(f"\n[FUTURE_1]\n{table}")
    with kind.open("a", encoding="utf-8") as file:
        file.write(_rule(id='"lv.x.y"', patterns=f'["{pattern}"]'))
    screener = screening.Screener(folder)
    return lambda text: "lv.x.y" in {
        found.rule for found in screener.screen(text, lang="lv").findings
    }


def test_words_known_by_their_endings(folder):
    finds = _with_future(
        folder, "FUTURE_1 ..3 ķirsi", words='["jāt"]', except_words='["priekšu"]'
    )
    assert finds("Rīt raustīšu ķirsi.") and finds("Rit raustisu visu kirsi.")
    assert finds("Es skatīšos uz ķirsi.") and finds("Gribu jāt uz ķirsi.")
    assert not finds("Uz priekšu ķirsi.") and not finds("Rīt raustu ķirsi.")
    assert not finds("Ar ēšu ķirsi.") and not finds("Rīt raustīšu bumbieri.")


def test_word_that_also_begins_a_phrase_of_its_concept(folder):
    finds = _with_future(folder, "FUTURE_1 ..1 ķirsi", words='["raustīšu nost"]')
    assert finds("Raustīšu ķirsi.") and finds("Raustīšu nost ķirsi.")


def test_endings_within_a_choice(folder):
    finds = _with_future(folder, "rīt|FUTURE_1 ..1 ķirsi", except_words='["priekšu"]')
    assert finds("Raustīšu ķirsi.") and finds("Rīt ķirsi.")
    assert not finds("Uz priekšu ķirsi.")


def test_edge_of_the_sentence_within_a_choice(folder):
    finds = _with_future(folder, "^|tad FUTURE_1 ķirsi tagad|$")
    assert finds("Raustīšu ķirsi.") and finds("Raustīšu ķirsi tagad un šeit.")
    assert finds("Labi, tad raustīšu ķirsi!") and finds("raustīšu ķirsi")
    assert not finds("Raustīšu ķirsi rīt.") and not finds("Es raustīšu ķirsi.")


def test_edge_alone_is_no_pattern(folder):
    with pytest.raises(screening.LexiconError, match="nothing that must be there"):
        _with_future(folder, "^|$ FUTURE_1?")("Raustīšu.")


def test_concept_of_forms_and_of_other_concepts(folder):
    finds = _with_future(folder, "FUTURE_1 ~ķirsis", endings="[]", forms='["ēst"]')
    assert finds("Ēst ķiršus.") and not finds("Raustīšu ķiršus.")
    concepts = folder / "lv" / "concepts.toml"
    with concepts.open("a", encoding="utf-8") as file:
        file.write('\n[EAT]\nof = ["FUTURE_1"]\nwords = ["rīt nost"]\n')
    kind = folder / "lv" / "pressure.toml"
    kind.write_text(_rule(id='"lv.x.y"', patterns='["EAT ~ķirsis"]'), "utf-8")
    found = screening.Screener(folder).screen("Rīt nost ķirsi. Ēst ķirsi.", lang="lv")
    assert [each.rule for each in found.findings] == ["lv.x.y"] * 2
    concepts.write_text(concepts.read_text("utf-8").replace('"FUTURE_1"]', '"NONE"]'))
    with pytest.raises(screening.LexiconError, match="stand above"):
        screening.Screener(folder).lexicon("lv")


def test_unusable_inflection_is_refused(folder):
    for content, words in (
        ("[[paradigm]]\nform = 'a'", "unknown key"),
        ("[[paradigm]]\nabout = 'x'", "no forms"),
        ("[[paradigm]]\nforms = 'a'\nchanges = 'tč'", "colon"),
    ):
        (folder / "en" / "inflection.toml").write_text(content, encoding="utf-8")
        assert words in _refusal(folder)


@pytest.mark.parametrize(
    ("pattern", "keys", "words"),
    [
        ("FUTURE_1 ..3 FUTURE_1|ķirsi", {}, "at least one other word"),
        ("FUTURE_1 ķirsi", {"endings": '["u"]'}, "ending of one letter"),
        ("FUTURE_1 ķirsi", {"except_words": '"priekšu"'}, "list of texts"),
    ],
)
def test_endings_that_mean_too_much_are_refused(folder, pattern, keys, words):
    with pytest.raises(screening.LexiconError, match=words):
        _with_future(folder, pattern, **keys)("Raustīšu ķirsi.")


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

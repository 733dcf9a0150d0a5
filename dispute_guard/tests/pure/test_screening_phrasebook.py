"""The phrase book: plain words become rules, rules become files and come back."""

import io
import re
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening import phrasebook
from screening.phrasebook import PhraseError, PhraseRule
from screening_room import screener, screening, threats


def _finds(phrase, language, text):
    rule = phrasebook.rule_of(phrase, language=language, kind="pressure", name="x")
    found = screener().extended([rule], alone=True).screen(text, lang=language)
    return bool(found.findings)


@pytest.mark.parametrize(
    ("language", "phrase", "texts"),
    [
        ("en", "tell my followers", ["I told all my followers.", "telling a follower"]),
        ("en", "company files", ["two companies are filing it"]),
        ("ru", "верну всё через банк", ["Вернём деньги через банки!", "вернула банку"]),
        ("ru", "плачу налоги", ["Мы платили все налоги", "платит налог"]),
        ("ru", "подам жалобу", ["мы подали жалобы", "подадим вам жалобу"]),
        ("lv", "iesniegt sūdzību", ["Iesniedzu tev sūdzības", "iesniegsim sudzibu"]),
        ("lv", "brālis palīdzēs", ["mani brāļi palīdzēja", "bralim paliidzeet"]),
        ("lt", "rašysiu skundą", ["Rašau jums skundus", "parase rasome skunda"]),
        ("lt", "geras žodis", ["gero žodžio", "geri zodziai"]),
    ],
)
def test_words_are_found_in_all_their_forms(language, phrase, texts):
    assert [text for text in texts if not _finds(phrase, language, text)] == []


@pytest.mark.parametrize(
    ("language", "phrase", "text"),
    [
        ("ru", "суд", "Судно стоит в порту, ссуда выдана, судьба такая."),
        ("lv", "tiesa", "Tieši tā, tiešām tiešs."),
        ("en", "court", "A courteous courtier."),
        ("en", "news", "A new one."),
        ("ru", "не вернёте деньги", "Вернёте деньги сегодня?"),
        ("ru", "подам жалобу", "Подали обед, потом принесли книгу и жалобу."),
        ("en", "won't pay", "I will pay tomorrow."),
    ],
)
def test_other_words_are_left_alone(language, phrase, text):
    assert not _finds(phrase, language, text)


def test_forms_are_shown():
    forms = phrasebook.forms_of("суд не поможет", "ru")
    assert set(forms) == {"суд", "поможет"}
    assert {"суда", "судами"} <= set(forms["суд"]) and "судно" not in forms["суд"]
    assert {"помочь", "помогу", "помогли"} <= set(forms["поможет"])
    (nouns,) = phrasebook.forms_of("зебру", "ru").values()
    assert {"зебра", "зебрами"} <= set(nouns) and "зебруа" not in nouns


@pytest.mark.parametrize(
    ("phrase", "reason", "count", "limit"),
    [
        ("", "empty", 0, 1),
        ("?! --", "empty", 0, 1),
        ("x", "short", 1, 2),
        ("and the of", "stop_words", 3, 0),
        ("the money", "stop_words", 2, 0),
        (" ".join(f"zebra{n}" for n in "abcdefghijklm"), "too_many_words", 13, 12),
        ("zebra " * 60, "too_long", 360, 300),
    ],
)
def test_phrase_is_refused_with_reason_and_count(phrase, reason, count, limit):
    with pytest.raises(PhraseError) as error:
        phrasebook.pattern_of(phrase, "en")
    refused = error.value
    assert (refused.reason, refused.count, refused.limit) == (reason, count, limit)
    assert count == 0 or str(count) in str(refused)


def test_phrase_in_a_language_without_lexicon():
    with pytest.raises(PhraseError, match="no lexicon for 'xx'"):
        phrasebook.pattern_of("two words", "xx")


PHRASES = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["не", "верну", "звонок", "the", "won't", "court", "sūdzība", "teismą", "7"]
        ),
        max_size=6,
    ).map(" ".join),
)


@given(PHRASES, st.sampled_from(["en", "ru", "lv", "lt"]))
@settings(max_examples=200, deadline=None)
def test_any_phrase_is_refused_or_finds_itself(phrase, language):
    phrase = " ".join(re.findall(r"[^\W_]+", phrase))
    try:
        rule = phrasebook.rule_of(
            phrase, language=language, kind="legal_threat", name="x", grade="formal"
        )
    except PhraseError as error:
        assert str(error)
        return
    result = screener().extended([rule], alone=True).screen(f"{phrase}.", lang=language)
    if result.language != "unknown" and language in result.language:
        assert {found.grade for found in result.findings} == {"formal"}


def _rule(name="x", **values):
    table = {
        "language": "en",
        "kind": "pressure",
        "id": PhraseRule.id_of("en", name),
        "patterns": ("~zebra",),
    }
    return PhraseRule(**table | values)


def test_own_rule_is_found_besides_the_shipped_one():
    own = _rule(kind="legal_threat", patterns=("~sue",), grade="mention", weight=1)
    text = "If you do not refund me, I will sue you."
    result = screener().extended([own]).screen(text)
    rules = {found.rule for found in result.findings}
    assert own.id in rules and len(rules) == 2 and result.level == "legal"
    assert own.id not in {found.rule for found in screener().screen(text).findings}


def test_quiet_rule_hides_nothing_and_makes_no_level():
    own = _rule(kind="legal_threat", patterns=("~refund",), grade="filed", weight=100)
    loud, quiet = screener().extended([own]), screener().extended([own], [own.id])
    text = "Please refund me, thank you."
    assert loud.screen(text).level == "legal"
    assert quiet.screen(text).level == "calm" and threats(quiet.screen(text))
    assert quiet.screen("Refund me or I will sue you.").level == "legal"
    assert loud.version != quiet.version != screener().version


def _rules_of(kind):
    return [rule.id for rule in screener().lexicon("en").rules if rule.kind == kind]


def test_shipped_rules_made_quiet():
    text = "I will sue you."
    (shipped,) = threats(screener().screen(text))
    result = screener().extended([], _rules_of("legal_threat")).screen(text)
    assert result.level == "calm" and shipped in result.findings


def test_shipped_rules_left_out():
    text = "I will sue you."
    without = screener().extended([], without=_rules_of("legal_threat"))
    assert threats(screener().screen(text)) and not threats(without.screen(text))
    assert without.lexicon("ru") is screener().lexicon("ru")


def test_own_rule_is_enough_for_a_kind_with_a_threshold():
    own = _rule(kind="hostile_tone", patterns=("~zebra",), weight=1)
    assert (
        screener().extended([own]).screen("You zebras.", lang="en").level == "hostile"
    )


@pytest.mark.parametrize(
    ("phrase", "kind", "text", "aware", "unaware"),
    [
        ("they cancel my card", "payment_reversal", "They cancel my card.", [""], []),
        (
            *("if nothing moves, zebras", "legal_threat", "If nothing moves, zebras."),
            *(["announced"], ["conditional"]),
        ),
    ],
)
def test_phrase_is_not_weakened_by_its_own_words(phrase, kind, text, aware, unaware):
    rule = phrasebook.rule_of(phrase, language="en", kind=kind, name="x")
    for each, grades in ((rule, aware), (rule._replace(yes=()), unaware)):
        result = screener().extended([each], alone=True).screen(text)
        assert [found.grade for found in result.findings] == grades


def test_other_languages_are_shared():
    extended = screener().extended([_rule()])
    assert extended.lexicon("ru") is screener().lexicon("ru")
    assert extended.lexicon("en") is not screener().lexicon("en")


def test_many_phrases_cost_little():
    words = [f"zeb{a}{b}{c}ra" for a in "abcde" for b in "bcdfg" for c in "aeiou"]
    few = [_rule(f"r{n}", patterns=(f"~{w} ..2 ~horse",)) for n, w in enumerate(words)]
    many = [
        _rule(f"r{n}_{at}", patterns=(f"~{word}{at} ..2 ~horse",))
        for at in "0123456789"
        for n, word in enumerate(words)
    ]
    text = "The horse was late again and nobody answers the phone. " * 200
    one, ten = screener().extended(few), screener().extended(many)
    times = {one: [], ten: []}
    for _round in range(7):
        for each in times:
            start = time.process_time()
            each.screen(text)
            times[each].append(time.process_time() - start)
    assert min(times[ten]) < 1.3 * min(times[one]) + 0.002


BOOK = [
    _rule(about='Says "zebra" \\ twice\n\x7f', yes=("Two zebras.",), no=("A horse.",)),
    _rule(kind="legal_threat", name="y", grade="formal", weight=1, confidence=0.5),
    PhraseRule("ru", "pressure", "book.ru.z", ("~зебра ..2 ~конь",)),
]


def test_book_goes_out_and_comes_back():
    packed = phrasebook.export_book(BOOK)
    assert packed == phrasebook.export_book(reversed(BOOK))
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert names == ["en/legal_threat.toml", "en/pressure.toml", "ru/pressure.toml"]
    assert sorted(phrasebook.import_book(packed)) == sorted(BOOK)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.lists(TEXT, max_size=3), TEXT)
@settings(max_examples=100, deadline=None)
def test_any_texts_survive_the_file(no, about):
    rule = _rule(about=about, no=tuple(text for text in no if "zeb" not in text))
    assert phrasebook.import_book(phrasebook.export_book([rule])) == [rule]


def _zip(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(name, content)
    return packed.getvalue()


def _file(**values):
    table = {"id": '"book.en.x"', "patterns": '["~zebra"]'} | values
    rows = "".join(f"{key} = {value}\n" for key, value in table.items())
    return _zip("en/pressure.toml", f"[[rule]]\n{rows}")


GOOD = phrasebook.export_book(BOOK)
UNUSABLE = {
    "nothing": b"",
    "half": GOOD[: len(GOOD) // 2],
    "damaged": GOOD[:60] + b"xxxx" + GOOD[64:],
    "escape": _zip("../en/pressure.toml", "[[rule]]\nid = 'book.en.x'"),
    "other name": _zip("en/contexts.toml", "[far]\npatterns = ['zebra']"),
    "other language": _zip("xx/pressure.toml", "[[rule]]\nid = 'book.xx.x'"),
    "bomb": _zip("en/pressure.toml", b" " * 50_000_000),
    "deep": _zip("en/pressure.toml", "a = " + "[" * 100_000),
    "dotted": _zip("en/pressure.toml", "a." * 100_000 + "b = 1"),
    "no toml": _zip("en/pressure.toml", "[[rule"),
    "no text": _zip("en/pressure.toml", b"\xff\xfe"),
    "more keys": _zip("en/pressure.toml", "threshold = 1\n[[rule]]"),
    "shipped id": _file(id='"en.legal.sue"'),
    "id of another language": _file(id='"book.ru.x"'),
    "id that is a number": _file(id="1"),
    "no pattern": _file(patterns="[]"),
    "stop words": _file(patterns='["the ..2 and"]'),
    "frequent word": _file(patterns='["money"]'),
    "any word": _file(patterns='["SELF"]'),
    "unknown concept": _file(patterns='["NOSUCH zebra"]'),
    "thousands of patterns": _file(patterns=str([f"zebra{n}" for n in range(2000)])),
    "long": _file(about='"' + "z" * 2000 + '"'),
    "wrong sort": _file(patterns="[1]"),
    "wrong weight": _file(weight="1000"),
    "no number": _file(weight="nan"),
    "grade": _file(grade='"formal"'),
    "unknown key": _file(unless='["negated"]'),
    "failing yes": _file(yes='["A horse."]'),
    "failing no": _file(no='["A zebra."]'),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_book_is_refused(name):
    start = time.process_time()
    with pytest.raises(screening.LexiconError, match="To mend it:"):
        phrasebook.import_book(UNUSABLE[name])
    assert time.process_time() - start < 3


def test_report_takes_what_is_good():
    content = (
        "[[rule]]\nid = 'book.en.good'\npatterns = ['~zebra']\n"
        "[[rule]]\nid = 'book.en.bad'\npatterns = ['the']\n"
        "[[rule]]\nid = 'book.en.good'\npatterns = ['~horse']\n"
    )
    rules, refused = phrasebook.import_report(
        content.encode(), kind="pressure", language="en"
    )
    assert [rule.id for rule in rules] == ["book.en.good"]
    assert [place for place, _reason in refused] == ["book.en.bad", "book.en.good"]
    assert "frequent words (1)" in refused[0][1] and "twice" in refused[1][1]


def test_rule_that_cannot_be_used_is_named():
    for bad in (_rule(kind="nosuch"), _rule(language="xx", id="book.xx.x")):
        with pytest.raises(screening.LexiconError, match=bad.id):
            phrasebook.check(bad)
    with pytest.raises(PhraseError) as error:
        phrasebook.check(_rule(patterns=("and ..3 SELF",)))
    assert (error.value.reason, error.value.count) == ("too_wide", 2)

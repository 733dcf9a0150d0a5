"""Normalising and languages: exact offsets whatever the text, honest "unknown"."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening.normalise import normalise, russian_from_latin
from screening_room import screener, threats

PIECES = st.sampled_from(
    ["I will sue you. ", "Подам в суд! ", "vērsīšos tiesā ", "kreipsiuosi į teismą\n"]
    + ["\u200b", "\u202e", "\u0301", "\ud800", "İ", "ﬁ", "ß", "s u e d ", "> ", "--\n"]
    + [
        "On 1.2.2024 10:00 a@b.lv wrote:\n",
        "От: а\nКому: б\nТема: в\n",
        "!!! ",
        "'",
        "n't",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=12).map("".join)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_quotes_are_exact(text, subject):
    result = screener().screen(text, subject=subject)
    for found in result.findings:
        source = subject if found.segment == "subject" else text
        assert source[found.start : found.end] == found.quote != ""
    assert "".join(text[s.start : s.end] for s in result.segments) == text


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_normal_text_finds_its_way_back(text):
    for normal in (normalise(text), russian_from_latin(normalise(text))):
        assert len(normal.text) == len(normal.cased)
        ways = [normal.source(at) for at in range(len(normal.text) + 1)]
        assert ways == sorted(ways) and ways[-1] <= len(text)


@given(st.text(alphabet="<>/=\"' abdivpbrquote&;#\n", max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_markup_is_read(html):
    result = screener().screen(html=html)
    assert result.segments[-1].end == len(result.text)


DISGUISED = [
    "I will s\u200bu\u200be you.",
    "I will \u0455ue you.",
    "I will ｓｕｅ you.",
    "I will \U0001d42c\U0001d42e\U0001d41e you.",
    "You will be hearing from my attorny.",
    "See you in c-o-u-r-t if you do not pay.",
    "Я подам на вас в cyд.",
    "Я п о д а м на вас в суд.",
    "Ja vi ne vernete dengi, ya podam na vas v sud.",
    "Es versisos tiesa, ja jus neatdosiet naudu.",
    "As kreipsiuosi i teisma, jei jus negrazinsite pinigu.",
]


@pytest.mark.parametrize("text", DISGUISED)
def test_disguised_threat(text):
    assert threats(screener().screen(text))


def test_shouting_at_the_end_of_a_long_sentence():
    text = "disgraceful " * 80 + "!!!"
    assert all(f.quote in text for f in screener().screen(text, lang="en").findings)
    assert screener().screen("you are here, and " * 60 + "!! !!", lang="en")


def test_words_split_by_markup():
    html = "<p>I will <b>s</b><i>ue</i> you<br>tomorrow.</p><style>p {}</style>"
    (found,) = threats(screener().screen(html=html))
    assert found.quote == "I will sue you\ntomorrow."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please tell me when my order will be delivered.", "en"),
        ("Подскажите, пожалуйста, когда придет заказ.", "ru"),
        ("Lūdzu pasakiet, kad būs mana pasūtījuma piegāde.", "lv"),
        ("Prašau pasakyti, kada bus mano užsakymas.", "lt"),
        ("Ich möchte bitte wissen, wann die Lieferung kommt.", "unknown"),
        ("Je voudrais savoir quand la commande sera livrée.", "unknown"),
        ("Скажіть, будь ласка, коли прийде моє замовлення і що з ним.", "unknown"),
        ("请告诉我什么时候送货。", "unknown"),
        ("12345", "unknown"),
        ("", "unknown"),
    ],
)
def test_language(text, language):
    result = screener().screen(text)
    assert result.language == language
    assert (result.level == "not_screened") == (language == "unknown")


def test_mixed_languages():
    text = (
        "Hello, this is about the order that you have not sent to me yet. "
        "Здравствуйте, это про заказ, который вы мне так и не отправили."
    )
    assert screener().screen(text).language == "mixed:en+ru"


def test_hint_helps_only_short_texts():
    assert screener().screen("Teiksiu.", lang="lt_LT").language == "lt"
    assert screener().screen("Please tell me about it.", lang="ru").language == "en"


HUGE = {
    "one letter": "a" * 10_000_000,
    "zero width": "\u200b" * 1_000_000 + "I will sue you.",
    "scattered zero width": "s\u200bu\u200be " * 200_000,
    "half a surrogate": "\ud83d I will sue you \udc00" * 1000,
    "overrides": "\u202eI will sue you\u202c " * 1000,
    "one word": "court " * 200_000,
    "marks": "a" + "\u0301" * 500_000,
    "lines": ">\n" * 500_000,
    "stops": ". a" * 300_000,
    "tags": "<b>" * 100_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_and_odd_texts_are_quick(name):
    start = time.process_time()
    if name == "tags":
        screener().screen(html=HUGE[name])
    else:
        screener().screen(HUGE[name])
    assert time.process_time() - start < 10

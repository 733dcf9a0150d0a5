"""Normalising and languages: exact offsets whatever the text, honest "unknown"."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening.normalise import normalise
from screening.translit import russian_from_latin
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
        ("Mam dosc tego czekania, oddajcie moje pieniadze.", "unknown"),
        ("Kad bus mans pasutijums? Gaidu jau tresho nedelu.", "lv"),
        ("Jau ieliku Tripadvisor.", "lv"),
        ("Kada gausiu savo preke? Laukiu jau trecia savaite.", "lt"),
        ("Tai jau perzengia visas ribas.", "lt"),
        ("Опубликую переписку.", "ru"),
        ("Вагон желтой краски", "ru"),
        ("Де моя посилка?", "unknown"),
        ("Искам си парите обратно.", "unknown"),
        ("Где је мој пакет?", "unknown"),
        ("Ақшамды қайтарыңыз.", "unknown"),
        ("Pójdę do sądu.", "unknown"),
        ("Stulpai įbetonuoti, kad jus.", "lt"),
        ("Poidu v sud.", "ru"),
        ("Mastera vashego zhdal s 9 do 18, tak i ne prishel, vremja potratil.", "ru"),
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


LONG = "Lūdzu, pasakiet, kad būs mana pasūtījuma piegāde, es to gaidu jau sen. " * 80
JUNK = "https://shop.example/a?b=00112233&c=4455 9876543210 " * 600


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (LONG + "You will be hearing from my solicitor, believe me.", "en"),
        (JUNK + "I will sue you if you do not refund me.", "en"),
        (JUNK + "\nJa naudu neatmaksāsiet, es vērsīšos tiesā.", "lv"),
        (LONG[:600] + "\nYa podam na vas v sud!\n" + LONG[:600], "ru"),
        (LONG[:300] + "\nI will see you in court, believe me.\n" + LONG[:300], "en"),
    ],
)
def test_threat_in_another_language_than_the_rest(text, language):
    (found,) = threats(screener().screen(text))
    assert found.language == language


def test_long_text_in_a_language_without_lexicon_is_not_calm():
    german = "Ich möchte bitte wissen, wann die Lieferung kommt, und warte noch. " * 300
    english = "Please tell me when it will be delivered, I am waiting for it. " * 300
    assert screener().screen(english + german).level == "not_screened"


def test_hint_decides_between_siblings():
    assert screener().screen("Reikia vai vajag?", lang="lv").language == "lv"
    assert screener().screen("Reikia vai vajag?", lang="lt").language == "lt"


@pytest.mark.parametrize(
    ("latin", "russian"),
    [
        ("Poidu v sud, moi advokat gotov", "пойду в суд, мой адвокат готов"),
        ("Den'gi vernite, zakroi schet", "деньги верните, закрой счет"),
        ("obratitsya v policiyu, vernetsya", "обратиться в полицию, вернется"),
        ("registratsiya registracija rossia", "регистрация регистрация россия"),
        ("yurist jurist iurist, hochu khochu", "юрист юрист юрист, хочу хочу"),
        ("4to eto stoit 4 rublya", "что это стоит 4 рубля"),
        ("otvetstvennost, ushcherb, ostalos'", "ответственность, ущерб, осталось"),
        ("zhaloba v ptac", "жалоба в ptac"),
    ],
)
def test_russian_in_latin_letters(latin, russian):
    assert russian_from_latin(normalise(latin), {"ptac"}).text == russian


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("f***ing sh*t, b@stard s#!t", "fʔing shʔt, bʔstard sʔt"),
        ("f*** off, бл**", "fʔ off, блʔ"),
        ("a.b@c.lv **bold court** now!I $100 item#5", None),
    ],
)
def test_crossed_out_letters(text, plain):
    normal = normalise(text)
    assert normal.text == (text.lower() if plain is None else plain)
    assert normal.source(len(normal.text), end=True) == len(text)


def test_quote_ends_behind_a_rewritten_word():
    for text in (
        "You are all f***",
        "Ya podam na vas v sud",
        "I will sue y\u200bo\u200bu",
    ):
        (found, *_more) = screener().screen(text).findings
        assert found.quote == text


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
    "stars": "f" + "*" * 3_000_000,
    "crossed out": "f***ing sh*t " * 200_000,
    "full width": "ｓｕｅ ｙｏｕ " * 300_000,
    "accents": "s\u0301u\u0301e\u0301 " * 300_000,
    "latin Russian": "Podam na vas v sud! " * 100_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_and_odd_texts_are_quick(name):
    start = time.process_time()
    if name == "tags":
        screener().screen(html=HUGE[name])
    else:
        screener().screen(HUGE[name])
    assert time.process_time() - start < 10

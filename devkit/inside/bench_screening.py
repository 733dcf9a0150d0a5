"""Measures the text room.

    bench_screening.py rate|dense|html N | phrases N | memory | long | long_dense |
        load CODE

Needs only the addon's folder on the import path. Prints one line of JSON.
"""

import json
import sys
import time

import screening
from screening.phrasebook import PhraseRule

KILOBYTE = 1024
# Mails in which nothing is wrong.
NEUTRAL = {
    "en": "The fitters came on Tuesday, the doors close well. Two handles were in the "
    "other box, so we have all we need. Could you tell us which oil suits the oak top? "
    "My wife would like to order the same shelf in white for the hall. ",
    "ru": "Мастера приходили во вторник, двери закрываются хорошо. Две ручки нашлись в "
    "другой коробке. Подскажите, пожалуйста, каким маслом покрыть столешницу? Жена "
    "хотела бы заказать такую же белую полку в прихожую. ",
    "lv": "Meistari bija otrdien, durvis veras labi. Divi rokturi bija otrā kastē, "
    "tātad viss ir. Vai varat pateikt, kāda eļļa der ozola virsmai? Sieva gribētu "
    "pasūtīt tādu pašu baltu plauktu priekšnamam. ",
    "lt": "Meistrai buvo antradienį, durys užsidaro gerai. Dvi rankenos buvo kitoje "
    "dėžėje, taigi turime viską. Gal galite pasakyti, koks aliejus tinka ąžuolo "
    "stalviršiui? Žmona norėtų užsakyti tokią pat baltą lentyną į prieškambarį. ",
}
REPLY = (
    '<div dir="ltr"><p>Dear Anna,</p><p>thank you for the quick answer. The parcel '
    "arrived on Tuesday and everything works now.</p><p>Kind regards,<br>John</p></div>"
)
# Complaints in which nearly every sentence says something that rules look for.
COMPLAINTS = {
    "en": "This is the third letter about the same wardrobe and nobody answers! If the "
    "money is not back by Friday I will take you to the small claims court. My "
    "solicitor has the photos. I have reported you to Trading Standards. Your fitter "
    "is a liar and your shop is a disgrace. Let me speak to your manager. ",
    "ru": "Пишу в третий раз, никто не отвечает! Если до пятницы не вернёте деньги, я "
    "подам на вас в суд. Мой юрист уже видел снимки. Жалоба в Роспотребнадзор "
    "отправлена. Ваш мастер врёт, а магазин просто позор. Позовите начальника. ",
    "lv": "Rakstu jau trešo reizi, neviens neatbild! Ja līdz piektdienai naudu "
    "neatmaksāsiet, es vērsīšos tiesā. Mans jurists bildes jau redzēja. Sūdzība PTAC "
    "ir nosūtīta. Jūsu meistars melo, un veikals ir kauns. Gribu runāt ar vadītāju. ",
    "lt": "Rašau jau trečią kartą, niekas neatsako! Jei iki penktadienio negrąžinsite "
    "pinigų, kreipsiuosi į teismą. Mano advokatas nuotraukas matė. Skundas VVTAT "
    "išsiųstas. Jūsų meistras meluoja, o parduotuvė gėdinga. Noriu kalbėti su vadovu. ",
}


def text_of(size, language, samples=NEUTRAL):
    """Text of `size` bytes in UTF-8, or a few less."""
    sample = samples[language]
    text = sample * (size // len(sample.encode()) + 1)
    return text.encode()[:size].decode(errors="ignore")


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as figures:
        return int(figures.read().split()[1]) * 4096


def rate(number, samples=NEUTRAL):
    """Seconds of each of `number` texts of 1 KB, languages in turn."""
    screener = screening.Screener()
    texts = [text_of(KILOBYTE, language, samples) for language in samples]
    for text in texts:
        screener.screen(text)
    seconds = []
    for i in range(int(number)):
        start = time.perf_counter()
        screener.screen(texts[i % len(texts)])
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds}


def dense(number):
    """The same for texts full of threats and complaints."""
    return rate(number, COMPLAINTS)


def html(number):
    """Seconds of each of `number` short replies as mail programs send them."""
    screener = screening.Screener()
    seconds = []
    for _ in range(int(number) + 1):
        start = time.perf_counter()
        screener.screen(html=REPLY, subject="Re: Order 5123")
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds[1:]}


def phrases(number):
    """Best seconds of a complaint with few phrases in the book, and with ten times."""
    base = screening.Screener()
    few, many = (
        base.extended([phrase(at) for at in range(count)]) for count in (300, 3000)
    )
    text = text_of(10 * KILOBYTE, "en", COMPLAINTS)
    best = {}
    for _ in range(int(number) + 1):
        # In turn, so that both meet the same moods of the machine.
        for name, screener in (("few", few), ("many", many)):
            start = time.perf_counter()
            screener.screen(text)
            taken = time.perf_counter() - start
            best[name] = min(best.get(name, taken), taken)
    return best


def phrase(at):
    words = (
        "".join("bdfgklmnrt"[int(c)] + "aeiou"[int(c) % 5] for c in str(n))
        for n in (at + 1000, 7 * at + 10_000)
    )
    pattern = " ..2 ".join(f"~{word}" for word in words)
    return PhraseRule("en", "pressure", f"book.en.p{at}", (pattern,))


def memory():
    """Resident bytes that all languages take when loaded."""
    before = resident_bytes()
    screener = screening.Screener()
    for language in NEUTRAL:
        screener.screen(text_of(KILOBYTE, language))
    return {"bytes": resident_bytes() - before}


def long(samples=NEUTRAL):
    """Seconds for one text of 10 MB."""
    screener = screening.Screener()
    for language in samples:
        screener.screen(text_of(KILOBYTE, language, samples))
    text = text_of(10 * KILOBYTE * KILOBYTE, "en", samples)
    start = time.perf_counter()
    screener.screen(text)
    return {"seconds": time.perf_counter() - start}


def long_dense():
    """The same of complaints."""
    return long(COMPLAINTS)


def load(language):
    """Seconds until the first text of a language is screened in a new process."""
    start = time.perf_counter()
    screening.Screener(languages=[language]).screen(text_of(KILOBYTE, language))
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    act, *arguments = sys.argv[1:]
    acts = (rate, dense, html, phrases, memory, long, long_dense, load)
    print(json.dumps({each.__name__: each for each in acts}[act](*arguments)))

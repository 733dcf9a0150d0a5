"""Measures the text room: bench_screening.py rate|dense N | memory | long | load CODE.

Needs only the addon's folder on the import path. Prints one line of JSON.
"""

import json
import sys
import time

import screening

KILOBYTE = 1024
SAMPLES = {
    "en": "The fitters came twice and the doors close well. Two handles are missing. "
    "Please tell us when they arrive, or we will have to speak to our solicitor. ",
    "ru": "Мастера приходили два раза, двери закрываются хорошо. Нет двух ручек. "
    "Сообщите, пожалуйста, когда они придут, иначе мы обратимся в суд. ",
    "lv": "Meistari bija divas reizes, durvis aizveras labi. Trūkst divu rokturu. "
    "Lūdzu, pasakiet, kad tie būs, citādi mēs vērsīsimies tiesā. ",
    "lt": "Meistrai buvo du kartus, durys užsidaro gerai. Trūksta dviejų rankenų. "
    "Prašau pasakyti, kada jos bus, kitaip kreipsimės į teismą. ",
}
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


def text_of(size, language, samples=SAMPLES):
    """Text of about `size` bytes in UTF-8."""
    sample = samples[language]
    return sample * (size // len(sample.encode()) + 1)


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as figures:
        return int(figures.read().split()[1]) * 4096


def rate(number, samples=SAMPLES):
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


def memory():
    """Resident bytes that all languages take when loaded."""
    before = resident_bytes()
    screener = screening.Screener()
    for language in SAMPLES:
        screener.screen(text_of(KILOBYTE, language))
    return {"bytes": resident_bytes() - before}


def long():
    """Seconds for one text of 10 MB."""
    screener = screening.Screener()
    screener.screen(text_of(KILOBYTE, "en"))
    text = text_of(10 * KILOBYTE * KILOBYTE, "en")
    start = time.perf_counter()
    screener.screen(text)
    return {"seconds": time.perf_counter() - start}


def load(language):
    """Seconds until the first text of a language is screened in a new process."""
    start = time.perf_counter()
    screening.Screener(languages=[language]).screen(text_of(KILOBYTE, language))
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    act, *arguments = sys.argv[1:]
    acts = {"rate": rate, "dense": dense, "memory": memory, "long": long, "load": load}
    print(json.dumps(acts[act](*arguments)))

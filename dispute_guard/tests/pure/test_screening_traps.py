"""Hard sentences of our own: what must be heard and what must not be mistaken."""

import pytest
from screening_room import screener, threats

THREATS = {
    "en": [
        "I have instructed my solicitors to recover the sum from you.",
        "See you in court.",
        "My lawyer will be in touch shortly.",
        "Unless I hear from you I shall issue proceedings in the county court.",
        "This is a letter before action under the pre-action protocol.",
        "Don't make me get a lawyer involved!",
        "You leave me no option but to commence legal proceedings.",
        "I'll be taking this to small claims.",
        "We will not hesitate to take legal action against your company.",
        "Expect to hear from my attorney.",
        "I am seriously considering a lawsuit.",
        "if u dont refund me im going to sue u",
        "I've spoken to a solicitor about this and she says I have a strong case.",
        "Otherwise the next letter you get will be from our lawyers.",
        "I have filed a claim with the small claims court against you.",
        "Anyone up for a class action against these people?",
        "I will let a judge decide.",
        "Refund me or we go to court.",
        "I reserve the right to pursue this matter through the courts.",
        "My solicitor has advised me to claim damages from you.",
        "We'll see what the court says about your terms!",
        "I am done talking. Lawsuit incoming.",
        "I will be forced to seek legal advice.",
        "Prepare to be sued.",
        "I want my money back, or I'll take you to the tribunal.",
        "Legal action will be taken if the sum is not paid within seven days.",
        "I'm contacting my attorney first thing tomorrow.",
        "I am going to have my lawyer look at this contract and come after you.",
    ],
    "ru": [
        "Если не вернёте деньги до пятницы, обращусь в суд.",
        "Увидимся в суде!",
        "Мой юрист уже готовит исковое заявление.",
        "Направляю вам досудебную претензию.",
        "Мы вынуждены будем обратиться в суд за защитой своих прав.",
        "Ждите повестку, документы уже в суде.",
        "Буду судиться до победного.",
        "Не вернете — подам в суд, и точка.",
        "Дальше общаться будете с моим адвокатом.",
        "Оставляю за собой право обратиться в суд.",
        "Подал на вас иск, готовьтесь.",
        "Взыщу через суд и неустойку, и моральный вред.",
        "В противном случае будем разговаривать в суде.",
        "Я это так не оставлю, пойду в суд.",
        "придется в суд идти, раз по-хорошему не понимаете",
        "Требую вернуть деньги, иначе суд.",
        "Готовим коллективный иск, присоединяйтесь.",
        "Проконсультировался с юристом, закон на моей стороне.",
        "Решим вопрос через суд.",
        "Исковое заявление уже подано в районный суд.",
        "Esli ne vernete dengi, ya podam na vas v sud.",
        "Пишу заявление в суд.",
    ],
    "lv": [
        "Ja nauda netiks atmaksāta, vērsīšos tiesā.",
        "Tiekamies tiesā!",
        "Esmu spiests celt prasību tiesā.",
        "Mans advokāts jau gatavo prasības pieteikumu.",
        "Nosūtu jums pirmstiesas brīdinājumu.",
        "ja neatdosiet naudu, versisos tiesa",
        "Nodošu šo lietu savam juristam.",
        "Citādi risināsim to tiesas ceļā.",
        "Mēs paturam tiesības vērsties tiesā.",
        "Esmu iesniegusi prasību tiesā pret jūsu uzņēmumu.",
        "Piedzīšu zaudējumus caur tiesu.",
        "Nāksies tiesāties.",
        "Iesūdzēšu jūs tiesā.",
        "Došos uz tiesu, ja nekas nemainīsies.",
    ],
    "lt": [
        "Jei pinigai nebus grąžinti, kreipsiuosi į teismą.",
        "Susitiksime teisme!",
        "Būsiu priversta paduoti jus į teismą.",
        "Mano advokatas jau rengia ieškinį.",
        "Siunčiu jums ikiteisminę pretenziją.",
        "jei negrazinsit pinigu kreipsiuosi i teisma",
        "Perduosiu šią bylą savo teisininkui.",
        "Kitaip spręsime teismo keliu.",
        "Pasiliekame teisę kreiptis į teismą.",
        "Pateikiau ieškinį teismui prieš jūsų įmonę.",
        "Prisiteisiu nuostolius per teismą.",
        "Teks bylinėtis.",
        "Paduosiu jus į teismą.",
        "Eisiu į teismą, jei niekas nepasikeis.",
    ],
}

HARMLESS = {
    "en": [
        "I work as a lawyer and I love your printers.",
        "My sister Sue ordered the blue one, Sue Miller.",
        "We met at the tennis court near your shop.",
        "The food court on level two was closed.",
        "Your collections team threatened to sue me over a paid invoice.",
        "I received a letter saying that legal action would be taken against me.",
        "I divorced last year and the court ordered me to sell the house.",
        "I am not going to sue anyone, I just want my parcel.",
        "Please deliver to 12 Court Road.",
        "The jury is still out on the new colour, ha ha.",
        "They told me they would take me to court.",
        "My brother is a lawyer, he uses the same laptop.",
        "The judge dismissed their case against me two years ago.",
        "What suits me best is a delivery on Monday.",
        "I would have sued the old owner, but you are great.",
        "Do you sell law books for solicitors?",
        "The debt collector said he would file a lawsuit unless I paid.",
        "I read in the news that your competitor faces a class action.",
        "The suit I ordered does not fit.",
        "We need an invoice for our legal department.",
        "Is this legal in Germany?",
        "I would rather not go to court over forty euros, let us find a solution.",
        "The ball is in your court now.",
        "He is pursuing a career in litigation and needs a bag.",
    ],
    "ru": [
        "Я работаю юристом, подскажите цену.",
        "Круизное судно опоздало в порт.",
        "Морские суда заходят сюда редко.",
        "Банк подал на меня в суд за долг, которого нет.",
        "Коллекторы угрожают судом каждый день.",
        "По решению суда алименты удержаны.",
        "Не собираюсь подавать в суд, просто верните посылку.",
        "Судя по описанию, товар хороший.",
        "Суть вопроса проста: где заказ?",
        "Приставы арестовали карту по судебному приказу.",
        "Брат адвокат, пользуется тем же тарифом.",
        "Развод был через суд три года назад.",
        "Мне навязали сертификат на юридическую помощь.",
        "Справка нужна для суда, у меня развод.",
        "Я бы подал в суд, но не вижу смысла.",
        "Соседи судятся друг с другом.",
        "Ваши юристы прислали договор, спасибо.",
        "Сосуды для цветов пришли целыми.",
        "Это не мне судить.",
    ],
    "lv": [
        "Garšoja lieliski, tas tiesa.",
        "Jūsu banka mani iesūdzēja tiesā par samaksātu rēķinu.",
        "Esmu jurists un man patīk jūsu preces.",
        "Tiesas spriedums par šķiršanos ir saņemts.",
        "Es netaisos vērsties tiesā, tikai gribu savu sūtījumu.",
        "Man ir tiesības uz atlaidi.",
        "Parādu piedzinēji draud ar tiesu.",
        "Kaimiņi tiesājas par žogu.",
        "Tiesa, piegāde bija ātra.",
        "Vai varat atsūtīt rēķinu mūsu juristiem?",
        "Satversmes tiesa lēma par pensijām.",
    ],
    "lt": [
        "Bankas padavė mane į teismą dėl apmokėtos sąskaitos.",
        "Esu teisininkas ir man patinka jūsų prekės.",
        "Teismo sprendimas dėl skyrybų gautas.",
        "Neketinu kreiptis į teismą, tik noriu savo siuntos.",
        "Turiu teisę į nuolaidą.",
        "Antstoliai grasina teismu.",
        "Kaimynai bylinėjasi dėl tvoros.",
        "Tai teisinga kaina.",
        "Ar galite atsiųsti sąskaitą mūsų teisininkams?",
        "Konstitucinis Teismas nusprendė dėl pensijų.",
        "Policija pradėjo ikiteisminį tyrimą dėl vagystės.",
    ],
}


def _cases(table):
    return [
        pytest.param(lang, text, id=text[:40]) for lang in table for text in table[lang]
    ]


@pytest.mark.parametrize(("lang", "text"), _cases(THREATS))
def test_threat_is_heard(lang, text):
    assert threats(screener().screen(text, lang=lang))


@pytest.mark.parametrize(("lang", "text"), _cases(HARMLESS))
def test_harmless_is_left_alone(lang, text):
    assert not threats(screener().screen(text, lang=lang))


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("If you do not pay I will sue you.", "conditional"),
        ("I will sue you.", "announced"),
        ("This is a letter before action.", "formal"),
        ("I have filed a lawsuit against your company.", "filed"),
        ("They threatened me with a lawsuit.", "mention"),
        ("Если не заплатите, подам в суд.", "conditional"),
        ("Подаю на вас в суд.", "announced"),
        ("Направляю досудебную претензию.", "formal"),
        ("Я подал иск к вашей компании.", "filed"),
        ("Banka mani iesūdzēja tiesā.", "mention"),
        ("Vērsīšos tiesā.", "announced"),
        ("Kreipsiuosi į teismą.", "announced"),
        ("Pateikiau ieškinį teismui.", "filed"),
    ],
)
def test_grade(text, grade):
    found = [f for f in screener().screen(text).findings if f.kind == "legal_threat"]
    assert [f.grade for f in found] == [grade]


OTHER_KINDS = [
    ("regulator_complaint", "I will report you to Trading Standards."),
    (
        "regulator_complaint",
        "A complaint has been lodged with the Financial Ombudsman Service.",
    ),
    ("regulator_complaint", "Буду жаловаться в Роспотребнадзор и ЦБ."),
    ("regulator_complaint", "Iesniegšu sūdzību PTAC."),
    ("regulator_complaint", "Skųsiuosi vartotojų teisių apsaugos tarnybai."),
    ("public_exposure", "I will post this all over social media."),
    ("public_exposure", "Расскажу об этом журналистам."),
    ("public_exposure", "Vērsīšos pie žurnālistiem un televīzijā."),
    ("public_exposure", "Paviešinsiu jus socialiniuose tinkluose."),
    ("payment_reversal", "I am going to do a chargeback."),
    ("payment_reversal", "Оспорю платёж через банк."),
    ("superior_demanded", "Let me speak to a supervisor."),
    ("superior_demanded", "Соедините меня с руководителем!"),
    ("superior_demanded", "Vēlos runāt ar vadītāju."),
    ("superior_demanded", "Noriu kalbėti su vadovu."),
    ("physical_threat", "I will come and burn your office down."),
    ("payment_refusal", "Я не буду платить за это."),
    ("abusive_language", "You are a bunch of idiots."),
    ("hostile_tone", "This is disgraceful, you are thieves and liars!"),
]


@pytest.mark.parametrize(("kind", "text"), OTHER_KINDS)
def test_other_kinds(kind, text):
    assert kind in {f.kind for f in screener().screen(text).findings}


@pytest.mark.parametrize(
    "text",
    [
        "Could you please send me the invoice for March? Thank you very much.",
        "Здравствуйте, подскажите, пожалуйста, когда придет мой заказ?",
        "Labdien, lūdzu atsūtiet rēķinu par martu. Paldies!",
        "Laba diena, prašau atsiųsti sąskaitą už kovą. Ačiū!",
    ],
)
def test_calm(text):
    assert screener().screen(text).level == "calm"

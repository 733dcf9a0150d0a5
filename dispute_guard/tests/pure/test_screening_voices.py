"""Other voices: the same threats and the same innocent words, said differently."""

import pytest
from screening_room import screener, threats

THREATS = {
    "en": """\
I'm prepared to take this all the way to court.
You'll be hearing from my solicitors.
We are now looking at legal options.
I shall be issuing a money claim online if the refund is not in my account by Monday.
My husband is talking to a lawyer about this.
I have no choice but to sue for damages.
Be warned that I will seek compensation through the courts.
I have passed all of this to my legal team.
Failure to respond within 14 days will result in court proceedings.
Do you really want this to end up before a judge?
I already have a lawyer working on my case against you.
If this continues I'm going to have to get a lawyer.
I'm ready to file suit.
Time to lawyer up I guess.
i will see u in small claims
I will be suing for every cent you owe me.
I'm thinking of suing.
You are leaving me with no alternative but legal action.
We have retained counsel and will be filing shortly.
Please consider this letter formal notice of our intention to commence proceedings.
I am in the process of preparing a lawsuit.
Next stop: county court.
I'd hate to have to involve lawyers.
I will be consulting with an attorney to discuss my options.
My attorney said I have grounds to sue.
I have started arbitration proceedings against your company.
I will take you to the cleaners in court.
A claim form has been issued by the County Court, claim number A12YJ345.
You have broken the law and I will hold you accountable in a court of law.
This is illegal and I will be pursuing it legally.
I'm gonna sue the hell out of you guys
Should I sue them?
We act for Mrs Jones and are instructed to demand payment within 7 days.
I will file a lawsuite against you
I'll be speaking with my attorny""",
    "ru": """\
Готовьтесь к суду.
Собираюсь обращаться в судебные органы.
Если так пойдет и дальше, встретимся в суде.
Буду вынуждена защищать свои права в судебном порядке.
Мои юристы с вами свяжутся.
Нанимаю адвоката.
Подам иск о защите прав потребителей.
Уже составляю исковое.
Вам придет повестка в суд.
Суд вас научит работать.
Думаю подать в суд.
Будем решать этот вопрос через суд и прокуратуру.
Отправил досудебную претензию заказным письмом.
Завтра иду к юристу.
буду подовать в суд на вас мошенники
Я подала на них в суд и жду решения.
Все документы передала адвокату.
пойдём в суд, там и поговорим
Добьюсь справедливости в суде.
Посоветовался с юристом, будем писать претензию и дальше суд.
Я не прощу, засужу!
Хочу подать коллективную жалобу в суд.
Ваши действия обжалую в суде.
Обращаюсь в суд с иском о взыскании неустойки.
Следующее письмо получите от моего адвоката.
Ya obrashchus v sud esli vy ne vernete moi dengi""",
    "lv": """\
Sagatavojieties tiesai.
Mani juristi ar jums sazināsies.
Es jūs sūdzēšu tiesā!
Esmu nolīgusi advokātu.
Rīt eju pie jurista.
Ja līdz pirmdienai nesaņemšu naudu, iesniegšu prasību tiesā.
Būs jāvēršas tiesā.
Aizstāvēšu savas tiesības tiesā.
Nosūtīju jums pirmstiesas pretenziju.
Tad jau redzēsimies tiesā.
Domāju vērsties tiesā.
Mēs celsim prasību par zaudējumu piedziņu.
Sākšu tiesvedību pret jums.
es iesudzesu jus tiesa
Nākamā vēstule būs no mana advokāta.
Turpmāk runājiet ar manu advokātu.""",
    "lt": """\
Ruoškitės teismui.
Mano teisininkai su jumis susisieks.
Aš jus skųsiu teismui!
Pasamdžiau advokatą.
Rytoj einu pas advokatą.
Jei iki pirmadienio negausiu pinigų, teiksiu ieškinį teismui.
Teks kreiptis į teismą.
Ginsiu savo teises teisme.
Išsiunčiau jums ikiteisminę pretenziją.
Tai pasimatysime teisme.
Galvoju kreiptis į teismą.
Kelsime civilinę bylą dėl nuostolių atlyginimo.
Pradėsiu teisminį procesą prieš jus.
as paduosiu jus i teisma
Kitas laiškas bus iš mano advokato.
Toliau bendraukite su mano advokatu.""",
}

HARMLESS = {
    "en": """\
The court of public opinion loves you.
We play basketball at the court behind your store.
Your lawyer friend recommended this shop.
Our company's lawyer needs an invoice, please.
I won my case against the previous landlord last year.
The collection agency keeps calling and saying they will sue.
They are threatening me with court.
He was sued by his bank.
I'm not the kind of person who sues.
I don't want to sue, I want my order.
My solicitor is handling the house purchase, please send the deed to her.
Thank you for your help with the court documents.
A suit and tie, size 40, arrived late.
Your terms mention arbitration, what does it mean?
I have to attend jury duty in court on Monday so please deliver Tuesday.
If I don't pay they will take legal action against me.
I was told by your agent that my case would be sent to court.
Is there any legal reason for the delay?
I got sued once by a crazy neighbour, lol.
Sue from accounting said it is fine.
I filed a complaint on your website yesterday.
The lawyers at your bank messed up my mortgage papers.
You said you would take me to court if I did not pay.""",
    "ru": """\
Суд удовлетворил их иск ко мне.
Мне пришла повестка в суд от вашего банка.
Банк обещает подать в суд.
Сдаю квартиру юристу, нужен договор.
Пришлите справку для суда по наследству.
Судья на матче был предвзят.
Ваш юрист сказал, что договор готов.
Осудили его или нет, мне все равно.
Я против судов и не хочу судиться.
На судах компании перевозят зерно.
Мне нужен юрист для регистрации ООО, у вас есть такая услуга?
Друзья подали в суд на застройщика.
Сотрудник сказал: не заплатите, подадим в суд.
Посуда пришла битая.
Заказала рассуду и соду.
Выиграл суд у другой компании два года назад.""",
    "lv": """\
Banka draud sūdzēt mani tiesā.
Saņēmu pavēsti uz tiesu no jūsu bankas.
Mans draugs ir advokāts un iesaka jūs.
Kaimiņš vērsās tiesā pret būvnieku.
Tiesā es vēl nekad neesmu bijis.
Negribu iet uz tiesu, gribu savu preci.
Liela tiesa preču ir labas.
Vajadzīgs rēķins tiesas vajadzībām.""",
    "lt": """\
Bankas grasina paduoti mane į teismą.
Gavau šaukimą į teismą iš jūsų banko.
Mano draugas advokatas jus rekomenduoja.
Kaimynas kreipėsi į teismą dėl statybininko.
Nenoriu eiti į teismą, noriu savo prekės.
Man reikia sąskaitos teisininkui.
Teisėjas rungtynėse buvo šališkas.
Tai teisėta.""",
}


def _cases(table):
    return [
        pytest.param(lang, text, id=text[:40])
        for lang in table
        for text in table[lang].splitlines()
    ]


@pytest.mark.parametrize(("lang", "text"), _cases(THREATS))
def test_threat_is_heard(lang, text):
    assert threats(screener().screen(text, lang=lang))


@pytest.mark.parametrize(("lang", "text"), _cases(HARMLESS))
def test_harmless_is_left_alone(lang, text):
    assert not threats(screener().screen(text, lang=lang))

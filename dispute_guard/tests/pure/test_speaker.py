# ruff: noqa: E501 - lines of mails are as long as they are
"""Who speaks in a mail, and what follows for the findings of its text."""

import email
import email.policy
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening import cli
from screening.reader import LexiconError
from screening.speaker import (
    CUSTOMER,
    Speaker,
    by_headers,
    is_announced,
    is_forged,
    lift,
)
from screening.speaker_book import SpeakerBook, default_book
from screening_room import screener

COUNSEL = "Calder & Rowe LLP <j.rowe@calder-rowe.example.com>"
ACTS = "We act for Dr Haddad in connection with the above order."
CALM = "Could you please tell me when the kitchen will be delivered?"


def parse(headers, text="Text"):
    return email.message_from_string(f"{headers}\n\n{text}", policy=email.policy.SMTP)


def identify(headers, text):
    message = parse(headers, text)
    sender = str(message["from"] or "")
    found = screener().screen(text)
    return default_book().identify(by_headers(message), found, sender, message)


def read(text, sender=""):
    return default_book().tell(screener().screen(text), sender)


# ----------------------------------------------------------------------------------
# Headers
# ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "who", "words"),
    [
        ("From: ann@example.com", "customer", ""),
        ("Auto-Submitted: auto-replied", "robot", "Auto-Submitted: auto-replied"),
        ("Return-Path: <>", "robot", "Return-Path: <>"),
        (
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            "robot",
            "Content-Type: multipart/report",
        ),
        (
            "List-Id: Villa <villa.example.com>",
            "list",
            "List-Id: Villa <villa.example.com>",
        ),
    ],
)
def test_header_that_shows_it(headers, who, words):
    assert by_headers(parse(headers))[:3] == (who, words and "header", words)


def test_forged_and_announced():
    assert is_forged(parse("Authentication-Results: mx; spf=pass; DMARC=fail"))
    assert not is_forged(parse("Authentication-Results: mx; dmarc=pass"))
    assert is_announced(parse("Auto-Submitted: auto-generated (system)"))
    assert not is_announced(parse("Auto-Submitted: auto-replied"))


# ----------------------------------------------------------------------------------
# Words, names, addresses
# ----------------------------------------------------------------------------------


def test_counsel_is_shown_by_exact_words():
    text = f"Dear Sirs\n\nOur ref: JR/1\n\n{ACTS} Please see the attached.\n\nCalder & Rowe LLP"
    found = read(text, COUNSEL)
    assert found[:3] == ("counsel", "words", ACTS)
    assert text[found.start : found.end] == ACTS
    assert found.rule == "speaker.en.acts_for"


@pytest.mark.parametrize(
    "text",
    [
        f"{CALM}\n\n> {ACTS}",
        f"See below.\n\n---------- Forwarded message ---------\n{ACTS}",
        f"{CALM}\n\nOn Mon, Jan 8, 2024 at 10:12 AM J. Rowe <j@example.com> wrote:\n> {ACTS}",
        f"My solicitor wrote to me: {ACTS}",
        "I am a solicitor myself. My kitchen is three weeks late.",
        "We no longer act for Dr Haddad.",
    ],
)
def test_words_of_counsel_that_are_not_the_writer_s_own(text):
    assert read(text, COUNSEL).who == "customer"


def test_words_without_a_sign_of_the_profession():
    assert read(ACTS, "Farouk <f.haddad@example.com>").who == "customer"


def test_letters_without_diacritics_and_with_odd_capitals():
    text = "PARSTAVU JANA OZOLA INTERESES UZ PILNVARAS PAMATA. Ludzu atmaksat avansu."
    assert read(text).who == "counsel"


def test_office_of_a_body_writes_from_its_own_address():
    found = read(CALM, "PTAC <pasts@ptac.gov.lv>")
    assert found[:3] == ("authority", "address", "pasts@ptac.gov.lv")
    found = read(CALM, "Financial Ombudsman Service <j.lee@financial-ombudsman.org.uk>")
    assert found.who == "authority"
    # somebody who works there and has a kitchen; somebody who only says so
    assert read(CALM, "Ilze <ilze.kalna@ptac.gov.lv>").who == "customer"
    assert read(CALM, "Financial Ombudsman Service <joe@gmail.com>").who == "customer"
    assert read(CALM, "PTAC <pasts@ptac.gov.lv.example.com>").who == "customer"


def test_forged_address_shows_nobody():
    headers = "From: PTAC <pasts@ptac.gov.lv>\nAuthentication-Results: mx; dmarc=fail"
    assert identify(headers, CALM).who == "customer"


def test_notice_of_a_court_goes_out_by_itself():
    sender = "From: County Court <noreply@justice.gov.uk>\n"
    words = "Claim number K4QZ11. You are required to respond within 14 days."
    notice = identify(f"{sender}Auto-Submitted: auto-generated", words)
    assert (notice.who, notice.words) == ("authority", "Claim number K4QZ11.")
    answer = identify(f"{sender}Auto-Submitted: auto-replied", words)
    assert answer.who == "robot"
    # a law firm's machine is a machine
    machine = identify(f"From: {COUNSEL}\nAuto-Submitted: auto-generated", ACTS)
    assert machine.who == "robot"


def test_list_is_a_person_unless_his_words_show_more():
    headers = "List-Id: <villa.example.com>\nFrom: Ann <ann@example.com>"
    assert identify(headers, CALM).who == "list"
    assert identify(f"List-Id: <a.b>\nFrom: {COUNSEL}", ACTS).who == "counsel"


@pytest.mark.parametrize(
    "sender",
    ["", "<>", "@", "a@", "=?utf-8?q?=FF?=", '"' * 99, "a" * 5000 + "@" + "b." * 999],
)
def test_odd_senders(sender):
    assert read(ACTS, sender).who in ("customer", "counsel")


WORDS = "we act for our client dear sirs прошу доверитель pārstāvu intereses court \n"


@given(
    text=st.text()
    | st.lists(
        st.sampled_from([*WORDS.split(" "), ".", "\ud800", "\u200b", "\n> "]),
        max_size=40,
    ).map(" ".join),
    sender=st.text() | st.sampled_from([COUNSEL, "PTAC <pasts@ptac.gov.lv>"]),
)
def test_what_shows_it_is_a_stretch_of_the_text(text, sender):
    result = screener().screen(text)
    found = read(text, sender)
    if found.basis == "words":
        assert text[found.start : found.end] == found.words != ""
    for finding in lift(result, found, text).findings:
        assert text[finding.start : finding.end] == finding.quote


@pytest.mark.parametrize(
    "text",
    [
        "we act for " * 100_000,
        "> a\nour client \n" * 50_000,
        "представля " * 50_000,
        "a" * 10**6,
    ],
)
def test_time_is_bounded(text):
    result = screener().screen(text)
    start = time.perf_counter()
    default_book().tell(result, COUNSEL)
    assert time.perf_counter() - start < 1


def test_book_that_cannot_be_used(tmp_path):
    file = tmp_path / "speakers.toml"
    for content in ("", "a = [", 'free_mail = "x"', "rule = 5"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(LexiconError, match="speakers.toml"):
            SpeakerBook(file)


# ----------------------------------------------------------------------------------
# What follows
# ----------------------------------------------------------------------------------


def lifted(text, who="counsel", subject="", **more):
    speaker = Speaker(who, "partner", "Jane", **more)
    return lift(screener().screen(text, subject=subject), speaker, subject)


def test_legal_words_of_counsel_are_formal():
    text = "Unless you pay by Friday we will take you to court."
    result = lifted(text)
    assert {found.grade for found in result.findings} == {"formal"}
    assert result.level == "legal"
    assert {f.grade for f in lifted(text, "customer").findings} != {"formal"}


def test_filed_stays_filed_and_quotes_stay_context():
    assert "filed" in {
        found.grade for found in lifted("We have filed a claim in court.").findings
    }
    result = lifted("Please find our letter attached.\n\n> I will sue you.")
    grades = {found.segment: found.grade for found in result.findings}
    assert grades == {"new": "formal", "quoted": "announced"}


def test_letter_without_legal_words_quotes_what_shows_the_speaker():
    words = "Please address any further correspondence about the order to this office."
    text = f"Dear Sirs\n\nI write for Dr Haddad. {words} Kind regards"
    found = lift(screener().screen(text), read(text)).findings
    assert [(f.quote, f.grade, f.rule) for f in found] == [
        (words, "formal", "speaker.counsel")
    ]
    assert text[found[0].start : found[0].end] == words


def test_letter_of_a_known_sender_quotes_its_first_words():
    result = lifted("Dear Sirs\n\nPlease confirm receipt of my letter of 3 May.")
    assert result.findings[0].quote == "Please confirm receipt of my letter of 3 May."
    assert lifted("Hello").findings[0].quote == "Hello"


def test_letter_that_is_only_a_file_quotes_its_subject():
    found = lifted("", subject="Letter of 3 May ").findings[0]
    assert (found.quote, found.segment) == ("Letter of 3 May", "subject")
    assert lifted("").findings == ()


def test_letter_in_a_language_without_lexicon():
    text = "Ich vertrete die Interessen von Frau Schulz.\n\nMeyer Rechtsanwälte"
    result = lift(screener().screen(text), read(text))
    assert result.level == "legal" and result.findings[0].quote in text


def test_counsel_about_no_dispute():
    text = (
        "Our client Mrs Holt will move. Kindly note her new address.\n\n"
        "Price & Co Solicitors"
    )
    speaker = read(text)
    assert (speaker.who, speaker.routine) == ("counsel", True)
    assert lift(screener().screen(text), speaker).level == "calm"
    text = text.replace("address", "address for the claim")
    assert not read(text).routine


def test_others_are_not_lifted():
    result = screener().screen("I will sue you.")
    for speaker in (CUSTOMER, Speaker("robot"), Speaker("list"), Speaker("staff")):
        assert lift(result, speaker) is result


# ----------------------------------------------------------------------------------
# Command line
# ----------------------------------------------------------------------------------


def run(capsys, *arguments):
    assert cli.main(list(arguments)) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_mail_file_names_the_speaker(capsys, tmp_path):
    file = tmp_path / "letter.eml"
    file.write_text(f"From: {COUNSEL}\nSubject: AH-1\n\n{ACTS}\n", encoding="utf-8")
    (row,) = run(capsys, "--eml", str(file))
    assert (row["speaker"], row["shown_by"], row["level"]) == ("counsel", ACTS, "legal")
    assert row["findings"][0]["grade"] == "formal"


def test_words_in_the_other_half_or_in_a_file(capsys, tmp_path):
    file = tmp_path / "mixed.eml"
    file.write_text(
        "From: Ann <ann@example.com>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=x\n\n"
        "--x\nContent-Type: multipart/alternative; boundary=y\n\n"
        f"--y\nContent-Type: text/plain\n\n{CALM}\n"
        f"--y\nContent-Type: text/html\n\n<p>{CALM}</p><p>I will sue you.</p>\n--y--\n"
        "--x\nContent-Type: text/plain\nContent-Disposition: attachment; "
        "filename=letter.txt\n\nSee you in court.\n--x--\n",
        encoding="utf-8",
    )
    (row,) = run(capsys, "--eml", str(file))
    assert row["level"] == "legal"
    assert [(f["part"], f["quote"]) for f in row["findings"]] == [
        ("text/html", "I will sue you."),
        ("letter.txt", "See you in court."),
    ]

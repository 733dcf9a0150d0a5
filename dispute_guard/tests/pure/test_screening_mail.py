# ruff: noqa: E501 - lines of mails are as long as they are
"""Whole mails: what is new and what is history, who speaks, the command line."""

import email
import email.policy
import io
import json
import subprocess
import sys

import pytest
from screening import cli
from screening_room import ADDON, screener, screening, threats

NEW = "Thank you, that is all."
OLD = "If you do not pay me, then I will sue you."

QUOTES = {
    "Gmail en": "On Mon, Jan 8, 2024 at 10:12 AM Ann Lee <ann@example.com> wrote:\n> {old}",
    "Gmail en, wrapped": "On Mon, Jan 8, 2024 at 10:12 AM Ann Lee\n<ann@example.com> wrote:\n\n> {old}",
    "Gmail ru": "пн, 8 янв. 2024 г. в 10:12, Анна Ли <ann@example.com>:\n> {old}",
    "Gmail lv": "pirmd., 2024. g. 8. janv., plkst. 10:12 — lietotājs Anna (<ann@example.com>) rakstīja:\n> {old}",
    "Gmail lt": "2024-01-08, pr, 10:12 Ana Li <ann@example.com> rašė:\n> {old}",
    "Outlook en": "From: Ann Lee <ann@example.com>\nSent: Monday, 8 January 2024\nTo: Help\nSubject: Order\n\n{old}",
    "Outlook ru": "От: Анна <ann@example.com>\nОтправлено: 8 января 2024 г.\nКому: Помощь\nТема: Заказ\n\n{old}",
    "Outlook lv": "No: Anna <ann@example.com>\nNosūtīts: 2024. gada 8. janvāris\nKam: Palīdzība\nTemats: Preces\n\n{old}",
    "Outlook lt": "Nuo: Ana <ann@example.com>\nIšsiųsta: 2024 m. sausio 8 d.\nKam: Pagalba\nTema: Prekės\n\n{old}",
    "Outlook old": "-----Original Message-----\n{old}",
    "Apple en": "On 8 Jan 2024, at 10:12, Ann Lee <ann@example.com> wrote:\n\n{old}",
    "Apple ru": "8 янв. 2024 г., в 10:12, Анна Ли <ann@example.com> написал(а):\n\n{old}",
    "Apple lv": "2024. gada 8. janv. plkst. 10:12 Anna <ann@example.com> rakstīja:\n\n{old}",
    "Apple lt": "2024-01-08, 10:12, Ana <ann@example.com> rašė:\n\n{old}",
    "plain": "> {old}",
}  # fmt: skip


def _kinds(result):
    return [s.kind for s in result.segments if result.text[s.start : s.end].strip()]


@pytest.mark.parametrize("name", QUOTES)
def test_threat_in_history_is_only_context(name):
    text = f"{NEW}\n\n{QUOTES[name].format(old=OLD)}\n"
    result = screener().screen(text)
    assert _kinds(result) == ["new", "quoted"]
    (found,) = threats(result)
    assert found.segment == "quoted" and found.confidence < 0.5
    assert result.level == "calm"


@pytest.mark.parametrize("name", QUOTES)
def test_threat_above_history_counts(name):
    text = f"{OLD}\n\n{QUOTES[name].format(old=NEW)}\n"
    assert screener().screen(text).level == "legal"


def test_answers_between_quoted_lines_are_new():
    text = "> When can we call?\nNever. I will sue you.\n> Kind regards\n"
    assert screener().screen(text).level == "legal"


def test_quoting_everything_hides_nothing():
    assert screener().screen("> I will sue you.\n").level == "legal"


@pytest.mark.parametrize(
    "mark",
    [
        '<div class="gmail_quote">{old}</div>',
        '<blockquote type="cite">{old}</blockquote>',
        '<div id="divRplyFwdMsg">From: A</div><div>{old}</div>',
        '<div data-o-mail-quote="1">{old}</div>',
        '<div class="yahoo_quoted">{old}</div>',
    ],
)
def test_markup_marks_history(mark):
    html = f"<div>{NEW}</div>{mark.format(old='<p>' + OLD + '</p>')}"
    result = screener().screen(html=html)
    assert result.level == "calm" and [f.segment for f in threats(result)] == ["quoted"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("See below.\n\n---------- Forwarded message ---------\nI will sue you.", "forwarded"),
        ("Смотрите ниже.\n\n-------- Пересылаемое сообщение --------\nЯ подам в суд.", "forwarded"),
        ("See below.\n-- \nJohn Hill\nAttorney at law, I sue people", "signature"),
        ("Please answer.\n\nKind regards,\nJohn Hill\nSolicitor\nHill Law Firm", "signature"),
        (
            "Please answer.\n\nThis email is confidential and intended for the recipient "
            "only. We will take legal action against misuse.",
            "footer",
        ),
        (
            "Atbildiet.\n\nŠis ziņojums ir konfidenciāls un paredzēts tikai saņēmējam. "
            "Vērsīsimies tiesā par pārkāpumiem.",
            "footer",
        ),
    ],
)  # fmt: skip
def test_other_segments(text, kind):
    result = screener().screen(text)
    assert _kinds(result) == ["new", kind] and result.level in ("calm", "not_screened")


def test_footer_does_not_cover_the_threat_above_it():
    text = (
        "I'll see you in court.\n\nThis email is confidential and may be legally "
        "privileged. It is intended for the recipient only.\n"
    )
    (found,) = threats(screener().screen(text))
    assert found.quote == "I'll see you in court."


@pytest.mark.parametrize(
    ("headers", "speaker"),
    [
        ("From: ann@example.com", "person"),
        ("From: ann@example.com\nAuto-Submitted: no", "person"),
        ("From: ann@example.com\nX-Auto-Response-Suppress: OOF", "person"),
        ("From: ann@example.com\nAuto-Submitted: auto-replied", "auto_reply"),
        ("From: ann@example.com\nAuto-Submitted: auto-generated; x=y", "auto_reply"),
        ("From: ann@example.com\nPrecedence: auto_reply", "auto_reply"),
        ("From: ann@example.com\nX-Autoreply: yes", "auto_reply"),
        ("From: MAILER-DAEMON@example.com", "bounce"),
        ("Return-Path: <>\nFrom: x@example.com", "bounce"),
        ("Return-Path: <>\nFrom: x@example.com\nAuto-Submitted: auto-replied", "auto_reply"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "bounce"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "auto_reply"),
        ("From: x@example.com\nList-Id: <news.example.com>", "list"),
        ("From: x@example.com\nPrecedence: bulk", "list"),
        ("From: =?broken?=\nAuto-Submitted:", "person"),
    ],
)  # fmt: skip
def test_speaker(headers, speaker):
    for policy in (email.policy.default, email.policy.compat32):
        message = email.message_from_string(headers + "\n\nText", policy=policy)
        assert screening.speaker.classify(message) == speaker


def _run(monkeypatch, capsys, arguments, stdin=""):
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    status = cli.main(arguments)
    output = capsys.readouterr()
    return status, output.out, output.err


def test_lines_in_lines_out(monkeypatch, capsys):
    rows = [
        {"id": 7, "text": "Я подам на вас в суд.", "subject": "I will sue you"},
        {"id": "h", "html": "<p>Nice weather is what we have today.</p>"},
    ]
    stdin = "\n".join(map(json.dumps, rows)) + "\n\n"
    status, out, _err = _run(monkeypatch, capsys, [], stdin)
    first, second = map(json.loads, out.splitlines())
    assert status == 0 and first["id"] == 7 and first["level"] == "legal"
    keys = {"kind", "grade", "quote", "start", "end", "segment", "rule", "confidence"}
    assert all(set(found) == keys for found in first["findings"])
    assert {found["segment"] for found in first["findings"]} == {"new", "subject"}
    assert second["level"] == "calm"


@pytest.mark.parametrize("stdin", ["{", "[1]", '{"id": 1}', '{"text": 5}'])
def test_bad_lines_are_refused(monkeypatch, capsys, stdin):
    status, _out, err = _run(monkeypatch, capsys, [], stdin)
    assert status == 2 and "line 1" in err


def test_mail_files(monkeypatch, capsys, tmp_path):
    file = tmp_path / "a.eml"
    file.write_bytes(
        b"From: a@example.com\r\nSubject: =?koi8-r?B?8M/EwcrVINcg09XE?=\r\n"
        b"Content-Type: text/plain; charset=windows-1251\r\n\r\n"
        + "Увидимся в суде.".encode("windows-1251")
    )
    broken = tmp_path / "b.eml"
    broken.write_bytes(b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\x00")
    status, out, _err = _run(monkeypatch, capsys, ["--eml", str(file), str(broken)])
    first, second = map(json.loads, out.splitlines())
    assert status == 0 and first["level"] == "legal" and first["speaker"] == "customer"
    assert second["level"] == "not_screened"


def test_evaluate(monkeypatch, capsys, tmp_path):
    file = tmp_path / "set.jsonl"
    rows = [
        {"id": "a", "lang": "en", "text": "I will sue you.", "cores": ["sue you"]},
        {"id": "b", "lang": "en", "text": "I will sue you, said he.", "no": 1},
        {"id": "c", "lang": "en", "text": "Please pay attention.", "cores": []},
    ]
    for row, label in zip(rows, (1, 0, 1), strict=True):
        row["labels"] = {"legal_threat": label}
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    status, out, _err = _run(monkeypatch, capsys, ["evaluate", str(file)])
    assert status == 0
    assert "false alarm b [en.legal.sue]" in out and "missed c" in out


def test_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "screening"],
        cwd=ADDON,
        input='{"id": 1, "text": "See you in court."}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["level"] == "legal"

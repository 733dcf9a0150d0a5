"""Tree heads: signed, read back from text, never taken for what they are not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger import (
    Head,
    HeadError,
    head_from_text,
    head_to_text,
    is_signed,
    load_key,
    new_key,
    public_key,
    read_head,
    sign,
)

KEY = load_key(new_key())
HEAD = Head(
    log="0d5c5b9e-7f2a-4a44-9a9f-8a8b2f6c1d10",
    size=1234,
    root="ab" * 32,
    time="2026-01-31T12:00:00Z",
    previous="cd" * 32,
    key=public_key(KEY),
)
SIGNATURE = sign(HEAD, KEY)


def test_signature():
    # RFC 8032, 7.1, test 2
    key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert is_signed(b"\x72", signature, key)
    assert not is_signed(b"\x73", signature, key)
    assert is_signed(HEAD.data, SIGNATURE, HEAD.key)
    assert not is_signed(HEAD.data, SIGNATURE, key)
    assert not is_signed(HEAD.data + b" ", SIGNATURE, HEAD.key)
    for bad in ("", "xyz", "00" * 64, SIGNATURE[:-2]):
        assert not is_signed(HEAD.data, bad, HEAD.key)
        assert not is_signed(HEAD.data, SIGNATURE, bad)


def test_key_reads_back():
    pem = new_key()
    assert public_key(load_key(pem)) == public_key(load_key(pem))
    for bad in (b"", b"no key", pem[:50]):
        with pytest.raises(ValueError):
            load_key(bad)


def test_canonical_bytes_read_back():
    assert read_head(HEAD.data.decode()) == HEAD
    assert HEAD.data.startswith(b'{"form":"dispute-guard/1","record":{"head":{"key":')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '{"form":"dispute-guard/1","record":{}}',
        '{"form":"dispute-guard/1","record":{"head":{"log":"x"}}}',
        HEAD.data.decode() + " ",
        HEAD.data.decode().replace("1234", "1234.0"),
        HEAD.data.decode().replace("1234", "true"),
        HEAD.data.decode().replace("1234", "-1"),
        HEAD.data.decode().replace("ab", "AB"),
        HEAD.data.decode().replace("Z", ""),
    ],
)
def test_what_is_no_head(text):
    with pytest.raises(HeadError):
        read_head(text)


def test_text_reads_back():
    text = head_to_text(HEAD, SIGNATURE)
    assert max(map(len, text.splitlines())) <= 76
    assert head_from_text(text) == (HEAD, SIGNATURE)
    first = Head("log", 0, "ab" * 32, "2026-01-31T12:00:00Z", "", "")
    assert head_from_text(head_to_text(first, "")) == (first, "")


@pytest.mark.parametrize(
    "mangle",
    [
        lambda text: "Dear auditor,\n\n" + text + "\nBeef and cafe\nBest wishes\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "".join(f"> {line}\n" for line in text.splitlines()),
        lambda text: "".join(f">> > {line}\n" for line in text.splitlines()),
        lambda text: text.replace("\n", " "),
        lambda text: text.replace(" ", "\xa0"),
        lambda text: text.replace("ab", "ab\n  "),
        lambda text: text + text.replace("1234", "1"),
    ],
)
def test_mangled_text_reads_back(mangle):
    assert head_from_text(mangle(head_to_text(HEAD, SIGNATURE))) == (HEAD, SIGNATURE)


@given(st.integers(0, 30))
def test_text_with_a_line_less(at):
    lines = head_to_text(HEAD, SIGNATURE).splitlines()
    text = "\n".join(lines[: at % len(lines)])
    try:
        head, signature = head_from_text(text)
    except HeadError:
        return
    assert not (head == HEAD and signature == SIGNATURE)


@given(st.text())
def test_any_text(text):
    with pytest.raises(HeadError):
        head_from_text(text)
    with suppress(HeadError):
        head_from_text(head_to_text(HEAD, SIGNATURE).replace("1234", text))

"""The canonical bytes must come out the same on every machine and in every year."""

import hashlib
import json

import pytest
from ledger import FORM, canonical_bytes, sha256_hex

RECORD = {
    "kind": "quote",
    "content": "Es iesniegšu prasību tiesā. Я подам в суд.",
    "details": {"start": 0, "end": 27, "clause": None},
    "parts": ["a", 1, None, {"b": "c"}],
}
# Worked out by hand and with sha256sum, so that a change of the form is noticed: it
# would make every record kept so far look forged.
VECTOR = (
    '{"form":"dispute-guard/1","record":{'
    '"content":"Es iesniegšu prasību tiesā. Я подам в суд.",'
    '"details":{"clause":null,"end":27,"start":0},'
    '"kind":"quote",'
    '"parts":["a",1,null,{"b":"c"}]}}'
)
VECTOR_SHA256 = "5cba7c938aba7674a5f58cea33c2a410191d170d052e0941b22024537db66127"


def test_known_vector():
    data = canonical_bytes(RECORD)
    assert data.decode() == VECTOR
    assert sha256_hex(data) == VECTOR_SHA256


def test_digest_is_sha256():
    # FIPS 180-4, example of one block
    assert sha256_hex(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_order_of_keys_does_not_matter():
    turned = dict(reversed(RECORD.items()))
    turned["details"] = dict(reversed(RECORD["details"].items()))
    assert canonical_bytes(turned) == canonical_bytes(RECORD)


def test_order_of_a_list_matters():
    assert canonical_bytes({"a": ["x", "y"]}) != canonical_bytes({"a": ["y", "x"]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "1"}, {"a": 1}),
        ({"a": ""}, {"a": None}),
        ({"a": "x"}, {"a": "x "}),
        ({"a": "x\n"}, {"a": "x\r\n"}),
        ({"a": "b", "c": ""}, {"a": "b"}),
        ({"a": 'x","c":"'}, {"a": "x", "c": ""}),
        # The same letter in two Unicode forms: words are kept as they were written.
        ({"a": "ā"}, {"a": "a\u0304"}),
    ],
)
def test_different_records_have_different_bytes(one, other):
    assert canonical_bytes(one) != canonical_bytes(other)


def test_form_is_part_of_the_bytes():
    assert json.loads(canonical_bytes({}))["form"] == FORM == "dispute-guard/1"


def test_text_of_any_script_reads_back():
    text = 'рус lv: ā lt: ė emoji: 🧾 "quoted" \\ \n\t\u2028 \x00 \x7f'
    data = canonical_bytes({"content": text})
    assert json.loads(data.decode())["record"]["content"] == text
    assert "🧾".encode() in data


def test_bytes_are_utf8_without_padding():
    data = canonical_bytes({"a": "š", "b": 1})
    assert data == '{"form":"dispute-guard/1","record":{"a":"š","b":1}}'.encode()


@pytest.mark.parametrize(
    "value", [1.5, 1.0, True, False, b"bytes", ("a",), {"a"}, object(), float("nan")]
)
@pytest.mark.parametrize("place", [lambda v: v, lambda v: [v], lambda v: {"x": v}])
def test_types_without_a_form_are_refused(value, place):
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical_bytes({"a": place(value)})


@pytest.mark.parametrize("key", ["ключ", "ā", 1, None])
def test_keys_that_are_not_ascii_text_are_refused(key):
    with pytest.raises(ValueError, match="key is not ASCII text"):
        canonical_bytes({"a": {key: "x"}})


@pytest.mark.parametrize("text", ["\ud800", "a\udcffb", "\udfff\ud800"])
def test_lone_surrogates_are_refused(text):
    with pytest.raises(ValueError, match="not valid Unicode"):
        canonical_bytes({"a": text})


def test_big_numbers_are_exact():
    number = 2**63 + 1
    assert str(number).encode() in canonical_bytes({"a": number})


def test_record_is_left_alone():
    before = json.dumps(RECORD)
    canonical_bytes(RECORD)
    assert json.dumps(RECORD) == before


def test_digest_of_nothing():
    assert sha256_hex(b"") == hashlib.sha256().hexdigest()

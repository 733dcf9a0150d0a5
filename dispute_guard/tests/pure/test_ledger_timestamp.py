"""What is believed of a time-stamping authority, and what is not."""

import datetime
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger.timestamp import TokenError, check_token, make_request, read_certificates
from time_stamping import Authority

DATA = b"the canonical bytes of a head"
needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl makes the authority of these tests"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def roots(authority):
    return read_certificates(authority.root_pem)


@needs_openssl
def test_token(authority, roots):
    request, nonce = make_request(DATA)
    response = authority.answer(request)
    moment, name = check_token(response, DATA, roots, nonce)
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert abs((now - moment).total_seconds()) < 60
    assert name == "CN=Test Authority"
    # a token that was kept is checked without its nonce
    assert check_token(response, DATA, roots) == (moment, name)


@needs_openssl
def test_each_request_is_its_own():
    assert make_request(DATA)[1] != make_request(DATA)[1]


@needs_openssl
def test_token_for_something_else(authority, roots):
    request, nonce = make_request(b"another head")
    with pytest.raises(TokenError, match="for something else"):
        check_token(authority.answer(request), DATA, roots, nonce)


@needs_openssl
def test_token_that_was_used_before(authority, roots):
    old, _nonce = make_request(DATA)
    _request, nonce = make_request(DATA)
    with pytest.raises(TokenError, match="Nonce"):
        check_token(authority.answer(old), DATA, roots, nonce)


@needs_openssl
def test_authority_that_nobody_trusts(authority, roots, tmp_path):
    stranger = Authority(tmp_path)
    request, nonce = make_request(DATA)
    with pytest.raises(TokenError, match="does not hold"):
        check_token(stranger.answer(request), DATA, roots, nonce)


@needs_openssl
def test_refusal(authority, roots):
    with pytest.raises(TokenError, match="refused"):
        check_token(authority.answer(b"no request"), DATA, roots)


@needs_openssl
def test_altered_token(authority, roots):
    request, _nonce = make_request(DATA)
    response = authority.answer(request)
    for at in range(0, len(response), 7):
        altered = bytearray(response)
        altered[at] ^= 1
        try:
            assert check_token(bytes(altered), DATA, roots)[1] == "CN=Test Authority"
        except TokenError:
            continue


@pytest.mark.parametrize("answer", [b"", b"<html>busy</html>", b"\x30\x80", b"0" * 99])
def test_what_is_no_token(answer):
    with pytest.raises(TokenError):
        check_token(answer, DATA, [])


@given(st.binary())
def test_any_bytes(answer):
    with pytest.raises(TokenError):
        check_token(answer, DATA, [])


def test_answer_without_end():
    with pytest.raises(TokenError, match="too long"):
        check_token(b"0" * (2 << 20), DATA, [])


@pytest.mark.parametrize(
    "pem", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----"]
)
def test_what_is_no_certificate(pem):
    with pytest.raises(TokenError, match="no certificate"):
        read_certificates(pem)

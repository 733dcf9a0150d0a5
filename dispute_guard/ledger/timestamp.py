"""Time-stamps of RFC 3161: what to ask a time-stamping authority, what to believe."""

import hashlib
from datetime import timezone

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

CONTENT_TYPE = "application/timestamp-query"
LARGEST = 1 << 20  # bytes of an answer; real ones have some thousands


class TokenError(ValueError):
    """A time-stamp that proves nothing; the text says why."""


def make_request(data):
    """Return a request for ``data``: ``(bytes to send, nonce)``."""
    request = (
        TimestampRequestBuilder(data)
        .hash_algorithm(HashAlgorithm.SHA256)
        .cert_request(cert_request=True)
        .build()
    )
    return request.as_bytes(), request.nonce


def read_certificates(pem):
    """The certificates in a PEM text (bytes).

    :raise TokenError: when there is none, or one cannot be read
    """
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise TokenError(f"no certificate can be read: {error}") from error


def check_token(response, data, certificates, nonce=None):
    """Check a time-stamp over ``data``.

    :param bytes response: the authority's answer, DER
    :param list certificates: those that are trusted to lead to the authority's own;
        they must have been valid when it stamped, not now
    :param int nonce: that of the request; None when the token was kept
    :return: ``(time, authority)``: a datetime in UTC without zone, and a name
    :raise TokenError: saying what is wrong
    """
    if len(response) > LARGEST:
        raise TokenError("the answer is too long to be a time-stamp")
    try:
        answer = decode_timestamp_response(response)
        if answer.status not in (0, 1):
            words = ", ".join(answer.status_string) or "without a reason"
            raise TokenError(f"the authority refused: {words}")
        verifier = VerifierBuilder(roots=certificates, nonce=nonce).build()
        # checked before the certificates, for it is the plainer word
        if answer.tst_info.message_imprint.message != hashlib.sha256(data).digest():
            raise TokenError("the time-stamp is for something else")
        verifier.verify_message(answer, data)
        moment = answer.tst_info.gen_time
        return moment.astimezone(timezone.utc).replace(tzinfo=None), _authority(answer)
    except VerificationError as error:
        raise TokenError(f"the time-stamp does not hold: {error}") from error
    except TokenError:
        raise
    # The parser, written in Rust, tells of bad bytes in several ways.
    except Exception as error:
        raise TokenError(f"the answer is no time-stamp: {error}") from error


def _authority(answer):
    """The name of who signed."""
    signer = next(iter(answer.signed_data.signer_infos))
    for der in answer.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if certificate.serial_number == signer.serial_number:
            return certificate.subject.rfc4514_string()
    return ""

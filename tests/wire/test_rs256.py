"""Our RSA signatures are the ones of a well-kept library, and broken keys are refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from vanguard.wire.rs256 import RsaKey, read_key, sign

LIBRARYS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key, form=serialization.PrivateFormat.PKCS8):
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, none).decode()


FORMS = [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
OURS = read_key(pem(LIBRARYS))


@settings(max_examples=20)
@given(st.binary(max_size=300))
def test_a_signature_is_the_librarys(message):
    expected = LIBRARYS.sign(message, padding.PKCS1v15(), hashes.SHA256())
    assert sign(OURS, message) == expected


@pytest.mark.parametrize("form", FORMS)
def test_both_forms_of_pem_hold_the_same_key(form):
    assert read_key("some words\n" + pem(LIBRARYS, form)) == OURS


def test_keys_of_other_lengths_sign_too():
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    signature = sign(read_key(pem(key)), b"x")
    key.public_key().verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256())


def test_a_small_key_is_refused():
    with pytest.raises(ValueError, match="2048"):
        read_key(pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)))


def test_a_key_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="not one of RSA"):
        read_key(pem(ec.generate_private_key(ec.SECP256R1())))


DER = base64.b64decode("".join(pem(LIBRARYS).splitlines()[1:-1]))


def framed(der: bytes) -> str:
    body = base64.b64encode(der).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"


@given(st.integers(0, len(DER) - 1))
def test_a_key_that_was_cut_is_refused(at):
    with pytest.raises(ValueError, match="private key"):
        read_key(framed(DER[:at]))


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match="private key"):
        read_key(text)


def test_numbers_that_do_not_belong_together_sign_nothing():
    fields = {name: getattr(OURS, name) for name in OURS.__struct_fields__}
    with pytest.raises(ValueError, match="belong together"):
        sign(RsaKey(**{**fields, "coefficient": OURS.coefficient + 1}), b"x")

"""What a token is asked for with, and how one is read."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.google.accounts import ask_for_token, read_token

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
).decode()
SERVICE = {
    "type": "service_account",
    "client_email": "a@p.iam.gserviceaccount.com",
    "private_key": PEM,
    "private_key_id": "k1",
    "token_uri": "https://oauth2.googleapis.com/token",
}
PERSON = {
    "type": "authorized_user",
    "client_id": "c",
    "client_secret": "s",
    "refresh_token": "r",
}


def coded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def asked(account, now_s=1000.5):
    asking = ask_for_token(json.dumps(account).encode(), now_s)
    head, _, body = asking.data.partition(b"\r\n\r\n")
    return asking.origin, head, {name: one for name, (one,) in parse_qs(body.decode()).items()}


def test_a_service_account_signs_who_it_is():
    origin, head, form = asked(SERVICE)
    assert (origin.host, origin.tls) == ("oauth2.googleapis.com", True)
    assert head.startswith(b"POST /token HTTP/1.1\r\nhost: oauth2.googleapis.com\r\n")
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    signed, _, signature = form["assertion"].rpartition(".")
    KEY.public_key().verify(coded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    header, claims = (json.loads(coded(one)) for one in signed.split("."))
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert claims == {
        "iss": SERVICE["client_email"],
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": SERVICE["token_uri"],
        "iat": 1000,
        "exp": 4600,
    }


def test_the_claim_is_the_one_that_googles_own_library_makes():
    from google.auth import jwt

    _, _, form = asked(SERVICE, now_s=4_000_000_000)
    certs = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = jwt.decode(form["assertion"], certs, verify=True, clock_skew_in_seconds=10**10)
    assert claims["iss"] == SERVICE["client_email"]


def test_a_person_who_has_logged_in():
    _, _, form = asked(PERSON)
    assert form == {
        "grant_type": "refresh_token",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
    }


def test_the_machines_own_account():
    asking = ask_for_token(None, 0)
    assert (asking.origin.host, asking.origin.tls) == ("metadata.google.internal", False)
    assert asking.data.startswith(
        b"GET /computeMetadata/v1/instance/service-accounts/default/token "
    )
    assert b"metadata-flavor: Google\r\n" in asking.data


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"[]",
        b"{}",
        b'{"type":"external_account"}',
        json.dumps({**SERVICE, "private_key": "none"}).encode(),
        json.dumps({**SERVICE, "token_uri": "ftp://x"}).encode(),
    ],
)
def test_a_file_that_cannot_be_used(file):
    with pytest.raises(UpstreamUnavailable, match="cannot be used"):
        ask_for_token(file, 0)


def test_a_token_with_its_end():
    token = read_token(
        200, b'{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}', 10
    )
    assert token == (b"ya29.x", 3609)
    assert read_token(200, b'{"access_token":"t"}', 10).expires_s == 310


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"error":"invalid_grant","error_description":"Invalid JWT"}'),
        (200, b"{}"),
        (200, b"<html>"),
        (500, b'{"access_token":"t"}'),
    ],
)
def test_no_token(status, body):
    with pytest.raises(UpstreamUnavailable, match=f"HTTP {status}"):
        read_token(status, body, 0)

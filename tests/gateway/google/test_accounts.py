"""What a token is asked for with, and how one is read."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from support.asking import read
from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.google.accounts import (
    SCOPE,
    exchange_request,
    impersonation_request,
    person_request,
    read_account,
    read_impersonated,
    read_token,
    service_account_request,
    workforce_person_request,
)

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


def account(**fields):
    return read_account(json.dumps(fields).encode())


def asked(fields, now_s=1000.5):
    told = read(*service_account_request(account(**fields), now_s, SCOPE))
    return told, told.form


def test_a_service_account_signs_who_it_is():
    told, form = asked(SERVICE)
    assert (told.method, told.url) == ("POST", "https://oauth2.googleapis.com/token")
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

    _, form = asked(SERVICE, now_s=4_000_000_000)
    certs = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = jwt.decode(form["assertion"], certs, verify=True, clock_skew_in_seconds=10**10)
    assert claims["iss"] == SERVICE["client_email"]


def test_a_person_who_has_logged_in():
    told = read(*person_request(account(**PERSON)))
    assert told.url == "https://oauth2.googleapis.com/token"
    assert told.form == {
        "grant_type": "refresh_token",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
    }


def test_a_person_who_has_logged_in_elsewhere():
    told = read(*workforce_person_request(account(**PERSON)))
    assert told.url == "https://sts.googleapis.com/v1/token"
    assert told.form == {"grant_type": "refresh_token", "refresh_token": "r"}
    assert told.headers["authorization"] == "Basic " + base64.b64encode(b"c:s").decode()


POOL = "//iam.googleapis.com/locations/global/workforcePools/p/providers/x"


def test_an_exchange_names_the_pool_and_who_pays_for_people():
    people = {"audience": POOL, "subject_token_type": "jwt", "workforce_pool_user_project": "p-1"}
    told = read(*exchange_request(account(**people), "a+b", SCOPE))
    assert told.form["options"] == "%7B%22userProject%22%3A%22p-1%22%7D"
    assert (told.form["audience"], told.form["subject_token"]) == (POOL, "a+b")
    for more in ({"client_id": "c"}, {"audience": "//iam.googleapis.com/projects/1/x"}):
        assert (
            "options" not in read(*exchange_request(account(**{**people, **more}), "t", SCOPE)).form
        )


def test_a_service_account_is_impersonated_for_as_long_as_the_file_says():
    fields = {
        "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/x:y",
        "service_account_impersonation": {"token_lifetime_seconds": 600},
        "delegates": ["d"],
    }
    told = read(*impersonation_request(account(**fields), b"own"))
    assert told.url == fields["service_account_impersonation_url"]
    assert told.headers["authorization"] == "Bearer own"
    assert json.loads(told.body) == {"delegates": ["d"], "scope": [SCOPE], "lifetime": "600s"}


@pytest.mark.parametrize("file", [b"", b"[]", b"\xff", b'{"private_key": 3}'])
def test_a_file_that_cannot_be_used(file):
    with pytest.raises(UpstreamUnavailable, match="cannot be used"):
        read_account(file)


@pytest.mark.parametrize("more", [{"private_key": "none"}, {"token_uri": "ftp://x"}])
def test_a_part_that_is_no_such_thing(more):
    with pytest.raises(ValueError):  # noqa: PT011 - by any words
        asked({**SERVICE, **more})


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


def test_a_token_of_another_account():
    told = {"accessToken": "ya29.i", "expireTime": "2026-11-25T12:00:00Z"}
    assert read_impersonated(200, json.dumps(told).encode()) == (b"ya29.i", 1_795_608_000)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            403,
            b'{"error":{"code":403,"message":"no Token Creator","status":"PERMISSION_DENIED"}}',
            "no Token",
        ),
        (403, b"{}", "no reason"),
        (200, b'{"accessToken":"x","expireTime":"soon"}', "HTTP 200"),
        (200, b"<html>", "HTTP 200"),
        (200, b'{"expireTime":"2026-11-25T12:00:00Z"}', "no reason"),
    ],
)
def test_no_token_of_another_account(status, body, words):
    with pytest.raises(UpstreamUnavailable, match=words):
        read_impersonated(status, body)

"""What a token of Google's is asked for with, and how one is read.

It does not know connections, files or the order of questions. Sources: Google identity docs, OAuth 2.0 for
server to server applications; application default credentials; workload identity federation; IAM
credentials API, generateAccessToken (2026-11).
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlencode

import msgspec

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.http.origin import Origin
from vanguard.gateway.renewal.asking import posted
from vanguard.gateway.renewal.keeper import Kept
from vanguard.wire.rs256 import read_key, sign

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
# enough for a token that is shown in exchange for another account's
IAM_SCOPE = "https://www.googleapis.com/auth/iam"
_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_STS_URL = "https://sts.googleapis.com/v1/token"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type
_WORKFORCE = "//iam.googleapis.com/locations/"
_LIFE_S = 3600
_DEFAULT_LIFE_S = 300.0
_FORM: Headers = [(b"content-type", b"application/x-www-form-urlencoded")]

_encode = msgspec.json.Encoder().encode

Asking = tuple[Origin, bytes]
Token = Kept[bytes]


class Format(msgspec.Struct, frozen=True):
    """How a subject token stands in a file or an answer."""

    type: Literal["text", "json"] = "text"
    subject_token_field_name: str = ""


class Subject(msgspec.Struct, frozen=True):
    """Where a workload outside of Google gets the token that says who it is (`credential_source`)."""

    file: str = ""
    url: str = ""
    headers: dict[str, str] = {}
    format: Format = Format()
    environment_id: str = ""
    region_url: str = ""
    regional_cred_verification_url: str = ""
    imdsv2_session_token_url: str = ""
    executable: dict[str, object] | None = None
    certificate: dict[str, object] | None = None


class Impersonation(msgspec.Struct, frozen=True):
    """For how long another account's token is asked for."""

    token_lifetime_seconds: int = _LIFE_S


class Account(msgspec.Struct, frozen=True):
    """A file of credentials, of any of the types that Google's libraries read."""

    type: str = ""
    client_email: str = ""
    private_key: str = ""
    private_key_id: str = ""
    token_uri: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    audience: str = ""
    subject_token_type: str = ""
    token_url: str = ""
    credential_source: Subject | None = None
    service_account_impersonation_url: str = ""
    service_account_impersonation: Impersonation = Impersonation()
    workforce_pool_user_project: str = ""
    delegates: tuple[str, ...] = ()
    source_credentials: Account | None = None


class _Told(msgspec.Struct):
    access_token: str = ""
    expires_in: float | None = None
    error: str = ""
    error_description: str = ""


class _Failed(msgspec.Struct):
    message: str = ""
    status: str = ""


class _Impersonated(msgspec.Struct, rename="camel"):
    access_token: str = ""
    expire_time: str = ""
    error: _Failed = msgspec.field(default_factory=_Failed)


_account = msgspec.json.Decoder(Account)
_told = msgspec.json.Decoder(_Told, strict=False)
_impersonated = msgspec.json.Decoder(_Impersonated)


def read_account(file: bytes) -> Account:
    """The credentials in a file.

    Raises:
        UpstreamUnavailable: it holds none; the message repeats nothing of it.
    """
    try:
        return _account.decode(file)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise unusable(str(error)) from error


def unusable(why: str) -> UpstreamUnavailable:
    """The error of a file that cannot be used."""
    return UpstreamUnavailable(f"the file of Google credentials cannot be used: {why}")


def service_account_request(account: Account, now_s: float, scope: str) -> Asking:
    """For the token of a service account whose key is in the file.

    Raises:
        ValueError: a part of the file is no such thing.
    """
    form = {"grant_type": _GRANT, "assertion": _assertion(account, int(now_s), scope)}
    return posted(account.token_uri or _TOKEN_URI, _FORM, urlencode(form).encode())


def person_request(account: Account) -> Asking:
    """For the token of somebody who has logged in at Google.

    Raises:
        ValueError: a part of the file is no such thing.
    """
    form = {
        "grant_type": "refresh_token",
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "refresh_token": account.refresh_token,
    }
    return posted(account.token_uri or _TOKEN_URI, _FORM, urlencode(form).encode())


def workforce_person_request(account: Account) -> Asking:
    """For the token of somebody who has logged in elsewhere (workforce identity federation).

    Raises:
        ValueError: a part of the file is no such thing.
    """
    form = {"grant_type": "refresh_token", "refresh_token": account.refresh_token}
    headers = [*_FORM, *_basic(account)]
    return posted(account.token_url or _STS_URL, headers, urlencode(form).encode())


def exchange_request(account: Account, subject_token: str, scope: str) -> Asking:
    """For a token in exchange for one that another identity provider has signed (RFC 8693).

    Raises:
        ValueError: a part of the file is no such thing.
    """
    form = {
        "grant_type": _EXCHANGE,
        "audience": account.audience,
        "scope": scope,
        "requested_token_type": _ACCESS_TOKEN,
        "subject_token": subject_token,
        "subject_token_type": account.subject_token_type,
    }
    project = account.workforce_pool_user_project
    if project and not account.client_id and account.audience.startswith(_WORKFORCE):
        form["options"] = quote(_encode({"userProject": project}).decode())
    headers = [*_FORM, *_basic(account)]
    return posted(account.token_url or _STS_URL, headers, urlencode(form).encode())


def impersonation_request(account: Account, own: bytes) -> Asking:
    """For the token of another account, with one that may speak for it.

    Raises:
        ValueError: a part of the file is no such thing.
    """
    life_s = account.service_account_impersonation.token_lifetime_seconds
    body = {"delegates": account.delegates, "scope": [SCOPE], "lifetime": f"{life_s}s"}
    headers: Headers = [
        (b"content-type", b"application/json"),
        (b"authorization", b"Bearer " + own),
    ]
    return posted(account.service_account_impersonation_url, headers, _encode(body))


def _basic(account: Account) -> Headers:
    """The client's own secret, as a header (RFC 6749, 2.3.1)."""
    if not account.client_id:
        return []
    pair = f"{account.client_id}:{account.client_secret}".encode()
    return [(b"authorization", b"Basic " + base64.b64encode(pair))]


def _assertion(account: Account, now_s: int, scope: str) -> str:
    """The signed claim to be that account (RFC 7523)."""
    head = {"alg": "RS256", "typ": "JWT", "kid": account.private_key_id}
    claims = {
        "iss": account.client_email,
        "scope": scope,
        "aud": account.token_uri or _TOKEN_URI,
        "iat": now_s,
        "exp": now_s + _LIFE_S,
    }
    signed = f"{_coded(_encode(head))}.{_coded(_encode(claims))}"
    signature = sign(read_key(account.private_key), signed.encode())
    return f"{signed}.{_coded(signature)}"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_token(status: int, body: bytes, now_s: float) -> Token:
    """The token of an answer.

    Raises:
        UpstreamUnavailable: there is none; with Google's own words.
    """
    try:
        told = _told.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnavailable(f"Google gave no token (HTTP {status})") from error
    if status != 200 or not told.access_token:
        why = told.error_description or told.error or "no reason given"
        raise UpstreamUnavailable(f"Google gave no token (HTTP {status}): {why[:500]}")
    life_s = _DEFAULT_LIFE_S if told.expires_in is None else told.expires_in
    return Kept(told.access_token.strip().encode("latin-1", "replace"), now_s + life_s)


def read_impersonated(status: int, body: bytes) -> Token:
    """The token of another account.

    Raises:
        UpstreamUnavailable: there is none; with Google's own words.
    """
    try:
        told = _impersonated.decode(body)
        expires = datetime.fromisoformat(told.expire_time) if status == 200 else datetime.now(UTC)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UpstreamUnavailable(
            f"Google gave no token of the service account (HTTP {status})"
        ) from error
    if status != 200 or not told.access_token:
        why = told.error.message or told.error.status or "no reason given"
        raise UpstreamUnavailable(
            f"Google gave no token of the service account (HTTP {status}): {why[:500]}"
        )
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    return Kept(told.access_token.strip().encode("latin-1", "replace"), expires.timestamp())

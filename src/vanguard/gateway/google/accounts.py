"""What a token of Google's is asked for with, and how one is read.

It does not know connections or when to ask. Sources: Google identity docs, OAuth 2.0 for server to
server applications; application default credentials; Compute Engine, metadata server (2026-11).
"""

from __future__ import annotations

import base64
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.http.messages import request_head
from vanguard.gateway.http.origin import Origin, parse_base_url
from vanguard.wire.rs256 import read_key, sign

# a reference that means: whatever account the machine itself has
METADATA = "metadata"

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_METADATA_URI = "http://metadata.google.internal"
_METADATA_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE_S = 3600
_DEFAULT_LIFE_S = 300.0

_encode = msgspec.json.Encoder().encode


class Account(msgspec.Struct):
    """A file of credentials, of a service account or of a person who has logged in."""

    type: str = ""
    client_email: str = ""
    private_key: str = ""
    private_key_id: str = ""
    token_uri: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""


class _Told(msgspec.Struct):
    access_token: str = ""
    expires_in: float | None = None
    error: str = ""
    error_description: str = ""


class Asking(NamedTuple):
    """One request for a token."""

    origin: Origin
    data: bytes


class Token(NamedTuple):
    """A token and the moment, in seconds since the epoch, from which it is worth nothing."""

    secret: bytes
    expires_s: float


_account = msgspec.json.Decoder(Account)
_told = msgspec.json.Decoder(_Told, strict=False)


def ask_for_token(file: bytes | None, now_s: float, metadata_uri: str = _METADATA_URI) -> Asking:
    """The request for a token with a file of credentials, or without one at the metadata server.

    Raises:
        UpstreamUnavailable: the file holds no credentials that can be used.
    """
    if file is None:
        origin = parse_base_url(metadata_uri)
        headers = [(b"host", origin.authority), (b"metadata-flavor", b"Google")]
        return Asking(origin, bytes(request_head(b"GET", _METADATA_PATH.encode(), headers)))
    try:
        account = _account.decode(file)
        form = _form(account, now_s)
        origin = parse_base_url(account.token_uri or _TOKEN_URI)
    except (msgspec.MsgspecError, ValueError) as error:
        raise UpstreamUnavailable(
            f"the file of Google credentials cannot be used: {error}"
        ) from error
    body = urlencode(form).encode()
    headers = [
        (b"host", origin.authority),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", b"%d" % len(body)),
    ]
    path = origin.prefix.encode() or b"/"
    return Asking(origin, bytes(request_head(b"POST", path, headers)) + body)


def _form(account: Account, now_s: float) -> dict[str, str]:
    if account.type == "service_account":
        return {"grant_type": _GRANT, "assertion": _assertion(account, int(now_s))}
    if account.type == "authorized_user":
        return {
            "grant_type": "refresh_token",
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            "refresh_token": account.refresh_token,
        }
    raise ValueError(f"its type is '{account.type[:50]}', not service_account or authorized_user")


def _assertion(account: Account, now_s: int) -> str:
    """The signed claim to be that account (RFC 7523)."""
    head = {"alg": "RS256", "typ": "JWT", "kid": account.private_key_id}
    claims = {
        "iss": account.client_email,
        "scope": _SCOPE,
        "aud": account.token_uri or _TOKEN_URI,
        "iat": now_s,
        "exp": now_s + _LIFE_S,
    }
    signed = f"{_coded(_encode(head))}.{_coded(_encode(claims))}"
    signature = sign(read_key(account.private_key), signed.encode())
    return f"{signed}.{_coded(signature)}"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_token(status: int, body: bytes, now_s: float, why: str = "") -> Token:
    """The token of an answer; `why` says that there was none.

    Raises:
        UpstreamUnavailable: there is none; with Google's own words.
    """
    if why:
        raise UpstreamUnavailable(f"Google gave no token: {why}")
    try:
        told = _told.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UpstreamUnavailable(f"Google gave no token (HTTP {status})") from error
    if status != 200 or not told.access_token:
        why = told.error_description or told.error or "no reason given"
        raise UpstreamUnavailable(f"Google gave no token (HTTP {status}): {why[:500]}")
    life_s = _DEFAULT_LIFE_S if told.expires_in is None else told.expires_in
    return Token(told.access_token.strip().encode("latin-1", "replace"), now_s + life_s)

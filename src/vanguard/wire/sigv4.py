"""Signs requests for AWS with Signature Version 4, and reads and checks such signatures.

It does not know services, clocks or where keys come from. Rules: AWS General Reference, "Create a
signed AWS API request" (2026-11); botocore's signer makes the same, and a test holds the two together.
Paths are encoded once more than on the wire, as every service but S3 wants it, so that the `:` and
`/` of an ARN, sent as `%3A` and `%2F`, are signed as `%253A` and `%252F`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from vanguard.core.errors import Unauthenticated

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_END = "aws4_request"
# hops between may change or add these (the same set as botocore's)
_NEVER_SIGNED = frozenset({b"expect", b"transfer-encoding", b"user-agent", b"x-amzn-trace-id"})
_MOMENT = "%Y%m%dT%H%M%SZ"
_CLAIM = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([\w-]{1,128})/(\d{8})/([\w-]{1,64})/([\w-]{1,64})/aws4_request\s*,"
    r"\s*SignedHeaders=([a-z0-9;_.-]{1,2048})\s*,\s*Signature=([0-9a-f]{64})",
    re.ASCII,
)

Headers = Sequence[tuple[bytes, bytes]]


class AwsCredentials(msgspec.Struct, frozen=True):
    """A key pair, with the token that temporary ones have besides."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""


class Place(NamedTuple):
    """What a signature is for."""

    region: str
    service: str


class Signable(NamedTuple):
    """A request as it goes over the wire.

    Attributes:
        path: percent-encoded as sent, without the query.
        query: what follows `?`, as sent.
        headers: names in lower case; `host` is among them.
        payload_hash: SHA-256 of the body in hex, or `UNSIGNED_PAYLOAD`.
    """

    method: str
    path: str
    query: str
    headers: Headers
    payload_hash: str


class Claim(NamedTuple):
    """What a signed request says about its signature.

    Attributes:
        at: the moment it names, as `20261125T120000Z`.
        signed: names of the headers that are signed.
    """

    access_key_id: str
    at: str
    date: str
    place: Place
    signed: tuple[bytes, ...]
    signature: str


def payload_hash(body: bytes) -> str:
    """SHA-256 of a body in hex."""
    return sha256(body).hexdigest()


def sign(request: Signable, credentials: AwsCredentials, place: Place, now_s: float) -> Headers:
    """The headers to add to a request so that AWS believes who sent it.

    Args:
        request: without the headers of an earlier signature.
        credentials: whose.
        place: region and signing name of the service.
        now_s: seconds since the epoch; AWS refuses what is more than five minutes off.
    """
    at = datetime.fromtimestamp(now_s, UTC).strftime(_MOMENT)
    more: list[tuple[bytes, bytes]] = [(b"x-amz-date", at.encode())]
    if credentials.session_token:
        more.append((b"x-amz-security-token", credentials.session_token.encode()))
    if request.payload_hash == UNSIGNED_PAYLOAD:
        more.append((b"x-amz-content-sha256", UNSIGNED_PAYLOAD.encode()))
    whole = request._replace(headers=(*request.headers, *more))
    signed = tuple(sorted({name for name, _ in whole.headers} - _NEVER_SIGNED))
    claim = Claim(credentials.access_key_id, at, at[:8], place, signed, "")
    made = signature(whole, claim, credentials.secret_access_key)
    value = (
        f"{ALGORITHM} Credential={credentials.access_key_id}/{_scope(claim)},"
        f" SignedHeaders={b';'.join(signed).decode()}, Signature={made}"
    )
    return [*more, (b"authorization", value.encode())]


def read_claim(headers: Mapping[bytes, bytes]) -> Claim:
    """What a request's `authorization` and `x-amz-date` say.

    Raises:
        Unauthenticated: they are no signature that could be checked.
    """
    match = _CLAIM.fullmatch(headers.get(b"authorization", b"").decode("latin-1").strip())
    if match is None:
        raise Unauthenticated("the Authorization header is no AWS4-HMAC-SHA256 signature")
    access_key_id, date, region, service, names, written = match.groups()
    at = headers.get(b"x-amz-date", b"").decode("latin-1")
    signed = tuple(names.encode().split(b";"))
    if b"host" not in signed or b"x-amz-date" not in signed:
        raise Unauthenticated("the signature must cover the headers host and x-amz-date")
    if not at.startswith(date):
        raise Unauthenticated("x-amz-date is not of the day that the signature is for")
    return Claim(access_key_id, at, date, Place(region, service), signed, written)


def moment_s(claim: Claim) -> float:
    """The moment that a signature names, in seconds since the epoch.

    Raises:
        Unauthenticated: it is no moment.
    """
    try:
        return datetime.strptime(claim.at, _MOMENT).replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise Unauthenticated("x-amz-date is not of the form 20261125T120000Z") from error


def matches(request: Signable, claim: Claim, secret_access_key: str) -> bool:
    """Whether the signature is the one that the secret makes of this request; in constant time."""
    return hmac.compare_digest(signature(request, claim, secret_access_key), claim.signature)


def signature(request: Signable, claim: Claim, secret_access_key: str) -> str:
    """The signature in hex that a secret makes of a request."""
    digest = sha256(canonical_request(request, claim.signed)).hexdigest()
    text = f"{ALGORITHM}\n{claim.at}\n{_scope(claim)}\n{digest}"
    key = _signing_key(secret_access_key, claim.date, *claim.place)
    return _mac(key, text).hex()


def canonical_request(request: Signable, signed: Sequence[bytes]) -> bytes:
    """The one form of a request in which both sides hash it; `signed` names are sorted."""
    values: dict[bytes, list[bytes]] = {name: [] for name in signed}
    for name, value in request.headers:
        if name in values:
            values[name].append(b" ".join(value.split()))
    lines = b"".join([b"%b:%b\n" % (name, b",".join(values[name])) for name in signed])
    return b"\n".join(
        (
            request.method.upper().encode(),
            canonical_path(request.path).encode(),
            canonical_query(request.query).encode("latin-1"),
            lines,
            b";".join(signed),
            request.payload_hash.encode(),
        )
    )


def canonical_path(path: str) -> str:
    """The path without dot segments and doubled slashes, percent-encoded once more."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    end = "/" if kept and path.endswith("/") else ""
    return quote("/" + "/".join(kept) + end, safe="/~")


def canonical_query(query: str) -> str:
    """The query's pairs in order of name and value, each as it was sent."""
    if not query:
        return ""
    pairs = [part.partition("=") for part in query.split("&")]
    return "&".join(f"{name}={value}" for name, value in sorted((n, v) for n, _, v in pairs))


def _scope(claim: Claim) -> str:
    return f"{claim.date}/{claim.place.region}/{claim.place.service}/{_END}"


@lru_cache(maxsize=256)
def _signing_key(secret_access_key: str, date: str, region: str, service: str) -> bytes:
    """Good for one day, region and service: worked out once, not for each request."""
    key = f"AWS4{secret_access_key}".encode()
    for part in (date, region, service, _END):
        key = _mac(key, part)
    return key


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")

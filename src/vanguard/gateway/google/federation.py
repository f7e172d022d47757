"""Gets the token by which a workload outside of Google says who it is: from a file, an address, or AWS.

It does not know what it is exchanged for. Source: Google identity docs, workload identity federation and
access from AWS; google-auth (2.63, 2026-11) does the same, and tests hold the two together. Left out:
programs that print a token, and certificates.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.google.accounts import Account, Format, Subject, unusable
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.renewal.asking import Asker, get_request
from vanguard.wire.sigv4 import AwsCredentials, Place, Signable, payload_hash, sign

_AWS = "aws1"
_TRIES = 2
_LOCAL_S = 3.0
_MOST_BYTES = 64 * 1024
_TOKEN_LIFE_S = b"300"

_object = msgspec.json.Decoder(dict[str, object])
_encode = msgspec.json.Encoder(order="sorted").encode


class _Keys(msgspec.Struct, rename="pascal"):
    access_key_id: str
    secret_access_key: str
    token: str = ""


_keys = msgspec.json.Decoder(_Keys)


class World(NamedTuple):
    """What is outside of a file of credentials.

    Attributes:
        variables: of the environment; the empty ones left out.
        now_s: seconds since the epoch.
    """

    asker: Asker
    variables: Mapping[str, str]
    now_s: float


async def subject_token(account: Account, world: World) -> str:
    """The token of whoever the file says knows it.

    Raises:
        UpstreamUnavailable: it cannot be had, or the file names none of the known ways.
    """
    source = account.credential_source
    if source is None:
        raise unusable("it has no credential_source")
    if source.executable is not None or source.certificate is not None:
        raise unusable("programs and certificates as credential_source are not supported")
    if source.environment_id:
        return await _of_aws(source, account.audience, world)
    if bool(source.file) == bool(source.url):
        raise unusable("its credential_source needs a file or a url")
    if source.file:
        return _field(_read_file(source.file), source.format)
    headers = [
        (name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in source.headers.items()
    ]
    return _field(await _asked(source.url, headers, world), source.format)


def _read_file(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise UpstreamUnavailable(
            f"the subject token's file {path} cannot be read: {error.strerror}"
        ) from error


def _field(data: bytes, said: Format) -> str:
    token: object
    try:
        if said.type == "json":
            token = _object.decode(data).get(said.subject_token_field_name)
        else:
            token = data.decode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnavailable("the subject token does not stand where it should") from error
    if not isinstance(token, str) or not token:
        raise UpstreamUnavailable("the subject token does not stand where it should")
    return token


async def _asked(url: str, headers: Headers, world: World, method: bytes = b"GET") -> bytes:
    try:
        origin, data = get_request(url, headers, method)
    except ValueError as error:
        raise unusable(f"credential_source: {error}") from error
    try:
        reply = await world.asker.ask_again(origin, data, tries=_TRIES, within_s=_LOCAL_S)
    except UpstreamError as error:
        raise UpstreamUnavailable(
            f"no subject token from {origin.host}: {error.message}"
        ) from error
    if reply.status != 200:
        raise UpstreamUnavailable(f"no subject token from {origin.host}: HTTP {reply.status}")
    return reply.body


async def _of_aws(source: Subject, audience: str, world: World) -> str:
    """A request to AWS that only the holder of its credentials can sign; Google sends it on."""
    if source.environment_id != _AWS or not source.regional_cred_verification_url:
        raise unusable(f"its environment_id is not {_AWS}, or it has no address to verify it at")
    told: Headers = []
    if source.imdsv2_session_token_url and not _variables_do(world.variables):
        life: Headers = [(b"x-aws-ec2-metadata-token-ttl-seconds", _TOKEN_LIFE_S)]
        token = await _asked(source.imdsv2_session_token_url, life, world, b"PUT")
        told = [(b"x-aws-ec2-metadata-token", token.strip())]
    region = await _region(source, told, world)
    credentials = await _credentials(source, told, world)
    return signed_identity(
        source.regional_cred_verification_url.replace("{region}", region),
        audience,
        credentials,
        region,
        world.now_s,
    )


def _variables_do(variables: Mapping[str, str]) -> bool:
    """Whether nothing need be asked of the machine."""
    region = variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION")
    return bool(region and _pair(variables))


def _pair(variables: Mapping[str, str]) -> AwsCredentials | None:
    key_id, secret = variables.get("AWS_ACCESS_KEY_ID"), variables.get("AWS_SECRET_ACCESS_KEY")
    if not key_id or not secret:
        return None
    return AwsCredentials(key_id, secret, variables.get("AWS_SESSION_TOKEN", ""))


async def _region(source: Subject, told: Headers, world: World) -> str:
    variables = world.variables
    named = variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION")
    if named:
        return named
    if not source.region_url:
        raise unusable("no AWS region: set AWS_REGION, or region_url in the file")
    zone = await _asked(source.region_url, told, world)
    # `us-east-2b`: the zone's letter is not the region's
    return zone.decode("ascii", "replace").strip()[:-1]


async def _credentials(source: Subject, told: Headers, world: World) -> AwsCredentials:
    own = _pair(world.variables)
    if own is not None:
        return own
    if not source.url:
        raise unusable(
            "no AWS credentials: set AWS_ACCESS_KEY_ID and its secret, or url in the file"
        )
    role = (await _asked(source.url, told, world)).decode("utf-8", "replace").strip()
    body = await _asked(f"{source.url}/{quote(role, safe='')}", told, world)
    try:
        keys = _keys.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnavailable("the machine's role at AWS has no credentials") from error
    return AwsCredentials(keys.access_key_id, keys.secret_access_key, keys.token)


def signed_identity(
    url: str, audience: str, credentials: AwsCredentials, region: str, now_s: float
) -> str:
    """A signed GetCallerIdentity, in the form that Google's STS takes for a subject token.

    Args:
        url: of AWS's STS in the region, with its query.
        audience: of the pool's provider; signed as well, so that the token is good for it alone.
        credentials: whose identity it is.
        region: that the signature is for.
        now_s: seconds since the epoch.
    """
    address, _, query = url.partition("?")
    host, slash, path = address.partition("://")[2].partition("/")
    headers: Headers = [
        (b"host", host.encode("ascii", "replace")),
        (b"x-goog-cloud-target-resource", audience.encode("latin-1", "replace")),
    ]
    signable = Signable("POST", (slash or "/") + path, query, headers, payload_hash(b""))
    headers = [*headers, *sign(signable, credentials, Place(region, "sts"), now_s)]
    shown = [
        {"key": name.decode(), "value": value.decode("latin-1")} for name, value in sorted(headers)
    ]
    return quote(_encode({"headers": shown, "method": "POST", "url": url}).decode())

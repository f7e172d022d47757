"""The requests that assume a role at AWS's Security Token Service, and the reading of their answer.

It does not know when to ask, nor connections. Form and answer: AWS STS API reference, AssumeRole and
AssumeRoleWithWebIdentity, version 2011-06-15 (2026-11).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from vanguard.core.errors import UpstreamUnavailable
from vanguard.gateway.http.messages import Headers, request_head
from vanguard.gateway.http.origin import Origin
from vanguard.gateway.renewal.keeper import Kept
from vanguard.snapshot.model import AssumedRole
from vanguard.wire.sigv4 import AwsCredentials, Place, Signable, payload_hash, sign

_VERSION = "2011-06-15"
_NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"
# STS API reference: what may be in a session's name, and in a tag's value
_NOT_IN_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)
_NOT_IN_VALUES = re.compile(r"[^\w .:/=+@-]")
_NAME_CHARACTERS = 64
_VALUE_CHARACTERS = 256
_WORDS = 300


# credentials of an assumed role, and their end
Session = Kept[AwsCredentials]


class Asked(NamedTuple):
    """A session to ask for: the role, with names in place of the settings' marks."""

    role: AssumedRole
    name: str
    tags: tuple[tuple[str, str], ...]


def asked_for(role: AssumedRole, who: dict[str, str]) -> Asked:
    """The session that one caller's requests go by.

    Args:
        role: as the settings have it.
        who: names by the mark that stands for them: `team`, `user`, `key`, `organisation`.
    """
    if not role.differs:
        return Asked(role, _clean_name(role.session_name), role.tags)
    name = _clean_name(_filled(role.session_name, who))
    tags = tuple(
        (tag, _NOT_IN_VALUES.sub("_", _filled(value, who))[:_VALUE_CHARACTERS])
        for tag, value in role.tags
    )
    return Asked(role, name, tags)


def _clean_name(name: str) -> str:
    # two characters at least
    return _NOT_IN_NAMES.sub("-", name)[:_NAME_CHARACTERS].ljust(2, "-")


def _filled(text: str, who: dict[str, str]) -> str:
    for mark, name in who.items():
        text = text.replace("{" + mark + "}", name)
    return text


def assume_role_request(
    asked: Asked, origin: Origin, credentials: AwsCredentials, region: str, now_s: float
) -> bytes:
    """Head and body in one piece.

    Args:
        asked: the session.
        origin: of `asked.role.sts_url`.
        credentials: that may assume the role.
        region: that the signature is for.
        now_s: seconds since the epoch.
    """
    role = asked.role
    fields = [
        ("Action", "AssumeRole"),
        ("Version", _VERSION),
        ("RoleArn", role.arn),
        ("RoleSessionName", asked.name),
        ("DurationSeconds", str(role.duration_s)),
    ]
    if role.external_id:
        fields.append(("ExternalId", role.external_id))
    for number, (tag, value) in enumerate(asked.tags, 1):
        fields.append((f"Tags.member.{number}.Key", tag))
        fields.append((f"Tags.member.{number}.Value", value))
    body = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields).encode()
    headers: Headers = [
        (b"host", origin.authority),
        (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"),
        (b"accept-encoding", b"identity"),
        (b"user-agent", b"vanguard"),
    ]
    path = f"{origin.prefix}/"
    signable = Signable("POST", path, "", headers, payload_hash(body))
    headers += sign(signable, credentials, Place(region, "sts"), now_s)
    headers.append((b"content-length", b"%d" % len(body)))
    return request_head(b"POST", path.encode(), headers) + body


def web_identity_request(role_arn: str, session_name: str, token: str, origin: Origin) -> bytes:
    """The same with a token that somebody else has signed, in place of a signature of ours."""
    fields = [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", _VERSION),
        ("RoleArn", role_arn),
        ("RoleSessionName", _clean_name(session_name)),
        ("WebIdentityToken", token),
    ]
    body = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields).encode()
    headers: Headers = [
        (b"host", origin.authority),
        (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"),
        (b"accept-encoding", b"identity"),
        (b"user-agent", b"vanguard"),
        (b"content-length", b"%d" % len(body)),
    ]
    return request_head(b"POST", f"{origin.prefix}/".encode(), headers) + body


def read_session(status: int, body: bytes, arn: str) -> Session:
    """The session in an answer.

    Raises:
        UpstreamUnavailable: there is none; with AWS's own words.
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise UpstreamUnavailable(f"the answer about the role {arn} is not what STS sends")
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - most gateways assume no role

    try:
        # no entity can be declared in it, and its size is bounded by whoever read it
        root = ET.fromstring(body)  # noqa: S314 - see above
    except ET.ParseError as error:
        raise UpstreamUnavailable(
            f"the role {arn} could not be assumed (HTTP {status}): the answer is no XML"
        ) from error
    found = root.find(f".//{_NAMESPACE}Credentials")
    if status != 200 or found is None:
        code = root.findtext(f".//{_NAMESPACE}Code") or "no reason given"
        words = (root.findtext(f".//{_NAMESPACE}Message") or "")[:_WORDS]
        raise UpstreamUnavailable(
            f"the role {arn} could not be assumed (HTTP {status}, {code}): {words}"
        )
    texts = [
        found.findtext(f"{_NAMESPACE}{name}") or ""
        for name in ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    ]
    try:
        expires = datetime.fromisoformat(texts[3])
    except ValueError as error:
        raise UpstreamUnavailable(f"the session of the role {arn} names no end") from error
    if not all(texts[:3]):
        raise UpstreamUnavailable(f"the session of the role {arn} lacks a part of its credentials")
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    return Session(AwsCredentials(texts[0], texts[1], texts[2]), expires.timestamp())

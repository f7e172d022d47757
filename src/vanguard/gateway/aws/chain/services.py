"""Asks the services of a machine or a container, and programs, for credentials of AWS.

It does not know which of them is to be asked. Sources: EC2 user guide, instance metadata and IMDSv2; ECS
developer guide, task IAM roles; EKS user guide, Pod Identity; SDKs and Tools Reference Guide, process
credential provider (2026-11).
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.aws.chain.plan import Container, Instance, Process
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.renewal.asking import Asker, Reply, get_request
from vanguard.gateway.renewal.keeper import Kept
from vanguard.wire.sigv4 import AwsCredentials

_WITHIN_S = 1.0
_TRIES = 2
_PROCESS_S = 20.0
_END_S = 1.0
_ROLES = "/latest/meta-data/iam/security-credentials/"
_TOKEN = "/latest/api/token"  # noqa: S105 - a path
_TOKEN_LIFE_S = b"21600"
_MOST_BYTES = 64 * 1024
_FOR_EVER_S = float("inf")


class _Told(msgspec.Struct, rename="pascal"):
    """Credentials as metadata services and programs tell them; `Code` with others than `Success` refuses."""

    access_key_id: str = ""
    secret_access_key: str = ""
    token: str = ""
    session_token: str = ""
    expiration: str | None = None
    version: int | None = None
    code: str = ""
    message: str = ""


_told = msgspec.json.Decoder(_Told)


async def ask_container(source: Container, asker: Asker) -> Kept[AwsCredentials]:
    """The role of a task or a pod.

    Raises:
        UpstreamUnavailable: the service does not say.
    """
    token = source.token
    if source.token_file:
        # the file is kept fresh by the cluster
        token = read_token_file(source.token_file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    headers: Headers = [(b"accept", b"application/json")]
    if token:
        headers.append((b"authorization", token.encode("latin-1", "replace")))
    what = "the container's service for AWS credentials"
    reply = await _twice(asker, source.url, headers, what)
    return _read(reply.body, what)


async def ask_instance(source: Instance, asker: Asker) -> Kept[AwsCredentials]:
    """The role of the machine, by the second version of its service alone.

    Raises:
        UpstreamUnavailable: there is no such service, or no role.
    """
    what = "the machine's metadata service (IMDSv2)"
    life: Headers = [(b"x-aws-ec2-metadata-token-ttl-seconds", _TOKEN_LIFE_S)]
    token = await _twice(asker, source.url + _TOKEN, life, what, method=b"PUT")
    headers: Headers = [(b"x-aws-ec2-metadata-token", token.body.strip())]
    name = await _twice(asker, source.url + _ROLES, headers, what)
    # one line; a machine has one role
    role = name.body.decode("utf-8", "replace").strip().split("\n", 1)[0]
    if not role:
        raise UpstreamUnavailable(f"{what} knows no role of this machine; give it one")
    reply = await _twice(asker, source.url + _ROLES + quote(role, safe=""), headers, what)
    return _read(reply.body, what)


async def ask_process(source: Process) -> Kept[AwsCredentials]:
    """What a program prints that a profile names; it runs with the gateway's own rights.

    Raises:
        UpstreamUnavailable: it fails, or prints something else.
    """
    try:
        words = shlex.split(source.command)
        program = words[0] if words else ""
        running = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError, TypeError) as error:
        raise UpstreamUnavailable(
            f"the profile's credential_process cannot be started: {type(error).__name__}"
        ) from error
    what = f"credential_process '{Path(program).name}'"
    ended = False
    try:
        async with asyncio.timeout(_PROCESS_S):
            printed = await _printed(running)
            status = await running.wait()
        ended = True
    except TimeoutError:
        raise UpstreamUnavailable(f"{what} has not ended within {_PROCESS_S:g} s") from None
    finally:
        if not ended:
            await _end(running)
    if status:
        raise UpstreamUnavailable(f"{what} has failed with status {status}")
    return _read(printed, what, printed_by_a_program=True)


async def _printed(running: asyncio.subprocess.Process) -> bytes:
    parts, size = [], 0
    while running.stdout is not None and (part := await running.stdout.read(_MOST_BYTES)):
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            raise UpstreamUnavailable("a credential_process prints more than any credentials")
    return b"".join(parts)


async def _end(running: asyncio.subprocess.Process) -> None:
    """Ends a program with all that it has started, so that nothing of it is left open."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_S):
            while running.stdout is not None and await running.stdout.read(_MOST_BYTES):
                pass
            await running.wait()


def read_token_file(path: str, named_by: str) -> str:
    """The token in a file, without white space around it.

    Raises:
        UpstreamUnavailable: there is none; `named_by` says who named the file.
    """
    try:
        with Path(path).expanduser().open("rb") as file:
            token = file.read(_MOST_BYTES + 1).decode("ascii").strip()
    except OSError as error:
        raise UpstreamUnavailable(
            f"the token file {path} ({named_by}) cannot be read: {error.strerror}"
        ) from error
    except UnicodeDecodeError as error:
        raise UpstreamUnavailable(f"the token file {path} ({named_by}) holds no token") from error
    if not token or len(token) > _MOST_BYTES or len(token.split()) != 1:
        raise UpstreamUnavailable(f"the token file {path} ({named_by}) holds no token")
    return token


async def _twice(
    asker: Asker, url: str, headers: Headers, what: str, *, method: bytes = b"GET"
) -> Reply:
    """A short question, put once more when there is no answer or when the service has failed."""
    try:
        origin, data = get_request(url, headers, method)
    except ValueError as error:
        raise UpstreamUnavailable(f"{what} has an address that is none: {error}") from error
    try:
        reply = await asker.ask_again(origin, data, tries=_TRIES, within_s=_WITHIN_S)
    except UpstreamError as error:
        raise UpstreamUnavailable(f"{what} gave no AWS credentials: {error.message}") from error
    if reply.status != 200:
        raise UpstreamUnavailable(f"{what} gave no AWS credentials: HTTP {reply.status}")
    return reply


def _read(body: bytes, what: str, *, printed_by_a_program: bool = False) -> Kept[AwsCredentials]:
    try:
        told = _told.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamUnavailable(f"{what} gave no AWS credentials: not the JSON of any") from error
    token = told.session_token if printed_by_a_program else told.token
    if not told.access_key_id or not told.secret_access_key:
        why = f"{told.code}: {told.message}"[:300] if told.code else "a part is missing"
        raise UpstreamUnavailable(f"{what} gave no AWS credentials: {why}")
    if printed_by_a_program and told.version != 1:
        raise UpstreamUnavailable(f"{what} prints a version that is not 1")
    credentials = AwsCredentials(told.access_key_id, told.secret_access_key, token)
    if told.expiration is None:
        if not printed_by_a_program:
            raise UpstreamUnavailable(f"{what} gave AWS credentials without an end")
        return Kept(credentials, _FOR_EVER_S)
    try:
        expires = datetime.fromisoformat(told.expiration)
    except ValueError as error:
        raise UpstreamUnavailable(
            f"{what} gave AWS credentials with an end that is none"
        ) from error
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    return Kept(credentials, expires.timestamp())

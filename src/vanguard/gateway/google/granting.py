"""Walks from the credentials of an account to a token for Google's APIs, over as many questions as it takes.

It does not know who needs it, nor keeps it. The places where credentials are looked for, and their order,
are those of Google's libraries (AIP-4110, application default credentials, 2026-11).
"""

from __future__ import annotations

from pathlib import Path

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.google.accounts import (
    IAM_SCOPE,
    SCOPE,
    Account,
    Asking,
    Token,
    exchange_request,
    impersonation_request,
    person_request,
    read_account,
    read_impersonated,
    read_token,
    service_account_request,
    unusable,
    workforce_person_request,
)
from vanguard.gateway.google.federation import World, subject_token
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.renewal.asking import Reply, get_request

# a reference that means: whatever account the machine itself has
METADATA = "metadata"
# and one that means: what Google's own libraries would take
DEFAULT = "default"

_METADATA_HOST = "metadata.google.internal"
_METADATA_PATH = "/computeMetadata/v1/instance/service-accounts/default/token"
# on GKE the server may take a moment after a pod's start
_METADATA_S = 3.0
_TRIES = 2
_FILE_BYTES = 256 * 1024
_GCLOUD = "~/.config/gcloud"
_ADC = "application_default_credentials.json"


async def grant(account: str, world: World) -> Token:
    """A new token.

    Args:
        account: `file:/path`, `metadata` or `default`.
        world: how to ask, and the time.

    Raises:
        UpstreamUnavailable: there is none, and why.
    """
    path = _default_file(world) if account == DEFAULT else None
    if account.startswith("file:"):
        path = Path(account.removeprefix("file:"))
    if path is None:
        return await _of_machine(world)
    # read anew each time, so that a key that was rotated is taken up
    found = read_account(_text(path))
    try:
        return await _of_file(found, world, SCOPE)
    except ValueError as error:
        raise unusable(str(error)) from error


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_FILE_BYTES)
    except OSError as error:
        raise UpstreamUnavailable(
            f"the file of Google credentials {path} cannot be read: {error.strerror}"
        ) from error


def _default_file(world: World) -> Path | None:
    """The file that a variable names, else that of gcloud's login where there is one."""
    named = world.variables.get("GOOGLE_APPLICATION_CREDENTIALS")
    if named:
        return Path(named)
    folder = Path(world.variables.get("CLOUDSDK_CONFIG") or _GCLOUD)
    try:
        path = folder.expanduser() / _ADC
    except RuntimeError:
        # nobody's home is known
        return None
    return path if path.is_file() else None


async def _of_machine(world: World) -> Token:
    variables = world.variables
    host = (
        variables.get("GCE_METADATA_HOST") or variables.get("GCE_METADATA_ROOT") or _METADATA_HOST
    )
    headers: Headers = [(b"metadata-flavor", b"Google")]
    try:
        origin, data = get_request(f"http://{host}{_METADATA_PATH}", headers)
        reply = await world.asker.ask_again(origin, data, tries=_TRIES, within_s=_METADATA_S)
    except UpstreamError as error:
        raise UpstreamUnavailable(
            f"Google gave no token: the metadata server {host}: {error.message}"
        ) from error
    except ValueError as error:
        raise UpstreamUnavailable(f"the metadata server's address is none: {error}") from error
    return read_token(reply.status, reply.body, world.now_s)


async def _of_file(account: Account, world: World, scope: str) -> Token:
    """By the type of a file of credentials; ValueError where a part of it is no such thing."""
    if account.type == "impersonated_service_account":
        source = account.source_credentials
        if source is None or source.type == account.type:
            raise ValueError("it impersonates an account and has no source_credentials of its own")
        return await _impersonated(account, await _of_file(source, world, IAM_SCOPE), world)
    if account.type == "external_account":
        other = bool(account.service_account_impersonation_url)
        token = await subject_token(account, world)
        asking = exchange_request(account, token, IAM_SCOPE if other else scope)
        own = await _token(asking, world)
        return await _impersonated(account, own, world) if other else own
    if account.type == "service_account":
        return await _token(service_account_request(account, world.now_s, scope), world)
    if account.type == "authorized_user":
        return await _token(person_request(account), world)
    if account.type == "external_account_authorized_user":
        return await _token(workforce_person_request(account), world)
    raise ValueError(
        f"its type is '{account.type[:50]}', not service_account, authorized_user, external_account,"
        " external_account_authorized_user or impersonated_service_account"
    )


async def _impersonated(account: Account, own: Token, world: World) -> Token:
    reply = await _asked(impersonation_request(account, own.value), world)
    return read_impersonated(reply.status, reply.body)


async def _token(asking: Asking, world: World) -> Token:
    reply = await _asked(asking, world)
    return read_token(reply.status, reply.body, world.now_s)


async def _asked(asking: Asking, world: World) -> Reply:
    origin, data = asking
    try:
        return await world.asker.ask(origin, data)
    except UpstreamError as error:
        raise UpstreamUnavailable(
            f"Google gave no token: {origin.host}: {error.message}"
        ) from error

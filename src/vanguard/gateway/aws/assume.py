"""Assumes roles at AWS's Security Token Service.

It does not know whose credentials are whose, nor keeps any.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.aws.sts import (
    Asked,
    Session,
    assume_role_request,
    read_session,
    web_identity_request,
)
from vanguard.gateway.http.origin import Origin, parse_base_url
from vanguard.gateway.renewal.asking import Asker
from vanguard.wire.sigv4 import AwsCredentials


async def assume_role(
    asked: Asked, own: AwsCredentials, region: str, asker: Asker, now_s: float
) -> Session:
    """The session of a role.

    Args:
        asked: which.
        own: credentials that may assume it.
        region: that the signature is for.
        asker: sends.
        now_s: seconds since the epoch.

    Raises:
        UpstreamUnavailable: there is none; with AWS's own words.
    """
    return await _session(
        asked.role.arn,
        asked.role.sts_url,
        lambda origin: assume_role_request(asked, origin, own, region, now_s),
        asker,
    )


async def assume_with_token(
    role_arn: str, session_name: str, token: str, sts_url: str, asker: Asker
) -> Session:
    """The session of a role that trusts whoever signed a token.

    Raises:
        UpstreamUnavailable: there is none; with AWS's own words.
    """
    return await _session(
        role_arn,
        sts_url,
        lambda origin: web_identity_request(role_arn, session_name, token, origin),
        asker,
    )


async def _session(
    arn: str, sts_url: str, request: Callable[[Origin], bytes], asker: Asker
) -> Session:
    try:
        origin = parse_base_url(sts_url)
        reply = await asker.ask(origin, request(origin))
    except (UpstreamError, ValueError) as error:
        why = error.message if isinstance(error, UpstreamError) else str(error)
        raise UpstreamUnavailable(f"the role {arn} could not be assumed: {why}") from error
    return read_session(reply.status, reply.body, arn)

"""Builds what goes to Amazon Bedrock and SageMaker: the path of the operation, signed for each attempt anew.

It does not know answers. Headers come from the configuration and a short pass-list only, so that a
client cannot inject one.
"""

from __future__ import annotations

from vanguard.core.errors import UpstreamUnavailable
from vanguard.dialects.framing import FRAMED
from vanguard.gateway.app import Gateway
from vanguard.gateway.aws.sessions import Who
from vanguard.gateway.aws.spoken import service, upstream_path
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.hiding import hidden_in
from vanguard.gateway.http.messages import Headers, request_head
from vanguard.snapshot.model import Deployment
from vanguard.wire.sigv4 import Place, Signable, payload_hash, sign

# what InvokeModel takes in headers (Bedrock runtime API reference, InvokeModel, 2026-11)
_FORWARDED = (
    b"accept",
    b"x-amzn-bedrock-accept",
    b"x-amzn-bedrock-guardrailidentifier",
    b"x-amzn-bedrock-guardrailversion",
    b"x-amzn-bedrock-performanceconfig-latency",
    b"x-amzn-bedrock-request-metadata",
    b"x-amzn-bedrock-service-tier",
    b"x-amzn-bedrock-trace",
)


def build_bedrock_request(
    gateway: Gateway, exchange: Exchange, deployment: Deployment, body: bytes
) -> bytes:
    """Head and body in one piece; what of it no client may see is noted at the exchange.

    Raises:
        UpstreamUnavailable: credentials cannot be resolved, or the role was not assumed.
    """
    aws, door = deployment.aws, exchange.door
    if aws is None:
        raise UpstreamUnavailable(f"deployment '{deployment.id}' has no settings for AWS")
    origin = exchange.view.origins[deployment.id]
    stream = exchange.peek.stream
    below = upstream_path(door.dialect, door.operation, deployment, stream=stream)
    path = origin.prefix + below
    headers: Headers = [
        (b"host", origin.authority),
        (b"content-type", b"application/json"),
        (b"accept-encoding", b"identity"),
        (b"user-agent", b"vanguard"),
    ]
    headers += _own(exchange, deployment)
    if deployment.credential:
        secret = gateway.credentials.resolve(deployment.credential, gateway.loop_time())
        headers.append((b"authorization", b"Bearer " + secret))
        exchange.hidden = hidden_in(secret, accounts=True)
    else:
        credentials = gateway.sessions.credentials(aws, who(exchange))
        signable = Signable("POST", path, "", headers, payload_hash(body))
        # AWS repeats what it would have signed, the session's token included
        own = credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        exchange.hidden = hidden_in(*[one.encode("latin-1") for one in own], accounts=True)
        now_s = gateway.clock.now_ms() / 1000
        headers += sign(signable, credentials, Place(aws.region, service(deployment)), now_s)
    headers.append((b"content-length", b"%d" % len(body)))
    return request_head(b"POST", path.encode(), headers) + body


def who(exchange: Exchange) -> Who:
    """The names of who asks, by the marks that stand for them in settings."""
    key, scopes = exchange.key, exchange.view.snapshot.scopes
    ids = {"organisation": key.organisation_id, "team": key.team_id, "user": key.user_id}
    names = {mark: scopes[one].name if one in scopes else "" for mark, one in ids.items()}
    return {**names, "key": key.name}


def _own(exchange: Exchange, deployment: Deployment) -> Headers:
    """What the settings send along, and what a client of the same API may say itself."""
    told: dict[bytes, bytes] = {}
    for name, value in deployment.headers.items():
        told[name.lower().encode()] = value.encode("latin-1", "replace")
    if exchange.door.dialect in FRAMED and deployment.dialect in FRAMED:
        index = exchange.request.index
        told |= {name: index[name] for name in _FORWARDED if name in index}
    return list(told.items())

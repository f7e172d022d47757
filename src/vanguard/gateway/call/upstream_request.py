"""Builds what goes upstream, and the intent that is journalled before it.

It does not know answers. Headers come from the configuration and a short pass-list only, so that a
client cannot inject one.
"""

from __future__ import annotations

from vanguard.core.journal import Intent
from vanguard.gateway.app import Gateway
from vanguard.gateway.doors import UPSTREAM_PATHS
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.http.messages import FixedHead, Headers, request_head
from vanguard.snapshot.model import Deployment

_FORWARDED = (b"anthropic-beta", b"anthropic-version", b"openai-beta", b"idempotency-key")


def build_request(
    gateway: Gateway, exchange: Exchange, deployment: Deployment, body: bytes
) -> bytes:
    """Head and body in one piece.

    Raises:
        UpstreamUnavailable: the deployment's credential cannot be resolved.
    """
    secret = b""
    if deployment.auth_header:
        secret = gateway.credentials.resolve(deployment.credential, gateway.loop_time())
    place = (deployment.id, exchange.door.operation, secret)
    head = exchange.view.heads.get(place)
    if head is None:
        head = exchange.view.heads[place] = _fixed_head(exchange, deployment, secret)
    own = deployment.dialect == exchange.door.dialect
    data = bytearray(b"POST " + head.target)
    if own and exchange.request.query:
        data += b"?" + exchange.request.query.encode("latin-1")
    data += head.always
    for name in _FORWARDED:
        value = exchange.request.joined(name) if own else None
        if value is None:
            value = head.defaults.get(name)
        if value is not None:
            data += name + b": " + value + b"\r\n"
    data += b"content-length: %d\r\n\r\n" % len(body)
    data += body
    return bytes(data)


def _fixed_head(exchange: Exchange, deployment: Deployment, secret: bytes) -> FixedHead:
    """What every request to a deployment begins with, as long as its credential stays the same."""
    origin = exchange.view.origins[deployment.id]
    path = UPSTREAM_PATHS[deployment.dialect, exchange.door.operation]
    headers: Headers = [
        (b"host", origin.authority),
        (b"content-type", b"application/json"),
        (b"accept-encoding", b"identity"),
        (b"user-agent", b"vanguard"),
    ]
    if secret:
        name = deployment.auth_header.lower().encode()
        headers.append((name, deployment.auth_prefix.encode() + secret))
    sent = {name for name, _ in headers} | {b"content-length"}
    defaults: dict[bytes, bytes] = {}
    for text, configured in deployment.headers.items():
        name, value = text.lower().encode(), configured.encode("latin-1", "replace")
        if name in _FORWARDED:
            defaults[name] = value
        elif name not in sent:
            headers.append((name, value))
    whole = request_head(b"", b"", headers)
    request_head(b"", b"", list(defaults.items()))  # for its check of line breaks
    return FixedHead((origin.prefix + path).encode(), bytes(whole[1:-2]), defaults)


def build_intent(exchange: Exchange, deployment: Deployment, attempt: int) -> Intent:
    """The journal's record of what is about to be asked."""
    key, price = exchange.key, deployment.price
    return Intent(
        request_id=exchange.id,
        attempt=attempt,
        at_ms=exchange.arrived_ms,
        key_id=key.id,
        organisation_id=key.organisation_id,
        team_id=key.team_id,
        user_id=key.user_id,
        scopes=key.scopes,
        model=exchange.model.name,
        deployment=deployment.id,
        provider=deployment.provider,
        upstream_model=deployment.model,
        operation=exchange.door.operation,
        dialect=exchange.door.dialect,
        stream=exchange.peek.stream,
        session=exchange.session,
        tags=exchange.tags,
        reserved_usd_micros=exchange.reservation.usd_micros if exchange.reservation else 0,
        price_id=price.id if price else "",
        price_version=price.version if price else "",
    )

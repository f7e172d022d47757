"""Builds what goes upstream, and the intent that is journalled before it.

It does not know answers. Headers come from the configuration and a short pass-list only, so that a
client cannot inject one.
"""

from __future__ import annotations

from vanguard.core.journal import Intent, intent_head, intent_line
from vanguard.gateway.app import Gateway
from vanguard.gateway.call.bedrock_request import build_bedrock_request
from vanguard.gateway.call.placed_request import placed_path, verb_of, versioned
from vanguard.gateway.doors import UPSTREAM_PATHS
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import GOOGLE
from vanguard.gateway.hiding import hidden_in
from vanguard.gateway.http.messages import FixedHead, Headers, Request, request_head
from vanguard.snapshot.model import Deployment

_FORWARDED_IN_ORDER = (
    b"anthropic-beta",
    b"anthropic-version",
    b"idempotency-key",
    b"openai-beta",
)
_FORWARDED = frozenset(_FORWARDED_IN_ORDER)


def build_request(
    gateway: Gateway, exchange: Exchange, deployment: Deployment, body: bytes
) -> bytes:
    """Head and body in one piece; what of it no client may see is noted at the exchange.

    Raises:
        UpstreamUnavailable: the deployment's credential cannot be resolved.
    """
    secret = b""
    if deployment.auth_header:
        secret = gateway.credentials.resolve(deployment.credential, gateway.loop_time())
    elif deployment.aws is not None:
        return build_bedrock_request(gateway, exchange, deployment, body)
    door, dialect = exchange.door, deployment.dialect
    if dialect != door.dialect and door.dialect in deployment.also:
        dialect = door.dialect
    place = (deployment.id, dialect, door.operation, secret)
    head = exchange.view.heads.get(place)
    if head is None:
        if deployment.paths or dialect == GOOGLE:
            return _placed(exchange, deployment, secret, body)
        path = UPSTREAM_PATHS[dialect, door.operation]
        head = exchange.view.heads[place] = _fixed_head(exchange, deployment, secret, path)
    exchange.hidden = head.hidden
    request, begin, forwarded = exchange.request, head.plain, b""
    if dialect == door.dialect:
        if request.query:
            begin = b"%b?%b%b" % (head.begin, request.query.encode("latin-1"), head.always)
        if head.defaults or not request.index.keys().isdisjoint(_FORWARDED):
            forwarded = _forwarded(request, head.defaults)
    else:
        forwarded = _foreign_lines(exchange, head)
    length = b"content-length: %d\r\n\r\n" % len(body)
    return b"".join((begin, forwarded, length, body))


def _placed(exchange: Exchange, deployment: Deployment, secret: bytes, body: bytes) -> bytes:
    """The same where a path of the deployment's own says the model, or whether a stream is asked."""
    verb = verb_of(exchange)
    known = exchange.view.placed.get((deployment.id, verb))
    if known is None or known[0] != secret:
        path = placed_path(deployment, verb)
        known = secret, _fixed_head(exchange, deployment, secret, path)
        exchange.view.placed[deployment.id, verb] = known
    head = known[1]
    exchange.hidden = head.hidden
    if deployment.dialect == exchange.door.dialect:
        forwarded = _forwarded(exchange.request, head.defaults)
    else:
        forwarded = _foreign_lines(exchange, head)
    if deployment.anthropic_version:
        body = versioned(body, deployment.anthropic_version, keeps_model=verb == "count_tokens")
    length = b"content-length: %d\r\n\r\n" % len(body)
    return b"".join((head.plain, forwarded, length, body))


def _foreign_lines(exchange: Exchange, head: FixedHead) -> bytes:
    """Lines to an upstream that speaks otherwise than the client."""
    if exchange.door.dialect == "bedrock_invoke":
        # its betas stand in the body; the door has put them among the headers
        return _forwarded(exchange.request, head.defaults)
    return _forwarded(None, head.defaults) if head.defaults else b""


def _forwarded(request: Request | None, defaults: dict[bytes, bytes]) -> bytes:
    """Lines that a client may set itself, or else the deployment's settings."""
    lines = b""
    for name in _FORWARDED_IN_ORDER:
        if request is not None and name in request.index:
            value = request.joined(name)
        else:
            value = defaults.get(name)
        if value is not None:
            lines += b"%b: %b\r\n" % (name, value)
    return lines


def _fixed_head(exchange: Exchange, deployment: Deployment, secret: bytes, path: str) -> FixedHead:
    """What every request to a deployment begins with, as long as its credential stays the same."""
    origin = exchange.view.origins[deployment.id]
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
    begin, always = b"POST " + (origin.prefix + path).encode(), bytes(whole[1:-2])
    return FixedHead(begin, always, begin + always, defaults, hidden_in(secret))


def build_intent(exchange: Exchange, deployment: Deployment, attempt: int) -> bytes:
    """The journal's line about what is about to be asked."""
    reservation = exchange.reservation
    reserved = reservation.usd_micros if reservation is not None else 0
    if exchange.session or exchange.tags is not exchange.key.tags:
        head = intent_head(_intent(exchange, deployment))
    else:
        place = (deployment.id, exchange.door.dialect, exchange.peek.stream)
        known = exchange.lane.intents.get(place)
        if known is None:
            known = exchange.lane.intents[place] = intent_head(_intent(exchange, deployment))
        head = known
    return intent_line(head, exchange.id, attempt, exchange.arrived_ms, reserved)


def _intent(exchange: Exchange, deployment: Deployment) -> Intent:
    """What does not tell one request from the next."""
    key, price = exchange.key, deployment.price
    return Intent(
        request_id="",
        attempt=0,
        at_ms=0,
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
        price_id=price.id if price else "",
        price_version=price.version if price else "",
    )

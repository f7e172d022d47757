"""Turns the credential of a request into the key it belongs to.

It does not know limits or models.
"""

from __future__ import annotations

from vanguard.core.errors import Unauthenticated
from vanguard.core.ids import hash_secret
from vanguard.dialects.framing import FRAMED
from vanguard.gateway.app import Gateway
from vanguard.gateway.aws.pairs import claim_of, is_signed
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.google.doors import GOOGLE, query_key
from vanguard.gateway.http.messages import Request
from vanguard.snapshot.model import Key

_SECRET_BYTES = 512


def authenticate(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `key` and `chain`.

    Raises:
        Unauthenticated: no credential, or one that is unknown, revoked or expired.
    """
    key = exchange.view.bearers.get(exchange.request.index.get(b"authorization"))
    if key is None:
        key = _look_up(gateway, exchange)
    exchange.key = key
    if key.expires_at_ms and key.expires_at_ms <= exchange.arrived_ms:
        raise Unauthenticated("this API key has expired")
    exchange.chain = gateway.limiter.chain(key.id, exchange.view.chains[key.id])


def _look_up(gateway: Gateway, exchange: Exchange) -> Key:
    request = exchange.request
    secret = credential(request)
    if not secret and exchange.door.dialect == GOOGLE:
        secret = query_key(request)
    key = exchange.view.secrets.get(secret)
    if key is None:
        key = find_key(gateway, exchange, secret)
    bearer = request.index.get(b"authorization", b"")
    if bearer[:7].lower() == b"bearer " and bearer[7:] == secret:
        # with no more blanks, or there would be no end of headers to keep
        exchange.view.bearers[bearer] = key
    return key


def credential(request: Request) -> bytes:
    """The bearer token, or else the API key header; empty when there is none."""
    names = request.index
    bearer = names.get(b"authorization")
    if bearer is not None and bearer[:7].lower() == b"bearer ":
        return bearer[7:].strip()
    return (names.get(b"x-api-key") or names.get(b"x-goog-api-key", b"")).strip()


def find_key(gateway: Gateway, exchange: Exchange, secret: bytes) -> Key:
    """Finds whose secret it is; one that is unknown is looked up again in a newer snapshot.

    Keys are found by the SHA-256 of 192 random bits, so timing tells nothing about a secret.

    Raises:
        Unauthenticated: there is none, or nobody has it.
    """
    key = exchange.view.keys.get(hash_secret(secret)) if 0 < len(secret) <= _SECRET_BYTES else None
    if key is not None:
        exchange.view.secrets[secret] = key
        return key
    if not secret and exchange.door.dialect in FRAMED and is_signed(exchange.request):
        return _signer(gateway, exchange)
    if not secret:
        raise Unauthenticated("no API key: send it as 'Authorization: Bearer …' or 'x-api-key: …'")
    if len(secret) <= _SECRET_BYTES and gateway.state.refresh():
        exchange.view = gateway.state.view
        key = exchange.view.keys.get(hash_secret(secret))
    if key is None:
        raise Unauthenticated("this API key is not known; it may have been revoked")
    return key


def _signer(gateway: Gateway, exchange: Exchange) -> Key:
    """The key whose pair signed the request."""
    request = exchange.request
    claim = claim_of(request)
    key = gateway.pairs.find(exchange.view.keys, claim)
    if key is None and gateway.state.refresh():
        exchange.view = gateway.state.view
        key = gateway.pairs.find(exchange.view.keys, claim)
    master = exchange.view.snapshot.aws_master
    if key is None or not master:
        raise Unauthenticated("this access key id is not known; its key may have been revoked")
    gateway.pairs.check(request, claim, key, master, gateway.clock.now_ms() / 1000)
    return key

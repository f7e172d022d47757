"""Turns the credential of a request into the key it belongs to.

It does not know limits or models.
"""

from __future__ import annotations

from vanguard.core.errors import Unauthenticated
from vanguard.core.ids import hash_secret
from vanguard.gateway.app import Gateway
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.http.messages import Request
from vanguard.snapshot.model import Key

_SECRET_BYTES = 512


def authenticate(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `key` and `chain`.

    Raises:
        Unauthenticated: no credential, or one that is unknown, revoked or expired.
    """
    secret = credential(exchange.request)
    if not secret:
        raise Unauthenticated("no API key: send it as 'Authorization: Bearer …' or 'x-api-key: …'")
    key = find_key(gateway, exchange, secret)
    if key.expires_at_ms and key.expires_at_ms <= exchange.arrived_ms:
        raise Unauthenticated("this API key has expired")
    exchange.key = key
    exchange.chain = gateway.limiter.chain(key.id, exchange.view.chain(key))


def credential(request: Request) -> bytes:
    """The bearer token, or else the API key header; empty when there is none."""
    bearer = request.header(b"authorization")
    if bearer is not None and bearer[:7].lower() == b"bearer ":
        return bearer[7:].strip()
    return (request.header(b"x-api-key") or b"").strip()


def find_key(gateway: Gateway, exchange: Exchange, secret: bytes) -> Key:
    """Looks a secret up by its hash; an unknown one is looked up again in a newer snapshot.

    Keys are found by the SHA-256 of 192 random bits, so timing tells nothing about a secret.

    Raises:
        Unauthenticated: nobody has it.
    """
    digest = hash_secret(secret) if len(secret) <= _SECRET_BYTES else ""
    key = exchange.view.keys.get(digest)
    if key is None and digest and gateway.state.refresh():
        exchange.view = gateway.state.view
        key = exchange.view.keys.get(digest)
    if key is None:
        raise Unauthenticated("this API key is not known; it may have been revoked")
    return key

"""Routes of virtual keys. A change is published before it is answered.

It does not know how keys are kept or how the gateway learns of them.
"""

from __future__ import annotations

from fastapi import APIRouter

from vanguard.control.api.access import Actor, Service
from vanguard.control.api.schemas import (
    AwsPairOut,
    KeyIn,
    KeyOut,
    Keys,
    KeyWithSecret,
    key_out,
    key_with_secret,
)
from vanguard.control.service import ControlService
from vanguard.core.errors import Conflict, InvalidRequest
from vanguard.core.ids import hash_secret, hint, new_id, new_secret
from vanguard.core.money import MICROS_PER_USD
from vanguard.core.settings.names import suggestion
from vanguard.snapshot.model import Budget, Limits, Window
from vanguard.store.console import note_change
from vanguard.store.keys import (
    KeyRecord,
    NewKey,
    all_keys,
    get_key,
    insert_key,
    revoke_key,
    rotate_key,
)
from vanguard.store.spending import current_spend
from vanguard.store.tenancy import Chain, ChainNames, ensure_chain

router = APIRouter(prefix="/api/keys", tags=["keys"])

_DAY_MS = 86_400_000


@router.get("")
def list_keys(service: Service, _actor: Actor) -> Keys:
    """Every key, revoked ones included."""
    with service.database.read() as connection:
        records = all_keys(connection)
        spent = current_spend(connection, service.clock.now_ms())
    return Keys(data=[key_out(key, spent.get((key.id, _window(key)), 0)) for key in records])


@router.post("", status_code=201)
def create_key(body: KeyIn, service: Service, actor: Actor) -> KeyWithSecret:
    """Makes a key; missing organisation, team and user are made with it."""
    _check_guardrails(service, body.guardrails)
    now_ms = service.clock.now_ms()
    secret = new_secret()
    names = ChainNames(body.organisation, body.team, body.user or "")
    with service.database.write() as connection:
        key = _new_key(body, secret, ensure_chain(connection, names, now_ms), now_ms)
        insert_key(connection, key)
        note_change(connection, at_ms=now_ms, actor=actor, action="key.create", subject=key.id)
        record = get_key(connection, key.id)
    service.publish()
    return key_with_secret(record, 0, secret)


@router.get("/{key_id}")
def read_key(key_id: str, service: Service, _actor: Actor) -> KeyOut:
    """One key."""
    with service.database.read() as connection:
        return _out(service, get_key(connection, key_id))


@router.post("/{key_id}/aws")
def show_aws_pair(key_id: str, service: Service, actor: Actor) -> AwsPairOut:
    """The key pair by which SDKs of AWS call models as this key; it lasts until the key is rotated."""
    now_ms = service.clock.now_ms()
    with service.database.write() as connection:
        record = get_key(connection, key_id)
        if not record.is_live(now_ms):
            raise Conflict("the key is revoked or expired, and so is its pair")
        note_change(connection, at_ms=now_ms, actor=actor, action="key.aws", subject=key_id)
    pair = service.aws_pair(record.hash)
    return AwsPairOut(access_key_id=pair.access_key_id, secret_access_key=pair.secret_access_key)


@router.delete("/{key_id}")
def delete_key(key_id: str, service: Service, actor: Actor) -> KeyOut:
    """Revokes a key for good; its usage stays."""
    now_ms = service.clock.now_ms()
    with service.database.write() as connection:
        record = revoke_key(connection, key_id, now_ms)
        note_change(connection, at_ms=now_ms, actor=actor, action="key.revoke", subject=key_id)
    service.publish()
    return _out(service, record)


@router.post("/{key_id}/rotate")
def renew_secret(key_id: str, service: Service, actor: Actor) -> KeyWithSecret:
    """Gives a key a new secret; the old one stops within about a tenth of a second."""
    now_ms = service.clock.now_ms()
    secret = new_secret()
    with service.database.write() as connection:
        record = rotate_key(connection, key_id, hash_secret(secret), hint(secret))
        note_change(connection, at_ms=now_ms, actor=actor, action="key.rotate", subject=key_id)
    service.publish()
    return key_with_secret(record, _spent(service, record), secret)


def _new_key(body: KeyIn, secret: str, chain: Chain, now_ms: int) -> NewKey:
    budget = None
    if body.budget_usd is not None:
        budget = Budget(int(body.budget_usd * MICROS_PER_USD), body.budget_window)
    expires_at_ms = None
    if body.expires_in_days is not None:
        expires_at_ms = now_ms + int(body.expires_in_days * _DAY_MS)
    return NewKey(
        id=new_id("key"),
        name=body.name,
        hash=hash_secret(secret),
        hint=hint(secret),
        chain=chain,
        created_at_ms=now_ms,
        models=tuple(body.models),
        guardrails=tuple(body.guardrails),
        tags=body.tags,
        limits=Limits(body.requests_per_minute, body.tokens_per_minute, body.concurrent_requests),
        budget=budget,
        expires_at_ms=expires_at_ms,
    )


def _check_guardrails(service: ControlService, names: list[str]) -> None:
    known = service.catalogue.policies
    for name in names:
        if name not in known:
            raise InvalidRequest(
                f"no guardrail is called '{name}'{suggestion(name, known)}", param="guardrails"
            )


def _window(key: KeyRecord) -> Window:
    return key.budget.window if key.budget else "total"


def _spent(service: ControlService, key: KeyRecord) -> int:
    with service.database.read() as connection:
        spent = current_spend(connection, service.clock.now_ms())
    return spent.get((key.id, _window(key)), 0)


def _out(service: ControlService, key: KeyRecord) -> KeyOut:
    return key_out(key, _spent(service, key))

"""Virtual keys: made, found, revoked and rotated. Only the hash of a secret is ever kept.

It does not know secrets, nor who may call this.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, select, update

from vanguard.core.errors import Conflict, RouteNotFound
from vanguard.snapshot.model import Budget, Limits
from vanguard.store.tables import key_use, keys, organisations, teams, users
from vanguard.store.tenancy import Chain, budget_of, limit_columns, limits_of


class KeyRecord(msgspec.Struct, frozen=True):
    """A key with the names and ids of its chain. Times are UTC milliseconds, None for never."""

    id: str
    name: str
    hash: str
    hint: str
    chain: Chain
    organisation: str
    team: str
    user: str
    models: tuple[str, ...]
    guardrails: tuple[str, ...]
    tags: dict[str, str]
    limits: Limits
    budget: Budget | None
    created_at_ms: int
    expires_at_ms: int | None
    revoked_at_ms: int | None
    last_used_at_ms: int | None

    def is_live(self, now_ms: int) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at_ms is None and (
            self.expires_at_ms is None or self.expires_at_ms > now_ms
        )


class NewKey(msgspec.Struct, frozen=True):
    """What a key is made of."""

    id: str
    name: str
    hash: str
    hint: str
    chain: Chain
    created_at_ms: int
    models: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    limits: Limits = Limits()
    budget: Budget | None = None
    expires_at_ms: int | None = None


def insert_key(connection: Connection, key: NewKey) -> None:
    """Keeps a new key."""
    connection.execute(
        keys.insert().values(
            id=key.id,
            team_id=key.chain.team_id,
            user_id=key.chain.user_id or None,
            name=key.name,
            hash=key.hash,
            hint=key.hint,
            models=list(key.models),
            guardrails=list(key.guardrails),
            tags=key.tags,
            created_at_ms=key.created_at_ms,
            expires_at_ms=key.expires_at_ms,
            **limit_columns(key.limits, key.budget),
        )
    )


def all_keys(connection: Connection) -> list[KeyRecord]:
    """Every key, revoked ones included, oldest first."""
    return [_record(row) for row in connection.execute(_query().order_by(keys.c.id))]


def get_key(connection: Connection, key_id: str) -> KeyRecord:
    """One key.

    Raises:
        RouteNotFound: no such key.
    """
    row = connection.execute(_query().where(keys.c.id == key_id)).one_or_none()
    if row is None:
        raise RouteNotFound(f"no key has the id '{key_id}'", param="id")
    return _record(row)


def revoke_key(connection: Connection, key_id: str, now_ms: int) -> KeyRecord:
    """Revokes a key; revoking it again changes nothing.

    Raises:
        RouteNotFound: no such key.
    """
    connection.execute(
        update(keys)
        .where(keys.c.id == key_id, keys.c.revoked_at_ms.is_(None))
        .values(revoked_at_ms=now_ms)
    )
    return get_key(connection, key_id)


def rotate_key(connection: Connection, key_id: str, new_hash: str, new_hint: str) -> KeyRecord:
    """Gives a key another secret; the old one stops.

    Raises:
        RouteNotFound: no such key.
        Conflict: the key is revoked.
    """
    if get_key(connection, key_id).revoked_at_ms is not None:
        raise Conflict(f"key '{key_id}' is revoked; create a new one")
    connection.execute(update(keys).where(keys.c.id == key_id).values(hash=new_hash, hint=new_hint))
    return get_key(connection, key_id)


def _query() -> Select[Any]:
    joined = (
        keys.join(teams, keys.c.team_id == teams.c.id)
        .join(organisations, teams.c.organisation_id == organisations.c.id)
        .outerjoin(users, keys.c.user_id == users.c.id)
        .outerjoin(key_use, keys.c.id == key_use.c.key_id)
    )
    return select(
        keys,
        organisations.c.id.label("organisation_id"),
        organisations.c.name.label("organisation"),
        teams.c.name.label("team"),
        users.c.name.label("user_name"),
        key_use.c.last_used_at_ms,
    ).select_from(joined)


def _record(row: Row[Any]) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        name=row.name,
        hash=row.hash,
        hint=row.hint,
        chain=Chain(row.organisation_id, row.team_id, row.user_id or ""),
        organisation=row.organisation,
        team=row.team,
        user=row.user_name or "",
        models=tuple(row.models),
        guardrails=tuple(row.guardrails),
        tags=row.tags,
        limits=limits_of(row),
        budget=budget_of(row),
        created_at_ms=row.created_at_ms,
        expires_at_ms=row.expires_at_ms,
        revoked_at_ms=row.revoked_at_ms,
        last_used_at_ms=row.last_used_at_ms,
    )

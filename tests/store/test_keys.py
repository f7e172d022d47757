"""Keys in the database."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from support.records import T0_MS
from vanguard.core.errors import Conflict, RouteNotFound
from vanguard.snapshot.model import Budget, Limits
from vanguard.store.database import Database
from vanguard.store.keys import (
    NewKey,
    all_keys,
    get_key,
    insert_key,
    revoke_key,
    rotate_key,
)
from vanguard.store.tenancy import ChainNames, ensure_chain


def add(database: Database, key_id: str, hash_: str = "", **fields: object) -> None:
    with database.write() as connection:
        chain = ensure_chain(connection, ChainNames(team="red", user="ann"), T0_MS)
        insert_key(connection, NewKey(key_id, "k", hash_ or key_id, "…", chain, T0_MS, **fields))


def test_everything_comes_back(database: Database) -> None:
    add(
        database,
        "key_1",
        models=("a-*", "b"),
        guardrails=("pii",),
        tags={"app": "ünï"},
        limits=Limits(1, 2**40, 3),
        budget=Budget(5_000_000_000_000, "month"),
        expires_at_ms=T0_MS + 1,
    )
    with database.read() as connection:
        key = get_key(connection, "key_1")
    assert (key.organisation, key.team, key.user) == ("default", "red", "ann")
    assert (key.models, key.guardrails, key.tags) == (("a-*", "b"), ("pii",), {"app": "ünï"})
    assert key.limits == Limits(1, 2**40, 3)
    assert key.budget == Budget(5_000_000_000_000, "month")
    assert key.last_used_at_ms is None
    assert key.is_live(T0_MS)
    assert not key.is_live(T0_MS + 1)


def test_keys_are_listed_oldest_first(database: Database) -> None:
    for name in ("key_b", "key_a", "key_c"):
        add(database, name)
    with database.read() as connection:
        assert [key.id for key in all_keys(connection)] == ["key_a", "key_b", "key_c"]


def test_revoking_keeps_the_first_time(database: Database) -> None:
    add(database, "key_1")
    with database.write() as connection:
        revoke_key(connection, "key_1", T0_MS)
        key = revoke_key(connection, "key_1", T0_MS + 1)
    assert key.revoked_at_ms == T0_MS
    assert not key.is_live(T0_MS)


def test_rotating_changes_the_hash_alone(database: Database) -> None:
    add(database, "key_1")
    with database.write() as connection:
        key = rotate_key(connection, "key_1", "other", "vk-…")
    assert (key.id, key.hash, key.hint) == ("key_1", "other", "vk-…")


def test_a_revoked_key_cannot_come_back(database: Database) -> None:
    add(database, "key_1")
    with database.write() as connection:
        revoke_key(connection, "key_1", T0_MS)
        with pytest.raises(Conflict):
            rotate_key(connection, "key_1", "other", "…")


def test_what_is_not_there_is_said(database: Database) -> None:
    with database.write() as connection:
        for call in (
            lambda: get_key(connection, "no"),
            lambda: revoke_key(connection, "no", 1),
            lambda: rotate_key(connection, "no", "h", "…"),
        ):
            with pytest.raises(RouteNotFound, match="'no'"):
                call()


def test_two_keys_cannot_share_a_secret(database: Database) -> None:
    add(database, "key_1", "same")
    with pytest.raises(IntegrityError):
        add(database, "key_2", "same")

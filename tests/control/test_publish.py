"""The published snapshot: whole, rising, and exact at its journal marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.clocks import StillClock
from support.records import T0_MS, intent, settled
from vanguard.control.catalogue import Catalogue
from vanguard.control.publish import ADMIN_ID, Publisher
from vanguard.core.clock import BooksClock
from vanguard.core.ids import hash_secret
from vanguard.snapshot.file import read_snapshot, write_snapshot
from vanguard.snapshot.model import Budget, JournalMark, Limits, Snapshot, Spend
from vanguard.store.database import Database
from vanguard.store.keys import NewKey, insert_key, revoke_key
from vanguard.store.ledger import Batch, apply_batch
from vanguard.store.tables import organisations
from vanguard.store.tenancy import ChainNames, ensure_chain, limit_columns

EMPTY = Catalogue({}, {}, {}, (), {})
ADMIN_HASH = hash_secret("vk-admin")
DAY_S = 86_400


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "snapshot.json"


@pytest.fixture
def clock() -> StillClock:
    return StillClock(T0_MS + 5_000)


@pytest.fixture
def publish(database: Database, path: Path, clock: StillClock):
    publisher = Publisher(database, path, ADMIN_HASH, BooksClock(clock))

    def call() -> Snapshot:
        publisher.publish(EMPTY)
        assert read_snapshot(path).version == publisher.version
        return read_snapshot(path)

    return call


def add_key(database: Database, key_id: str, **fields: object) -> None:
    with database.write() as connection:
        chain = ensure_chain(connection, ChainNames(user="ann"), T0_MS)
        insert_key(connection, NewKey(key_id, key_id, "h-" + key_id, "…", chain, T0_MS, **fields))


def test_the_admin_key_is_a_key_with_a_chain_of_its_own(publish) -> None:
    snapshot = publish()
    admin = snapshot.keys[ADMIN_HASH]
    assert admin.admin
    assert admin.scopes == ("org_default", "team_default", admin.user_id, ADMIN_ID)
    assert [snapshot.scopes[scope].name for scope in admin.scopes] == [
        "default",
        "default",
        "admin",
        "admin",
    ]


def test_every_scope_of_every_key_is_there(publish, database: Database) -> None:
    add_key(database, "key_1")
    snapshot = publish()
    for key in snapshot.keys.values():
        assert set(key.scopes) <= set(snapshot.scopes)
        assert snapshot.scopes[key.scopes[-1]].kind == "key"


def test_revoked_keys_are_left_out_and_those_that_expired_long_ago(
    publish, database: Database, clock: StillClock
) -> None:
    long_ago_ms = clock.now_ms() - 400 * DAY_S * 1000
    add_key(database, "key_live", expires_at_ms=clock.now_ms() + 1)
    add_key(database, "key_late", expires_at_ms=long_ago_ms + 1)
    add_key(database, "key_old", expires_at_ms=long_ago_ms)
    add_key(database, "key_gone")
    with database.write() as connection:
        revoke_key(connection, "key_gone", T0_MS)
    assert set(publish().keys) == {ADMIN_HASH, "h-key_live", "h-key_late"}


def test_a_clock_that_is_ahead_takes_no_key_from_the_gateways(
    publish, database: Database, clock: StillClock
) -> None:
    """They know by themselves what has expired: when it is put right nobody need publish anything."""
    expires_at_ms = clock.now_ms() + DAY_S * 1000
    add_key(database, "key_day", expires_at_ms=expires_at_ms)
    clock.advance(60 * DAY_S)
    assert publish().keys["h-key_day"].expires_at_ms == expires_at_ms


def test_versions_rise_over_restarts_and_wiped_databases(
    publish, database: Database, path: Path, clock: StillClock
) -> None:
    assert [publish().version, publish().version] == [1, 2]
    again = Publisher(database, path, ADMIN_HASH, BooksClock(clock))
    assert again.publish(EMPTY) == 3
    kept = read_snapshot(path)
    write_snapshot(path, Snapshot(**{**_fields(kept), "version": 90}))
    assert Publisher(database, path, ADMIN_HASH, BooksClock(clock)).publish(EMPTY) == 91


def _fields(snapshot: Snapshot) -> dict[str, object]:
    return {name: getattr(snapshot, name) for name in snapshot.__struct_fields__}


def test_a_broken_snapshot_is_replaced(database: Database, path: Path, clock: StillClock) -> None:
    path.write_text("{")
    Publisher(database, path, ADMIN_HASH, BooksClock(clock)).publish(EMPTY)
    assert read_snapshot(path).version == 1


def test_spend_stands_beside_the_marks_it_is_exact_at(
    publish, database: Database, clock: StillClock
) -> None:
    add_key(database, "key_1", budget=Budget(1_000_000, "day"), limits=Limits(9))
    add_key(database, "key_2")
    with database.write() as connection:
        total = limit_columns(Limits(), Budget(5_000_000, "total"))
        connection.execute(organisations.update().values(**total))
        entries = (
            (0, intent("req_a")),
            (100, settled("req_a", cost_usd_micros=300)),
            (200, intent("req_b")),
        )
        apply_batch(connection, Batch("w0", 0, 300, entries))
    snapshot = publish()
    assert snapshot.journals == {"w0": JournalMark(300, 200)}
    assert set(snapshot.spend) == {
        Spend("org_default", 0, 300),
        Spend("key_1", T0_MS, 300),
    }
    clock.advance(DAY_S)
    tomorrow = {spend.scope_id: spend for spend in publish().spend}
    assert tomorrow["key_1"] == Spend("key_1", T0_MS + DAY_S * 1000, 0)
    assert tomorrow["org_default"].usd_micros == 300


def test_what_was_dated_ahead_is_published_beside_the_present_window(
    publish, database: Database
) -> None:
    add_key(database, "key_1", budget=Budget(1_000_000, "day"))
    ahead_ms = T0_MS + 3 * DAY_S * 1000
    with database.write() as connection:
        entries = ((0, intent("req_a")), (100, settled("req_a", at_ms=ahead_ms, cost_usd_micros=5)))
        apply_batch(connection, Batch("w0", 0, 200, entries))
    # whoever reads `spend` and knows nothing of this takes the window that it is in
    assert publish().spend == (Spend("key_1", T0_MS, 0), Spend("key_1", ahead_ms, 5))


def test_a_day_in_which_something_is_spent_already_is_not_gone_back_to(
    publish, database: Database, path: Path, clock: StillClock
) -> None:
    """The clock went back over midnight while nobody was there to see that the day had begun."""
    add_key(database, "key_1", budget=Budget(1_000_000, "month"))
    tomorrow = T0_MS + DAY_S * 1000
    with database.write() as connection:
        entries = ((0, intent("req_a")), (100, settled("req_a", at_ms=tomorrow + 5)))
        apply_batch(connection, Batch("w0", 0, 200, entries))
    assert publish().published_at_ms == tomorrow
    clock.advance(DAY_S)
    assert publish().published_at_ms == clock.now_ms()


def test_nobody_else_can_read_the_hashes(publish, path: Path) -> None:
    publish()
    assert path.stat().st_mode & 0o077 == 0

"""Sessions, audit and the snapshot's version."""

from __future__ import annotations

from sqlalchemy import func, select

from vanguard.store.console import (
    close_session,
    has_session,
    note_change,
    open_session,
    raise_snapshot_version,
    snapshot_version,
)
from vanguard.store.database import Database
from vanguard.store.tables import audit, sessions


def test_a_session_ends_by_itself(database: Database) -> None:
    with database.write() as connection:
        open_session(connection, "h", now_ms=0, expires_at_ms=100)
        assert has_session(connection, "h", 99)
        assert not has_session(connection, "h", 100)
        assert not has_session(connection, "other", 0)


def test_a_session_can_be_closed_twice(database: Database) -> None:
    with database.write() as connection:
        open_session(connection, "h", now_ms=0, expires_at_ms=100)
        close_session(connection, "h")
        close_session(connection, "h")
        assert not has_session(connection, "h", 1)


def test_expired_sessions_are_not_kept(database: Database) -> None:
    with database.write() as connection:
        open_session(connection, "old", now_ms=0, expires_at_ms=100)
        open_session(connection, "new", now_ms=100, expires_at_ms=200)
        count = connection.execute(select(func.count()).select_from(sessions)).scalar()
    assert count == 1


def test_changes_leave_a_trail(database: Database) -> None:
    with database.write() as connection:
        note_change(connection, at_ms=5, actor="console", action="key.revoke", subject="key_1")
    with database.read() as connection:
        row = connection.execute(select(audit)).one()
    assert (row.at_ms, row.actor, row.action, row.subject) == (5, "console", "key.revoke", "key_1")


def test_versions_rise_and_never_fall_below_what_was_published(database: Database) -> None:
    with database.write() as connection:
        assert snapshot_version(connection) == 0
        assert raise_snapshot_version(connection, 0) == 1
        assert raise_snapshot_version(connection, 40) == 41
        assert raise_snapshot_version(connection, 0) == 42
        assert snapshot_version(connection) == 42

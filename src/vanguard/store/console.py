"""Console sessions, the audit trail of changes, and the counter of published snapshots.

It does not know cookies or keys; a session is kept as the hash of its token.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from vanguard.core.ids import new_id
from vanguard.store.tables import audit, meta, sessions
from vanguard.store.upsert import insert_or_replace


def open_session(connection: Connection, token_hash: str, now_ms: int, expires_at_ms: int) -> None:
    """Keeps a session, and forgets the expired ones."""
    connection.execute(delete(sessions).where(sessions.c.expires_at_ms <= now_ms))
    connection.execute(
        sessions.insert().values(hash=token_hash, created_at_ms=now_ms, expires_at_ms=expires_at_ms)
    )


def has_session(connection: Connection, token_hash: str, now_ms: int) -> bool:
    """Whether a session is open."""
    query = select(sessions.c.hash).where(
        sessions.c.hash == token_hash, sessions.c.expires_at_ms > now_ms
    )
    return connection.execute(query).first() is not None


def close_session(connection: Connection, token_hash: str) -> None:
    """Ends a session; ending none is no error."""
    connection.execute(delete(sessions).where(sessions.c.hash == token_hash))


def note_change(
    connection: Connection, *, at_ms: int, actor: str, action: str, subject: str
) -> None:
    """Writes who did what to what; `action` such as `key.create`, `subject` an id."""
    connection.execute(
        audit.insert().values(
            id=new_id("audit"), at_ms=at_ms, actor=actor, action=action, subject=subject, detail={}
        )
    )


def snapshot_version(connection: Connection) -> int:
    """Version of the last published snapshot, 0 before the first."""
    query = select(meta.c.number).where(meta.c.name == "snapshot_version")
    return connection.execute(query).scalar() or 0


def raise_snapshot_version(connection: Connection, at_least: int) -> int:
    """The next version: one more than the last one kept here and than `at_least`."""
    number = max(snapshot_version(connection), at_least) + 1
    insert_or_replace(connection, meta, [{"name": "snapshot_version", "number": number}])
    return number

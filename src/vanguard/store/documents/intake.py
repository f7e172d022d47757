"""Documents as those see them who hand them in: added once, listed, looked up, deleted.

It does not know who reads them, nor where their files are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, func, select, tuple_

from vanguard.core.errors import Conflict, InvalidRequest, RateLimited, RouteNotFound
from vanguard.store.documents.records import DocumentRecord, NewDocument, State, record_of
from vanguard.store.tables import documents
from vanguard.store.upsert import insert_new

_RETRY_S = 30.0
_CURSOR = re.compile(r"([0-9]{1,15})\.(doc_[0-9a-f]{1,64})")


def add(connection: Connection, new: NewDocument, most_waiting: int) -> tuple[DocumentRecord, bool]:
    """Keeps a document that is to be read; of two with the same key the first.

    Returns:
        The record, and whether it is a new one.

    Raises:
        Conflict: the key was used for other bytes, or for other wishes.
        RateLimited: too many are waiting.
    """
    if new.idempotency_key is not None:
        known = _with_key(connection, new.idempotency_key)
        if known is not None:
            return _same(known, new), False
    if counts(connection).get("queued", 0) >= most_waiting:
        raise RateLimited(
            f"{most_waiting:,} documents are waiting to be read; try again later",
            retry_after_s=_RETRY_S,
        )
    row = {**msgspec.structs.asdict(new), "wishes": msgspec.to_builtins(new.wishes)}
    insert_new(connection, documents, [row | {"state": "queued"}])
    found = _with_id(connection, new.id)
    if found is not None:
        return found, True
    # on PostgreSQL another request with the same key came between
    known = _with_key(connection, new.idempotency_key or "")
    if known is None:
        raise Conflict("the document with this Idempotency-Key is being deleted; send it again")
    return _same(known, new), False


def with_key(connection: Connection, idempotency_key: str) -> DocumentRecord | None:
    """The document that was handed in with a key."""
    return _with_key(connection, idempotency_key)


def get(connection: Connection, document_id: str) -> DocumentRecord:
    """One document.

    Raises:
        RouteNotFound: there is none of that id.
    """
    found = _with_id(connection, document_id)
    if found is None:
        raise RouteNotFound(f"no document has the id '{document_id}'", param="id")
    return found


def some(
    connection: Connection, *, state: State | None, before: str, limit: int
) -> list[DocumentRecord]:
    """Documents, newest first; `before` is the `cursor_of` the last one seen, which may be gone since.

    Raises:
        InvalidRequest: `before` is no cursor.
    """
    place = (documents.c.created_at_ms, documents.c.id)
    statement = select(documents)
    if state is not None:
        statement = statement.where(documents.c.state == state)
    if before:
        found = _CURSOR.fullmatch(before)
        if found is None:
            raise InvalidRequest("this is no cursor of a list of documents", param="cursor")
        statement = statement.where(tuple_(*place) < (int(found[1]), found[2]))
    statement = statement.order_by(*(column.desc() for column in place)).limit(limit)
    return [record_of(row) for row in connection.execute(statement).mappings()]


def cursor_of(record: DocumentRecord) -> str:
    """Where a list goes on behind a document."""
    return f"{record.created_at_ms}.{record.id}"


def remove(connection: Connection, document_id: str) -> DocumentRecord:
    """Forgets a document, whoever reads it; what it was is returned.

    Raises:
        RouteNotFound: there is none of that id.
    """
    found = get(connection, document_id)
    connection.execute(delete(documents).where(documents.c.id == document_id))
    return found


def older(connection: Connection, before_ms: int, limit: int) -> list[str]:
    """Ids of documents that were handed in before a moment, oldest first."""
    statement = (
        select(documents.c.id)
        .where(documents.c.created_at_ms < before_ms)
        .order_by(documents.c.created_at_ms)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def known(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of the ids that are documents' own."""
    statement = select(documents.c.id).where(documents.c.id.in_(ids))
    return set(connection.execute(statement).scalars())


def counts(connection: Connection) -> dict[str, int]:
    """How many documents are in each state."""
    statement = select(documents.c.state, func.count()).group_by(documents.c.state)
    return {row[0]: row[1] for row in connection.execute(statement)}


def _same(known: DocumentRecord, new: NewDocument) -> DocumentRecord:
    if known.sha256 != new.sha256:
        raise Conflict(
            f"this Idempotency-Key was used for other bytes, of '{known.name}' ({known.id})"
        )
    if known.wishes != new.wishes:
        raise Conflict(
            f"this Idempotency-Key was used for the same bytes with other settings ({known.id})"
        )
    return known


def _with_key(connection: Connection, key: str) -> DocumentRecord | None:
    query = select(documents).where(documents.c.idempotency_key == key)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else record_of(row)


def _with_id(connection: Connection, document_id: str) -> DocumentRecord | None:
    query = select(documents).where(documents.c.id == document_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else record_of(row)

"""Documents as workers see them: taken with a lease, written to while it lasts, given back or finished.

It does not know how a document is read. Every change names the lease: whoever lost it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from vanguard.core.errors import Conflict
from vanguard.store.documents.records import DocumentRecord, PageImage, record_of
from vanguard.store.tables import document_pages, documents
from vanguard.store.upsert import insert_or_replace

_FREE: dict[str, Any] = {"lease": None, "lease_owner": None, "lease_until_ms": 0}


class Lease(msgspec.Struct, frozen=True):
    """A worker's hold on a document.

    Attributes:
        token: unique; told to nobody else.
        owner: the worker; its next process takes up what the last one held.
        until_ms: when it ends unless it is renewed, UTC.
    """

    token: str
    owner: str
    until_ms: int


class End(msgspec.Struct, frozen=True):
    """What came of a document that is read.

    Attributes:
        result: hash of the read document's blob.
        pages_failed: that could not be read.
        pages_unasked: about which a model that was to be asked was not.
    """

    result: str
    pages_failed: int = 0
    pages_unasked: int = 0


def take(connection: Connection, lease: Lease, now_ms: int) -> DocumentRecord | None:
    """Takes the document that has waited longest; None when none waits.

    One that another worker held waits again when that one's lease has ended.
    """
    query = (
        select(documents.c.id)
        .where(_waiting(now_ms))
        .order_by(documents.c.created_at_ms, documents.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = connection.execute(query).scalar()
    if found is None:
        return None
    connection.execute(
        update(documents)
        .where(documents.c.id == found)
        .values(
            state="reading",
            attempts=documents.c.attempts + 1,
            lease=lease.token,
            lease_owner=lease.owner,
            lease_until_ms=lease.until_ms,
            started_at_ms=func.coalesce(documents.c.started_at_ms, now_ms),
        )
    )
    row = connection.execute(select(documents).where(documents.c.id == found)).mappings().one()
    return record_of(row)


def waits(connection: Connection, now_ms: int) -> bool:
    """Whether there is anything to take."""
    return (
        connection.execute(select(documents.c.id).where(_waiting(now_ms)).limit(1)).first()
        is not None
    )


def take_up(connection: Connection, owner: str) -> int:
    """Gives back what an earlier process of this worker held; returns how many that were."""
    held = and_(documents.c.state == "reading", documents.c.lease_owner == owner)
    return connection.execute(
        update(documents).where(held).values(state="queued", **_FREE)
    ).rowcount


def renew(connection: Connection, document_id: str, lease: Lease) -> None:
    """Holds a document for longer.

    Raises:
        Conflict: the lease is lost.
    """
    _change(connection, document_id, lease, lease_until_ms=lease.until_ms)


def note_progress(
    connection: Connection, document_id: str, lease: Lease, *, pages: int, done: int
) -> None:
    """Says how far it is read; with a further page the attempts begin to count anew.

    Raises:
        Conflict: the lease is lost.
    """
    # who goes on with what another began hears of its pages once more: those are none further
    further = documents.c.pages_done < done
    attempts = case((further, 1), else_=documents.c.attempts)
    most = case((further, done), else_=documents.c.pages_done)
    _change(connection, document_id, lease, pages=pages, pages_done=most, attempts=attempts)


def keep_images(
    connection: Connection, document_id: str, lease: Lease, images: Sequence[PageImage]
) -> None:
    """Keeps where the pictures of pages are.

    Raises:
        Conflict: the lease is lost.
    """
    _change(connection, document_id, lease, lease_until_ms=lease.until_ms)
    rows = [{"document_id": document_id, **msgspec.structs.asdict(one)} for one in images]
    insert_or_replace(connection, document_pages, rows)


def finish(connection: Connection, document_id: str, lease: Lease, end: End, now_ms: int) -> None:
    """Says that it is read.

    Raises:
        Conflict: the lease is lost.
    """
    values = {**msgspec.structs.asdict(end), "finished_at_ms": now_ms}
    done = documents.c.pages
    _change(connection, document_id, lease, state="done", pages_done=done, **values, **_FREE)


def fail(
    connection: Connection, document_id: str, lease: Lease, *, type_: str, message: str, now_ms: int
) -> None:
    """Says that it cannot be read, and why.

    Raises:
        Conflict: the lease is lost.
    """
    values = {"error_type": type_, "error": message, "finished_at_ms": now_ms}
    _change(connection, document_id, lease, state="failed", **values, **_FREE)


def give_back(
    connection: Connection, document_id: str, lease: Lease, *, counted: bool = False
) -> None:
    """Leaves a document to whoever comes next; unless `counted` that is no attempt that failed.

    Raises:
        Conflict: the lease is lost.
    """
    attempts = documents.c.attempts - (0 if counted else 1)
    _change(connection, document_id, lease, state="queued", attempts=attempts, **_FREE)


def page_image(connection: Connection, document_id: str, number: int) -> PageImage | None:
    """Where the picture of a page is; None where there is none."""
    columns = [document_pages.c[name] for name in PageImage.__struct_fields__]
    query = select(*columns).where(
        document_pages.c.document_id == document_id, document_pages.c.number == number
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else PageImage(**row)


def _waiting(now_ms: int) -> ColumnElement[bool]:
    ended = and_(documents.c.state == "reading", documents.c.lease_until_ms <= now_ms)
    return or_(documents.c.state == "queued", ended)


def _change(connection: Connection, document_id: str, held: Lease, /, **values: Any) -> None:
    mine = and_(
        documents.c.id == document_id,
        documents.c.state == "reading",
        documents.c.lease == held.token,
    )
    if not connection.execute(update(documents).where(mine).values(**values)).rowcount:
        raise Conflict(f"document {document_id} is no longer held by {held.owner}")

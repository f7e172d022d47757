"""Takes batches of the usage journal into rows, rollups, spend and marks: all of it or nothing.

It does not know files or lines. A batch that is offered twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.exc import DataError

from vanguard.core.errors import Conflict
from vanguard.core.journal import Intent, Record
from vanguard.snapshot.model import JournalMark
from vanguard.store.ledger_batch import ADDED, MERGED, Row, RowKey, fold
from vanguard.store.tables import journal_marks, key_use, rollups, spend, usage
from vanguard.store.upsert import insert_new, insert_or_add, insert_or_raise

_IDS_A_QUERY = 500


class Batch(msgspec.Struct, frozen=True):
    """Records of one worker's journal between two byte offsets.

    Attributes:
        entries: each record with the offset of its line, in the order of the journal.
        skipped: lines between the offsets that could not be read.
    """

    worker: str
    start: int
    end: int
    entries: tuple[tuple[int, Record], ...]
    skipped: int = 0


class OpenRow(NamedTuple):
    """An attempt without a settlement, with what it would be charged."""

    request_id: str
    attempt: int
    at_ms: int
    journal_offset: int
    reserved_usd_micros: int
    price_id: str


def apply_batch(connection: Connection, batch: Batch) -> None:
    """Writes everything a batch means; the caller's transaction makes it atomic.

    Raises:
        Conflict: the mark is not at the batch's start; somebody else has read on meanwhile.
        ValueError: a record cannot be stored as it is; the transaction must not be committed.
    """
    try:
        _apply(connection, batch)
    except (DataError, OverflowError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()
        raise ValueError(reason[0] if reason else type(error).__name__) from error


def _apply(connection: Connection, batch: Batch) -> None:
    _check_mark(connection, batch)
    ids = sorted({record.request_id for _, record in batch.entries})
    folded = fold(batch.worker, batch.entries, _known(connection, ids))
    insert_new(connection, usage, folded.inserted)
    _update(connection, folded.updated)
    insert_or_add(connection, rollups, folded.rollups, ADDED)
    insert_or_add(connection, spend, folded.spend, ("usd_micros",))
    _note_use(connection, batch)
    _move_mark(connection, batch)


def all_marks(connection: Connection) -> dict[str, JournalMark]:
    """How far each worker's journal has been read."""
    return {
        row.worker: JournalMark(row.byte_offset, row.replay_from)
        for row in connection.execute(select(journal_marks))
    }


def open_rows(connection: Connection, worker: str) -> list[OpenRow]:
    """The attempts of one worker's journal that are not settled."""
    query = select(*(usage.c[name] for name in OpenRow._fields)).where(
        usage.c.state == "open", usage.c.worker == worker
    )
    return [OpenRow(*row) for row in connection.execute(query)]


def any_known(connection: Connection, records: Sequence[Record]) -> bool:
    """Whether any of these records has been read before.

    Also true where that cannot be told, because they are older than all rows that are kept.
    """
    ids = [record.request_id for record in records]
    if connection.execute(select(usage.c.attempt).where(usage.c.request_id.in_(ids))).first():
        return True
    oldest = connection.execute(select(func.min(usage.c.at_ms))).scalar()
    return oldest is None or all(record.at_ms < oldest for record in records)


def _check_mark(connection: Connection, batch: Batch) -> None:
    first = {"worker": batch.worker, "byte_offset": batch.start, "replay_from": batch.start}
    insert_new(connection, journal_marks, [first])
    query = select(journal_marks.c.byte_offset).where(journal_marks.c.worker == batch.worker)
    found = connection.execute(query.with_for_update()).scalar_one()
    if found != batch.start:
        raise Conflict(
            f"journal '{batch.worker}' is read to {found}, this batch starts at {batch.start}"
        )


def _move_mark(connection: Connection, batch: Batch) -> None:
    earliest = connection.execute(
        select(func.min(usage.c.journal_offset)).where(
            usage.c.state == "open", usage.c.worker == batch.worker
        )
    ).scalar()
    connection.execute(
        update(journal_marks)
        .where(journal_marks.c.worker == batch.worker)
        .values(
            byte_offset=batch.end,
            replay_from=batch.end if earliest is None else min(earliest, batch.end),
            skipped_lines=journal_marks.c.skipped_lines + batch.skipped,
        )
    )


def _known(connection: Connection, ids: Sequence[str]) -> dict[RowKey, Row]:
    names = ["request_id", "attempt", *MERGED]
    known: dict[RowKey, Row] = {}
    for start in range(0, len(ids), _IDS_A_QUERY):
        query = select(*(usage.c[name] for name in names)).where(
            usage.c.request_id.in_(ids[start : start + _IDS_A_QUERY])
        )
        for row in connection.execute(query).mappings():
            known[row["request_id"], row["attempt"]] = dict(row)
    return known


def _update(connection: Connection, rows: Sequence[tuple[RowKey, Row]]) -> None:
    """Groups rows by the columns that change, so that each group is one prepared statement."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for (request_id, attempt), changed in rows:
        parameters = {f"new_{name}": value for name, value in changed.items()}
        parameters |= {"the_id": request_id, "the_attempt": attempt}
        groups.setdefault(tuple(sorted(changed)), []).append(parameters)
    for names, parameters_of_rows in groups.items():
        statement = (
            update(usage)
            .where(usage.c.request_id == bindparam("the_id"))
            .where(usage.c.attempt == bindparam("the_attempt"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        connection.execute(statement, parameters_of_rows)


def _note_use(connection: Connection, batch: Batch) -> None:
    latest: dict[str, int] = {}
    for _, record in batch.entries:
        if isinstance(record, Intent):
            latest[record.key_id] = max(record.at_ms, latest.get(record.key_id, 0))
    rows = [{"key_id": key, "last_used_at_ms": at} for key, at in sorted(latest.items())]
    insert_or_raise(connection, key_use, rows, "last_used_at_ms")

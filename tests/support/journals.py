"""A worker's journal on disk, written as a gateway writes it, and what a ledger made of it."""

from __future__ import annotations

from pathlib import Path

from support.records import journal_bytes
from vanguard.core.journal import Record
from vanguard.snapshot.model import JournalMark
from vanguard.store.database import Database
from vanguard.store.ledger import all_marks
from vanguard.store.reports import RequestQuery, UsageQuery, list_requests, usage_sums


class Journal:
    """A worker's journal on disk, written as a gateway writes it."""

    def __init__(self, root: Path, worker: str = "w0", start: int = 0) -> None:
        self.folder = root / worker
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start = self.offset = start
        self.roll()

    def roll(self) -> None:
        self.path = self.folder / f"{self.offset:020}.journal"
        self.path.touch()

    def write(self, *records: Record) -> None:
        self.raw(journal_bytes(*records))

    def raw(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)
        self.offset += len(data)


def cost(database: Database) -> int:
    with database.read() as connection:
        return sum(each.cost_usd_micros for each in usage_sums(connection, UsageQuery()))


def rows(database: Database) -> dict[str, str | None]:
    with database.read() as connection:
        found = list_requests(connection, RequestQuery(limit=500))
    return {f"{row['request_id']}:{row['attempt']}": row["status"] for row in found}


def mark(database: Database, worker: str = "w0") -> JournalMark:
    with database.read() as connection:
        return all_marks(connection)[worker]

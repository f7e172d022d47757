"""Exactly once: whatever is torn, cut, repeated or killed, the ledger equals the journal."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effort import times
from support.journals import Journal, cost, mark, rows
from support.records import intent, settled
from vanguard.control import journals
from vanguard.control.ingest import Ingest
from vanguard.core.errors import StoreUnavailable
from vanguard.core.journal import Record, Settled, Status, encode_line
from vanguard.snapshot.model import JournalMark
from vanguard.store.database import Database, sqlite_url
from vanguard.store.reports import RequestQuery, UsageQuery, list_requests, usage_sums


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_nothing_there_is_nothing_to_do(database: Database, root: Path) -> None:
    ingest = Ingest(database, root)
    assert not ingest.poll()
    Journal(root)
    assert not ingest.poll()
    assert ingest.last_error == ""


def test_records_are_read_as_they_come(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"))
    assert ingest.poll()
    assert rows(database) == {"req_a:0": None}
    assert mark(database) == JournalMark(journal.offset, 0)
    journal.write(settled("req_a"))
    assert ingest.poll()
    assert rows(database) == {"req_a:0": "ok"}
    assert mark(database) == JournalMark(journal.offset, journal.offset)
    assert not ingest.poll()
    assert ingest.progress["w0"].offset == journal.offset
    assert ingest.progress["w0"].lag_bytes == 0


def test_a_torn_last_line_waits_for_its_end(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    line = encode_line(settled("req_a"))
    journal.write(intent("req_a"))
    journal.raw(line[:30])
    ingest.poll()
    assert rows(database) == {"req_a:0": None}
    assert ingest.progress["w0"].lag_bytes == 30
    journal.raw(line[30:])
    ingest.poll()
    assert rows(database) == {"req_a:0": "ok"}
    assert ingest.skipped_lines == 0


def test_a_damaged_line_is_reported_and_the_rest_is_read(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"), settled("req_a"))
    place = journal.offset
    journal.raw(b"00000000 " + encode_line(intent("req_b"))[9:])
    journal.write(intent("req_c"), settled("req_c"))
    ingest.poll()
    assert rows(database) == {"req_a:0": "ok", "req_c:0": "ok"}
    assert ingest.skipped_lines == 1
    assert f"byte {place}" in ingest.last_error
    assert mark(database).offset == journal.offset


def test_segments_are_read_in_order(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    for number in range(4):
        journal.write(intent(f"req_{number}"))
        journal.roll()
        journal.write(settled(f"req_{number}"))
    ingest.poll()
    assert set(rows(database).values()) == {"ok"}
    assert mark(database).offset == journal.offset


def test_a_segment_torn_at_its_end_is_left_when_the_next_has_begun(
    database: Database, root: Path
) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"))
    journal.raw(b"01234567 {torn")
    journal.roll()
    journal.write(settled("req_a"))
    ingest.poll()
    assert rows(database) == {"req_a:0": "ok"}
    assert ingest.skipped_lines == 1


def test_every_worker_is_read(database: Database, root: Path) -> None:
    for worker in ("w0", "w1"):
        Journal(root, worker).write(intent(f"req_{worker}"), settled(f"req_{worker}"))
    Ingest(database, root).poll()
    assert rows(database) == {"req_w0:0": "ok", "req_w1:0": "ok"}


def test_old_segments_go_when_no_gateway_needs_them(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"), settled("req_a"))
    first = journal.path
    journal.roll()
    second, opened = journal.path, journal.offset
    journal.write(intent("req_open"), intent("req_b"), settled("req_b"))
    journal.roll()
    journal.write(intent("req_c"), settled("req_c"))
    ingest.poll()
    assert mark(database).replay_from == opened
    ingest.prune({"w0": JournalMark(journal.offset, 0), "gone": JournalMark(9, 9)})
    assert first.exists()  # published before anything was read
    ingest.prune({"w0": mark(database)})
    assert not first.exists()
    assert second.exists()  # an intent in it is still open
    journal.write(settled("req_open"))
    ingest.poll()
    ingest.prune({"w0": mark(database)})
    assert not second.exists()
    assert journal.path.exists()  # the newest stays, the gateway writes to it
    assert cost(database) == 2800


def test_the_newest_segment_stays_although_it_is_read(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent(), settled())
    ingest.poll()
    ingest.prune({"w0": mark(database)})
    assert journal.path.exists()


def test_a_part_that_is_missing_is_reported(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"), settled("req_a"))
    ingest.poll()
    journal.write(intent("req_lost"))
    journal.roll()
    journal.write(intent("req_b"), settled("req_b"))
    min(journal.folder.iterdir()).unlink()
    ingest.poll()
    assert "has no bytes" in ingest.last_error
    assert rows(database) == {"req_a:0": "ok", "req_b:0": "ok"}


def test_a_wiped_database_takes_what_the_journal_still_has(
    tmp_path: Path, database: Database, root: Path
) -> None:
    Journal(root, start=5_000).write(intent(), settled())
    ingest = Ingest(database, root)
    ingest.poll()
    assert cost(database) == 700
    assert "has no bytes 0 to 5000" in ingest.last_error


def test_two_readers_never_count_twice(database: Database, root: Path) -> None:
    journal = Journal(root)
    one, other = Ingest(database, root), Ingest(database, root)
    for number in range(6):
        journal.write(intent(f"req_{number}"), settled(f"req_{number}"))
        (one if number % 2 else other).poll()
        one.poll()
        other.poll()
    assert cost(database) == 6 * 700
    assert mark(database).offset == journal.offset


class Breaking:
    """A database whose transactions fail when a test says so, after all their statements."""

    def __init__(self, database: Database, fails: Iterator[bool]) -> None:
        self._database = database
        self._fails = fails
        self.read = database.read

    @contextmanager
    def write(self):
        with self._database.write() as connection:
            yield connection
            if next(self._fails):
                raise StoreUnavailable("killed before the commit")


def test_a_database_that_goes_away_loses_nothing(database: Database, root: Path) -> None:
    journal = Journal(root)
    journal.write(intent(), settled())
    ingest = Ingest(Breaking(database, iter([True, True, False])), root)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            ingest.poll()
        assert cost(database) == 0
    assert ingest.poll()
    assert cost(database) == 700


class Story:
    """Writes a journal step by step, reads it meanwhile, and knows what the ledger must say."""

    def __init__(self, database: Database, root: Path, kills: random.Random) -> None:
        self.written: list[Record] = []
        self.opened: dict[tuple[str, int], bool] = {}  # whether each attempt is still open
        self.journal = Journal(root)
        self._root = root
        self._database = Breaking(database, iter(lambda: kills.random() < 0.2, None))
        self._torn = b""  # the rest of the last line, not written yet
        self.restart(0)

    def play(self, step: str, choice: int) -> None:
        getattr(self, step)(choice)

    def restart(self, _choice: int) -> None:
        self._ingest = Ingest(self._database, self._root)  # type: ignore[arg-type]

    def poll(self, _choice: int) -> None:
        with suppress(StoreUnavailable):
            self._ingest.poll()

    def roll(self, _choice: int) -> None:
        self.finish_line()
        self.journal.roll()

    def open(self, choice: int) -> None:
        self._open((f"req_{len(self.opened)}", 0), choice)

    def retry(self, choice: int) -> None:
        closed = [key for key, is_open in self.opened.items() if not is_open]
        if closed:
            request_id, attempt = closed[choice % len(closed)]
            if (request_id, attempt + 1) not in self.opened:
                self._open((request_id, attempt + 1), choice)

    def settle(self, choice: int) -> None:
        self._settle(choice, "ok")

    def fail(self, choice: int) -> None:
        self._settle(choice, "failed")

    def tear(self, choice: int) -> None:
        """Takes back a part of the last line, as if its writer had got no further."""
        if self.written and not self._torn:
            line = encode_line(self.written[-1])
            cut = 1 + choice % (len(line) - 1)
            if self.journal.path.stat().st_size >= len(line) and not self._has_read(line):
                self._torn = line[-cut:]
                self.journal.offset -= cut
                with self.journal.path.open("r+b") as file:
                    file.truncate(self.journal.offset - int(self.journal.path.stem))

    def finish_line(self) -> None:
        self.journal.raw(self._torn)
        self._torn = b""

    def _has_read(self, line: bytes) -> bool:
        read = self._ingest.progress.get("w0")
        return read is not None and read.offset > self.journal.offset - len(line)

    def _open(self, key: tuple[str, int], choice: int) -> None:
        self.opened[key] = True
        self._write(intent(*key, tags={"n": "x" * (choice % 300)}))

    def _settle(self, choice: int, status: Status) -> None:
        waiting = [key for key, is_open in self.opened.items() if is_open]
        if waiting:
            key = waiting[choice % len(waiting)]
            self.opened[key] = False
            self._write(settled(*key, status=status, cost_usd_micros=choice))

    def _write(self, record: Record) -> None:
        self.finish_line()
        self.written.append(record)
        self.journal.write(record)


STEPS = ["open", "settle", "fail", "retry", "roll", "tear", "poll", "restart"]


@settings(max_examples=times(1))
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2**16)), max_size=60),
    part=st.integers(400, 3_000),
    seed=st.integers(0, 2**16),
)
def test_the_ledger_equals_the_journal(
    tmp_path_factory, migrated_sqlite: Path, steps, part: int, seed: int
) -> None:
    """Random writes, torn writes, segment changes, polls, kills and restarts in any order."""
    folder = tmp_path_factory.mktemp("story")
    database = Database(sqlite_url(Path(shutil.copy(migrated_sqlite, folder / "test.db"))))
    story = Story(database, folder / "journal", random.Random(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journals, "MAX_READ_BYTES", part)
        for step, choice in steps:
            story.play(step, choice)
        story.finish_line()
        last = Ingest(database, folder / "journal")
        last.poll()
    assert last.skipped_lines == 0
    settlements = [record for record in story.written if isinstance(record, Settled)]
    total = sum(record.cost_usd_micros for record in settlements)
    assert cost(database) == total
    with database.read() as connection:
        listed = list_requests(connection, RequestQuery(limit=500))
        sums = usage_sums(connection, UsageQuery())
    states = {(row["request_id"], row["attempt"]): row["state"] == "open" for row in listed}
    assert states == story.opened
    assert sum(row["cost_usd_micros"] for row in listed) == total
    assert sum(each.requests + each.retried for each in sums) == len(settlements)
    assert sum(each.failed for each in sums) == len(
        [row for row in listed if row["status"] == "failed" and not row["retried"]]
    )
    if story.written:
        waiting = [row["journal_offset"] for row in listed if row["state"] == "open"]
        end = story.journal.offset
        assert mark(database) == JournalMark(end, min(waiting, default=end))
    database.close()

"""What is damaged, missing, foreign or there twice costs nothing that can still be read."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from support.journals import Journal, cost, mark, rows
from support.records import intent, journal_bytes, settled
from vanguard.control import ingest as ingest_module
from vanguard.control.ingest import Ingest
from vanguard.core.journal import STRIDE_BYTES
from vanguard.gateway.accounting.journal import Journal as GatewayJournal
from vanguard.gateway.accounting.journal import holds
from vanguard.snapshot.model import JournalMark
from vanguard.store.database import Database, sqlite_url
from vanguard.store.reports import RequestQuery, list_requests


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_a_journal_that_was_replaced_is_read_anew(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"), settled("req_a"), intent("req_open"), settled("req_b"))
    ingest.poll()
    journal.path.unlink()
    fresh = Journal(root)
    fresh.write(intent("req_c"))
    ingest.poll()
    assert "replaced" in ingest.last_error or "lost with it" in ingest.last_error
    # what was open in the old one can be settled by nobody any more
    assert rows(database)["req_open:0"] == "unsettled"
    fresh.write(settled("req_c"))
    ingest.poll()
    assert rows(database)["req_c:0"] == "ok"
    assert cost(database) == 700 + 900 + 700 + 700


@pytest.mark.parametrize("more", [0, 1, 40])
def test_a_journal_that_was_replaced_while_control_was_away(
    database: Database, root: Path, more: int
) -> None:
    """Even when it has grown beyond what was read of the old one."""
    journal = Journal(root)
    journal.write(intent("req_a"), settled("req_a"))
    Ingest(database, root).poll()
    journal.path.unlink()
    fresh = Journal(root)
    for number in range(1 + more):
        fresh.write(intent(f"req_b{number}"), settled(f"req_b{number}"))
    ingest = Ingest(database, root)
    ingest.poll()
    assert len(rows(database)) == 2 + more
    assert cost(database) == (2 + more) * 700
    assert mark(database).offset == fresh.offset


def test_a_live_file_that_a_longer_one_replaces_hides_nothing_of_its_successor(
    database: Database, root: Path
) -> None:
    journal, ingest = GatewayJournal(root / "gateway-0"), Ingest(database, root)
    for record in (intent("req_a"), settled("req_a")):
        journal.append(record)
    ingest.poll()
    (path,) = (root / "gateway-0").glob("*.journal")
    foreign = [record for n in range(5) for record in (intent(f"req_f{n}"), settled(f"req_f{n}"))]
    copied = path.with_suffix(".copy")
    copied.write_bytes(path.read_bytes() + journal_bytes(*foreign))
    copied.rename(path)
    assert "replaced" in journal.look()
    ingest.poll()
    for n in range(8):
        journal.append(intent(f"req_{n}"))
        journal.append(settled(f"req_{n}"))
    ingest.poll()
    found = rows(database)
    assert [found.get(f"req_{n}:0") for n in range(8)] == ["ok"] * 8
    journal.close()


def power_cut(journal: Journal, lost_bytes: int) -> None:
    """Takes bytes from the end of the last segment, as a machine that dies does."""
    with journal.path.open("r+b") as file:
        file.truncate(journal.path.stat().st_size - lost_bytes)


def test_a_power_cut_takes_what_was_read_and_nothing_is_lost_or_doubled(
    database: Database, root: Path
) -> None:
    journal = Journal(root)
    journal.write(intent("req_a"), settled("req_a"))
    kept = journal.offset
    journal.write(intent("req_gone"), intent("req_b"), settled("req_b"))
    Ingest(database, root).poll()
    power_cut(journal, journal.offset - kept)
    ingest = Ingest(database, root)
    ingest.poll()  # control is back first: it waits
    assert (cost(database), mark(database).offset) == (1400, journal.offset)
    again = GatewayJournal(root / "w0")  # the gateway goes on beyond all that was ever read
    again.append(intent("req_c"))
    again.append(settled("req_c"))
    again.close()
    ingest.poll()
    assert "unsettled" in ingest.last_error
    assert rows(database) == {
        "req_a:0": "ok",
        "req_b:0": "ok",
        "req_c:0": "ok",
        "req_gone:0": "unsettled",  # its intent is gone: no gateway will ever settle it
    }
    assert cost(database) == 3 * 700 + 900
    assert mark(database) == JournalMark(again.offset, again.offset)


@pytest.mark.parametrize("polls", [0, 1])
def test_a_restored_folder_whose_gateway_writes_from_the_same_offset_again(
    database: Database, root: Path, polls: int
) -> None:
    """It misses one start that was read, and the new one outgrows the mark between two looks."""
    journal = Journal(root)
    journal.write(intent("req_a"), settled("req_a"))
    lost = Journal(root, start=2 * STRIDE_BYTES)
    lost.write(intent("req_gone"), settled("req_gone"))
    Ingest(database, root).poll()
    lost.path.unlink()
    ingest = Ingest(database, root)
    for _ in range(polls):
        ingest.poll()  # nothing but what was read before
    again = Journal(root, start=lost.start)
    ingest.poll()
    for number in range(20):
        again.write(intent(f"req_b{number}", session="s" * number), settled(f"req_b{number}"))
    ingest.poll()
    assert set(rows(database)) == {"req_a:0", "req_gone:0", *(f"req_b{n}:0" for n in range(20))}
    assert (cost(database), ingest.skipped_lines) == (22 * 700, 0)
    assert mark(database).offset == again.offset


def test_a_gateway_that_drains_while_its_successor_serves_is_read_to_its_end(
    database: Database, root: Path
) -> None:
    old = GatewayJournal(root / "w0")
    old.append(intent("req_a"))
    ingest = Ingest(database, root)
    new = GatewayJournal(root / "w0")
    new.append(intent("req_b"))
    new.append(settled("req_b"))
    ingest.poll()
    assert rows(database) == {"req_a:0": None}
    old.append(settled("req_a"))
    old.close()
    ingest.poll()
    assert rows(database) == {"req_a:0": "ok", "req_b:0": "ok"}
    assert ingest.last_error == ""
    assert ingest.progress["w0"].lag_bytes == 0
    new.close()


def test_a_restart_is_no_gap_and_keeps_what_is_open(database: Database, root: Path) -> None:
    first = GatewayJournal(root / "w0")
    first.append(intent("req_a"))
    first.close()
    ingest = Ingest(database, root)
    ingest.poll()
    second = GatewayJournal(root / "w0")
    ingest.poll()
    assert mark(database) == JournalMark(second.offset, 0)
    ingest.prune({"w0": mark(database)})
    assert holds(second.folder, 0)  # the intent in it is still open
    second.append(settled("req_a"))
    ingest.poll()
    ingest.prune({"w0": mark(database)})
    assert not holds(second.folder, 0)
    assert (cost(database), ingest.last_error) == (700, "")
    second.close()


def test_a_segment_that_is_copied_back_changes_nothing(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"), settled("req_a"))
    first, content = journal.path, journal.path.read_bytes()
    journal.roll()
    journal.write(intent("req_b"), settled("req_b"))
    ingest.poll()
    ingest.prune({"w0": mark(database)})
    assert not first.exists()
    first.write_bytes(content)
    for reader in (ingest, Ingest(database, root)):
        reader.poll()
        assert reader.last_error == ""
    assert cost(database) == 1400


def test_a_database_restored_from_a_backup_reads_the_rest_once_more(
    tmp_path: Path, database: Database, root: Path
) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"), settled("req_a"), intent("req_b"))
    ingest.poll()
    with (
        closing(sqlite3.connect(database.url.database)) as live,
        closing(sqlite3.connect(tmp_path / "backup.db")) as backup,
    ):
        live.backup(backup)
    journal.write(settled("req_b"), intent("req_c"), settled("req_c"))
    ingest.poll()
    restored = Database(sqlite_url(tmp_path / "backup.db"))
    assert cost(restored) == 700
    Ingest(restored, root).poll()
    assert rows(restored) == rows(database)
    assert (cost(restored), mark(restored)) == (cost(database), mark(database))
    restored.close()


def test_an_empty_newest_segment_and_one_without_its_beginning(
    database: Database, root: Path
) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"), settled("req_a"))
    journal.roll()
    for _ in range(2):
        ingest.poll()
    assert mark(database).offset == journal.offset
    far = Journal(root, start=journal.offset + 1_000)
    ingest.poll()
    assert "has no bytes" in ingest.last_error
    assert mark(database).offset == far.offset
    far.write(intent("req_b"), settled("req_b"))
    ingest.poll()
    assert cost(database) == 1400


POISON = {
    "sum": b'{"type":"settled","request_id":"req_p","attempt":0,"at_ms":1,"status":"ok","cost_usd_micros":1%b}'
    % (b"0" * 30),
    "time": b'{"type":"settled","request_id":"req_p","attempt":0,"at_ms":%b,"status":"ok"}'
    % (b"9" * 18),
    "nul": b'{"type":"settled","request_id":"req\\u0000p","attempt":0,"at_ms":1,"status":"ok"}',
    "float": b'{"type":"settled","request_id":"req_p","attempt":0.5,"at_ms":1,"status":"ok"}',
    "deep": b"[" * 100_000,
    "surrogate": b'{"type":"settled","request_id":"\\ud800","attempt":0,"at_ms":1,"status":"ok"}',
}


@pytest.mark.parametrize("kind", POISON)
def test_a_record_written_by_hand_is_skipped_and_named_and_blocks_nothing(
    database: Database, root: Path, kind: str
) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a"))
    place = journal.offset
    journal.raw(b"%08x %b\n" % (zlib.crc32(POISON[kind]), POISON[kind]))
    journal.write(settled("req_a"))
    ingest.poll()
    assert rows(database) == {"req_a:0": "ok"}
    assert ingest.skipped_lines == 1
    assert f"byte {place}" in ingest.last_error
    assert mark(database).offset == journal.offset


def test_a_tag_that_holds_a_nul_takes_no_row_from_its_key(database: Database, root: Path) -> None:
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(intent("req_a", tags={"project": "a\0b"}), settled("req_a"))
    ingest.poll()
    with database.read() as connection:
        (row,) = list_requests(connection, RequestQuery())
    assert (row["key_id"], row["orphan"], row["tags"]) == ("key_1", False, {"project": "a\ufffdb"})
    assert ingest.skipped_lines == 0


@pytest.mark.parametrize("bad", [{0}, {7}, {3, 4}, set(range(8))])
def test_what_the_database_alone_refuses_is_skipped_and_named(
    database: Database, root: Path, monkeypatch, bad: set[int]
) -> None:
    refused = {f"req_{number}" for number in bad}
    real = ingest_module.apply_batch

    def apply(connection, batch) -> None:
        for _, record in batch.entries:
            if record.request_id in refused:
                raise ValueError("indigestible")
        real(connection, batch)

    monkeypatch.setattr(ingest_module, "apply_batch", apply)
    journal, ingest = Journal(root), Ingest(database, root)
    journal.write(*(one(f"req_{number}") for number in range(8) for one in (intent, settled)))
    ingest.poll()
    assert set(rows(database)) == {f"req_{number}:0" for number in range(8) if number not in bad}
    assert ingest.skipped_lines == 2 * len(bad)
    assert "indigestible" in ingest.last_error
    assert mark(database) == JournalMark(journal.offset, journal.offset)

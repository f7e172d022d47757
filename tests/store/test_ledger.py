"""Batches into the database: everything or nothing, once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from support.records import T0_MS, intent, settled
from vanguard.core.errors import Conflict
from vanguard.core.journal import Record
from vanguard.snapshot.model import JournalMark
from vanguard.store.database import Database
from vanguard.store.keys import NewKey, get_key, insert_key
from vanguard.store.ledger import Batch, all_marks, any_known, apply_batch, open_rows
from vanguard.store.tables import key_use, rollups, spend, usage
from vanguard.store.tenancy import ChainNames, ensure_chain


def batch(start: int, *records: Record, skipped: int = 0) -> Batch:
    """Records whose lines are taken to be a hundred bytes long."""
    entries = tuple((start + index * 100, record) for index, record in enumerate(records))
    return Batch("w0", start, start + 100 * len(records), entries, skipped)


def apply(database: Database, *batches: Batch) -> None:
    for each in batches:
        with database.write() as connection:
            apply_batch(connection, each)


def sums(database: Database) -> tuple[int, int, int]:
    """Cost over settled rows, over rollups, and over the organisation's whole spend."""
    with database.read() as connection:
        rows = select(func.coalesce(func.sum(usage.c.cost_usd_micros), 0))
        hours = select(func.coalesce(func.sum(rollups.c.cost_usd_micros), 0))
        spent = select(func.coalesce(func.sum(spend.c.usd_micros), 0)).where(
            spend.c.scope_id == "org_default", spend.c.budget_window == "total"
        )
        return tuple(int(connection.execute(q).scalar_one()) for q in (rows, hours, spent))


def marks(database: Database) -> dict[str, JournalMark]:
    with database.read() as connection:
        return all_marks(connection)


def test_rows_rollups_spend_and_mark_move_together(database: Database) -> None:
    apply(database, batch(0, intent(), settled()))
    assert sums(database) == (700, 700, 700)
    assert marks(database) == {"w0": JournalMark(200, 200)}


def test_replay_starts_at_the_earliest_open_intent(database: Database) -> None:
    apply(
        database,
        batch(0, intent("req_a"), settled("req_a"), intent("req_b"), intent("req_c")),
    )
    assert marks(database)["w0"] == JournalMark(400, 200)
    apply(database, batch(400, settled("req_b")))
    assert marks(database)["w0"] == JournalMark(500, 300)
    apply(database, batch(500, settled("req_c", status="unsettled")))
    assert marks(database)["w0"] == JournalMark(600, 600)


def test_a_batch_offered_twice_is_refused(database: Database) -> None:
    first = batch(0, intent(), settled())
    apply(database, first)
    with pytest.raises(Conflict):
        apply(database, first)
    assert sums(database) == (700, 700, 700)


def test_a_crash_inside_the_transaction_leaves_nothing(database: Database) -> None:
    def crash_after_writing() -> None:
        with database.write() as connection:
            apply_batch(connection, batch(0, intent(), settled()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash_after_writing()
    assert sums(database) == (0, 0, 0)
    assert marks(database) == {}


def test_reading_again_after_a_rewind_changes_no_sum(database: Database) -> None:
    records = (intent(), settled(), intent("req_2"))
    apply(database, batch(0, *records))
    apply(database, Batch("w0", 300, 0, ()))  # the mark goes back
    assert marks(database)["w0"] == JournalMark(0, 0)
    apply(database, batch(0, *records, settled("req_2")))
    assert sums(database) == (1400, 1400, 1400)


def test_a_retry_across_batches(database: Database) -> None:
    apply(
        database,
        batch(0, intent(), settled(status="failed", cost_usd_micros=0)),
        batch(200, intent(attempt=1)),
        batch(300, settled(attempt=1)),
    )
    with database.read() as connection:
        row = connection.execute(
            select(*(func.sum(rollups.c[n]) for n in ("attempts", "retried", "failed")))
        ).one()
    assert tuple(int(value) for value in row) == (2, 1, 0)


def test_workers_have_marks_of_their_own(database: Database) -> None:
    other = Batch("w1", 0, 100, ((0, intent("req_other")),))
    apply(database, batch(0, intent(), settled()), other)
    assert marks(database) == {"w0": JournalMark(200, 200), "w1": JournalMark(100, 0)}


def test_a_batch_of_unreadable_lines_moves_the_mark(database: Database) -> None:
    apply(database, Batch("w0", 0, 70, (), skipped=2), batch(70, intent(), settled()))
    assert marks(database)["w0"].offset == 270


def test_large_batches_fit_into_statements(database: Database) -> None:
    records = []
    for number in range(700):
        records += [intent(f"req_{number:04}"), settled(f"req_{number:04}", cost_usd_micros=1)]
    apply(database, batch(0, *records))
    assert sums(database) == (700, 700, 700)


def test_a_key_knows_when_it_was_last_used(database: Database) -> None:
    with database.write() as connection:
        chain = ensure_chain(connection, ChainNames(), T0_MS)
        insert_key(connection, NewKey("key_1", "k", "h", "…", chain, T0_MS))
    apply(database, batch(0, intent(at_ms=T0_MS + 5), intent("req_2", at_ms=T0_MS + 9)))
    with database.read() as connection:
        assert get_key(connection, "key_1").last_used_at_ms == T0_MS + 9
        assert connection.execute(select(key_use)).all()


def test_an_older_record_does_not_make_a_key_look_unused(database: Database) -> None:
    apply(database, batch(0, intent(at_ms=T0_MS + 9)))
    apply(database, batch(100, intent("req_2", at_ms=T0_MS - 3_600_000)))  # the clock went back
    with database.read() as connection:
        assert connection.execute(select(key_use.c.last_used_at_ms)).scalar() == T0_MS + 9


@pytest.mark.parametrize(
    "record",
    [
        intent("req_bad", at_ms=10**20),
        settled("req_1", cost_usd_micros=10**30),
        settled("req_1", at_ms=10**18),
        intent("req_bad", session="\ud800"),
    ],
)
def test_what_no_database_can_hold_is_a_value_error(database: Database, record) -> None:
    apply(database, batch(0, intent()))
    with pytest.raises(ValueError, match=r".+"):
        apply(database, batch(100, record))
    assert marks(database)["w0"].offset == 100
    apply(database, batch(100, settled()))
    assert sums(database) == (700, 700, 700)


def test_open_rows_are_listed_by_worker(database: Database) -> None:
    apply(database, batch(0, intent(), settled(), intent("req_2")))
    apply(database, Batch("w1", 0, 100, ((0, intent("req_other")),)))
    with database.read() as connection:
        (row,) = open_rows(connection, "w0")
    assert (row.request_id, row.journal_offset, row.reserved_usd_micros) == ("req_2", 200, 900)


def test_records_are_known_when_any_of_them_was_read_or_all_are_too_old(
    database: Database,
) -> None:
    with database.read() as connection:
        assert any_known(connection, [intent("req_x")])  # nobody can tell
    apply(database, batch(0, intent()))
    with database.read() as connection:
        assert any_known(connection, [intent("req_x"), settled()])
        assert not any_known(connection, [intent("req_x")])
        assert any_known(connection, [intent("req_x", at_ms=T0_MS - 1)])

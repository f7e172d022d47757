"""Exactly once on SQLite, whatever dies: see `support.ledger_machine`. PostgreSQL: `tests/contract`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from support.effort import times
from support.ledger_machine import LedgerMachine
from vanguard.control.ingest import Ingest
from vanguard.store import ledger
from vanguard.store.database import Database, sqlite_url
from vanguard.store.ledger import Batch, apply_batch


@pytest.mark.hypothesis
def test_exactly_once_whatever_dies(migrated_sqlite: Path) -> None:
    class OnSQLite(LedgerMachine):
        def make_database(self) -> Database:
            path = Path(tempfile.mkdtemp(dir=self.folder)) / "test.db"
            return Database(sqlite_url(Path(shutil.copy(migrated_sqlite, path))))

    run_state_machine_as_test(
        OnSQLite, settings=settings(max_examples=times(1), stateful_step_count=40)
    )


class MarkFirst(Ingest):
    """A control with a defect: it moves the mark in a transaction of its own, before the rows."""

    def _store(self, batch: Batch) -> None:
        with self._database.write() as connection:
            apply_batch(connection, msgspec.structs.replace(batch, entries=()))
        with (
            self._database.write() as connection,
            mock.patch.object(ledger, "_check_mark"),
            mock.patch.object(ledger, "_move_mark"),
        ):
            apply_batch(connection, batch)
            connection.execute(_REPLAY_FROM, {"worker": batch.worker, "end": batch.end})


# as `_move_mark` leaves it, so that nothing differs but the order
_REPLAY_FROM = text(
    "UPDATE journal_marks SET replay_from = min(:end, coalesce((SELECT min(journal_offset) FROM usage"
    " WHERE state = 'open' AND worker = :worker), :end)) WHERE worker = :worker"
)


@pytest.mark.hypothesis
def test_a_mark_that_moves_before_its_rows_is_found_out(migrated_sqlite: Path) -> None:
    """A death between the two loses rows.

    A new control often mends that: where it knows none of the last records below its mark it takes
    the journal for another one and reads it again. It cannot where a settlement was lost whose
    intent it knows, so a batch of settlements must meet a death.
    """

    class Broken(LedgerMachine):
        def make_database(self) -> Database:
            path = Path(tempfile.mkdtemp(dir=self.folder)) / "test.db"
            return Database(sqlite_url(Path(shutil.copy(migrated_sqlite, path))))

        def new_control(self) -> None:
            self.ingest = MarkFirst(self.seams, self.folder)  # type: ignore[arg-type]

    found = settings(
        max_examples=300,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(Broken, settings=found)
    assert "ledger_machine" in str(caught.traceback[-1].path)

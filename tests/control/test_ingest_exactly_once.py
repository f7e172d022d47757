"""Exactly once on SQLite, whatever dies: see `support.ledger_machine`. PostgreSQL: `tests/contract`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from support.effort import times
from support.ledger_machine import LedgerMachine
from vanguard.store.database import Database, sqlite_url


@pytest.mark.hypothesis
def test_exactly_once_whatever_dies(migrated_sqlite: Path) -> None:
    class OnSQLite(LedgerMachine):
        def make_database(self) -> Database:
            path = Path(tempfile.mkdtemp(dir=self.folder)) / "test.db"
            return Database(sqlite_url(Path(shutil.copy(migrated_sqlite, path))))

    run_state_machine_as_test(
        OnSQLite, settings=settings(max_examples=times(1), stateful_step_count=40)
    )

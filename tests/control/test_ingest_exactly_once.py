"""Exactly once on SQLite, whatever dies: see `support.ledger_machine`. PostgreSQL: `tests/contract`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from support.ledger_machine import LedgerMachine
from vanguard.store.database import Database, sqlite_url


def test_exactly_once_whatever_dies(migrated_sqlite: Path) -> None:
    class OnSQLite(LedgerMachine):
        def make_database(self) -> Database:
            path = Path(tempfile.mkdtemp(dir=self.folder)) / "test.db"
            return Database(sqlite_url(Path(shutil.copy(migrated_sqlite, path))))

    examples = max(10, settings().max_examples // 2)
    run_state_machine_as_test(
        OnSQLite, settings=settings(max_examples=examples, stateful_step_count=40)
    )

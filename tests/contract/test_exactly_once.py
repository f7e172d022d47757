"""Exactly once on PostgreSQL, whatever dies: see `support.ledger_machine`. SQLite: `tests/control`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from support.effort import times
from support.ledger_machine import LedgerMachine
from support.postgres import PostgresServer
from vanguard.store.database import Database
from vanguard.store.migrate import upgrade
from vanguard.store.tables import metadata


@pytest.fixture
def emptied(postgres_server: PostgresServer) -> Callable[[], Database]:
    """The same database again and again, its tables emptied: making one takes long."""
    database_url = postgres_server.create_database()
    first = Database(database_url)
    upgrade(first)
    first.close()

    def make() -> Database:
        made = Database(database_url)
        with made.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        return made

    return make


@pytest.mark.postgres
@pytest.mark.hypothesis
def test_exactly_once_whatever_dies(emptied: Callable[[], Database]) -> None:
    class Machine(LedgerMachine):
        def make_database(self) -> Database:
            return emptied()

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=times(3), stateful_step_count=40)
    )

"""The `database` fixture: every test that takes it runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.postgres import PostgresServer, running_server
from vanguard.store.database import Database, sqlite_url
from vanguard.store.migrate import upgrade

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    database = Database(sqlite_url(path))
    upgrade(database)
    database.close()
    return path


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "test.db")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create_database()


@pytest.fixture
def database(database_url: str, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with the newest schema; on SQLite a copy, for migrating takes longer than a test."""
    if database_url == sqlite_url(tmp_path / "test.db"):
        shutil.copy(migrated_sqlite, tmp_path / "test.db")
    database = Database(database_url)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with the newest schema, for what does not depend on the database."""
    database = Database(sqlite_url(Path(shutil.copy(migrated_sqlite, tmp_path / "test.db"))))
    yield database
    database.close()

"""The schema: made once, whoever comes first, and the same as the tables say."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from support.postgres import PostgresServer
from vanguard.core.errors import SettingsError
from vanguard.store import migrate
from vanguard.store.database import Database
from vanguard.store.migrate import HEAD, alembic_config, upgrade
from vanguard.store.tables import metadata


def test_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.read() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        names = set(inspect(connection).get_table_names())
    assert names == {*metadata.tables, "alembic_version"}


def test_head_is_the_newest_migration(database: Database) -> None:
    with database.read() as connection:
        assert ScriptDirectory.from_config(alembic_config(connection)).get_heads() == [HEAD]


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    upgrade(database)
    with database.read() as connection:
        versions = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    assert [row.version_num for row in versions] == [HEAD]


@pytest.mark.postgres
def test_no_migration_is_cut_off_however_long_it_takes(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []

    def run(connection: Connection, _found: str | None) -> None:
        limits.append(connection.execute(text("SHOW statement_timeout")).scalar())

    monkeypatch.setattr(migrate, "_run", run)
    database = Database(postgres_server.create_database())
    upgrade(database)
    with database.read() as connection:
        limits.append(connection.execute(text("SHOW statement_timeout")).scalar())
    database.close()
    assert limits == ["0", "30min"]


def test_starters_at_the_same_time_wait_for_one_another(database_url: str) -> None:
    gate = threading.Barrier(4)
    failures: list[BaseException] = []

    def start() -> None:
        database = Database(database_url)
        try:
            gate.wait()
            upgrade(database)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    database = Database(database_url)
    with database.read() as connection:
        assert "usage" in inspect(connection).get_table_names()
    database.close()


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="9999"):
        upgrade(database)


def test_a_failed_upgrade_leaves_nothing_behind(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("power cut")

    database = Database(database_url)
    monkeypatch.setattr("alembic.operations.Operations.create_index", broken)
    monkeypatch.setattr("alembic.op.create_index", broken)
    monkeypatch.setattr("alembic.operations.BatchOperations.create_index", broken)
    with pytest.raises(RuntimeError):
        upgrade(database)
    monkeypatch.undo()
    with database.read() as connection:
        assert inspect(connection).get_table_names() == []
    upgrade(database)
    database.close()


def test_migration_files_ship_with_the_package() -> None:
    versions = Path(__file__).parents[2] / "src/vanguard/store/migrations/versions"
    assert [path.name[:4] for path in sorted(versions.glob("[0-9]*.py"))][-1] == HEAD
    assert (versions / "__init__.py").is_file()  # else the wheel leaves them out

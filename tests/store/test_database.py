"""Transactions, and what is said when there is no database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from support.postgres import PostgresServer
from vanguard.core.errors import SettingsError, StoreUnavailable
from vanguard.store.database import Database, sqlite_url
from vanguard.store.migrate import upgrade
from vanguard.store.tables import meta


def test_a_block_is_undone_by_any_exception(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(meta.insert().values(name="a", number=1))
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the one raised above
        fail()
    with database.read() as connection:
        assert connection.execute(select(meta)).all() == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.write() as connection:
        connection.execute(meta.insert().values(name="a", number=1))
    query = select(meta.c.number)
    with database.read() as reading:
        assert reading.execute(query).scalar() == 1
        with database.write() as writing:
            writing.execute(meta.update().values(number=2))
        assert reading.execute(query).scalar() == 1
    with database.read() as reading:
        assert reading.execute(query).scalar() == 2


def test_writers_wait_for_one_another(database: Database) -> None:
    with database.write() as connection:
        connection.execute(meta.insert().values(name="a", number=0))

    def add() -> None:
        for _ in range(20):
            with database.write() as connection:
                found = select(meta.c.number).where(meta.c.name == "a").with_for_update()
                number = connection.execute(found).scalar_one()
                connection.execute(meta.update().values(number=number + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(select(meta.c.number)).scalar() == 80


def test_sqlite_is_set_up_to_be_shared(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "a.db"))
    with database.read() as connection:
        values = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        ]
    database.close()
    assert values == ["wal", 1, 15_000, 2]


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", ""]
)
def test_a_wrong_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match=r"store\.url") as caught:
        Database(url)
    assert "secret" not in caught.value.message


def test_a_server_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    database = Database(f"postgresql://u:hush-hush@/db?host={tmp_path}")
    with pytest.raises(StoreUnavailable) as caught, database.read():
        pass
    database.close()
    assert "hush-hush" not in caught.value.message
    assert str(tmp_path) in caught.value.message


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "no" / "a.db"))
    with pytest.raises(StoreUnavailable, match=r"no/a\.db"):
        upgrade(database)
    database.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database, but long enough to be read as one" * 40)
    database = Database(sqlite_url(tmp_path / "a.db"))
    with pytest.raises(StoreUnavailable, match="not a database"):
        upgrade(database)
    database.close()


def test_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "a.db"))
    upgrade(database)
    with database.write() as connection:
        connection.execute(text("PRAGMA query_only=ON"))  # as a read-only disk answers
    with pytest.raises(StoreUnavailable, match="readonly"), database.write() as connection:
        connection.execute(meta.insert().values(name="a", number=1))
    database.close()


@pytest.mark.postgres
def test_a_server_that_only_reads_for_a_while_is_away_and_then_used_again(
    postgres_server: PostgresServer,
) -> None:
    """As after a failover: who is connected to the standby stays so until the connection ends."""
    database = Database(postgres_server.create_database())
    upgrade(database)
    with database.write() as first, database.write() as second:
        for connection in (first, second):
            connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    with pytest.raises(StoreUnavailable, match="read-only"), database.write() as connection:
        connection.execute(meta.insert().values(name="a", number=1))
    with database.write() as first, database.write() as second:
        for number, connection in enumerate((first, second)):
            connection.execute(meta.insert().values(name=f"n{number}", number=number))
    database.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("more", "timeout", "idle_s"),
    [
        ("", "30min", "30"),
        ("&options=-c%20statement_timeout%3D7s", "7s", "30"),
        ("&keepalives_idle=90", "30min", "90"),
    ],
)
def test_a_server_that_is_silent_is_given_up_unless_the_url_says_otherwise(
    postgres_server: PostgresServer, more: str, timeout: str, idle_s: str
) -> None:
    database = Database(postgres_server.create_database() + more)
    for _ in range(2):  # a connection of the pool keeps what it was told
        with database.read() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar() == timeout
            parameters = connection.connection.driver_connection.info.get_parameters()
    database.close()
    assert parameters["keepalives_idle"] == idle_s
    assert parameters["tcp_user_timeout"] == "60000"


@pytest.mark.postgres
@pytest.mark.parametrize("state", ["57P01", "57P02", "57P03", "08000", "08006", "08P01", "25006"])
def test_what_a_server_says_when_it_cannot_serve_is_no_defect(
    postgres_server: PostgresServer, state: str
) -> None:
    database = Database(postgres_server.create_database())
    saying = text(f"DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{state}'; END $$")
    with pytest.raises(StoreUnavailable, match="not now"), database.write() as connection:
        connection.execute(saying)
    with database.read() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    database.close()


def test_a_full_disk(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "a.db"))
    upgrade(database)

    def fill() -> None:
        with database.write() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count={pages}"))
            for number in range(10_000):
                connection.execute(meta.insert().values(name=f"n{number}" * 50, number=number))

    with pytest.raises(StoreUnavailable, match="full"):
        fill()
    database.close()


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_that_is_no_longer_there_is_not_written_to(tmp_path: Path, replaced: bool) -> None:
    """SQLite would: a key would be made that nobody has after the next start."""
    path = tmp_path / "a.db"
    database = Database(sqlite_url(path))
    database.check_file()  # nothing is open yet
    upgrade(database)
    path.rename(tmp_path / "b.db")
    if replaced:
        shutil.copy(tmp_path / "b.db", path)
    for use in (database.read, database.write):
        with pytest.raises(StoreUnavailable, match=r"a\.db was deleted or replaced"), use():
            pass
    (tmp_path / "b.db").replace(path)
    with database.read() as connection:
        assert connection.execute(select(meta)).all() == []
    database.close()


def test_another_program_may_read_meanwhile(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "a.db"))
    upgrade(database)
    with database.write() as connection:
        connection.execute(meta.insert().values(name="a", number=1))
        other = sqlite3.connect(tmp_path / "a.db")
        assert other.execute("SELECT count(*) FROM meta").fetchone() == (0,)
        other.close()
    database.close()
    assert os.access(tmp_path / "a.db", os.R_OK)


def test_a_file_without_a_log_that_another_is_writing_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE theirs (id INTEGER)")
    other.execute("BEGIN IMMEDIATE")
    freed = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    freed.start()
    database = Database(sqlite_url(path))
    with database.read() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]
    freed.join()
    database.close()
    other.close()

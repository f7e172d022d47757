"""Opens the database behind one URL and lends transactions on it.

It does not know tables. SQLite and PostgreSQL differ here and in `migrate` only.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from vanguard.core.errors import SettingsError, StoreUnavailable

_BUSY_PAUSE_S = 0.01
_BUSY_TIMEOUT_MS = 15_000
# A host that is gone sends no end of its connections, and the system's own limits come to a quarter of
# an hour: a minute of silence is the end, whether an answer is waited for or a request is not taken.
_POSTGRES_CONNECT = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
# For what waits in the server, such as for another session's lock. The longest that is meant, the
# deletion of old usage rows from a table of years, takes minutes; migrations take what they need.
_STATEMENT_TIMEOUT = "30min"
_READ_ONLY = "25006"  # read_only_sql_transaction; psycopg counts it among its internal errors


_FileId = tuple[int, int]  # device and inode


class Database:
    """One database, shared by the threads of a process.

    Raises `StoreUnavailable` from `read` and `write` when the server is away, the disk is full, or
    the file cannot be written; integrity errors pass through to the caller inside the store.
    """

    def __init__(self, url: str) -> None:
        """Takes `sqlite:///path` or `postgresql://user:password@host/name`; connects lazily.

        Raises:
            SettingsError: the URL is not one of these.
        """
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        self._file: _FileId | None = None  # of SQLite, once it is open
        if self.is_sqlite:
            event.listen(self._engine, "connect", self._opened)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database, whatever is committed meanwhile."""
        with self._transaction(writing=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or undone by any exception."""
        with self._transaction(writing=True) as connection:
            yield connection

    def check_file(self) -> None:
        """Looks whether the file that is open still is the one of that name; of SQLite alone.

        SQLite works on in a file that was deleted or replaced under it, and all of that is lost.

        Raises:
            StoreUnavailable: it no longer is.
        """
        if self._file is not None and _file_id(self.url) != self._file:
            raise StoreUnavailable(
                f"the database {self.url.database} was deleted or replaced while it was in use; stop the"
                " platform, put the right file there, and start it again"
            )

    def _opened(self, _connection: object, _record: object) -> None:
        if self._file is None:
            self._file = _file_id(self.url)

    def close(self) -> None:
        """Closes every pooled connection."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        options: dict[str, Any] = {"vanguard_writing": writing}
        if not self.is_sqlite:
            options["isolation_level"] = "READ COMMITTED" if writing else "REPEATABLE READ"
        self.check_file()
        try:
            with (
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
            ):
                yield connection
        except DBAPIError as error:
            if _is_absence(error):
                raise StoreUnavailable(self._absence(error)) from error
            raise
        except PoolTimeout as error:
            raise StoreUnavailable(
                "the database has no free connection; its queries take too long"
            ) from error

    def _absence(self, error: DBAPIError) -> str:
        reason = str(error.orig).strip().splitlines()
        where = self.url.database if self.is_sqlite else self.url.render_as_string()
        return f"the database {where} cannot be used: {reason[0] if reason else 'no reason given'}"


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # The text is not repeated: it may hold a password.
        raise SettingsError(
            "store.url is not a URL; write postgresql://… or sqlite:///…"
        ) from error
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise SettingsError("store.url names no file; write sqlite:////absolute/path.db")
        return url
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise SettingsError(
        f"store.url: '{backend}' is not supported; write postgresql://… or sqlite:///…"
    )


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # The driver's own transactions cannot begin immediately, nor hold DDL: we say BEGIN.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        _log_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")  # a key that was shown exists
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writing = connection.get_execution_options().get("vanguard_writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _file_id(url: URL) -> _FileId | None:
    """Which file has the name now; None when there is none."""
    try:
        found = Path(url.database or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _log_ahead(cursor: sqlite3.Cursor) -> None:
    """Turns the write-ahead log on.

    SQLite does not wait here for somebody who writes, whatever the busy timeout says: of several
    processes that open a new file at once, one would find it locked.
    """
    deadline = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_BUSY_PAUSE_S)
        else:
            return


def _postgres_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            name: value for name, value in _POSTGRES_CONNECT.items() if name not in url.query
        },
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=10,
    )
    _heed_read_only(engine)
    _bound_statements(engine)
    return engine


def _bound_statements(engine: Engine) -> None:
    """Ends statements that take far too long, unless the role or the URL says how long they may."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # not in the connection's options, which poolers of connections refuse
        connection.execute(
            "SELECT set_config('statement_timeout', %s, false)"
            " WHERE current_setting('statement_timeout') = '0'",
            [_STATEMENT_TIMEOUT],
        )
        connection.commit()


def _heed_read_only(engine: Engine) -> None:
    """Has all pooled connections made anew once a server says that it only reads.

    After a failover they may all lead to a standby, which answers pings and refuses every change for as
    long as they live; the next ones find whoever serves the name by then.
    """

    @event.listens_for(engine, "handle_error")
    def _failed(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
            context.is_disconnect = True


def _is_absence(error: DBAPIError) -> bool:
    return type(error).__name__ in ("OperationalError", "InterfaceError", "DatabaseError") or (
        error.connection_invalidated
    )

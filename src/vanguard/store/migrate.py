"""Brings a database to the newest schema, safely when several processes start at once.

It does not know what a migration changes; those are the files in `migrations/versions`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from vanguard.core.errors import SettingsError
from vanguard.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005"
_LOCK = 0x76616E67  # any number; the same in every process


def upgrade(database: Database) -> None:
    """Runs the missing migrations in one transaction; costs one query when there are none.

    Raises:
        StoreUnavailable: the database does not answer or cannot be written.
        SettingsError: the database was written by a newer version.
    """
    with database.read() as connection:
        if _revision(connection) == HEAD:
            return
    with database.write() as connection:  # on SQLite this is already the lock
        if not database.is_sqlite:
            # neither a long migration nor the wait for another process's may be cut off
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _revision(connection)
        if found != HEAD:
            _run(connection, found)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import and rarely needed

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def _run(connection: Connection, found: str | None) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import and rarely needed
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise SettingsError(
            f"the database is at revision '{found}', which this version does not know;"
            " run the newer version or restore a backup"
        )
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

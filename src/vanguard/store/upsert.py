"""Inserts that meet an existing row, spoken in the dialect of the database at hand.

It does not know tables or transactions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, case

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    # Imported when met: a dialect costs a tenth of a second, and most processes meet one.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts the rows whose primary key is not there yet; leaves the others as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def insert_or_add(
    connection: Connection, table: Table, rows: Sequence[Row], added: Sequence[str]
) -> None:
    """Inserts rows; where the primary key exists, adds the `added` columns to what is there.

    No two of `rows` may have the same primary key.
    """
    if not rows:
        return
    statement = _insert(connection, table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + statement.excluded[name] for name in added},
    )
    connection.execute(statement, rows)


def insert_or_replace(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows; where the primary key exists, every other given column takes the new value."""
    if not rows:
        return
    names = set(rows[0]) - {column.name for column in table.primary_key.columns}
    statement = _insert(connection, table)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in sorted(names)},
    )
    connection.execute(statement, rows)


def insert_or_raise(connection: Connection, table: Table, rows: Sequence[Row], raised: str) -> None:
    """Inserts rows; where the primary key exists, the `raised` column takes the larger value."""
    if not rows:
        return
    statement = _insert(connection, table)
    old, new = table.c[raised], statement.excluded[raised]
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={raised: case((new > old, new), else_=old)},
    )
    connection.execute(statement, rows)

"""Inserts that meet an existing row, spoken in the dialect of the database at hand.

It does not know tables or transactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_ROWS_A_STATEMENT = 200  # SQLite takes 32,766 variables in one statement


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows whose primary key is not there yet; leaves the others as they are."""
    for part in _parts(rows):
        connection.execute(_insert(connection, table).values(part).on_conflict_do_nothing())


def insert_or_add(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], added: Sequence[str]
) -> None:
    """Inserts rows; where the primary key exists, adds the `added` columns to what is there.

    No two of `rows` may have the same primary key.
    """
    for part in _parts(rows):
        statement = _insert(connection, table).values(part)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(table.primary_key.columns),
                set_={name: table.c[name] + statement.excluded[name] for name in added},
            )
        )


def insert_or_replace(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Inserts rows; where the primary key exists, every other given column takes the new value."""
    for part in _parts(rows):
        statement = _insert(connection, table).values(part)
        names = set(part[0]) - {column.name for column in table.primary_key.columns}
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(table.primary_key.columns),
                set_={name: statement.excluded[name] for name in sorted(names)},
            )
        )


def _parts(rows: Sequence[Mapping[str, Any]]) -> Iterable[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        yield rows[start : start + _ROWS_A_STATEMENT]

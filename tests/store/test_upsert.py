"""Inserts that meet an existing row."""

from __future__ import annotations

from sqlalchemy import select

from vanguard.store.database import Database
from vanguard.store.tables import meta
from vanguard.store.upsert import insert_new, insert_or_add, insert_or_raise, insert_or_replace


def test_each_way_to_meet_a_row(database: Database) -> None:
    rows = [{"name": "a", "number": 1}, {"name": "b", "number": 2}]
    with database.write() as connection:
        insert_new(connection, meta, rows)
        insert_new(connection, meta, [{"name": "a", "number": 50}])
        insert_or_add(connection, meta, [{"name": "b", "number": 40}], ["number"])
        insert_or_add(connection, meta, [{"name": "c", "number": 3}], ["number"])
        insert_or_replace(connection, meta, [{"name": "c", "number": 4}])
        insert_or_raise(connection, meta, [{"name": "c", "number": 2}], "number")
        insert_or_raise(connection, meta, [{"name": "d", "number": 5}], "number")
        insert_or_raise(connection, meta, [{"name": "d", "number": 6}], "number")
        found = connection.execute(select(meta).order_by(meta.c.name)).all()
    assert [tuple(row) for row in found] == [("a", 1), ("b", 42), ("c", 4), ("d", 6)]


def test_nothing_to_insert_is_no_statement(database: Database) -> None:
    with database.write() as connection:
        insert_new(connection, meta, [])
        insert_or_add(connection, meta, [], ["number"])
        insert_or_replace(connection, meta, [])
        insert_or_raise(connection, meta, [], "number")
        assert connection.execute(select(meta)).all() == []


def test_more_rows_than_fit_into_a_statement(database: Database) -> None:
    rows = [{"name": f"n{number}", "number": number} for number in range(950)]
    with database.write() as connection:
        insert_or_add(connection, meta, rows, ["number"])
        insert_or_add(connection, meta, rows, ["number"])
        found = connection.execute(select(meta.c.number).where(meta.c.name == "n949")).scalar()
    assert found == 1898

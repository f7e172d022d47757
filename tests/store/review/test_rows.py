"""Rows of tasks and decisions."""

from __future__ import annotations

import pytest

from support.records import T0_MS
from vanguard.core.errors import RouteNotFound
from vanguard.review.values import Claim, Decision, NewTask, Reviewer, Task
from vanguard.store.database import Database
from vanguard.store.review.rows import (
    append,
    columns_of,
    find,
    histories,
    index_tags,
    save,
    server_now_ms,
    task_of,
)
from vanguard.store.tables import review_tags

ROOT = Reviewer("root")


def task(**more) -> Task:
    fields = {"id": "rvt_1", "queue": "q", "kind": "k", "project": "p", "subject": "s"}
    fields |= {"doubt": 0.0, "payload": {"a": 1}, "tags": ("t",), "wanted": 2, "state": "open"}
    return Task(**fields | {"version": 3, "created_at_ms": 1, "changed_at_ms": 2} | more)


@pytest.mark.parametrize(
    "kept",
    [task(), task(doubt=1.0), task(state="claimed", claim=Claim("ann", 11)), task(state="decided")],
    ids=["open", "doubtful", "claimed", "decided"],
)
def test_a_task_is_its_row(kept) -> None:
    row = columns_of(kept) | {"payload": b'{"a":1}'}
    assert task_of(row, 10) == kept
    assert str(task_of(row, 10).doubt) == str(kept.doubt)  # no minus before a nought


def test_a_claim_is_over_at_its_end() -> None:
    row = columns_of(task(state="claimed", claim=Claim("ann", 11))) | {"payload": b"null"}
    assert row["state"] == "open"
    assert task_of(row, 10).state == "claimed"
    over = task_of(row, 11)
    assert (over.state, over.claim) == ("open", None)


def test_saving_leaves_the_payload_unless_it_is_given(reviews, database) -> None:
    (made,) = reviews.add([NewTask("q", "k", "s", payload=[1])], ROOT)
    with database.write() as connection:
        save(connection, task(id=made.id, payload="not written"))
        row = find(connection, made.id, lock=True)
        assert (row["version"], row["payload"]) == (3, b"[1]")
        save(connection, task(id=made.id), b"2")
        assert find(connection, made.id)["payload"] == b"2"
        for unknown in ("rvt_0", "", "rvt_\x00"):
            with pytest.raises(RouteNotFound):
                find(connection, unknown)


def test_tags_are_indexed_by_state(reviews, database) -> None:
    (made,) = reviews.add([NewTask("q", "k", "s", 0.5, tags=("a", "b"))], ROOT)
    with database.write() as connection:
        index_tags(connection, [task(id=made.id, state="decided", tags=("b", "c"), doubt=1.0)])
        index_tags(connection, [])
        rows = connection.execute(review_tags.select().order_by(review_tags.c.tag)).all()
    assert [tuple(row) for row in rows] == [
        ("q", "b", "decided", -1.0, made.id),
        ("q", "c", "decided", -1.0, made.id),
    ]


def test_histories_are_in_their_order(reviews, database) -> None:
    made = reviews.add([NewTask("q", "k", name) for name in "abc"], ROOT)
    first = Decision("rvd_9", made[0].id, "correct", [1], "n", "ann", 5, 2)
    second = Decision("rvd_1", made[0].id, "undo", None, "", "ann", 6, 3, "rvd_9")
    other = Decision("rvd_2", made[1].id, "skip", None, "", "ben", 7, 2)
    with database.write() as connection:
        append(connection, first, b"[1]")
        append(connection, second, None)
        append(connection, other, None)
        found = histories(connection, [one.id for one in made])
        assert histories(connection, []) == {}
    assert found == {made[0].id: [first, second], made[1].id: [other]}


@pytest.mark.postgres
def test_the_servers_clock_is_asked(postgres_server) -> None:
    database = Database(postgres_server.create_database())
    with database.read() as connection:
        assert server_now_ms(connection) > T0_MS
    database.close()

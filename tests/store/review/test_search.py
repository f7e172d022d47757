"""The queries of queues: what they read, and by which index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Select, text

from vanguard.core.errors import InvalidRequest
from vanguard.review.values import ClaimOrder, NewTask, QueueSummary, Reviewer, TaskQuery
from vanguard.store.database import Database
from vanguard.store.review.search import (
    beginning_with,
    cursor_of,
    free,
    judged_often,
    listed,
    own,
    read_cursor,
    summaries,
)
from vanguard.store.tables import review_tags, review_tasks

ROOT = Reviewer("root")
MANY = 10_000


def fill(connection: Connection, first: int, last: int) -> None:
    """Tasks of one queue: every fifth decided, every tenth tagged."""
    rows = [
        {
            "id": f"rvt_{number:08x}",
            "queue": "q",
            "kind": "k",
            "project": "p",
            "subject": f"d{number // 100}/b{number}",
            "state": "open" if number % 5 else "decided",
            "rank": -(number * 7919 % MANY) / MANY,
            "tags": [],
            "wanted": 1 + (number % 50 == 1),
            "version": 1,
            "created_at_ms": 0,
            "changed_at_ms": 0,
            "claimed_by": "",
            "claimed_until_ms": 0,
            "payload": b"null",
        }
        for number in range(first, last)
    ]
    connection.execute(review_tasks.insert(), rows)
    tags = [
        {"queue": "q", "tag": "t", "state": one["state"], "rank": one["rank"], "task_id": one["id"]}
        for one in rows[1::10]
    ]
    connection.execute(review_tags.insert(), tags)


def plan(connection: Connection, statement: Select[Any]) -> str:
    """How the database says that it would answer."""
    sql = str(statement.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(f"{word} {sql}"))


ORDER = ClaimOrder("q")
IN_ORDER: dict[str, tuple[Select[Any], str]] = {
    "a claim": (free(ORDER, "ann", 1, 1), "ix_review_tasks_order"),
    "a claim by tag": (free(ClaimOrder("q", tag="t"), "ann", 1, 1), "review_tags"),
    "a list": (listed(TaskQuery("q"), 1), "ix_review_tasks_all"),
    "a list by state": (listed(TaskQuery("q", "decided"), 1), "ix_review_tasks_order"),
    "a list by state and tag": (listed(TaskQuery("q", "open", "t"), 1), "review_tags"),
    "what several judged": (judged_often("q", None, 5), "ix_review_tasks_all"),
}


CLAIMS = {
    "held": own(ORDER, "ann", 1),
    "free": free(ORDER, "ann", 1, 1),
    "free by tag": free(ClaimOrder("q", tag="t"), "ann", 1, 1),
}


def counting(connection: Connection, work: Callable[[], Any]) -> int:
    """How many steps SQLite's machine takes for some work."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(step, 1)
    try:
        work()
    finally:
        driver.set_progress_handler(None, 1)
    return steps


def check_plans(connection: Connection) -> None:
    """Nothing is sorted that an index holds in order; holders and subjects are looked up."""
    for name, (statement, index) in IN_ORDER.items():
        said = plan(connection, statement)
        assert index in said, (name, said)
        assert "TEMP B-TREE" not in said, (name, said)
        assert "Sort" not in said, (name, said)
    for order in (ORDER, ClaimOrder("q", 5, tag="t", subject_prefix="d")):
        said = plan(connection, own(order, "ann", 1))
        assert "ix_review_tasks_claimed" in said, said
    said = plan(connection, beginning_with("q", "d42/", 200))
    assert "uq_review_tasks_queue_subject" in said or "sqlite_autoindex" in said, said


def test_ten_thousand_tasks_cost_a_claim_no_more_than_a_hundred(database: Database) -> None:
    taken = {}
    for first, last in ((0, 100), (100, MANY)):
        with database.write() as connection:
            fill(connection, first, last)
        if not database.is_sqlite:
            continue
        with database.read() as connection:  # before any ANALYZE: SQLite's is nobody's duty
            for name, statement in CLAIMS.items():
                taken[name, last] = counting(
                    connection, lambda s=statement, c=connection: c.execute(s).all()
                )
    for (name, last), steps in taken.items():
        assert 0 < steps < 2 * taken[name, 100], (name, last, taken)
    if database.is_sqlite:
        with database.read() as connection:
            check_plans(connection)
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    with database.read() as connection:
        check_plans(connection)
        found = connection.execute(beginning_with("q", "d42/", 200)).mappings().all()
    assert len(found) == 80
    assert all(row["subject"].startswith("d42/") for row in found)


def test_cursors_come_back_and_others_are_refused() -> None:
    place = {"rank": -0.1, "id": "rvt_0a"}
    assert read_cursor(cursor_of(place)) == (-0.1, "rvt_0a")
    for wrong in (
        "x",
        "e30=",
        "WzEsIDJd",
        "WzEsICJhIl0=",
        "\x00",
        "ü",
        cursor_of({"rank": 1, "id": "rvt_\x00"}),
    ):
        with pytest.raises(InvalidRequest, match="next"):
            read_cursor(wrong)


def test_queues_are_summed_up(reviews, database, clock) -> None:
    reviews.add([NewTask("b", "k", "1")], ROOT)
    clock.advance(1)
    reviews.add([NewTask("a", "k", name) for name in "12"], ROOT)
    reviews.add([NewTask("gone", "k", "1")], ROOT)
    reviews.withdraw("gone", "", ROOT)
    reviews.claim(ClaimOrder("b", lease_s=10), ROOT)
    now_ms = clock.now_ms()
    with database.read() as connection:
        assert summaries(connection, now_ms) == [
            QueueSummary("a", 2, 0, 0, now_ms),
            QueueSummary("b", 0, 1, 0, None),
        ]
        assert summaries(connection, now_ms + 10_000)[1] == QueueSummary(
            "b", 1, 0, 0, now_ms - 1_000
        )

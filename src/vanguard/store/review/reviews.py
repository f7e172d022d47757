"""Tasks of reviewers in one database: each change is one transaction, and one line in the audit trail.

It does not know who may do what; the rules do.

A lease ends by one clock: PostgreSQL's own, read when the task is locked, so that hosts whose clocks
differ agree; with SQLite that of the machine, for there is only one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from sqlalchemy import Connection, update

from vanguard.core.clock import Clock, SystemClock
from vanguard.review import rules
from vanguard.review.bounds import (
    check_decision,
    check_lease,
    check_name,
    check_order,
    check_prefix,
    check_query,
    check_queue,
    json_bytes,
)
from vanguard.review.values import (
    ClaimOrder,
    Decided,
    DecidedPage,
    Decision,
    Event,
    ForgetOrder,
    NewDecision,
    NewTask,
    QueueSummary,
    Rating,
    Reviewer,
    Task,
    TaskPage,
    TaskQuery,
    Verdict,
)
from vanguard.store.database import Database
from vanguard.store.review import adding, search, trail
from vanguard.store.review.counts import Change, count
from vanguard.store.review.rows import (
    append,
    find,
    histories,
    index_tags,
    save,
    server_now_ms,
    task_of,
)
from vanguard.store.tables import review_tasks

_RATED_AT_ONCE = 500


class Reviews:
    """The review store of one database; see `vanguard.review.ports.ReviewStore`."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        """With a clock, leases end by it, whatever the database."""
        self._database = database
        self._clock = clock or (SystemClock() if database.is_sqlite else None)

    def add(self, tasks: Sequence[NewTask], by: Reviewer) -> list[Task]:
        """Puts tasks into their queues; one whose subject is there replaces what nobody has decided."""
        ready = adding.prepared(tasks)
        if not ready:
            return []
        with self._database.write() as connection:
            return adding.add(connection, ready, by, self._now_ms(connection))

    def withdraw(self, queue: str, subject_prefix: str, by: Reviewer) -> int:
        """Takes the undecided tasks back whose subjects begin so; returns how many they were."""
        check_queue(queue)
        check_prefix(subject_prefix)
        gone, last = 0, adding.AT_ONCE
        while last == adding.AT_ONCE:
            with self._database.write() as connection:
                now_ms = self._now_ms(connection)
                last = adding.withdraw(connection, queue, subject_prefix, by, now_ms)
            gone += last
        return gone

    def forget(self, order: ForgetOrder, by: Reviewer) -> int:
        """Deletes what tasks were about: payloads, values and notes; returns how many tasks."""
        if order.decided_before_ms is None:
            check_queue(order.queue)
            check_prefix(order.subject_prefix)
        gone, last = 0, adding.AT_ONCE
        while last == adding.AT_ONCE:
            with self._database.write() as connection:
                last = adding.forget(connection, order, by, self._now_ms(connection))
            gone += last
        return gone

    def queues(self) -> list[QueueSummary]:
        """Every queue that has a task, by name."""
        with self._database.read() as connection:
            return search.summaries(connection, self._now_ms(connection))

    def tasks(self, query: TaskQuery) -> TaskPage:
        """A page of tasks, the most doubtful first, then the oldest."""
        with self._database.read() as connection:
            return self._page(connection, query)

    def task(self, task_id: str) -> Task:
        """One task."""
        with self._database.read() as connection:
            return task_of(find(connection, task_id), self._now_ms(connection))

    def history(self, task_id: str) -> list[Decision]:
        """Every decision on a task, undone ones and undoings too, the oldest first."""
        with self._database.read() as connection:
            return histories(connection, [task_id]).get(task_id, [])

    def trail(self, task_id: str, limit: int = 200) -> list[Event]:
        """The last things that were done to a task, the oldest first."""
        with self._database.read() as connection:
            return trail.events(connection, task_id, limit)

    def claim(self, order: ClaimOrder, by: Reviewer) -> list[Task]:
        """Tasks for a reviewer: first those that they hold, then free ones."""
        check_order(order)
        check_name(by.name)
        with self._database.write() as connection:
            now_ms = self._now_ms(connection)
            until_ms = now_ms + order.lease_s * 1000
            rows = connection.execute(search.own(order, by.name, now_ms)).mappings().all()
            held = [task_of(row, now_ms) for row in rows]
            missing = order.count - len(held)
            taken: list[Task] = []
            if missing:
                query = search.free(order, by.name, missing, now_ms)
                rows = connection.execute(query).mappings().all()
                taken = [task_of(row, now_ms) for row in rows]
            claimed = [rules.held(task, [], by, until_ms) for task in (*held, *taken)]
            _hold(connection, claimed, by, until_ms)
            trail.note(connection, "claim", claimed[len(held) :], by, now_ms)
        return claimed

    def hold(self, task_id: str, lease_s: int, by: Reviewer) -> Task:
        """Renews the reviewer's claim on a task, or claims the task where it is free."""
        check_lease(lease_s)
        check_name(by.name)
        with self._database.write() as connection:
            task, now_ms = self._locked(connection, task_id)
            history = histories(connection, [task_id]).get(task_id, [])
            until_ms = now_ms + lease_s * 1000
            after = rules.held(task, history, by, until_ms)
            _hold(connection, [after], by, until_ms)
            if task.claim is None:
                trail.note(connection, "claim", [after], by, now_ms)
        return after

    def release(self, task_id: str, by: Reviewer) -> Task:
        """Ends the reviewer's claim; ending none is no error."""
        with self._database.write() as connection:
            task, now_ms = self._locked(connection, task_id)
            after = rules.released(task, by)
            if after is not task:
                _hold(connection, [after], Reviewer(""), 0)
                trail.note(connection, "release", [after], by, now_ms)
        return after

    def decide(self, task_id: str, decision: NewDecision, by: Reviewer) -> Task:
        """Keeps a decision and ends the claim; with the last one wanted the task is decided."""
        check_decision(decision)
        check_name(by.name)
        value = None if decision.value is None else json_bytes(decision.value, "value")
        with self._database.write() as connection:
            task, now_ms = self._locked(connection, task_id)
            history = histories(connection, [task_id]).get(task_id, [])
            after, line = rules.decided(task, history, decision, by, now_ms)
            self._keep(connection, after, line, value)
            trail.note(connection, decision.verdict, [after], by, now_ms)
            count(connection, [Change(task, after)])
        return after

    def undo(self, task_id: str, version: int, by: Reviewer) -> Task:
        """Undoes the reviewer's last decision that stands, an admin's undoing anybody's last."""
        with self._database.write() as connection:
            task, now_ms = self._locked(connection, task_id)
            history = histories(connection, [task_id]).get(task_id, [])
            after, line = rules.undone(task, history, version, by, now_ms)
            self._keep(connection, after, line, None)
            trail.note(connection, "undo", [after], by, now_ms)
            count(connection, [Change(task, after)])
        return after

    def decided(
        self, queue: str, subject_prefix: str = "", after: str = "", limit: int = 100
    ) -> DecidedPage:
        """A page of decided tasks with the last decision that stands on each."""
        query = TaskQuery(queue, "decided", "", subject_prefix, after, limit)
        with self._database.read() as connection:
            page = self._page(connection, query)
            past = histories(connection, [task.id for task in page.tasks])
        found = tuple(Decided(task, rules.counted(past[task.id])[-1]) for task in page.tasks)
        return DecidedPage(found, page.next)

    def ratings(self, queue: str) -> Iterator[Sequence[Rating]]:
        """For each task that at least two reviewers judged, their standing verdicts; no skips."""
        after: tuple[float, str] | None = None
        while True:
            with self._database.read() as connection:
                query = search.judged_often(queue, after, _RATED_AT_ONCE)
                places = [(row.rank, row.id) for row in connection.execute(query)]
                past = histories(connection, [task_id for _, task_id in places])
            for task_id, history in past.items():
                lines = rules.counted(history)
                if len(lines) > 1:
                    # what counts is no undoing
                    yield [
                        Rating(task_id, one.reviewer, cast("Verdict", one.verdict)) for one in lines
                    ]
            if len(places) < _RATED_AT_ONCE:
                return
            after = places[-1]

    def _now_ms(self, connection: Connection) -> int:
        return self._clock.now_ms() if self._clock else server_now_ms(connection)

    def _locked(self, connection: Connection, task_id: str) -> tuple[Task, int]:
        """A task that nobody else changes meanwhile, and the time since when."""
        row = find(connection, task_id, lock=True)
        now_ms = self._now_ms(connection)  # after the wait for the lock: a lease may have ended
        return task_of(row, now_ms), now_ms

    def _page(self, connection: Connection, query: TaskQuery) -> TaskPage:
        check_query(query)
        now_ms = self._now_ms(connection)
        limit = query.limit
        rows = connection.execute(search.listed(query, now_ms)).mappings().all()
        following = search.cursor_of(rows[limit - 1]) if len(rows) > limit else ""
        return TaskPage(tuple(task_of(row, now_ms) for row in rows[:limit]), following)

    def _keep(
        self, connection: Connection, after: Task, line: Decision, value: bytes | None
    ) -> None:
        append(connection, line, value)
        save(connection, after)
        index_tags(connection, [after])


def _hold(connection: Connection, tasks: Sequence[Task], by: Reviewer, until_ms: int) -> None:
    """Writes into whose hands tasks go, and no more of them."""
    if tasks:
        connection.execute(
            update(review_tasks)
            .where(review_tasks.c.id.in_([task.id for task in tasks]))
            .values(claimed_by=by.name, claimed_until_ms=until_ms)
        )

"""What whoever makes, shows and decides tasks needs: a place that keeps them.

It does not know databases; `store.review` keeps tasks in one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from vanguard.review.values import (
    ClaimOrder,
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
)


class ReviewStore(Protocol):
    """Keeps tasks and everything that happened to them. Many processes may use it at once.

    Every method raises `StoreUnavailable` when the database does not answer.
    """

    def add(self, tasks: Sequence[NewTask], by: Reviewer) -> list[Task]:
        """Puts tasks into their queues, all or none; one whose subject is there replaces it.

        A task that somebody has decided, wholly or in part, stays as it is; any other that was
        withdrawn is opened again. Returns the tasks as they are now, in the order given.

        Raises:
            InvalidRequest: a value is not as `NewTask` says, or the same subject comes twice.
            RequestTooLarge: a payload over 256 KiB, or more than 1,000 tasks.
        """
        ...

    def withdraw(self, queue: str, subject_prefix: str, by: Reviewer) -> int:
        """Takes the undecided tasks back whose subjects begin so; returns how many they were.

        Their payloads are forgotten. It is done in portions: when it fails, call it again.
        """
        ...

    def forget(self, order: ForgetOrder, by: Reviewer) -> int:
        """Deletes what tasks were about: payloads, corrected values and notes; returns how many tasks.

        Who decided what, and when, stays. Undecided ones are withdrawn. It is done in portions: when it
        fails, call it again.
        """
        ...

    def queues(self) -> list[QueueSummary]:
        """Every queue that has a task, by name."""
        ...

    def tasks(self, query: TaskQuery) -> TaskPage:
        """A page of tasks, the most doubtful first, then the oldest.

        Raises:
            InvalidRequest: the cursor is not one of these.
        """
        ...

    def task(self, task_id: str) -> Task:
        """One task.

        Raises:
            RouteNotFound: there is none.
        """
        ...

    def history(self, task_id: str) -> list[Decision]:
        """Every decision on a task, undone ones and undoings too, the oldest first."""
        ...

    def trail(self, task_id: str, limit: int = 200) -> list[Event]:
        """The last things that were done to a task, the oldest first."""
        ...

    def claim(self, order: ClaimOrder, by: Reviewer) -> list[Task]:
        """Tasks for a reviewer: first those that they hold, then free ones, each held for the lease.

        No task is held by two. Tasks that the reviewer has decided or skipped are not among them.

        Raises:
            InvalidRequest: count or lease is out of bounds.
        """
        ...

    def hold(self, task_id: str, lease_s: int, by: Reviewer) -> Task:
        """Renews the reviewer's claim on a task, or claims the task where it is free.

        Raises:
            Conflict: somebody else holds it, or it is decided or withdrawn.
            RouteNotFound: there is no such task.
        """
        ...

    def release(self, task_id: str, by: Reviewer) -> Task:
        """Ends the reviewer's claim; ending none is no error.

        Raises:
            Conflict: somebody else holds it.
            RouteNotFound: there is no such task.
        """
        ...

    def decide(self, task_id: str, decision: NewDecision, by: Reviewer) -> Task:
        """Keeps a decision and ends the claim; with the last one wanted the task is decided.

        Raises:
            Conflict: the version moved, somebody else holds the task, it is decided or withdrawn, or
                the reviewer has decided it already. Nothing is kept then.
            InvalidRequest: the decision is not as `NewDecision` says.
            RequestTooLarge: a value over 256 KiB.
            RouteNotFound: there is no such task.
        """
        ...

    def undo(self, task_id: str, version: int, by: Reviewer) -> Task:
        """Undoes the reviewer's last decision that stands, an admin's undoing anybody's last.

        Raises:
            Conflict: the version moved, there is nothing to undo, or the task is withdrawn.
            Forbidden: what stands is by others.
            RouteNotFound: there is no such task.
        """
        ...

    def decided(
        self, queue: str, subject_prefix: str = "", after: str = "", limit: int = 100
    ) -> DecidedPage:
        """A page of decided tasks with the last decision that stands on each.

        Raises:
            InvalidRequest: the cursor is not one of these.
        """
        ...

    def ratings(self, queue: str) -> Iterator[Sequence[Rating]]:
        """For each task that at least two reviewers judged, their standing verdicts; no skips."""
        ...

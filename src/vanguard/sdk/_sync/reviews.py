# Made from src/vanguard/sdk/_async/reviews.py by tools/unasync.py; change that file, not this one.
"""The tasks of reviewers. It does not know how requests travel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Unpack
from urllib.parse import quote

import msgspec

from vanguard.core.errors import UpstreamTruncated
from vanguard.sdk._sync.http import Http
from vanguard.sdk.replies import read
from vanguard.sdk.review import (
    Agreement,
    NewReviewTask,
    ReviewFilter,
    ReviewPage,
    ReviewQueue,
    ReviewTask,
    State,
    Verdict,
    chosen,
)


class _Queues(msgspec.Struct):
    queues: tuple[ReviewQueue, ...]


class _Withdrawn(msgspec.Struct):
    withdrawn: int


class Reviews:
    """Fills queues, claims and decides tasks. Everything here needs an admin key."""

    def __init__(self, http: Http, reviewer: str = "") -> None:
        self._http = http
        self._who = {"x-reviewer": quote(reviewer)} if reviewer else {}

    def by(self, reviewer: str) -> Reviews:
        """The same as a reviewer of this name, whose claims and decisions are told apart by it."""
        return Reviews(self._http, reviewer)

    def queues(self) -> tuple[ReviewQueue, ...]:
        """Every queue that has a task, by name."""
        return read((self._http.get("/api/review/queues")).content, _Queues).queues

    def tasks(
        self,
        queue: str,
        *,
        state: State | None = None,
        limit: int = 50,
        cursor: str = "",
        **only: Unpack[ReviewFilter],
    ) -> ReviewPage:
        """A page of a queue, the most doubtful first; `cursor` is the `next` of the page before."""
        query = chosen(state=state, limit=limit, cursor=cursor, **only)
        return read((self._http.get(_queue(queue, "tasks"), query)).content, ReviewPage)

    def add(self, queue: str, tasks: Sequence[NewReviewTask]) -> tuple[ReviewTask, ...]:
        """Puts tasks into a queue, all or none, at most 1,000; returns them as they are now."""
        body = msgspec.json.encode({"tasks": tasks})
        answer = self._http.change("POST", _queue(queue, "tasks"), body, self._who)
        return read(answer.content, ReviewPage).tasks

    def withdraw(self, queue: str, subject_prefix: str) -> int:
        """Takes back the undecided tasks whose subjects begin so; returns how many they were."""
        path = f"{_queue(queue, 'tasks')}?subject_prefix={quote(subject_prefix, safe='')}"
        answer = self._http.change("DELETE", path, more=self._who)
        return read(answer.content, _Withdrawn).withdrawn

    def claim(
        self, queue: str, count: int = 1, *, lease_s: int = 300, **only: Unpack[ReviewFilter]
    ) -> tuple[ReviewTask, ...]:
        """Tasks for the reviewer, for a while: first those that are held already, then free ones."""
        body = msgspec.json.encode({"count": count, "lease_s": lease_s, **only})
        answer = self._http.change("POST", _queue(queue, "claims"), body, self._who)
        return read(answer.content, ReviewPage).tasks

    def task(self, task_id: str) -> ReviewTask:
        """One task with its history and the last things that were done to it."""
        return read((self._http.get(_task(task_id))).content, ReviewTask)

    def hold(self, task_id: str, lease_s: int = 300) -> ReviewTask:
        """Renews the claim on a task, or claims it where it is free; `Conflict` where it is not."""
        body = msgspec.json.encode({"lease_s": lease_s})
        answer = self._http.change("PUT", _task(task_id, "/claim"), body, self._who)
        return read(answer.content, ReviewTask)

    def release(self, task_id: str) -> ReviewTask:
        """Gives a task back."""
        answer = self._http.change("DELETE", _task(task_id, "/claim"), more=self._who)
        return read(answer.content, ReviewTask)

    def decide(
        self, task: ReviewTask, verdict: Verdict, value: Any = None, note: str = ""
    ) -> ReviewTask:
        """Decides a task as it was seen; `Conflict` where it has changed since, and nothing is kept.

        Args:
            task: as it was seen.
            verdict: `accept`, `correct`, `reject` or `skip`.
            value: the corrected value, with `correct` alone.
            note: for people.
        """
        said = {"verdict": verdict, "value": value, "note": note, "version": task.version}
        body = msgspec.json.encode(said)
        answer = self._http.change("POST", _task(task.id, "/decisions"), body, self._who)
        return read(answer.content, ReviewTask)

    def undo(self, task: ReviewTask) -> ReviewTask:
        """Undoes the last decision on a task as it was seen."""
        body = msgspec.json.encode({"version": task.version})
        answer = self._http.change("POST", _task(task.id, "/undo"), body, self._who)
        return read(answer.content, ReviewTask)

    def agreement(self, queue: str) -> Agreement:
        """How far reviewers agree on tasks that several of them judged."""
        return read((self._http.get(_queue(queue, "agreement"))).content, Agreement)

    def decisions(self, queue: str, subject_prefix: str = "") -> Iterator[ReviewTask]:
        """Every decided task with its `decision`, as they arrive."""
        for line in self.decision_lines(queue, subject_prefix):
            yield read(line, ReviewTask)

    def decision_lines(self, queue: str, subject_prefix: str = "") -> Iterator[bytes]:
        """As `decisions`, as lines of JSON without their ends.

        Raises:
            UpstreamTruncated: the answer broke off; the lines before are whole.
        """
        query = chosen(subject_prefix=subject_prefix)
        rest = b""
        with self._http.streamed_get(_queue(queue, "decisions"), query) as response:
            for piece in response.iter_bytes():
                *lines, rest = (rest + piece).split(b"\n")
                yield from lines
        if rest:
            raise UpstreamTruncated("the export ended in the middle of a line")


def _queue(queue: str, what: str) -> str:
    return f"/api/review/queues/{quote(queue, safe='')}/{what}"


def _task(task_id: str, what: str = "") -> str:
    return f"/api/review/tasks/{quote(task_id, safe='')}{what}"

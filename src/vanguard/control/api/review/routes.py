"""Routes of reviewers' tasks: queues, claims, decisions, what came of them.

It does not know what is reviewed, nor the rules; a refusal says what is there instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse

from vanguard.control.api.access import Service
from vanguard.control.api.errors import render
from vanguard.control.api.review import shapes
from vanguard.control.api.review.reviewers import By
from vanguard.core.errors import Conflict
from vanguard.review.agreement import agreement
from vanguard.review.ports import ReviewStore
from vanguard.review.values import (
    LEASE_S,
    MOST_LISTED,
    ClaimOrder,
    DecidedPage,
    NewDecision,
    NewTask,
    TaskQuery,
)

router = APIRouter(prefix="/api/review", tags=["review"])

_REFUSALS: dict[int | str, dict[str, Any]] = {409: {"model": shapes.Refused}}
_Prefix = Annotated[str, Query(max_length=512, description="How the subject begins.")]


@router.get("/queues")
def list_queues(service: Service, _by: By) -> shapes.Queues:
    """Every queue that has a task, and how many are in which state."""
    return shapes.Queues(queues=[shapes.queue_out(one) for one in service.reviews.queues()])


@router.get("/queues/{queue}/tasks")
def list_tasks(
    *,
    queue: shapes.Queue,
    service: Service,
    _by: By,
    state: shapes.State | None = None,
    tag: str = "",
    subject_prefix: _Prefix = "",
    cursor: Annotated[str, Query(max_length=200, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
) -> shapes.TasksOut:
    """Tasks of a queue, the most doubtful first, then the oldest."""
    page = service.reviews.tasks(TaskQuery(queue, state, tag, subject_prefix, cursor, limit))
    return shapes.TasksOut(
        tasks=[shapes.task_out(task) for task in page.tasks], next=page.next or None
    )


@router.post("/queues/{queue}/tasks")
def add_tasks(queue: shapes.Queue, body: shapes.TasksIn, service: Service, by: By) -> shapes.Added:
    """Puts tasks into a queue, all or none; the same subject again replaces what nobody decided."""
    new = [
        NewTask(
            queue=queue,
            kind=task.kind,
            subject=task.subject,
            doubt=task.doubt,
            payload=task.payload,
            tags=tuple(task.tags),
            wanted=task.wanted,
            project=task.project,
        )
        for task in body.tasks
    ]
    return shapes.Added(tasks=[shapes.task_out(task) for task in service.reviews.add(new, by)])


@router.delete("/queues/{queue}/tasks")
def withdraw_tasks(
    queue: shapes.Queue,
    service: Service,
    by: By,
    subject_prefix: Annotated[
        str, Query(min_length=1, max_length=512, description="How the subject begins.")
    ],
) -> shapes.Withdrawn:
    """Takes back the undecided tasks whose subjects begin so."""
    return shapes.Withdrawn(withdrawn=service.reviews.withdraw(queue, subject_prefix, by))


@router.post("/queues/{queue}/claims")
def claim_tasks(
    queue: shapes.Queue, service: Service, by: By, body: shapes.ClaimsIn | None = None
) -> shapes.Claimed:
    """Gives the caller tasks for a while: first those that they hold, then free ones."""
    want = body or shapes.ClaimsIn()
    order = ClaimOrder(queue, want.count, want.lease_s, want.tag or "", want.subject_prefix or "")
    return shapes.Claimed(
        tasks=[shapes.task_out(task) for task in service.reviews.claim(order, by)]
    )


@router.get("/queues/{queue}/agreement")
def read_agreement(queue: shapes.Queue, service: Service, _by: By) -> shapes.AgreementOut:
    """How far reviewers agree on tasks that several of them judged; skips do not count."""
    return shapes.agreement_out(agreement(service.reviews.ratings(queue)))


@router.get(
    "/queues/{queue}/decisions",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}},
)
def export_decisions(
    queue: shapes.Queue, service: Service, _by: By, subject_prefix: _Prefix = ""
) -> StreamingResponse:
    """Decided tasks as JSON lines, each with the last decision that stands."""
    first = service.reviews.decided(queue, subject_prefix)  # a refusal comes before the stream
    lines = _lines(service.reviews, queue, subject_prefix, first)
    return StreamingResponse(lines, media_type="application/jsonl")


@router.get("/tasks/{task_id}")
def read_task(task_id: str, service: Service, _by: By) -> shapes.TaskWithHistory:
    """One task with its history."""
    return _whole(service.reviews, task_id)


@router.put("/tasks/{task_id}/claim", response_model=shapes.TaskOut, responses=_REFUSALS)
def hold_task(
    task_id: str, request: Request, service: Service, by: By, body: shapes.HoldIn | None = None
) -> shapes.TaskOut | JSONResponse:
    """Renews the caller's claim, or claims the task where it is free."""
    lease_s = body.lease_s if body else LEASE_S
    try:
        return shapes.task_out(service.reviews.hold(task_id, lease_s, by))
    except Conflict as error:
        return _refused(request, service.reviews, task_id, error)


@router.delete("/tasks/{task_id}/claim", response_model=shapes.TaskOut, responses=_REFUSALS)
def release_task(
    task_id: str, request: Request, service: Service, by: By
) -> shapes.TaskOut | JSONResponse:
    """Gives the task back."""
    try:
        return shapes.task_out(service.reviews.release(task_id, by))
    except Conflict as error:
        return _refused(request, service.reviews, task_id, error)


@router.post("/tasks/{task_id}/decisions", response_model=shapes.TaskOut, responses=_REFUSALS)
def decide_task(
    task_id: str, body: shapes.DecisionIn, request: Request, service: Service, by: By
) -> shapes.TaskOut | JSONResponse:
    """Decides, or skips. When the version moved nothing is kept, and the answer has what is there."""
    decision = NewDecision(body.verdict, body.version, body.value, body.note)
    try:
        return shapes.task_out(service.reviews.decide(task_id, decision, by))
    except Conflict as error:
        return _refused(request, service.reviews, task_id, error)


@router.post("/tasks/{task_id}/undo", response_model=shapes.TaskOut, responses=_REFUSALS)
def undo_task(
    task_id: str, body: shapes.UndoIn, request: Request, service: Service, by: By
) -> shapes.TaskOut | JSONResponse:
    """Undoes the caller's last decision that stands; the admin key undoes anybody's last."""
    try:
        return shapes.task_out(service.reviews.undo(task_id, body.version, by))
    except Conflict as error:
        return _refused(request, service.reviews, task_id, error)


def _whole(reviews: ReviewStore, task_id: str) -> shapes.TaskWithHistory:
    task = reviews.task(task_id)
    return shapes.task_with_history(task, reviews.history(task_id), reviews.trail(task_id))


def _refused(request: Request, reviews: ReviewStore, task_id: str, error: Conflict) -> JSONResponse:
    """The refusal, with the task as it is beside it."""
    now = _whole(reviews, task_id).model_dump(mode="json")
    return render(request, error, beside={"task": now})


def _lines(
    reviews: ReviewStore, queue: str, subject_prefix: str, page: DecidedPage
) -> Iterator[bytes]:
    while True:
        for one in page.found:
            decision = shapes.decision_out(one.decision).model_dump()
            yield msgspec.json.encode(shapes.task_fields(one.task) | {"decision": decision}) + b"\n"
        if not page.next:
            return
        page = reviews.decided(queue, subject_prefix, page.next)

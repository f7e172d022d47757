"""Finds tasks: in a queue's order, by state, tag and subject, and those that are free.

It does not know what is done with them.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select, text, tuple_

from vanguard.core.errors import InvalidRequest
from vanguard.review.values import (
    ClaimOrder,
    ForgetOrder,
    QueueSummary,
    State,
    TaskQuery,
)
from vanguard.store.review.counts import by_queue
from vanguard.store.review.rows import ID, Row
from vanguard.store.tables import review_decisions, review_tags, review_tasks

_tasks = review_tasks.c
_HELD = text("review_tasks.claimed_by <> ''")  # as the index says it
_LAST = "\U0010ffff"  # no subject holds one, see `review.bounds`


def cursor_of(row: Row) -> str:
    """Where the next page begins."""
    return urlsafe_b64encode(msgspec.json.encode((row["rank"], row["id"]))).decode()


def read_cursor(text: str) -> tuple[float, str]:
    """Rank and id of the last task seen.

    Raises:
        InvalidRequest: it is no cursor.
    """
    try:
        rank, task_id = msgspec.json.decode(urlsafe_b64decode(text), type=tuple[float, str])
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidRequest(
            "cursor: send the `next` of a page as it is", param="cursor"
        ) from error
    if not ID.fullmatch(task_id):
        raise InvalidRequest("cursor: send the `next` of a page as it is", param="cursor")
    return rank, task_id


def listed(query: TaskQuery, now_ms: int) -> Select[Any]:
    """A page and one row more, in the queue's order."""
    statement = _ordered(query.queue, query.tag, _kept_as(query.state))
    if query.state in ("open", "claimed"):
        claimed = _tasks.claimed_until_ms > now_ms
        statement = statement.where(claimed if query.state == "claimed" else ~claimed)
    if query.after:
        statement = statement.where(tuple_(*_order(query.tag)) > tuple_(*read_cursor(query.after)))
    return _beginning(statement, query.subject_prefix).limit(query.limit + 1)


def own(order: ClaimOrder, reviewer: str, now_ms: int) -> Select[Any]:
    """What the reviewer holds, locked."""
    statement = (
        select(review_tasks)
        .where(
            _HELD,
            _tasks.queue == order.queue,
            _tasks.claimed_by == reviewer,
            _tasks.claimed_until_ms > now_ms,
        )
        # no bare columns: SQLite would rather read a whole queue than sort or filter these few
        .order_by(_tasks.rank + 0.0, _tasks.id)
    )
    if order.tag:
        tagged = exists().where(review_tags.c.task_id == _tasks.id, review_tags.c.tag == order.tag)
        statement = statement.where(tagged)
    prefix = order.subject_prefix
    if prefix:
        subject = _tasks.subject + ""
        statement = statement.where(subject >= prefix, subject < prefix + _LAST)
    return statement.limit(order.count).with_for_update(of=review_tasks, skip_locked=True)


def free(order: ClaimOrder, reviewer: str, count: int, now_ms: int) -> Select[Any]:
    """What nobody holds and the reviewer has not judged, locked; rows locked by others are not free."""
    statement = _ordered(order.queue, order.tag, "open").where(
        _tasks.claimed_until_ms <= now_ms, ~_judged_by(reviewer)
    )
    statement = _beginning(statement, order.subject_prefix).limit(count)
    return statement.with_for_update(of=review_tasks, skip_locked=True)


def beginning_with(queue: str, subject_prefix: str, limit: int) -> Select[Any]:
    """Open tasks by their subjects, locked one after the other as everybody does who locks many."""
    statement = select(review_tasks).where(_tasks.queue == queue, _tasks.state == "open")
    statement = _beginning(statement, subject_prefix).order_by(_tasks.id).limit(limit)
    return statement.with_for_update()


def told(order: ForgetOrder, limit: int) -> Select[Any]:
    """Tasks that still tell what is to be forgotten, locked in the order in which everybody locks many."""
    statement = select(review_tasks)
    if order.decided_before_ms is not None:
        statement = statement.where(
            _tasks.state == "decided", _tasks.changed_at_ms < order.decided_before_ms
        )
    else:
        texts = exists().where(
            review_decisions.c.task_id == _tasks.id,
            or_(review_decisions.c.value.is_not(None), review_decisions.c.note != ""),
        )
        statement = statement.where(
            _tasks.queue == order.queue, or_(_tasks.state.in_(("open", "decided")), texts)
        )
        statement = _beginning(statement, order.subject_prefix)
    return statement.order_by(_tasks.id).limit(limit).with_for_update()


def summaries(connection: Connection, now_ms: int) -> list[QueueSummary]:
    """What is in each queue; costs as much as there are queues and claims, not tasks."""
    claims = (
        select(_tasks.queue, func.count())
        .where(_HELD, _tasks.state == "open", _tasks.claimed_until_ms > now_ms)
        .group_by(_tasks.queue)
    )
    claimed = {row[0]: row[1] for row in connection.execute(claims)}
    found = []
    for queue, numbers in sorted(by_queue(connection).items()):
        kept, decided = numbers.get("open", 0), numbers.get("decided", 0)
        if not kept and not decided:
            continue
        held = min(kept, claimed.get(queue, 0))
        oldest = connection.execute(_oldest(queue, now_ms)).scalar() if kept > held else None
        found.append(QueueSummary(queue, kept - held, held, decided, oldest))
    return found


def _oldest(queue: str, now_ms: int) -> Select[Any]:
    """Since when the oldest task waits that nobody holds."""
    return (
        select(_tasks.created_at_ms)
        .where(_tasks.queue == queue, _tasks.state == "open", _tasks.claimed_until_ms <= now_ms)
        .order_by(_tasks.created_at_ms)
        .limit(1)
    )


def judged_often(queue: str, after: tuple[float, str] | None, limit: int) -> Select[Any]:
    """Rank and id of tasks that want several reviewers, in the queue's order."""
    query = select(_tasks.rank, _tasks.id).where(_tasks.queue == queue, _tasks.wanted > 1)
    if after is not None:
        query = query.where(tuple_(_tasks.rank, _tasks.id) > tuple_(*after))
    return query.order_by(_tasks.rank, _tasks.id).limit(limit)


def _kept_as(state: State | None) -> str:
    return "open" if state == "claimed" else state or ""


def _order(tag: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    if tag:
        return review_tags.c.rank, review_tags.c.task_id
    return _tasks.rank, _tasks.id


def _ordered(queue: str, tag: str, state: str) -> Select[Any]:
    """A queue in its order, read from the index of tags where one is asked for."""
    statement = select(review_tasks)
    if tag:
        statement = statement.join(review_tags, review_tags.c.task_id == _tasks.id).where(
            review_tags.c.queue == queue, review_tags.c.tag == tag
        )
    else:
        statement = statement.where(_tasks.queue == queue)
    if state:
        statement = statement.where(_tasks.state == state)
        if tag:
            statement = statement.where(review_tags.c.state == state)
    return statement.order_by(*_order(tag))


def _beginning(statement: Select[Any], prefix: str) -> Select[Any]:
    if not prefix:
        return statement
    return statement.where(_tasks.subject >= prefix, _tasks.subject < prefix + _LAST)


def _judged_by(reviewer: str) -> ColumnElement[bool]:
    made, undoing = review_decisions.alias("made"), review_decisions.alias("undoing")
    return exists().where(
        made.c.task_id == _tasks.id,
        made.c.reviewer == reviewer,
        made.c.undoes.is_(None),
        ~exists().where(undoing.c.undoes == made.c.id).correlate(made),
    )

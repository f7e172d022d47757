"""Refuses tasks, claims and decisions that are not as the values say.

It does not know the state of a task.
"""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

from vanguard.core.errors import InvalidRequest, RequestTooLarge
from vanguard.review import values
from vanguard.review.values import ClaimOrder, NewDecision, NewTask, TaskQuery

_QUEUE = re.compile(values.QUEUE_PATTERN)
# A name of this kind is shown, searched for and put into addresses: no controls in it.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\U0010ffff]")
_SURROGATES = re.compile(r"[\x00\ud800-\udfff]")


def json_bytes(value: Any, param: str) -> bytes:
    """A value as JSON.

    Raises:
        InvalidRequest: it is no JSON value, holds a number that JSON cannot, or is nested too deeply.
        RequestTooLarge: it is over 256 KiB.
    """
    try:
        _check_nodes(msgspec.to_builtins(value, str_keys=True), param)
        data = msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidRequest(f"{param}: cannot be written as JSON: {error}", param=param) from error
    if len(data) > values.MOST_PAYLOAD_BYTES:
        raise RequestTooLarge(
            f"{param}: {len(data)} bytes of JSON; {values.MOST_PAYLOAD_BYTES} are the most",
            param=param,
        )
    return data


def check_queue(name: str) -> None:
    """Raises InvalidRequest for what is no queue's name."""
    if not _QUEUE.fullmatch(name):
        raise InvalidRequest(
            f"queue: '{_CONTROLS.sub('', name)[:80]}' is no name; lower-case letters, digits and"
            " hyphens, at most 64",
            param="queue",
        )


def check_task(new: NewTask) -> None:
    """Raises InvalidRequest where a field is out of its bounds; the payload is not looked at."""
    check_queue(new.queue)
    _name("kind", new.kind, values.MOST_NAME_CHARACTERS)
    _name("project", new.project, values.MOST_NAME_CHARACTERS)
    _name("subject", new.subject, values.MOST_SUBJECT_CHARACTERS)
    if not 0 <= new.doubt <= 1:  # NaN is refused too
        raise InvalidRequest(f"doubt: {new.doubt} is not from 0 to 1", param="doubt")
    _number("wanted", new.wanted, 1, values.MOST_WANTED)
    if len(new.tags) > values.MOST_TAGS:
        raise InvalidRequest(f"tags: {values.MOST_TAGS} are the most", param="tags")
    for tag in new.tags:
        _name("tags", tag, values.MOST_TAG_CHARACTERS)


def check_decision(new: NewDecision) -> None:
    """Raises InvalidRequest where verdict, value and note do not go together."""
    if new.verdict not in values.VERDICTS:
        raise InvalidRequest(
            f"verdict: '{new.verdict}' is none of {', '.join(values.VERDICTS)}", param="verdict"
        )
    if new.verdict == "correct" and new.value is None:
        raise InvalidRequest("value: 'correct' needs the corrected value", param="value")
    if new.verdict != "correct" and new.value is not None:
        raise InvalidRequest(
            f"value: '{new.verdict}' keeps none; send 'correct' to change something", param="value"
        )
    if len(new.note) > values.MOST_NOTE_CHARACTERS:
        raise InvalidRequest(
            f"note: {values.MOST_NOTE_CHARACTERS} characters are the most", param="note"
        )
    if _SURROGATES.search(new.note):
        raise InvalidRequest("note: a character that cannot be kept", param="note")


def check_query(query: TaskQuery) -> None:
    """Raises InvalidRequest for what no task can have, and for too many at once."""
    check_queue(query.queue)
    _filters(query.tag, query.subject_prefix)
    _number("limit", query.limit, 1, values.MOST_LISTED)


def check_order(order: ClaimOrder) -> None:
    """Raises InvalidRequest where count or lease is out of bounds, or no task can be meant."""
    check_queue(order.queue)
    _filters(order.tag, order.subject_prefix)
    _number("count", order.count, 1, values.MOST_CLAIMED)
    check_lease(order.lease_s)


def check_lease(lease_s: int) -> None:
    """Raises InvalidRequest where a lease is too short or too long."""
    _number("lease_s", lease_s, values.SHORTEST_LEASE_S, values.LONGEST_LEASE_S)


def check_prefix(prefix: str) -> None:
    """Raises InvalidRequest for how no subject begins; empty is how all do."""
    if prefix:
        _name("subject_prefix", prefix, values.MOST_SUBJECT_CHARACTERS)


def check_name(name: str) -> None:
    """Raises InvalidRequest for what is no reviewer's name."""
    _name("reviewer", name, values.MOST_NAME_CHARACTERS)


def _check_nodes(value: Any, param: str) -> None:
    level = [value]
    for _ in range(values.MOST_DEPTH + 1):
        below: list[Any] = []
        for node in level:
            if isinstance(node, float) and not math.isfinite(node):
                raise InvalidRequest(f"{param}: JSON has no {node}", param=param)
            if isinstance(node, dict):
                below.extend(node.values())
            elif isinstance(node, list):
                below.extend(node)
        if not below:
            return
        level = below
    raise InvalidRequest(f"{param}: nested deeper than {values.MOST_DEPTH} levels", param=param)


def _filters(tag: str, prefix: str) -> None:
    if tag:
        _name("tag", tag, values.MOST_TAG_CHARACTERS)
    check_prefix(prefix)


def _name(param: str, text: str, most: int) -> None:
    if not text or len(text) > most or _CONTROLS.search(text):
        raise InvalidRequest(
            f"{param}: 1 to {most} characters, none of them a control", param=param
        )


def _number(param: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise InvalidRequest(f"{param}: {number} is not from {least} to {most}", param=param)

"""What a task, a claim or a decision may be."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import InvalidRequest, RequestTooLarge
from vanguard.review.bounds import (
    check_decision,
    check_lease,
    check_name,
    check_order,
    check_prefix,
    check_query,
    check_queue,
    check_task,
    json_bytes,
)
from vanguard.review.values import (
    MOST_DEPTH,
    MOST_PAYLOAD_BYTES,
    ClaimOrder,
    NewDecision,
    NewTask,
    TaskQuery,
)

TASK = NewTask("q", "k", "s")

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner),
    max_leaves=8,
)


@given(values)
def test_json_comes_back_as_it_was(value) -> None:
    assert json.loads(json_bytes(value, "payload")) == value


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def test_structs_and_tuples_are_json_too() -> None:
    class Box(msgspec.Struct):
        at: tuple[int, ...] = (1, 2)

    assert json_bytes({"box": Box()}, "payload") == b'{"box":{"at":[1,2]}}'


def test_a_payload_ends_at_its_bound() -> None:
    assert len(json_bytes("x" * (MOST_PAYLOAD_BYTES - 2), "payload")) == MOST_PAYLOAD_BYTES
    with pytest.raises(RequestTooLarge, match=f"payload: {MOST_PAYLOAD_BYTES + 1} bytes"):
        json_bytes("x" * (MOST_PAYLOAD_BYTES - 1), "payload")
    json_bytes(nested(MOST_DEPTH), "payload")


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        [1, {"a": float("inf")}],
        nested(MOST_DEPTH + 1),
        nested(100_000),
        {"a": {1, object()}},
        "\ud800",
        {"\udfff": 1},
    ],
    ids=["nan", "infinity", "deep", "very deep", "object", "surrogate", "surrogate key"],
)
def test_what_json_cannot_hold_is_refused(value) -> None:
    with pytest.raises(InvalidRequest, match=r"^value: "):
        json_bytes(value, "value")


@pytest.mark.parametrize("name", ["a", "a-1", "0" * 64])
def test_names_of_queues(name) -> None:
    check_queue(name)


@pytest.mark.parametrize("name", ["", "A", "a b", "a\n", "ü", "a" * 65, "a/b"])
def test_what_no_queue_is_called(name) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_queue(name)
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    "field",
    [
        {"queue": "Q"},
        {"kind": ""},
        {"kind": "k" * 129},
        {"project": "\x7f"},
        {"subject": ""},
        {"subject": "s\n"},
        {"subject": "s" * 513},
        {"subject": "\U0010ffff"},
        {"doubt": -0.1},
        {"doubt": 1.1},
        {"doubt": float("nan")},
        {"wanted": 0},
        {"wanted": 21},
        {"tags": ("",)},
        {"tags": ("t" * 65,)},
        {"tags": tuple(map(str, range(33)))},
    ],
    ids=lambda field: next(iter(field)),
)
def test_what_no_task_is(field) -> None:
    check_task(TASK)
    with pytest.raises(InvalidRequest) as refused:
        check_task(msgspec.structs.replace(TASK, **field))
    assert refused.value.param == next(iter(field))


@pytest.mark.parametrize(
    ("decision", "param"),
    [
        (NewDecision("maybe", 1), "verdict"),  # type: ignore[arg-type]
        (NewDecision("correct", 1), "value"),
        (NewDecision("accept", 1, {"text": "x"}), "value"),
        (NewDecision("skip", 1, 0), "value"),
        (NewDecision("accept", 1, note="x" * 4_001), "note"),
        (NewDecision("accept", 1, note="\x00"), "note"),
    ],
    ids=range(6),
)
def test_what_no_decision_is(decision, param) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_decision(decision)
    assert refused.value.param == param


def test_what_a_decision_may_be() -> None:
    for value in (0, "", False, [], {"text": "x"}):
        check_decision(NewDecision("correct", 1, value, "two\nlines"))
    check_decision(NewDecision("reject", 1))


@pytest.mark.parametrize(
    "order",
    [
        ClaimOrder("Q"),
        ClaimOrder("q", 0),
        ClaimOrder("q", 101),
        ClaimOrder("q", lease_s=9),
        ClaimOrder("q", lease_s=3_601),
        ClaimOrder("q", tag="\x00"),
        ClaimOrder("q", subject_prefix="\x00"),
    ],
    ids=str,
)
def test_what_cannot_be_claimed(order) -> None:
    check_order(ClaimOrder("q", 100, 10, "t", "s"))
    with pytest.raises(InvalidRequest):
        check_order(order)


def test_leases_names_prefixes_and_queries_have_bounds() -> None:
    for refused in (
        lambda: check_lease(0),
        lambda: check_name(""),
        lambda: check_name("x" * 129),
        lambda: check_prefix("x" * 513),
        lambda: check_query(TaskQuery("q", limit=0)),
        lambda: check_query(TaskQuery("q", limit=201)),
        lambda: check_query(TaskQuery("q", tag="t" * 65)),
        lambda: check_query(TaskQuery("Q")),
    ):
        with pytest.raises(InvalidRequest):
            refused()
    check_lease(3_600)
    check_name("مراجعة")
    check_prefix("")
    check_query(TaskQuery("q", limit=200))

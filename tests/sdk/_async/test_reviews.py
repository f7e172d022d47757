"""Tasks of reviewers over the management API."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from support.api_server import Answer, ApiServer, error
from vanguard.core.errors import Conflict, RouteNotFound, StoreUnavailable, UpstreamTruncated
from vanguard.sdk._async.client import AsyncClient
from vanguard.sdk.review import NewReviewTask, ReviewTask

Q = "/api/review/queues/letters"
TASK = {
    "id": "rvt_1",
    "queue": "letters",
    "kind": "line",
    "project": "default",
    "subject": "a/1",
    "doubt": 0.5,
    "payload": {"text": "x"},
    "tags": ["digits"],
    "wanted": 1,
    "state": "open",
    "version": 3,
    "created": "2026-11-01T10:00:00Z",
    "changed": "2026-11-01T10:00:00Z",
    "claim": None,
    "something_new": 1,
}
SAID = {
    "id": "rvd_1",
    "verdict": "correct",
    "value": [1],
    "note": "n",
    "reviewer": "ann",
    "at": "2026-11-01T11:00:00Z",
    "version": 3,
    "undoes": None,
}


async def test_queues_pages_and_agreement_are_read(api: ApiServer) -> None:
    api.on("GET", "/api/review/queues", {"queues": [{"name": "letters", "open": 2}]})
    api.on("GET", f"{Q}/tasks", {"tasks": [TASK], "next": "c2"})
    api.on("GET", f"{Q}/agreement", {"tasks": 1, "reviewers": 2, "equal": 1.0, "kappa": None})
    async with AsyncClient(api.url, "a") as client:
        (queue,) = await client.reviews.queues()
        page = await client.reviews.tasks("letters", state="open", tag="digits", cursor="c1")
        found = await client.reviews.agreement("letters")
    assert (queue.name, queue.open, queue.oldest) == ("letters", 2, None)
    assert api.asked[1].query == {"state": "open", "tag": "digits", "cursor": "c1", "limit": "50"}
    assert (page.tasks[0].payload, page.tasks[0].tags, page.next) == (
        {"text": "x"},
        ("digits",),
        "c2",
    )
    assert page.tasks[0].created == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert (found.equal, found.kappa, found.alpha) == (1.0, None, None)


async def test_adding_and_withdrawing(api: ApiServer) -> None:
    api.on("POST", f"{Q}/tasks", {"tasks": [TASK]})
    api.on("DELETE", f"{Q}/tasks", {"withdrawn": 2})
    async with AsyncClient(api.url, "a") as client:
        new = NewReviewTask("line", "a/1", 0.5, {"text": "x"}, ("digits",))
        (made,) = await client.reviews.add("letters", [new])
        assert await client.reviews.withdraw("letters", "a/&") == 2
    assert made.id == "rvt_1"
    assert api.asked[0].json == {
        "tasks": [
            {
                "kind": "line",
                "subject": "a/1",
                "doubt": 0.5,
                "payload": {"text": "x"},
                "tags": ["digits"],
            }
        ]
    }
    assert api.asked[1].query == {"subject_prefix": "a/&"}


async def test_a_reviewer_claims_decides_and_undoes_by_name(api: ApiServer) -> None:
    claim = {"reviewer": "منى", "expires": "2026-11-01T10:05:00Z"}
    api.on("POST", f"{Q}/claims", {"tasks": [TASK | {"state": "claimed", "claim": claim}]})
    api.on("PUT", "/api/review/tasks/rvt_1/claim", TASK)
    api.on("DELETE", "/api/review/tasks/rvt_1/claim", TASK)
    api.on("POST", "/api/review/tasks/rvt_1/decisions", TASK | {"version": 4})
    api.on("POST", "/api/review/tasks/rvt_1/undo", TASK | {"version": 5})
    async with AsyncClient(api.url, "a") as client:
        mona = client.reviews.by("منى")
        (task,) = await mona.claim("letters", 2, lease_s=60, subject_prefix="a/")
        await mona.hold(task.id, 90)
        done = await mona.decide(task, "correct", {"text": "y"}, "blurred")
        assert (await mona.undo(done)).version == 5
        await mona.release(task.id)
    assert task.claim is not None
    assert task.claim.reviewer == "منى"
    assert {asked.headers["x-reviewer"] for asked in api.asked} == {"%D9%85%D9%86%D9%89"}
    bodies = [asked.json for asked in api.asked if asked.body]
    assert bodies == [
        {"count": 2, "lease_s": 60, "subject_prefix": "a/"},
        {"lease_s": 90},
        {"verdict": "correct", "value": {"text": "y"}, "note": "blurred", "version": 3},
        {"version": 4},
    ]


async def test_without_a_name_none_is_sent(api: ApiServer) -> None:
    api.on("POST", f"{Q}/claims", {"tasks": []})
    async with AsyncClient(api.url, "a") as client:
        assert await client.reviews.claim("letters") == ()
    assert "x-reviewer" not in api.asked[0].headers


async def test_one_task_with_its_history_and_refusals(api: ApiServer) -> None:
    event = {"at": SAID["at"], "actor": "console", "reviewer": "ann", "action": "x", "version": 3}
    api.on("GET", "/api/review/tasks/rvt_1", TASK | {"history": [SAID], "trail": [event]})
    api.on("POST", "/api/review/tasks/rvt_1/decisions", error(409, "conflict", "moved to 4"))
    api.on("GET", "/api/review/tasks/..%2Fx", error(404, "not_found", "no such task"))
    async with AsyncClient(api.url, "a") as client:
        task = await client.reviews.task("rvt_1")
        with pytest.raises(Conflict, match="moved to 4"):
            await client.reviews.decide(task, "accept")
        with pytest.raises(RouteNotFound):
            await client.reviews.task("../x")
    assert (task.history[0].value, task.trail[0].actor) == ([1], "console")


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_an_export_is_read_line_by_line(api: ApiServer, size: int) -> None:
    text = "one\u2028two\u0085"  # no ends of lines in JSON lines
    rows = [TASK | {"subject": f"a/{n}", "payload": text, "decision": SAID} for n in range(3)]
    body = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    api.on("GET", f"{Q}/decisions", Answer(pieces=pieces))
    async with AsyncClient(api.url, "a") as client:
        found = await every(client)
    assert [task.subject for task in found] == ["a/0", "a/1", "a/2"]
    assert found[0].payload == text
    assert found[0].decision is not None
    assert found[0].decision.verdict == "correct"
    assert api.asked[0].query == {"subject_prefix": "a/"}


async def every(client: AsyncClient) -> list[ReviewTask]:
    return [task async for task in client.reviews.decisions("letters", "a/")]


async def test_an_export_that_breaks_off_is_an_error(api: ApiServer) -> None:
    line = json.dumps(TASK).encode()
    broken = (
        (Answer(pieces=[line + b"\n", line[:20]]), UpstreamTruncated, "middle of a line"),
        (Answer(pieces=[line + b"\n"], breaks=True), UpstreamTruncated, "ended before"),
        (error(503, "store_unavailable", "away"), StoreUnavailable, "away"),
    )
    async with AsyncClient(api.url, "a") as client:
        for answer, kind, said in broken:
            api.on("GET", f"{Q}/decisions", answer)
            with pytest.raises(kind, match=said):
                await every(client)

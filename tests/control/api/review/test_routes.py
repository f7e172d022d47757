"""Reviewers' tasks over the API."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from vanguard.control.api.review import routes
from vanguard.core.errors import StoreUnavailable

QUEUE = "/api/review/queues/letters"
TASKS = "/api/review/tasks"
ANN, BEN = {"x-reviewer": "ann"}, {"x-reviewer": "ben"}


def line(subject: str, **more: object) -> dict[str, object]:
    return {"kind": "letters.line", "subject": subject, "payload": {"text": subject}} | more


@pytest.fixture
def add(client: TestClient):
    def put(*tasks: dict[str, object]) -> list[dict]:
        answer = client.post(f"{QUEUE}/tasks", json={"tasks": list(tasks)})
        assert answer.status_code == 200, answer.text
        return answer.json()["tasks"]

    return put


def claim(client: TestClient, who: dict[str, str], **order: object) -> list[dict]:
    answer = client.post(f"{QUEUE}/claims", json=order, headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()["tasks"]


def decide(client: TestClient, task: dict, who: dict[str, str], verdict="accept", **more: object):
    body = {"verdict": verdict, "version": task["version"]} | more
    return client.post(f"{TASKS}/{task['id']}/decisions", json=body, headers=who)


def test_a_task_from_its_making_to_its_export(client: TestClient, add) -> None:
    add(line("a/1", doubt=0.2), line("a/2", doubt=0.9, tags=["digits"]), line("b/1", doubt=0.5))
    summary = {"name": "letters", "open": 3, "claimed": 0, "decided": 0}
    assert client.get("/api/review/queues").json() == {
        "queues": [summary | {"oldest": "2026-01-03T00:00:00Z"}]
    }
    (task,) = claim(client, ANN)
    assert (task["subject"], task["state"]) == ("a/2", "claimed")
    assert task["claim"] == {"reviewer": "ann", "expires": "2026-01-03T00:05:00Z"}
    answer = decide(client, task, ANN, "correct", value={"text": "٣"}, note="blurred")
    assert answer.status_code == 200
    done = answer.json()
    assert (done["state"], done["version"], done["claim"]) == ("decided", 2, None)
    whole = client.get(f"{TASKS}/{task['id']}").json()
    (said,) = whole["history"]
    assert (said["verdict"], said["value"], said["note"]) == ("correct", {"text": "٣"}, "blurred")
    assert (said["reviewer"], said["at"], said["undoes"]) == ("ann", "2026-01-03T00:00:00Z", None)
    assert {event["action"] for event in whole["trail"]} == {"add", "claim", "correct"}
    exported = client.get(f"{QUEUE}/decisions")
    assert exported.headers["content-type"].startswith("application/jsonl")
    (row,) = [json.loads(text) for text in exported.text.splitlines()]
    assert (row["subject"], row["payload"]) == ("a/2", {"text": "a/2"})
    assert (row["decision"]["value"], row["created"]) == ({"text": "٣"}, "2026-01-03T00:00:00Z")


def test_lists_have_filters_and_pages(client: TestClient, add) -> None:
    add(*(line(f"x/{n}", doubt=n / 10, tags=["even"] * (n % 2 == 0)) for n in range(6)))
    first = client.get(f"{QUEUE}/tasks", params={"limit": 4}).json()
    assert [task["subject"] for task in first["tasks"]] == ["x/5", "x/4", "x/3", "x/2"]
    rest = client.get(f"{QUEUE}/tasks", params={"limit": 4, "cursor": first["next"]}).json()
    assert ([task["subject"] for task in rest["tasks"]], rest["next"]) == (["x/1", "x/0"], None)
    query = {"state": "open", "tag": "even", "subject_prefix": "x/"}
    found = client.get(f"{QUEUE}/tasks", params=query).json()["tasks"]
    assert [task["subject"] for task in found] == ["x/4", "x/2", "x/0"]
    assert [
        t["subject"] for t in claim(client, ANN, count=9, tag="even", subject_prefix="x/2")
    ] == ["x/2"]


def test_claims_are_renewed_released_and_not_taken_from_others(client: TestClient, add) -> None:
    (task,) = add(line("a"))
    place = f"{TASKS}/{task['id']}/claim"
    held = client.put(place, headers=ANN)  # a body is not needed
    assert held.json()["claim"]["expires"] == "2026-01-03T00:05:00Z"
    held = client.put(place, headers=ANN, json={"lease_s": 3600})
    assert held.json()["claim"]["expires"] == "2026-01-03T01:00:00Z"
    assert client.post(f"{QUEUE}/claims", headers=BEN).json() == {"tasks": []}
    for method in ("PUT", "DELETE"):
        answer = client.request(method, place, headers=BEN)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
        assert answer.json()["task"]["claim"]["reviewer"] == "ann"
    assert client.delete(place, headers=ANN).json()["state"] == "open"
    assert client.delete(place, headers=ANN).status_code == 200
    assert [one["id"] for one in claim(client, BEN)] == [task["id"]]


def test_a_refused_decision_shows_what_is_there(client: TestClient, add) -> None:
    (task,) = add(line("a"))
    assert decide(client, task, ANN, "correct", value="hers").status_code == 200
    answer = decide(client, task, BEN, "correct", value="his")
    assert answer.status_code == 409
    body = answer.json()
    assert body["error"]["code"] == "conflict"
    assert body["error"]["param"] == "version"
    assert "from version 1 to 2" in body["error"]["message"]
    assert "last 'correct' by ann" in body["error"]["message"]
    assert body["task"]["version"] == 2
    assert [said["value"] for said in body["task"]["history"]] == ["hers"]


def test_undoing_is_for_who_decided_and_for_the_admin_key(client: TestClient, add) -> None:
    (task,) = add(line("a"))
    place = f"{TASKS}/{task['id']}/undo"
    decide(client, task, ANN)
    stale = client.post(place, json={"version": 1}, headers=ANN)
    assert (stale.status_code, stale.json()["task"]["version"]) == (409, 2)
    opened = client.post(place, json={"version": 2}, headers=ANN).json()
    assert (opened["state"], opened["version"]) == ("open", 3)
    nothing = client.post(place, json={"version": 3}, headers=ANN)
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (409, "conflict")
    decide(client, opened, ANN, "reject")
    assert client.post(place, json={"version": 4}, headers=BEN).status_code == 200


def test_a_session_is_a_reviewer_and_undoes_its_own_alone(
    client: TestClient, add, admin_key: str
) -> None:
    add(line("a"), line("b"))
    people = []
    for _ in range(2):
        person = TestClient(client.app)
        token = person.post("/api/login", json={"key": admin_key}).json()["csrf_token"]
        assert person.post(f"{QUEUE}/claims").status_code == 403  # no CSRF token
        person.headers["x-csrf-token"] = token
        people.append(person)
    one, other = people
    (mine,) = claim(one, {})
    (theirs,) = claim(other, {})
    assert mine["subject"] != theirs["subject"]
    assert mine["claim"]["reviewer"].startswith("console-")
    assert [task["id"] for task in claim(one, {})] == [mine["id"]]  # as a reloaded page would ask
    done = decide(one, mine, {}).json()
    undo = f"{TASKS}/{mine['id']}/undo"
    refused = other.post(undo, json={"version": done["version"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert one.post(undo, json={"version": done["version"]}).status_code == 200
    trail = client.get(f"{TASKS}/{mine['id']}").json()["trail"]
    assert {event["actor"] for event in trail if event["action"] == "accept"} == {"console"}


def test_tasks_are_replaced_and_withdrawn(client: TestClient, add) -> None:
    (first,) = add(line("d/1"))
    (second,) = add(line("d/1", payload=2))
    assert (second["id"], second["version"], second["payload"]) == (first["id"], 2, 2)
    assert decide(client, first, ANN).status_code == 409
    gone = client.delete(f"{QUEUE}/tasks", params={"subject_prefix": "d/"})
    assert gone.json() == {"withdrawn": 1}
    assert client.get(f"{TASKS}/{first['id']}").json()["state"] == "withdrawn"
    assert client.delete(f"{QUEUE}/tasks").status_code == 400  # not everything by accident


def test_agreement_of_a_queue(client: TestClient, add) -> None:
    nothing = {"tasks": 0, "reviewers": 0, "equal": None, "kappa": None, "alpha": None}
    assert client.get(f"{QUEUE}/agreement").json() == nothing
    made = add(*(line(str(n), wanted=2) for n in range(4)))
    for task, ben in zip(made, ("accept", "accept", "reject", "accept"), strict=True):
        said = "reject" if ben == "reject" else "accept"
        half = decide(client, task, ANN, said).json()
        decide(client, half, BEN, ben)
    found = client.get(f"{QUEUE}/agreement").json()
    assert found == {"tasks": 4, "reviewers": 2, "equal": 1.0, "kappa": 1.0, "alpha": 1.0}


def test_an_export_goes_on_over_its_pages(client: TestClient, add, service, monkeypatch) -> None:
    for task in add(*(line(f"x/{n}") for n in range(5)), line("y")):
        decide(client, task, ANN)
    whole = service.reviews.decided

    def by_two(queue, prefix="", after=""):
        return whole(queue, prefix, after, 2)

    monkeypatch.setattr(service.reviews, "decided", by_two)
    text = client.get(f"{QUEUE}/decisions", params={"subject_prefix": "x/"}).text
    rows = [json.loads(one) for one in text.splitlines()]
    assert [row["subject"] for row in rows] == [f"x/{n}" for n in range(5)]


def test_an_export_that_cannot_begin_is_an_error(client: TestClient, service, monkeypatch) -> None:
    def away(*_arguments):
        raise StoreUnavailable("the database is away")

    monkeypatch.setattr(service.reviews, "decided", away)
    answer = client.get(f"{QUEUE}/decisions")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")


WRONG = [
    ("POST", f"{QUEUE}/tasks", '{"tasks": []}', 400, "tasks"),
    ("POST", f"{QUEUE}/tasks", '{"tasks": [{"kind": "k"}]}', 400, "tasks.0.subject"),
    ("POST", f"{QUEUE}/tasks", '{"tasks": [{"kind": "k", "subject": "s", "doubt": 2}]}', 400, "tasks.0.doubt"),
    ("POST", f"{QUEUE}/tasks", '{"tasks": [{"kind": "k", "subject": "\\u0000"}]}', 400, "subject"),
    ("POST", f"{QUEUE}/tasks", '{"tasks": [{"kind": "k", "subject": "s", "payload": NaN}]}', 400, "payload"),
    ("POST", f"{QUEUE}/tasks", '{"tasks": [{"kind": "k", "subject": "s", "payload": "\\ud800"}]}', 400, "payload"),
    ("POST", f"{QUEUE}/tasks", '{"tasks": [{"kind": "k", "subject": "s", "payload": %s}]}' % ("[" * 90 + "]" * 90), 400, "payload"),
    ("POST", f"{QUEUE}/tasks", '{"tasks": [{"kind": "k", "subject": "s", "payload": "%s"}]}' % ("x" * 262_143), 413, "payload"),
    ("POST", f"{QUEUE}/tasks", "[" * 100_000, 400, None),
    ("POST", f"{QUEUE}/claims", '{"count": 101}', 400, "count"),
    ("POST", f"{QUEUE}/claims", '{"lease_s": 9}', 400, "lease_s"),
    ("POST", f"{QUEUE}/claims", '{"whose": "x"}', 400, "whose"),
    ("POST", "/api/review/queues/No/claims", "", 400, "queue"),
    ("GET", f"{QUEUE}/tasks?state=lost", "", 400, "state"),
    ("GET", f"{QUEUE}/tasks?cursor=x", "", 400, "cursor"),
    ("GET", f"{QUEUE}/tasks?tag=%00", "", 400, "tag"),
    ("GET", f"{QUEUE}/decisions?subject_prefix=%00", "", 400, "subject_prefix"),
    ("POST", f"{TASKS}/rvt_0/decisions", '{"verdict": "maybe", "version": 1}', 400, "verdict"),
    ("POST", f"{TASKS}/rvt_0/decisions", '{"verdict": "correct", "version": 1}', 400, "value"),
    ("POST", f"{TASKS}/rvt_0/decisions", '{"verdict": "accept"}', 400, "version"),
    ("POST", f"{TASKS}/rvt_0/decisions", '{"verdict": "accept", "version": 1}', 404, None),
    ("POST", f"{TASKS}/rvt_0/undo", '{"version": 1}', 404, None),
    ("PUT", f"{TASKS}/rvt_0/claim", "", 404, None),
    ("GET", f"{TASKS}/%00", "", 404, None),
]  # fmt: skip


def test_a_wrong_request_is_refused_and_says_where(client: TestClient) -> None:
    for method, path, body, status, param in WRONG:
        answer = client.request(
            method, path, content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.json()["error"]["param"]) == (status, param), (
            method,
            path,
            body[:200],
            answer.text,
        )
    assert client.get("/api/review/queues").json() == {"queues": []}


def test_nobody_comes_in_without_the_key(client: TestClient) -> None:
    stranger = TestClient(client.app)
    for route in routes.router.routes:
        path = route.path.replace("{queue}", "letters").replace("{task_id}", "rvt_0")
        for method in route.methods:
            answer = stranger.request(method, path, json={"version": 1, "verdict": "accept"})
            assert answer.status_code == 401, (method, path)


def test_a_number_of_any_size_comes_back(client: TestClient, add) -> None:
    (task,) = add(line("a", payload=[2**70, -1, 1e300, 0.1]))
    assert client.get(f"{TASKS}/{task['id']}").json()["payload"] == [2**70, -1, 1e300, 0.1]

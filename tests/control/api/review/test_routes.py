"""Reviewers' tasks over the API."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

QUEUE = "/api/review/queues/letters"
ANN, BEN = {"x-reviewer": "ann"}, {"x-reviewer": "ben"}


def block(subject: str, **more: object) -> dict[str, object]:
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
    return client.post(f"/api/review/tasks/{task['id']}/decisions", json=body, headers=who)


def test_a_task_from_its_making_to_its_export(client: TestClient, add) -> None:
    add(block("a/1", doubt=0.2), block("a/2", doubt=0.9, tags=["digits"]), block("b/1", doubt=0.5))
    assert client.get("/api/review/queues").json() == {
        "queues": [
            {
                "name": "letters",
                "open": 3,
                "claimed": 0,
                "decided": 0,
                "oldest": "2026-01-03T00:00:00Z",
            }
        ]
    }
    (task,) = claim(client, ANN)
    assert (task["subject"], task["state"]) == ("a/2", "claimed")
    assert task["claim"] == {"reviewer": "ann", "expires": "2026-01-03T00:05:00Z"}
    answer = decide(client, task, ANN, "correct", value={"text": "٣"}, note="blurred")
    assert answer.status_code == 200
    done = answer.json()
    assert (done["state"], done["version"], done["claim"]) == ("decided", 2, None)
    whole = client.get(f"/api/review/tasks/{task['id']}").json()
    (line,) = whole["history"]
    assert (line["verdict"], line["value"], line["note"], line["reviewer"]) == (
        "correct",
        {"text": "٣"},
        "blurred",
        "ann",
    )
    exported = client.get(f"{QUEUE}/decisions")
    assert exported.headers["content-type"].startswith("application/jsonl")
    (row,) = [json.loads(line) for line in exported.text.splitlines()]
    assert (row["subject"], row["payload"], row["decision"]["value"]) == (
        "a/2",
        {"text": "a/2"},
        {"text": "٣"},
    )

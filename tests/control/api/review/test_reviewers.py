"""Who reviews."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

QUEUE = "/api/review/queues/q"


@pytest.fixture
def claimer(client: TestClient):
    """The name by which a claim is kept."""
    body = {"tasks": [{"kind": "k", "subject": "s"}]}
    assert client.post(f"{QUEUE}/tasks", json=body).status_code == 200

    def claim(person: TestClient, **headers: str) -> str:
        (task,) = person.post(f"{QUEUE}/claims", headers=headers).json()["tasks"]
        return task["claim"]["reviewer"]

    return claim


def test_the_admin_key_is_one_reviewer(client: TestClient, claimer) -> None:
    assert claimer(client) == "admin-key"


def test_a_name_may_be_in_any_script(client: TestClient, claimer) -> None:
    assert claimer(client, **{"X-Reviewer": quote(" منى 100% ")}) == "منى 100%"


def test_a_name_goes_with_a_session_too(client: TestClient, claimer, admin_key: str) -> None:
    person = TestClient(client.app)
    token = person.post("/api/login", json={"key": admin_key}).json()["csrf_token"]
    assert claimer(person, **{"X-Reviewer": "ann", "x-csrf-token": token}) == "ann"


def test_a_session_without_a_name_is_called_by_its_hash(
    client: TestClient, claimer, admin_key: str
) -> None:
    person = TestClient(client.app)
    token = person.post("/api/login", json={"key": admin_key}).json()["csrf_token"]
    name = claimer(person, **{"x-csrf-token": token})
    assert name.startswith("console-")
    assert len(name) == len("console-") + 8
    assert person.cookies["vanguard_session"][:8] not in name


def test_what_is_no_name(client: TestClient) -> None:
    for name in ("%FF", "x" * 129, "%00", "a%0Ab", "%ED%A0%80"):
        answer = client.post(f"{QUEUE}/claims", headers={"X-Reviewer": name})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")

"""Keys over the API: every change is in the published snapshot when it is answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from vanguard.control.boot import ControlBoot
from vanguard.core.aws_pair import aws_pair
from vanguard.core.ids import hash_secret
from vanguard.snapshot.file import read_snapshot
from vanguard.snapshot.model import Budget, Limits, Snapshot


@pytest.fixture
def published(boot: ControlBoot):
    def read() -> Snapshot:
        return read_snapshot(Path(boot.snapshot_path))

    return read


def test_a_new_key_is_published_with_its_whole_chain(client: TestClient, published) -> None:
    answer = client.post(
        "/api/keys",
        json={
            "name": "ci",
            "team": "red",
            "user": "ann",
            "models": ["claude-*"],
            "requests_per_minute": 60,
            "tokens_per_minute": 1000,
            "concurrent_requests": 2,
            "budget_usd": "12.50",
            "budget_window": "day",
            "expires_in_days": 1,
            "tags": {"app": "x"},
        },
    )
    assert answer.status_code == 201
    made = answer.json()
    snapshot = published()
    key = snapshot.keys[hash_secret(made["secret"])]
    assert key.id == made["id"] == key.scopes[-1]
    assert [snapshot.scopes[scope].name for scope in key.scopes] == ["default", "red", "ann", "ci"]
    assert key.scopes == (key.organisation_id, key.team_id, key.user_id, key.id)
    assert key.models == ("claude-*",)
    assert key.tags == {"app": "x"}
    assert key.expires_at_ms > snapshot.published_at_ms
    scope = snapshot.scopes[key.id]
    assert scope.limits == Limits(60, 1000, 2)
    assert scope.budget == Budget(12_500_000, "day")
    assert made["budget_usd_micros"] == 12_500_000
    assert [spend.usd_micros for spend in snapshot.spend if spend.scope_id == key.id] == [0]


def test_a_key_without_a_user_has_three_scopes(client: TestClient, published) -> None:
    secret = client.post("/api/keys", json={"name": "plain"}).json()["secret"]
    key = published().keys[hash_secret(secret)]
    assert key.user_id == ""
    assert key.scopes == ("org_default", "team_default", key.id)


def test_revoking_takes_the_key_out_of_the_snapshot_and_keeps_it_listed(
    client: TestClient, published
) -> None:
    made = client.post("/api/keys", json={"name": "gone"}).json()
    answer = client.delete(f"/api/keys/{made['id']}")
    assert answer.status_code == 200
    assert answer.json()["revoked_at"]
    assert hash_secret(made["secret"]) not in published().keys
    again = client.delete(f"/api/keys/{made['id']}").json()
    assert again["revoked_at"] == answer.json()["revoked_at"]
    assert [key["id"] for key in client.get("/api/keys").json()["data"]] == [made["id"]]


def test_rotating_stops_the_old_secret_and_keeps_the_id(client: TestClient, published) -> None:
    made = client.post("/api/keys", json={"name": "turn"}).json()
    turned = client.post(f"/api/keys/{made['id']}/rotate").json()
    assert turned["id"] == made["id"]
    keys = published().keys
    assert hash_secret(made["secret"]) not in keys
    assert keys[hash_secret(turned["secret"])].id == made["id"]


def test_a_revoked_key_cannot_be_rotated(client: TestClient) -> None:
    made = client.post("/api/keys", json={"name": "dead"}).json()
    client.delete(f"/api/keys/{made['id']}")
    answer = client.post(f"/api/keys/{made['id']}/rotate")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_secrets_are_shown_once_and_never_kept(client: TestClient, boot: ControlBoot) -> None:
    made = client.post("/api/keys", json={"name": "s"}).json()
    assert "secret" not in client.get(f"/api/keys/{made['id']}").json()
    for path in Path(boot.home).rglob("*"):
        if path.is_file():
            assert made["secret"].encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "nmae": 1}, "nmae"),
        ({"name": "x", "budget_usd": "-1"}, "budget_usd"),
        ({"name": "x", "budget_usd": "0.0000001"}, "budget_usd"),
        ({"name": "x", "budget_usd": "NaN"}, "budget_usd"),
        ({"name": "x", "requests_per_minute": 0}, "requests_per_minute"),
        ({"name": "x", "guardrails": ["no-such"]}, "guardrails"),
        ({"name": "x", "budget_window": "week"}, "budget_window"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, body: dict[str, object], param: str) -> None:
    answer = client.post("/api/keys", json=body)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["code"], error["param"]) == ("invalid_request", param)
    assert client.get("/api/keys").json()["data"] == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_key_is_not_found(client: TestClient, method: str) -> None:
    answer = client.request(method, "/api/keys/key_nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_pair_for_sdks_of_aws_follows_the_key_and_its_rotation(
    client: TestClient, published, boot: ControlBoot
) -> None:
    made = client.post("/api/keys", json={"name": "ci"}).json()
    pair = client.post(f"/api/keys/{made['id']}/aws").json()
    reference = published().aws_master
    assert reference == f"file:{Path(boot.home) / 'aws.key'}"
    master = Path(reference.removeprefix("file:")).read_bytes().strip()
    expected = aws_pair(hash_secret(made["secret"]), master)
    assert pair == {
        "access_key_id": expected.access_key_id,
        "secret_access_key": expected.secret_access_key,
    }
    assert client.post(f"/api/keys/{made['id']}/aws").json() == pair
    client.post(f"/api/keys/{made['id']}/rotate")
    rotated = client.post(f"/api/keys/{made['id']}/aws").json()
    assert rotated["access_key_id"] != pair["access_key_id"]
    client.delete(f"/api/keys/{made['id']}")
    assert client.post(f"/api/keys/{made['id']}/aws").status_code == 409
    assert client.post("/api/keys/none/aws").status_code == 404

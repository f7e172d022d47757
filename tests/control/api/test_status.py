"""Status and reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from vanguard.control.boot import ControlBoot

MODEL = "models:\n  m:\n    deployments:\n      - {provider: ollama, model: x}\n"


def test_a_fresh_start(client: TestClient) -> None:
    found = client.get("/api/status").json()
    assert found["snapshot_version"] == 1
    assert (found["keys"], found["models"]) == (0, 0)
    assert found["engine"]["state"] == "unknown"
    assert found["ingest"] == {"workers": {}, "skipped_lines": 0, "last_error": None}
    assert found["version"]
    assert found["started_at"].endswith("Z")


@pytest.mark.usefixtures("ledger")
def test_ingest_tells_how_far_it_is(client: TestClient, boot: ControlBoot) -> None:
    path = next((Path(boot.journal_root) / "w0").iterdir())
    with path.open("ab") as file:
        file.write(b"torn")
    worker = client.get("/api/status").json()["ingest"]["workers"]["w0"]
    assert worker == {"offset": path.stat().st_size - 4, "lag_bytes": 0}


def test_live_keys_are_counted(client: TestClient) -> None:
    made = client.post("/api/keys", json={"name": "a"}).json()
    client.post("/api/keys", json={"name": "b"})
    client.delete(f"/api/keys/{made['id']}")
    assert client.get("/api/status").json()["keys"] == 1


def test_a_reload_says_what_is_in_force(client: TestClient, boot: ControlBoot) -> None:
    Path(boot.config).write_text(MODEL)
    answer = client.post("/api/reload")
    assert answer.status_code == 200
    assert answer.json()["models"] == ["m"]
    assert client.get("/api/status").json()["snapshot_version"] == answer.json()["snapshot_version"]


def test_a_reload_names_what_waits_for_a_start(client: TestClient, boot: ControlBoot) -> None:
    Path(boot.config).write_text(MODEL)
    assert client.post("/api/reload").json()["restart_for"] == []
    Path(boot.config).write_text(f"{MODEL}\nport: 8099\ngateway: {{request_s: 77}}\n")
    assert sorted(client.post("/api/reload").json()["restart_for"]) == ["gateway", "port"]
    assert client.post("/api/reload").json()["restart_for"] == []


def test_a_wrong_file_is_refused_with_its_place(client: TestClient, boot: ControlBoot) -> None:
    Path(boot.config).write_text(MODEL)
    client.post("/api/reload")
    Path(boot.config).write_text(MODEL.replace("provider", "porvider"))
    answer = client.post("/api/reload")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "settings_error")
    assert "vanguard.yaml:4" in error["message"]
    assert client.get("/api/status").json()["models"] == 1

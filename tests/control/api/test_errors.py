"""Errors in the one envelope, with the tree's own status."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from vanguard.control.api.errors import add_error_handlers
from vanguard.control.service import ControlService
from vanguard.core import errors
from vanguard.core.errors import VanguardError


def leaves(kind: type[VanguardError]) -> list[type[VanguardError]]:
    inner = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    return [leaf for each in inner for leaf in leaves(each)] or [kind]


@pytest.mark.parametrize("kind", leaves(errors.VanguardError))
def test_every_error_of_the_tree(kind: type[VanguardError]) -> None:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/x")
    def fail() -> None:
        raise kind("what, where, what to do", param="field", retry_after_s=1.5)

    answer = TestClient(app).get("/x", headers={"x-request-id": "req_given"})
    assert answer.status_code == kind.status
    assert answer.json() == {
        "error": {
            "code": kind.code,
            "message": "what, where, what to do",
            "param": "field",
            "request_id": "req_given",
        }
    }
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["x-request-id"] == "req_given"


def test_a_path_that_is_not_there(client: TestClient) -> None:
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    answer = client.put("/api/keys")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_a_body_that_is_no_json(client: TestClient) -> None:
    answer = client.post("/api/keys", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


def test_a_defect_says_nothing_about_itself(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/x")
    def fail() -> None:
        raise KeyError("secret detail")

    answer = TestClient(app, raise_server_exceptions=False).get("/x")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert error["request_id"] in caplog.text


def test_a_defect_says_that_its_connection_ends() -> None:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/x")
    def fail() -> None:
        raise KeyError

    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/x").headers["connection"] == "close"
    assert "connection" not in client.get("/y").headers


def test_a_database_that_is_away_is_503(client: TestClient, service: ControlService) -> None:
    service.database.close()
    home = Path(service.boot.home)
    for name in ("vanguard.db", "vanguard.db-wal", "vanguard.db-shm"):
        (home / name).unlink(missing_ok=True)
    (home / "vanguard.db").mkdir()
    answer = client.get("/api/keys")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (503, "store_unavailable")
    assert "vanguard.db" in error["message"]

"""Login, cookie, CSRF, logout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

ADMIN_KEY = "vk-admin-for-tests"


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as browser:
        yield browser


def log_in(browser: TestClient) -> str:
    answer = browser.post("/api/login", json={"key": ADMIN_KEY})
    assert answer.status_code == 200
    return answer.json()["csrf_token"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: TestClient) -> None:
    log_in(browser)
    answer = browser.post("/api/login", json={"key": f" {ADMIN_KEY}\n"})
    cookie = answer.headers["set-cookie"].lower()
    for part in ("vanguard_session=", "httponly", "samesite=strict", "max-age=43200", "path=/"):
        assert part in cookie
    assert "secure" not in cookie  # over plain HTTP on this machine
    over_tls = TestClient(browser.app, base_url="https://testserver")
    answer = over_tls.post("/api/login", json={"key": ADMIN_KEY})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_session_reads_and_with_its_token_changes(browser: TestClient) -> None:
    token = log_in(browser)
    assert browser.get("/api/keys").status_code == 200
    assert browser.get("/api/session").json()["csrf_token"] == token
    made = browser.post("/api/keys", json={"name": "x"}, headers={"x-csrf-token": token})
    assert made.status_code == 201


@pytest.mark.parametrize("token", [None, "", "0" * 40, "ü"])
def test_without_its_token_a_session_changes_nothing(
    browser: TestClient, token: str | None
) -> None:
    right = log_in(browser)
    headers = {} if token is None else {"x-csrf-token": token.encode()}
    answer = browser.post("/api/keys", json={"name": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert browser.get("/api/keys").json()["data"] == []
    assert right


def test_another_sessions_token_does_not_fit(browser: TestClient) -> None:
    other = log_in(browser)
    browser.cookies.clear()
    log_in(browser)
    answer = browser.post("/api/reload", headers={"x-csrf-token": other})
    assert answer.status_code == 403


def test_logging_out_ends_the_session(browser: TestClient) -> None:
    token = log_in(browser)
    cookie = browser.cookies["vanguard_session"]
    assert browser.post("/api/logout", headers={"x-csrf-token": token}).status_code == 204
    browser.cookies.set("vanguard_session", cookie)
    assert browser.get("/api/keys").status_code == 401


def test_a_wrong_key_opens_nothing(browser: TestClient) -> None:
    answer = browser.post("/api/login", json={"key": "vk-wrong"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_down(browser: TestClient) -> None:
    for _ in range(5):
        assert browser.post("/api/login", json={"key": "guess"}).status_code == 401
    answer = browser.post("/api/login", json={"key": ADMIN_KEY})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["error"]["code"] == "rate_limited"


def test_right_logins_are_not_counted(browser: TestClient) -> None:
    for _ in range(12):
        log_in(browser)

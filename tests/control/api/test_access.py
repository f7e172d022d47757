"""Nobody in who does not belong, on any route."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from support.clocks import StillClock
from vanguard.control.api.access import LoginGuard, csrf_token, is_admin_key
from vanguard.control.service import ControlService
from vanguard.core.errors import RateLimited

OPEN = {("/api/login", "POST")}


def routes(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/api/openapi.json").json()["paths"]
    found = [(path, method.upper()) for path, methods in paths.items() for method in methods]
    return [*found, ("/api/openapi.json", "GET")]


def is_refused(client: TestClient, path: str, method: str, headers: dict[str, str]) -> None:
    answer = client.request(method, path.replace("{key_id}", "key_1"), headers=headers)
    assert answer.status_code == 401, (method, path)
    assert answer.json()["error"]["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_every_route_is_closed(client: TestClient) -> None:
    tried = [route for route in routes(client) if route not in OPEN]
    assert len(tried) >= 14
    del client.headers["authorization"]
    for path, method in tried:
        is_refused(client, path, method, {})


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer vk-wrong"},
        {"authorization": "Bearer "},
        {"authorization": "Basic vk-admin-for-tests"},
        {"authorization": "vk-admin-for-tests"},
        {"cookie": "vanguard_session=forged"},
        {"cookie": "vanguard_session=forged", "x-csrf-token": csrf_token("forged")},
        {"x-api-key": "vk-admin-for-tests"},
    ],
)
def test_no_other_credential_opens_one(client: TestClient, headers: dict[str, str]) -> None:
    del client.headers["authorization"]
    is_refused(client, "/api/keys", "POST", headers)


def test_a_wrong_bearer_is_not_saved_by_a_cookie(client: TestClient) -> None:
    client.post("/api/login", json={"key": "vk-admin-for-tests"})
    answer = client.get("/api/keys", headers={"authorization": "Bearer wrong"})
    assert answer.status_code == 401


def test_the_admin_key_alone_is_the_admin_key(service: ControlService) -> None:
    assert is_admin_key(service, "vk-admin-for-tests")
    for wrong in ("", "vk-admin-for-test", "vk-admin-for-tests ", "ü"):
        assert not is_admin_key(service, wrong)


def test_the_guard_forgets_after_a_minute() -> None:
    clock = StillClock()
    guard = LoginGuard(clock)
    for _ in range(5):
        guard.check("a")
        guard.failed("a")
    with pytest.raises(RateLimited) as caught:
        guard.check("a")
    assert caught.value.retry_after_s == 60
    guard.check("b")
    clock.advance(61)
    guard.check("a")


def test_the_guard_counts_all_addresses_together() -> None:
    guard = LoginGuard(StillClock())
    for number in range(50):
        guard.check(f"address-{number}")
        guard.failed(f"address-{number}")
    with pytest.raises(RateLimited):
        guard.check("another")


def test_the_guard_keeps_a_bounded_number_of_addresses() -> None:
    guard = LoginGuard(StillClock())
    for number in range(3_000):
        guard.failed(f"address-{number}")
    assert len(guard._failures) <= 1_000
    with pytest.raises(RateLimited):
        guard.check("address-2999")

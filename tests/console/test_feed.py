from __future__ import annotations

import asyncio

import pytest

from support.scripted_api import ScriptedApi
from vanguard.console.client import PlatformClient
from vanguard.console.feed import FRESH_S, Feed

REQUEST = {"request_id": "r1", "at": "2026-01-02T03:04:05Z", "status": "ok"}


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_767_312_000.0  # 2026-01-02 00:00 UTC

    def now_ms(self) -> int:
        return round(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def feed(api: ScriptedApi, client: PlatformClient, clock: HandClock) -> Feed:
    api.gives("/readyz", {})
    api.gives("/api/status", {"snapshot_version": 1})
    api.gives("/api/requests", {"data": []})
    api.gives("/api/models", {"data": [{"name": "m"}]})
    api.gives("/api/usage", {"data": [], "total": {}})
    return Feed(client, clock)


CHEAP = ["/api/requests", "/api/status", "/readyz"]


async def test_the_first_time_everything_is_asked(api: ScriptedApi, feed: Feed) -> None:
    overview = await feed.overview()
    assert sorted(api.paths()) == sorted([*CHEAP, "/api/models", "/api/usage"])
    assert overview.gateway == ""
    assert overview.problems == {}


async def test_many_pages_share_one_answer(api: ScriptedApi, feed: Feed) -> None:
    await asyncio.gather(*(feed.overview() for _ in range(20)))
    assert len(api.asked) == 5


async def test_later_only_what_changed(api: ScriptedApi, feed: Feed, clock: HandClock) -> None:
    await feed.overview()
    api.asked.clear()
    clock.seconds += FRESH_S
    await feed.overview()
    assert sorted(api.paths()) == CHEAP
    api.asked.clear()
    api.gives("/api/requests", {"data": [REQUEST]})
    clock.seconds += FRESH_S
    assert (await feed.overview()).requests
    assert sorted(api.paths()) == sorted([*CHEAP, "/api/usage"])
    api.asked.clear()
    api.gives("/api/status", {"snapshot_version": 2})
    clock.seconds += FRESH_S
    await feed.overview()
    assert sorted(api.paths()) == sorted([*CHEAP, "/api/models"])


async def test_a_new_day_is_a_new_report(api: ScriptedApi, feed: Feed, clock: HandClock) -> None:
    clock.seconds -= 1
    await feed.overview()
    clock.seconds += FRESH_S
    await feed.overview()
    days = [path for path, _, _ in api.asked if path.startswith("/api/usage")]
    assert ["2026-01-01" in days[0], "2026-01-02" in days[1]] == [True, True]


async def test_what_fails_keeps_its_last_value_and_says_why(
    api: ScriptedApi, feed: Feed, clock: HandClock
) -> None:
    await feed.overview()
    api.gives("/api/status", {"error": {"message": "locked"}}, 503)
    clock.seconds += FRESH_S
    overview = await feed.overview()
    assert overview.problems == {"status": "/api/status: locked"}
    assert overview.status is not None
    api.gives("/api/status", {"snapshot_version": 1})
    clock.seconds += FRESH_S
    assert (await feed.overview()).problems == {}


async def test_a_failed_report_is_asked_again(
    api: ScriptedApi, feed: Feed, clock: HandClock
) -> None:
    api.gives("/api/usage", {}, 500)
    assert "usage" in (await feed.overview()).problems
    api.gives("/api/usage", {"data": [], "total": {"requests": 3}})
    clock.seconds += FRESH_S
    overview = await feed.overview()
    assert overview.usage is not None
    assert overview.usage.total.requests == 3

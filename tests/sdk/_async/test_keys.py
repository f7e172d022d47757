"""Keys over the management API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.api_server import ApiServer, error
from vanguard.core.errors import RouteNotFound
from vanguard.sdk._async.client import AsyncClient

KEY = {
    "id": "key_1",
    "name": "ci",
    "hint": "vk-Ab…",
    "team": "web",
    "user": None,
    "models": ["claude-*"],
    "requests_per_minute": 10,
    "budget_usd_micros": 5_000_000,
    "budget_window": "month",
    "spent_usd_micros": 7,
    "created_at": "2026-11-01T10:00:00Z",
    "expires_at": None,
    "something_new": 1,
}


async def test_create_sends_what_was_set_and_reads_the_secret(api: ApiServer) -> None:
    api.on("POST", "/api/keys", KEY | {"secret": "vk-secret"})
    async with AsyncClient(api.url, "a") as client:
        made = await client.keys.create("ci", team="web", models=["claude-*"], budget_usd=2.5)
    assert api.asked[0].json == {
        "name": "ci",
        "team": "web",
        "models": ["claude-*"],
        "budget_usd": "2.5",
    }
    assert (made.secret, made.budget_usd_micros, made.models) == (
        "vk-secret",
        5_000_000,
        ("claude-*",),
    )
    assert made.created_at == datetime(2026, 11, 1, 10, tzinfo=UTC)


async def test_list_get_revoke_rotate(api: ApiServer) -> None:
    api.on("GET", "/api/keys", {"data": [KEY]})
    api.on("GET", "/api/keys/key_1", KEY)
    api.on("DELETE", "/api/keys/key_1", KEY | {"revoked_at": "2026-11-02T00:00:00Z"})
    api.on("POST", "/api/keys/key_1/rotate", KEY | {"secret": "vk-new"})
    async with AsyncClient(api.url, "a") as client:
        assert [key.name for key in await client.keys.list()] == ["ci"]
        assert (await client.keys.get("key_1")).team == "web"
        assert (await client.keys.revoke("key_1")).revoked_at is not None
        assert (await client.keys.rotate("key_1")).secret == "vk-new"


async def test_an_id_cannot_leave_its_path(api: ApiServer) -> None:
    api.on("GET", "/api/keys/..%2Fstatus", error(404, "not_found", "no such key"))
    async with AsyncClient(api.url, "a") as client:
        with pytest.raises(RouteNotFound, match="no such key"):
            await client.keys.get("../status")


async def test_a_keys_pair_for_sdks_of_aws(api: ApiServer) -> None:
    api.on("POST", "/api/keys/key_1/aws", {"access_key_id": "VKIA", "secret_access_key": "s"})
    async with AsyncClient(api.url, "a") as client:
        pair = await client.keys.aws_pair("key_1")
    assert (pair.access_key_id, pair.secret_access_key) == ("VKIA", "s")

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from support.certificates import Authority
from support.console_api import ADMIN_KEY
from support.scripted_api import ScriptedApi
from vanguard.console.client import PlatformClient, problem_of, reason_of
from vanguard.core.errors import ControlUnavailable


async def test_it_asks_as_the_admin(api: ScriptedApi, client: PlatformClient) -> None:
    api.gives("/api/status", {"snapshot_version": 4})
    assert (await client.status()).snapshot_version == 4
    assert f"authorization: bearer {ADMIN_KEY}".lower() in api.asked[0][1]


async def test_questions_and_their_paths(api: ScriptedApi, client: PlatformClient) -> None:
    api.gives("/api/models", {"data": [{"name": "m"}]})
    api.gives("/api/usage", {"data": [], "total": {"requests": 1}})
    api.gives("/api/requests", {"data": []})
    assert (await client.models())[0].name == "m"
    assert (await client.usage_since(datetime(2026, 1, 2, tzinfo=UTC))).total.requests == 1
    assert await client.last_requests(7) == ()
    assert [path for path, _, _ in api.asked] == [
        "/api/models",
        "/api/usage?from=2026-01-02T00%3A00%3A00Z&group_by=key%2Cmodel",
        "/api/requests?limit=7",
    ]


async def test_a_gateway_that_is_not_ready_says_why(
    api: ScriptedApi, client: PlatformClient
) -> None:
    api.gives("/readyz", {"error": {"message": "no snapshot yet"}}, 503)
    assert await client.readiness() == "no snapshot yet"
    api.gives("/readyz", {})
    assert await client.readiness() == ""


async def test_errors_name_the_path_and_the_platforms_words(
    api: ScriptedApi, client: PlatformClient
) -> None:
    api.gives("/api/models", {"error": {"message": "the database is locked"}}, 503)
    with pytest.raises(ControlUnavailable, match="/api/models: the database is locked"):
        await client.models()
    api.gives("/api/models", {"data": 7})
    with pytest.raises(ControlUnavailable, match="cannot be read"):
        await client.models()


async def test_nobody_there() -> None:
    client = PlatformClient("http://127.0.0.1:9", ADMIN_KEY)
    with pytest.raises(ControlUnavailable, match="nobody answers") as raised:
        await client.status()
    assert ADMIN_KEY not in str(raised.value)
    await client.close()


def test_words_of_errors() -> None:
    assert problem_of(b'{"error": {"message": "no"}}', 500) == "no"
    assert problem_of(b"<html>", 502) == "the platform answered with status 502"
    assert problem_of(b'{"error": "text"}', 500) == "the platform answered with status 500"
    assert reason_of(httpx.ReadTimeout("")) == "no answer in time"
    assert reason_of(httpx.ReadError("")) == "ReadError"


async def test_a_gateway_that_speaks_tls_is_known_by_its_certificate_a_newer_one_too(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path / "authority")
    older, newer = authority.issue("models.test"), authority.issue("models.test")
    live = tmp_path / "live.pem"
    shutil.copy(older.certificate, live)
    context = older.server()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = PlatformClient(url, ADMIN_KEY, str(live))
        assert await client.readiness() == ""
        context.load_cert_chain(newer.certificate, newer.key)
        with pytest.raises(ControlUnavailable):
            await client.readiness()
        shutil.copy(newer.certificate, live)
        assert await client.readiness() == ""
        await client.close()

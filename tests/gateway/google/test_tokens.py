"""Tokens in force, fetched before anybody asks, renewed ahead of their end."""

from __future__ import annotations

import asyncio
import json

import pytest

from support import bytes_of_google as google
from support.asking import World, turns
from support.gateway import KEY, deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.google.tokens import Tokens, lends

PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}


def told(token="t", life_s=3600, status=200):
    return status, json.dumps({"access_token": token, "expires_in": life_s}).encode()


class Kept:
    """Tokens before a Google that answers when told to, and a file of credentials."""

    def __init__(self, folder):
        self.file = folder / "account.json"
        self.file.write_text(json.dumps(PERSON))
        self.account = f"file:{self.file}"
        self.world = World()
        self.variables = {}
        self.tokens = Tokens(self.world.asker, self.world.around, lambda: self.variables)

    async def keep(self):
        self.tokens.keep([f"google:{self.account}"])
        await turns()

    async def answer(self, *answer, **more):
        self.world.reply(answer[0] if answer else told(**more))
        await turns()


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path)


def test_a_credential_is_lent_or_is_not():
    assert lends("google:metadata")
    assert not lends("env:KEY")


async def test_a_token_is_there_before_anybody_asks(kept):
    kept.tokens.keep(["env:KEY", f"google:{kept.account}", "", "file:/x"])
    await turns()
    assert len(kept.world.asked) == 1
    with pytest.raises(UpstreamUnavailable, match="has not come yet") as caught:
        kept.tokens.current(kept.account)
    assert caught.value.retry_after_s == 1
    await kept.answer()
    assert kept.tokens.current(kept.account) == b"t"
    assert len(kept.world.asked) == 1


async def test_it_is_renewed_ahead_of_its_end_while_the_old_one_serves(kept):
    await kept.keep()
    await kept.answer()
    kept.world.now_s += 3200
    kept.tokens.sweep()
    await turns()
    assert len(kept.world.asked) == 1
    kept.world.now_s += 150
    kept.tokens.sweep()
    kept.tokens.sweep()
    await turns()
    assert len(kept.world.asked) == 2
    assert kept.tokens.current(kept.account) == b"t"
    await kept.answer(token="t2")
    assert kept.tokens.current(kept.account) == b"t2"


async def test_a_token_that_is_over_is_not_sent(kept):
    await kept.keep()
    await kept.answer(life_s=60)
    kept.world.now_s += 61
    with pytest.raises(UpstreamUnavailable):
        kept.tokens.current(kept.account)
    await turns()
    kept.tokens.close()


@pytest.mark.parametrize("how", ["refused", "failed", "missing"])
async def test_what_goes_wrong_is_told_and_tried_again_after_a_while(kept, how):
    if how == "missing":
        kept.file.unlink()
    await kept.keep()
    if how == "refused":
        await kept.answer(status=400)
    elif how == "failed":
        await kept.answer(UpstreamError("no way"))
    (note,) = kept.world.notes
    assert {"refused": "HTTP 400", "failed": "no way", "missing": "cannot be read"}[how] in note
    with pytest.raises(UpstreamUnavailable, match="the token for Vertex cannot be had"):
        kept.tokens.current(kept.account)
    kept.file.write_text(json.dumps(PERSON))
    before = len(kept.world.asked)
    kept.tokens.sweep()
    await turns()
    assert len(kept.world.asked) == before
    kept.world.now_s += 6
    kept.tokens.sweep()
    await turns()
    assert len(kept.world.asked) == before + 1
    await kept.answer(token="late")
    assert kept.tokens.current(kept.account) == b"late"


async def test_accounts_that_nobody_uses_are_forgotten(kept):
    await kept.keep()
    await kept.answer()
    kept.tokens.keep([])
    kept.world.now_s += 4000
    kept.tokens.sweep()
    await turns()
    assert len(kept.world.asked) == 1


async def test_whoever_waits_for_an_account_that_a_reload_takes_away_hears_of_its_token(kept):
    await kept.keep()
    ready = []
    assert kept.tokens.keeper(kept.account).wait(lambda: ready.append(1))
    kept.tokens.keep([])
    await kept.answer()
    assert ready == [1]
    assert kept.tokens.current(kept.account) == b"t"
    kept.tokens.sweep()
    assert not kept.tokens._keepers
    # a request of the older snapshot asks once more: nobody keeps that for ever
    with pytest.raises(UpstreamUnavailable):
        kept.tokens.current(kept.account)
    await turns()
    await kept.answer()
    kept.tokens.sweep()
    assert not kept.tokens._keepers


async def test_an_account_that_comes_back_while_it_is_asked_for_stays(kept):
    await kept.keep()
    kept.tokens.keep([])
    await kept.keep()
    await kept.answer()
    kept.tokens.sweep()
    assert kept.tokens.current(kept.account) == b"t"
    assert len(kept.world.asked) == 1


def place_at(vertex, credential="google:default"):
    return deployment(
        vertex.base_url,
        dialect="google_generate",
        auth_header="authorization",
        auth_prefix="Bearer ",
        credential=credential,
    )


async def ask(client, running):
    url = f"{running.base_url}/v1beta/models/m:generateContent"
    return await client.post(url, json={"contents": [{"parts": [{"text": "hi"}]}]}, headers=KEY)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine whose metadata server is the test's."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    # a proxy that leads nowhere must not lie between a machine and its own services
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    return lambda port: monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{port}")


async def test_the_first_request_waits_for_the_token_of_the_machine(runner, client, machine):
    release = asyncio.Event()

    async def slow(asked, write):
        await release.wait()
        await whole(200, {"access_token": "ya29.x", "expires_in": 3599})(asked, write)

    async with Upstream([slow]) as metadata, Upstream([whole(200, google.TEXT)]) as vertex:
        machine(metadata.port)
        running = await runner.start(snapshot([place_at(vertex)]))
        asking = asyncio.create_task(ask(client, running))
        await until(lambda: running.gateway.tokens.keeper("default")._waiters)
        assert not vertex.asked
        release.set()
        answer = await asking
        assert answer.json()["candidates"] == google.TEXT["candidates"]
        assert metadata.asked[0].headers["metadata-flavor"] == "Google"
        assert vertex.asked[0].headers["authorization"] == "Bearer ya29.x"

"""Tokens in force, fetched before anybody asks, renewed ahead of their end."""

from __future__ import annotations

import asyncio
import json

import pytest

from support import bytes_of_google as google
from support.gateway import KEY, deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.core.errors import UpstreamError, UpstreamUnavailable
from vanguard.gateway.google import accounts
from vanguard.gateway.google.tokens import Tokens

PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}


class World:
    """A clock, a file of credentials, and a Google that answers when told to."""

    def __init__(self, folder):
        self.now_s = 1000.0
        self.file = folder / "account.json"
        self.file.write_text(json.dumps(PERSON))
        self.account = f"file:{self.file}"
        self.asked = []
        self.notes = []
        self.tokens = Tokens(self.request, lambda: self.now_s, self.notes.append)

    def request(self, origin, data, sink):
        self.asked.append((data, sink))

    def answer(self, token="t", life_s=3600, status=200):
        _, sink = self.asked[-1]
        sink.head(status, [])
        sink.data(json.dumps({"access_token": token, "expires_in": life_s}).encode())
        sink.end()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_token_is_there_before_anybody_asks(world):
    world.tokens.keep(["env:KEY", f"google:{world.account}", "", "file:/x"])
    assert len(world.asked) == 1
    with pytest.raises(UpstreamUnavailable, match="asked for") as caught:
        world.tokens.current(world.account)
    assert caught.value.retry_after_s == 1
    world.answer()
    assert world.tokens.current(world.account) == b"t"
    assert len(world.asked) == 1


def test_it_is_renewed_ahead_of_its_end_while_the_old_one_serves(world):
    world.tokens.keep([f"google:{world.account}"])
    world.answer()
    world.now_s += 3200
    world.tokens.sweep()
    assert len(world.asked) == 1
    world.now_s += 150
    world.tokens.sweep()
    world.tokens.sweep()
    assert len(world.asked) == 2
    assert world.tokens.current(world.account) == b"t"
    world.answer("t2")
    assert world.tokens.current(world.account) == b"t2"


def test_a_token_that_is_over_is_not_sent(world):
    world.tokens.keep([f"google:{world.account}"])
    world.answer(life_s=60)
    world.now_s += 61
    with pytest.raises(UpstreamUnavailable):
        world.tokens.current(world.account)


@pytest.mark.parametrize("how", ["refused", "failed", "silent", "endless", "missing"])
def test_what_goes_wrong_is_told_and_tried_again_after_a_while(world, how):
    if how == "missing":
        world.file.unlink()
    world.tokens.keep([f"google:{world.account}"])
    if how == "refused":
        world.answer(status=400)
    elif how == "failed":
        world.asked[-1][1].fail(UpstreamError("no way"))
    elif how == "endless":
        world.asked[-1][1].data(b"x" * 100_000)
    elif how == "silent":
        world.now_s += 11
        world.tokens.sweep()
    assert len(world.notes) == 1
    with pytest.raises(UpstreamUnavailable, match="no token"):
        world.tokens.current(world.account)
    world.file.write_text(json.dumps(PERSON))
    before = len(world.asked)
    world.tokens.sweep()
    assert len(world.asked) == before
    world.now_s += 6
    world.tokens.sweep()
    assert len(world.asked) == before + 1
    world.answer("late")
    assert world.tokens.current(world.account) == b"late"


def test_accounts_that_nobody_uses_are_forgotten(world):
    world.tokens.keep([f"google:{world.account}"])
    world.answer()
    world.tokens.keep([])
    world.now_s += 4000
    world.tokens.sweep()
    assert len(world.asked) == 1


def test_who_comes_first_waits_until_the_token_is_there_or_is_not(world):
    credential = f"google:{world.account}"
    called = []
    assert world.tokens.lends(credential)
    assert not world.tokens.lends("env:KEY")
    assert world.tokens.wait([credential], lambda: called.append(1))
    assert world.tokens.wait([credential], lambda: called.append(2))
    assert (len(world.asked), called) == (1, [])
    world.answer(status=500)
    assert called == [1, 2]
    # it has just been refused: nothing is on its way, and an attempt will say why
    assert not world.tokens.wait([credential], lambda: called.append(3))
    world.now_s += 6
    assert world.tokens.wait([credential], lambda: called.append(4))
    world.answer()
    assert called == [1, 2, 4]
    assert not world.tokens.wait([credential], lambda: called.append(5))


async def test_the_first_request_waits_for_the_token(runner, client, monkeypatch):
    release = asyncio.Event()

    async def slow(asked, write):
        await release.wait()
        await whole(200, {"access_token": "ya29.x", "expires_in": 3599})(asked, write)

    async with Upstream([slow]) as metadata, Upstream([whole(200, google.TEXT)]) as vertex:
        url = f"http://127.0.0.1:{metadata.port}"
        monkeypatch.setattr(accounts.ask_for_token, "__defaults__", (url,))
        place = deployment(
            vertex.base_url,
            dialect="google_generate",
            auth_header="authorization",
            auth_prefix="Bearer ",
            credential="google:metadata",
        )
        running = await runner.start(snapshot([place]))
        url = f"{running.base_url}/v1beta/models/m:generateContent"
        body = {"contents": [{"parts": [{"text": "hi"}]}]}
        asking = asyncio.create_task(client.post(url, json=body, headers=KEY))
        await until(lambda: running.gateway.tokens._states["metadata"].waiters)
        assert not vertex.asked
        release.set()
        answer = await asking
        assert answer.json() == google.TEXT
        assert vertex.asked[0].headers["authorization"] == "Bearer ya29.x"


async def test_a_gateway_sends_the_token_of_the_machine(runner, client, monkeypatch):
    """From the metadata server to the head of a request at Vertex."""
    token = {"access_token": "ya29.x", "expires_in": 3599, "token_type": "Bearer"}
    async with (
        Upstream([whole(200, token)]) as metadata,
        Upstream([whole(200, google.TEXT)]) as vertex,
    ):
        url = f"http://127.0.0.1:{metadata.port}"
        monkeypatch.setattr(accounts.ask_for_token, "__defaults__", (url,))
        place = deployment(
            vertex.base_url,
            dialect="google_generate",
            auth_header="authorization",
            auth_prefix="Bearer ",
            credential="google:metadata",
        )
        running = await runner.start(snapshot([place]))
        await until(lambda: running.gateway.tokens._states["metadata"].token is not None)
        assert metadata.asked[0].headers["metadata-flavor"] == "Google"
        url = f"{running.base_url}/v1beta/models/m:generateContent"
        body = {"contents": [{"parts": [{"text": "hi"}]}]}
        answer = await client.post(url, json=body, headers=KEY)
        assert answer.json() == google.TEXT
        assert vertex.asked[0].headers["authorization"] == "Bearer ya29.x"

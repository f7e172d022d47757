"""An attempt that needs a role's session or a token waits for it, whichever attempt it is."""

from __future__ import annotations

import asyncio

import pytest

from support import bytes_of_google as google
from support.bedrock import REPLY as BEDROCK
from support.bedrock import Account, check_signature
from support.gateway import REPLY, chat, deployment, snapshot, until
from support.upstream import Upstream, whole
from vanguard.gateway.steps import call as steps_call
from vanguard.snapshot.boot import Bounds, Deadlines
from vanguard.snapshot.model import AssumedRole, Model, Routing

SESSION = (
    b'<R xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Credentials>'
    b"<AccessKeyId>ASIASESSION</AccessKeyId><SecretAccessKey>session secret</SecretAccessKey>"
    b"<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    b"</Credentials></R>"
)
TOKEN = {"access_token": "ya29.x", "expires_in": 3599}


class Slow:
    """A service that answers when the test says so."""

    def __init__(self, answer):
        self.asked = asyncio.Event()
        self.release = asyncio.Event()
        self._answer = answer

    async def __call__(self, asked, write):
        self.asked.set()
        await self.release.wait()
        await whole(200, self._answer)(asked, write)


@pytest.fixture
def roles(tmp_path):
    """A deployment that wants a session for each user."""

    def make(upstream, sts, name="m/1", **more):
        role = AssumedRole("arn:aws:iam::1:role/r", sts.base_url, "v-{user}")
        aws = Account(tmp_path).aws(role=role)
        return deployment(upstream.base_url, dialect="bedrock_converse", aws=aws, name=name, **more)

    return make


async def test_a_second_attempt_waits_for_its_role(runner, client, roles):
    slow = Slow(SESSION)
    async with (
        Upstream([whole(503, {})]) as broken,
        Upstream([slow]) as sts,
        Upstream([whole(200, BEDROCK)]) as upstream,
    ):
        first = deployment(broken.base_url)
        running = await runner.start(snapshot([first, roles(upstream, sts)]))
        asking = asyncio.create_task(chat(client, running))
        await slow.asked.wait()
        assert len(broken.asked) == 1
        assert not upstream.asked
        slow.release.set()
        answer = await asking
        assert answer.status_code == 200
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        assert check_signature(upstream.asked[0], secret="session secret") == "ASIASESSION"
        assert [one.status for one in running.settled()] == ["failed", "ok"]


async def test_a_fallback_waits_for_its_token(runner, client, monkeypatch, tmp_path):
    slow = Slow(TOKEN)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    async with (
        Upstream([whole(401, {})]) as broken,
        Upstream([slow]) as metadata,
        Upstream([whole(200, google.TEXT)]) as vertex,
    ):
        monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{metadata.port}")
        behind = deployment(
            vertex.base_url,
            name="f/0",
            dialect="google_generate",
            auth_header="authorization",
            auth_prefix="Bearer ",
            credential="google:metadata",
        )
        models = {
            "m": Model("m", "chat", ("m/0",), routing=Routing(fallbacks=("f",))),
            "f": Model("f", "chat", ("f/0",)),
        }
        names = {name: name for name in models}
        first = deployment(broken.base_url)
        running = await runner.start(
            snapshot([first, behind], models=models, names=names, patterns=())
        )
        asking = asyncio.create_task(chat(client, running))
        await until(lambda: running.gateway.tokens.keeper("metadata")._waiters)
        assert not vertex.asked
        slow.release.set()
        answer = await asking
        assert answer.status_code == 200
        assert answer.headers["x-vanguard-deployment"] == "f/0"
        assert vertex.asked[0].headers["authorization"] == "Bearer ya29.x"


async def test_no_longer_than_it_may(runner, client, roles, monkeypatch):
    monkeypatch.setattr(steps_call, "_CREDENTIAL_S", 0.05)
    async with (
        Upstream([whole(503, {})]) as broken,
        Upstream([Slow(SESSION)]) as sts,
        Upstream([whole(200, BEDROCK)]) as upstream,
    ):
        places = [deployment(broken.base_url), roles(upstream, sts)]
        deadlines = Deadlines(retry_wait_s=0, drain_s=1)
        running = await runner.start(snapshot(places), deadlines=deadlines)
        answer = await chat(client, running)
        assert answer.status_code == 503
        assert "the AWS role of this deployment has not come yet" in answer.text
        assert not upstream.asked
        assert running.gateway.in_flight == 0


async def test_not_where_another_can_be_asked_at_once(runner, client, roles):
    async with (
        Upstream([Slow(SESSION)]) as sts,
        Upstream([whole(200, BEDROCK)]) as upstream,
        Upstream([whole(200, REPLY)]) as other,
    ):
        places = [roles(upstream, sts, "m/0"), deployment(other.base_url, name="m/1")]
        running = await runner.start(snapshot(places))
        answer = await chat(client, running)
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        assert not sts.asked


async def test_whichever_role_comes_first_serves(runner, client, roles):
    slow = Slow(SESSION)
    async with (
        Upstream([slow]) as never,
        Upstream([whole(200, SESSION)]) as sts,
        Upstream([whole(200, BEDROCK)]) as upstream,
    ):
        places = [roles(upstream, never, "m/0"), roles(upstream, sts, "m/1")]
        running = await runner.start(snapshot(places))
        answer = await chat(client, running)
        assert answer.headers["x-vanguard-deployment"] == "m/1"


async def test_who_leaves_or_is_out_of_time_is_not_waited_for(runner, client, roles):
    slow = Slow(SESSION)
    async with (
        Upstream([whole(503, {})]) as broken,
        Upstream([slow]) as sts,
        Upstream([whole(200, BEDROCK)]) as upstream,
    ):
        places = [deployment(broken.base_url), roles(upstream, sts)]
        running = await runner.start(snapshot(places))
        asking = asyncio.create_task(chat(client, running))
        await slow.asked.wait()
        running.pipeline.server.sweep(running.gateway.loop_time() + 10_000)
        answer = await asking
        assert answer.status_code == 504
        assert "request_s" in answer.text
        asking = asyncio.create_task(chat(client, running))
        await until(lambda: len(broken.asked) == 2)
        asking.cancel()
        await until(lambda: not running.gateway.in_flight)
        slow.release.set()
        keepers = running.gateway.sessions._roles.values()
        await until(lambda: all(one.in_force() for one in keepers))
        assert not upstream.asked
        assert all(one.status == "failed" for one in running.settled())


def vertex_place(upstream):
    return deployment(
        upstream.base_url,
        dialect="google_generate",
        auth_header="authorization",
        auth_prefix="Bearer ",
        credential="google:metadata",
    )


def long_ago(keeper):
    """What it keeps was fetched before; a service is not asked twice in a few seconds."""
    keeper._tried_s -= 60
    keeper._came_s -= 60


async def test_a_token_that_is_refused_before_its_end_is_had_anew_and_the_request_repeated(
    runner, client, monkeypatch, tmp_path
):
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    tokens = [whole(200, {**TOKEN, "access_token": name}) for name in ("old", "new", "no")]
    refused = whole(401, {"error": {"status": "UNAUTHENTICATED"}})
    scripts = [whole(200, google.TEXT), refused, whole(200, google.TEXT), refused]
    async with Upstream(tokens) as metadata, Upstream(scripts) as vertex:
        monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{metadata.port}")
        running = await runner.start(snapshot([vertex_place(vertex)]), bounds=Bounds(attempts=1))
        assert (await chat(client, running)).status_code == 200
        long_ago(running.gateway.tokens.keeper("metadata"))
        assert (await chat(client, running)).status_code == 200
        told = [one.headers["authorization"] for one in vertex.asked]
        assert told == ["Bearer old", "Bearer old", "Bearer new"]
        assert running.gateway.health.all_well
        # who is refused with the new one, too, is not asked again, nor is the service
        long_ago(running.gateway.tokens.keeper("metadata"))
        assert (await chat(client, running)).status_code == 503
        assert (len(vertex.asked), len(metadata.asked)) == (4, 2)
        assert not running.gateway.health.all_well


async def test_a_session_that_was_ended_is_had_anew_and_another_deployment_serves_meanwhile(
    runner, client, roles
):
    expired = {"x-amzn-errortype": "ExpiredTokenException:http://x/"}
    refused = whole(403, {"message": "no"}, expired)
    async with (
        Upstream(
            [whole(200, SESSION), whole(200, SESSION.replace(b"ASIASESSION", b"ASIANEW"))]
        ) as sts,
        Upstream([whole(200, BEDROCK), refused, whole(200, BEDROCK)]) as upstream,
        Upstream([whole(200, REPLY)]) as other,
    ):
        places = [roles(upstream, sts, "m/0"), deployment(other.base_url, name="m/1")]
        running = await runner.start(snapshot(places))
        assert (await chat(client, running)).headers["x-vanguard-deployment"] == "m/1"
        (keeper,) = running.gateway.sessions._roles.values()
        await until(keeper.in_force)
        assert (await chat(client, running)).headers["x-vanguard-deployment"] == "m/0"
        long_ago(keeper)
        assert (await chat(client, running)).headers["x-vanguard-deployment"] == "m/1"
        await until(keeper.in_force)
        assert (await chat(client, running)).headers["x-vanguard-deployment"] == "m/0"
        assert check_signature(upstream.asked[-1], secret="session secret") == "ASIANEW"

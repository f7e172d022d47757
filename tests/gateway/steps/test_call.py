import asyncio

import pytest

from support.gateway import REPLY, STREAM, chat, chunk, deployment, snapshot, until
from support.upstream import Upstream, stream, whole
from vanguard.snapshot.boot import Bounds
from vanguard.snapshot.model import Limits


@pytest.mark.parametrize("status", [500, 503, 429, 401])
async def test_the_next_deployment_is_tried_before_the_first_token(runner, client, status):
    async with (
        Upstream([whole(status, {"error": {}})]) as bad,
        Upstream([whole(200, REPLY)]) as good,
    ):
        running = await runner.start(
            snapshot([deployment(bad.base_url), deployment(good.base_url, name="m/1")])
        )
        answer = await chat(client, running)
        assert answer.json() == REPLY
        assert answer.headers["x-vanguard-deployment"] == "m/1"
        assert [(one.attempt, one.status, one.cost_usd_micros) for one in running.settled()] == [
            (0, "failed", 0),
            (1, "ok", 135),
        ]


async def test_a_stream_that_dies_before_its_first_token_fails_over_unseen(runner, client):
    role = chunk(choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}}])
    async with Upstream([stream([role], die=True)]) as bad, Upstream([stream(STREAM)]) as good:
        running = await runner.start(
            snapshot([deployment(bad.base_url), deployment(good.base_url, name="m/1")])
        )
        answer = await chat(client, running, stream=True)
        assert answer.content == b"".join(STREAM[:3] + STREAM[4:])


async def test_an_attempt_that_begins_while_the_client_takes_nothing_is_not_read(runner, client):
    paused, answered = asyncio.Event(), asyncio.Event()

    async def answers(asked, write):
        await paused.wait()
        await stream(STREAM)(asked, write)
        answered.set()

    async with Upstream([whole(500, {}), answers]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        asked = asyncio.ensure_future(chat(client, running, stream=True))
        # now it waits a moment before it tries again
        await until(running.settled)
        (line,) = running.pipeline.server.connections
        line.pause_writing()
        paused.set()
        await asyncio.wait_for(answered.wait(), 5)
        await asyncio.sleep(0.05)
        assert (line.busy, line.started) == (True, False)
        line.resume_writing()
        answer = await asyncio.wait_for(asked, 5)
        assert answer.content == b"".join(STREAM[:3] + STREAM[4:])


async def test_one_deployment_is_tried_again_with_backoff_then_given_up(runner, client):
    async with Upstream([whole(500, {}), whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        assert (await chat(client, running)).status_code == 200
    async with Upstream([whole(503, {})]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), bounds=Bounds(attempts=2)
        )
        answer = await chat(client, running)
        assert answer.status_code == 503
        assert len(upstream.asked) == 2
        assert running.gateway.limiter.counters("key").concurrent == 0


LIMITED = Limits(requests_per_minute=10, tokens_per_minute=100_000)


def rests(answer):
    return [answer.headers.get(f"x-ratelimit-remaining-{what}") for what in ("requests", "tokens")]


@pytest.mark.parametrize("streams", [False, True])
async def test_every_answer_tells_how_the_limits_stand(runner, client, streams):
    replies = [whole(500, {}), stream(STREAM) if streams else whole(200, REPLY), whole(400, {})]
    async with Upstream(replies) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)], limits=LIMITED))
        for status, left in ((200, "9"), (400, "8")):
            answer = await chat(client, running, stream=streams)
            assert answer.status_code == status
            requests, tokens = rests(answer)
            assert requests == left
            assert 90_000 < int(tokens) < 100_000
        # a second attempt of the same request is no second request
        assert sum(running.gateway.metrics.overhead.counts) == 2
        assert len(upstream.asked) == 3
    refused = await chat(client, running, stream=streams)
    assert (refused.status_code, rests(refused)[0]) == (503, "7")
    assert "x-ratelimit-limit-tokens" in refused.headers
    assert sum(running.gateway.metrics.overhead.counts) == 3

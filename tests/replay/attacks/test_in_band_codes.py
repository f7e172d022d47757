"""An error within an answer, of whatever code, ends the request: settled, released and told."""

import json

import pytest

from support.gateway import STREAM, chat, deployment, snapshot, until
from support.upstream import Upstream, stream, whole
from vanguard.snapshot.boot import Bounds

CODES = [400, 401, 404, 413, 429, 500, "rate_limit_exceeded", None]


def error(code):
    return json.dumps({"error": {"message": "no", "type": "x", "code": code}}).encode()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions"])
async def test_a_stream_that_says_an_error_is_settled(runner, client, code, after, path):
    events = [*STREAM[:after], b"data: " + error(code) + b"\n\n"]
    async with Upstream([stream(events)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), bounds=Bounds(attempts=1)
        )
        answer = await chat(client, running, stream=True, path=path)
        assert b"message_stop" not in answer.content
        assert b"[DONE]" not in answer.content
        await until(lambda: running.gateway.in_flight == 0)
        intents, settled = running.intents(), running.settled()
        assert len(settled) == len(intents) >= 1
        assert settled[-1].status in {"failed", "truncated"}
        assert running.gateway.limiter.counters("key").concurrent == 0


@pytest.mark.parametrize("code", CODES)
async def test_a_whole_answer_that_says_an_error_is_settled(runner, client, code):
    async with Upstream([whole(200, error(code))]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)]), bounds=Bounds(attempts=1)
        )
        answer = await chat(client, running, path="/v1/messages")
        assert answer.status_code >= 400
        await until(lambda: running.gateway.in_flight == 0)
        assert len(running.settled()) == len(running.intents()) >= 1
        assert running.gateway.limiter.counters("key").concurrent == 0

import json
import socket

import pytest

from support.gateway import CHAT, PRICE, REPLY, STREAM, Lines, chat, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.money import cost_usd_micros


async def test_a_whole_answer_passes_through_and_is_settled_before_it_is_sent(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        answer = await chat(client, running)
        assert answer.json() == REPLY
        assert answer.headers["x-vanguard-deployment"] == "m/0"
        (asked,) = upstream.asked
        assert asked.path == "/v1/chat/completions"
        assert asked.json() == {**CHAT, "model": "upstream-model"}
        assert "authorization" not in asked.headers
        (intent,), (settled,) = running.intents(), running.settled()
        assert intent.request_id == settled.request_id == answer.headers["x-request-id"]
        assert settled.status == "ok"
        assert (settled.usage.input_tokens, settled.usage.output_tokens) == (20, 5)
        assert settled.cost_usd_micros == cost_usd_micros(PRICE, settled.usage) == 135
        assert running.gateway.in_flight == 0


async def test_an_unknown_price_is_flagged(runner, client):
    async with Upstream([whole(200, REPLY)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, price=None)]))
        await chat(client, running)
        (settled,) = running.settled()
        assert (settled.cost_usd_micros, settled.price_unknown) == (0, True)


@pytest.fixture
def nobody():
    """Where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


async def test_why_an_attempt_failed_stands_in_its_line_alone(runner, client, nobody):
    async with Upstream([whole(200, REPLY)]) as upstream:
        two = [deployment(nobody), deployment(upstream.base_url, name="m/1")]
        running = await runner.start(snapshot(two))
        lines = Lines(running)
        running.gateway.log.attempts = True
        assert (await chat(client, running)).status_code == 200
        failed, well = [line for line in lines.read() if line["event"] == "attempt"]
        assert (failed["deployment"], failed["error"]) == ("m/0", "upstream_unavailable")
        assert failed["reason"] == "cannot connect to the upstream: Connection refused"
        assert "reason" not in well


async def test_a_refusal_for_want_of_an_upstream_says_why(runner, client, nobody):
    running = await runner.start(snapshot([deployment(nobody)]))
    lines = Lines(running)
    assert (await chat(client, running)).status_code == 503
    (refused,) = [line for line in lines.read() if line["event"] == "refused"]
    assert refused["reason"] == "cannot connect to the upstream: Connection refused"


async def test_an_answer_that_breaks_off_says_why(runner, client):
    async with Upstream([stream(STREAM[:2], die=True)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url)]))
        lines = Lines(running)
        await chat(client, running, stream=True)
        (line,) = [line for line in lines.read() if line["event"] == "attempt"]
        assert (line["status"], line["reason"]) == (
            "truncated",
            "the upstream broke off its answer",
        )


async def test_what_a_provider_says_is_not_logged(runner, client):
    told = {"type": "error", "error": {"type": "timeout_error", "message": "you wrote: s3cret"}}
    script = stream([b"event: error\ndata: %b\n\n" % json.dumps(told).encode()])
    async with Upstream([script]) as upstream:
        one = deployment(upstream.base_url, dialect="anthropic_messages")
        running = await runner.start(snapshot([one]))
        lines = Lines(running)
        answer = await chat(client, running, stream=True)
        assert "s3cret" in answer.text
        logged = lines.read()
        assert {line["event"] for line in logged} == {"attempt", "refused"}
        assert "s3cret" not in json.dumps(logged)

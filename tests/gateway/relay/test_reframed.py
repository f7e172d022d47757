"""Anthropic's clients before InvokeModel, and InvokeModel's clients before Anthropic."""

import json

import pytest

from support import bytes_of_providers as said
from support.bedrock import Account, check_signature, chunk, exception, framed, refused
from support.gateway import KEY, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.dialects.bedrock_invoke.chunks import chunk_data
from vanguard.snapshot.boot import Bounds
from vanguard.snapshot.model import Budget
from vanguard.wire.event_stream import Splitter as FrameSplitter
from vanguard.wire.event_stream import read_frame
from vanguard.wire.sse import event_data

ASK = {"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "hi"}]}
CHUNKS = [chunk(event_data(one)) for one in said.ANTHROPIC_STREAM]
BETAS = {"anthropic-beta": "context-1m-2025-08-07,claude-code-20250219,mine-2026-01-01"}


def bedrock(upstream, tmp_path, **more):
    aws = Account(tmp_path).aws(anthropic=True, **more)
    return deployment(upstream.base_url, dialect="bedrock_converse", aws=aws)


async def ask(client, running, headers=None, **more):
    url = running.base_url + "/v1/messages"
    return await client.post(url, json={**ASK, **more}, headers={**KEY, **(headers or {})})


async def test_a_whole_answer(runner, client, tmp_path):
    async with Upstream([whole(200, said.ANTHROPIC_TEXT)]) as upstream:
        place = bedrock(upstream, tmp_path, betas=("mine-2026-01-01",))
        running = await runner.start(snapshot([place]))
        answer = await ask(client, running, BETAS, new_field={"a": 1.0})
        assert answer.json() == {**said.ANTHROPIC_TEXT, "model": "m"}
        assert answer.headers["x-vanguard-losses"] == "anthropic-beta: claude-code-20250219"
        (asked,) = upstream.asked
        assert asked.path == "/v1/model/upstream-model/invoke"
        check_signature(asked)
        assert asked.json() == {
            "max_tokens": 99,
            "messages": ASK["messages"],
            "new_field": {"a": 1.0},
            "anthropic_beta": ["context-1m-2025-08-07", "mine-2026-01-01"],
            "anthropic_version": "bedrock-2023-05-31",
        }
        (settled,) = running.settled()
        assert settled.usage.cache_read_tokens == 100


@pytest.mark.parametrize("pieces", [0, 1, 50])
async def test_a_streams_events_keep_their_bytes(runner, client, tmp_path, pieces):
    async with Upstream([framed(CHUNKS, pieces=pieces)]) as upstream:
        running = await runner.start(snapshot([bedrock(upstream, tmp_path)]))
        answer = await ask(client, running, stream=True)
        got = [event_data(one) for one in answer.content.split(b"\n\n")]
        assert [one for one in got if one] == [
            event_data(one).replace(b'"claude-up"', b'"m"') for one in said.ANTHROPIC_STREAM
        ]
        assert upstream.asked[0].path.endswith("/invoke-with-response-stream")
        assert [one.status for one in running.settled()] == ["ok"]


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([*CHUNKS[:4], exception("throttlingException", "slow down")], "slow down"),
        (CHUNKS[:-1], "ended before"),
        ([*CHUNKS, CHUNKS[0][:-1]], ""),
        ([*CHUNKS[:4], chunk({"type": "error", "error": {"type": "x"}})], "failed (500): x"),
    ],
)
async def test_a_broken_stream_is_told_in_anthropics_words(runner, client, tmp_path, frames, words):
    async with Upstream([framed(frames)]) as upstream:
        once = Bounds(attempts=1)
        running = await runner.start(snapshot([bedrock(upstream, tmp_path)]), bounds=once)
        answer = await ask(client, running, stream=True)
        if words:
            assert "message_stop" not in answer.text
            assert words in answer.text
            assert all(one.status in {"truncated", "failed"} for one in running.settled())
        else:
            # the end had been said: what is broken off after it takes nothing from the answer
            assert [one.status for one in running.settled()] == ["ok"]


@pytest.mark.parametrize(
    "last",
    [
        exception("throttlingException", "slow down"),
        chunk({"type": "error", "error": {"type": "x", "message": "slow down"}}),
    ],
)
async def test_what_came_before_an_error_reaches_the_client(runner, client, tmp_path, last):
    async with Upstream([framed([b"".join([*CHUNKS[:5], last])])]) as upstream:
        running = await runner.start(snapshot([bedrock(upstream, tmp_path)]))
        answer = await ask(client, running, stream=True)
        *begun, error = answer.content.rstrip().split(b"\n\n")
        told = b"".join(said.ANTHROPIC_STREAM[:5]).replace(b'"claude-up"', b'"m"')
        assert b"\n\n".join([*begun, b""]) == told
        assert error.startswith(b"event: error")
        assert b"slow down" in error
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("truncated", 2)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("overloaded_error", 529), ("rate_limit_error", 429), ("invalid_request_error", 400)],
)
async def test_an_error_before_the_first_token_keeps_its_kind(
    runner, client, tmp_path, kind, status
):
    error = chunk({"type": "error", "error": {"type": kind, "message": "words"}})
    async with Upstream([framed([CHUNKS[0], error])]) as upstream:
        once = Bounds(attempts=1)
        running = await runner.start(snapshot([bedrock(upstream, tmp_path)]), bounds=once)
        answer = await ask(client, running, stream=True)
        assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)


async def test_aws_refusals_are_told_in_anthropics_words(runner, client, tmp_path):
    async with Upstream([refused(400, "ValidationException", "max_tokens: too large")]) as upstream:
        running = await runner.start(snapshot([bedrock(upstream, tmp_path)]))
        answer = await ask(client, running)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert "max_tokens: too large" in answer.json()["error"]["message"]


async def test_guardrails_and_budgets_hold(runner, client, tmp_path):
    policy = Policy("p", (Rule("word", "there"),))
    async with Upstream([framed(CHUNKS)]) as upstream:
        place = bedrock(upstream, tmp_path)
        running = await runner.start(
            snapshot([place], policies=(policy,), budget=Budget(1_000_000))
        )
        answer = await ask(client, running, stream=True)
        assert "[word]" in answer.text


INVOKE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": ASK["messages"]}


async def test_the_other_way_round(runner, client):
    async with Upstream(
        [
            stream(said.ANTHROPIC_STREAM),
            stream(said.ANTHROPIC_STREAM[:-1]),
            whole(400, {"error": {"message": "bad"}}),
        ]
    ) as upstream:
        place = deployment(upstream.base_url, dialect="anthropic_messages")
        running = await runner.start(snapshot([place], budget=Budget(1_000_000)))
        url = running.base_url + "/aws/model/m/invoke-with-response-stream"
        answer = await client.post(url, json=INVOKE, headers=KEY)
        assert answer.content.count(b"chunk") == len(said.ANTHROPIC_STREAM)
        assert upstream.asked[0].json()["model"] == "upstream-model"
        broken = await client.post(url, json=INVOKE, headers=KEY)
        assert b"modelStreamErrorException" in broken.content
        refusal = await client.post(url, json=INVOKE, headers=KEY)
        assert refusal.status_code == 400
        assert refusal.headers["x-amzn-errortype"] == "ValidationException"
        assert json.loads(refusal.content)["message"].endswith("bad")


async def test_the_other_way_round_what_came_before_an_error_reaches_the_client(runner, client):
    last = said.anthropic_event("error", error={"type": "x", "message": "slow down"})
    async with Upstream([stream([b"".join([*said.ANTHROPIC_STREAM[:5], last])])]) as upstream:
        place = deployment(upstream.base_url, dialect="anthropic_messages")
        running = await runner.start(snapshot([place]))
        url = running.base_url + "/aws/model/m/invoke-with-response-stream"
        answer = await client.post(url, json=INVOKE, headers=KEY)
        frames = FrameSplitter().feed(answer.content)
        events = [chunk_data(read_frame(one)) for one in frames[:-1]]
        assert events == [event_data(one) for one in said.ANTHROPIC_STREAM[:5]]
        assert b"modelStreamErrorException" in frames[-1]
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("truncated", 2)

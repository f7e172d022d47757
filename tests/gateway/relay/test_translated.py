"""Translation on real sockets: whatever the chunks, the client's bytes are the same."""

import pytest

from support import bytes_of_providers as said
from support.gateway import CHAT, KEY, chat, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.model import Budget


@pytest.mark.parametrize("size", [1, 3, 64, 100_000])
@pytest.mark.parametrize(
    ("dialect", "events"),
    [("anthropic_messages", said.ANTHROPIC_TOOL_STREAM), ("openai_chat", said.OPENAI_TOOL_STREAM)],
)
async def test_every_chunk_size_gives_the_same_answer(runner, client, dialect, events, size):
    raw = b"".join(events)
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    other = "/v1/messages" if dialect == "openai_chat" else "/v1/chat/completions"
    async with Upstream([stream(pieces), stream(events)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, dialect=dialect)]))
        first = await chat(client, running, path=other, stream=True)
        second = await chat(client, running, path=other, stream=True)
        ids = (first.headers["x-request-id"].encode(), second.headers["x-request-id"].encode())
        assert (
            first.content.replace(ids[0], b"ID").split(b"\n\n")[1:]
            == second.content.replace(ids[1], b"ID").split(b"\n\n")[1:]
        )
        assert [one.status for one in running.settled()] == ["ok", "ok"]


async def test_a_budgets_cap_and_a_guardrail_apply_across_dialects(runner, client):
    policy = Policy("p", (Rule("word", "there"),))
    async with Upstream([stream(said.ANTHROPIC_STREAM)]) as upstream:
        running = await runner.start(
            snapshot(
                [deployment(upstream.base_url, dialect="anthropic_messages")],
                budget=Budget(30_000),
                policies=(policy,),
            )
        )
        body = {**CHAT, "stream": True, "model": "m"}
        del body["max_tokens"]
        answer = await client.post(
            running.base_url + "/v1/chat/completions", json=body, headers=KEY
        )
        assert b"[word]" in answer.content
        assert b" there" not in answer.content
        assert upstream.asked[0].json()["max_tokens"] < 2_000


async def test_the_upstreams_error_words_reach_a_client_of_another_dialect(runner, client):
    words = {"type": "error", "error": {"type": "invalid_request_error", "message": "too odd"}}
    async with Upstream([whole(400, words)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect="anthropic_messages")])
        )
        answer = await chat(client, running)
        assert answer.status_code == 400
        assert "too odd" in answer.json()["error"]["message"]
        assert "type" not in answer.json()

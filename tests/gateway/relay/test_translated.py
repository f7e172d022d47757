"""Translation on real sockets: whatever the chunks, the client's bytes are the same."""

import json
import re

import pytest

from support import bytes_of_providers as said
from support import bytes_of_responses as responses
from support import corpus
from support.gateway import CHAT, KEY, chat, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.snapshot.model import Budget


def timeless(answer):
    """An answer without what differs between two requests: their ids, and the second they came in."""
    content = answer.content.replace(answer.headers["x-request-id"].encode(), b"ID")
    return re.sub(rb'"created":\d+', b'"created":0', content)


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
        assert timeless(first).split(b"\n\n")[1:] == timeless(second).split(b"\n\n")[1:]
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


CUSTOM_TOOL = {"type": "custom", "name": "apply_patch", "description": "Edits files."}
CROSSED = {
    "model": "m",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "edit a.txt"}]}],
    "tools": [CUSTOM_TOOL],
    "stream": True,
    "stream_options": {"include_usage": True},
    "store": False,
    "include": ["reasoning.encrypted_content"],
}


def _deltas(text: str) -> list[dict]:
    lines = [line for line in text.split("\n\n") if line.startswith("data: {")]
    return [json.loads(line[6:]) for line in lines]


async def test_a_body_of_responses_at_the_chats_path_is_answered_as_chat(runner, client):
    async with Upstream([stream(responses.CUSTOM_STREAM)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect="openai_responses")])
        )
        answer = await client.post(
            running.base_url + "/v1/chat/completions", json=CROSSED, headers=KEY
        )
        assert upstream.asked[0].path == "/v1/responses"
        assert upstream.asked[0].json()["tools"] == [CUSTOM_TOOL]
        chunks = _deltas(answer.text)
        calls = [
            call
            for one in chunks
            for choice in one["choices"]
            for call in choice["delta"].get("tool_calls", [])
        ]
        assert "".join(call["function"]["arguments"] for call in calls) == responses.PATCH
        assert chunks[-1]["usage"]["total_tokens"] == 127
        assert answer.text.endswith("data: [DONE]\n\n")
        assert "x-vanguard-losses" not in answer.headers


@pytest.mark.parametrize(
    ("dialect", "said_there"),
    [("openai_chat", said.OPENAI_TEXT), ("anthropic_messages", said.ANTHROPIC_TEXT)],
)
async def test_such_a_body_reaches_upstreams_of_other_apis(runner, client, dialect, said_there):
    policy = Policy("p", (Rule("word", "edit"),))
    async with Upstream([whole(200, said_there)]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect=dialect)], policies=(policy,))
        )
        body = {**CROSSED, "stream": False}
        url = running.base_url + "/v1/chat/completions"
        answer = await client.post(url, json=body, headers=KEY)
        assert answer.json()["choices"][0]["message"]["content"]
        assert "[word] a.txt" in str(upstream.asked[0].json()["messages"])
        kept = await client.post(url, json={**body, "previous_response_id": "resp_1"}, headers=KEY)
        assert kept.json()["error"]["param"] == "previous_response_id"
        assert [one.dialect for one in running.intents()] == ["openai_crossed"]


def _case(name: str) -> dict:
    return corpus.read(corpus.FOLDER / "replies" / f"anthropic_messages.{name}.json")


CITING = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


async def test_a_whole_answers_loss_stands_in_its_head_and_titles_are_guarded(runner, client):
    policy = Policy("p", (Rule("word", r"\bA\b"),))
    async with Upstream([whole(200, _case("citations-whole")["whole"])]) as upstream:
        places = [deployment(upstream.base_url, dialect="anthropic_messages")]
        running = await runner.start(snapshot(places, policies=(policy,)))
        url = running.base_url + "/v1/chat/completions"
        answer = await client.post(url, json=CITING, headers=KEY)
        assert answer.headers["x-vanguard-losses"] == "citations"
        (told,) = answer.json()["choices"][0]["message"]["annotations"]
        assert told["url_citation"]["title"] == "[word]"


async def test_a_streams_loss_is_named_in_the_log(runner, client):
    events = [one.encode() for one in _case("citations")["stream"]]
    policy = Policy("p", (Rule("word", r"\bA\b"),))
    async with Upstream([stream(events)]) as upstream:
        places = [deployment(upstream.base_url, dialect="anthropic_messages")]
        running = await runner.start(snapshot(places, policies=(policy,)))
        seen: list[dict] = []
        running.gateway.log.requests = True
        running.gateway.log.info = lambda event, **fields: seen.append({"event": event, **fields})
        for path in ("/v1/chat/completions", "/v1/responses"):
            body = (
                {**CITING, "stream": True}
                if "chat" in path
                else {"model": "m", "input": "hi", "stream": True}
            )
            answer = await client.post(running.base_url + path, json=body, headers=KEY)
            assert '"title":"[word]"' in answer.text
            assert '"title":"A"' not in answer.text
        lost = [one for one in seen if one["event"] == "lost in translation"]
        assert [one["names"] for one in lost] == ["citations", "citations"]
        assert lost[0]["request_id"]


OPENAI_BROKEN = [*said.OPENAI_STREAM[:3], b'data: {"error":{"message":"no more memory"}}\n\n']
ANTHROPIC_BROKEN = [
    *said.ANTHROPIC_STREAM[:5],
    said.anthropic_event("error", error={"type": "overloaded_error", "message": "no more memory"}),
]
BROKEN = pytest.mark.parametrize(
    ("dialect", "events"),
    [("anthropic_messages", ANTHROPIC_BROKEN), ("openai_chat", OPENAI_BROKEN)],
)


@pytest.mark.parametrize("size", [1, 64, 100_000])
@BROKEN
async def test_what_came_before_an_error_reaches_the_client(runner, client, dialect, events, size):
    raw = b"".join(events)
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    other = "/v1/messages" if dialect == "openai_chat" else "/v1/chat/completions"
    async with Upstream([stream(pieces), stream(events)]) as upstream:
        running = await runner.start(snapshot([deployment(upstream.base_url, dialect=dialect)]))
        first = await chat(client, running, path=other, stream=True)
        second = await chat(client, running, path=other, stream=True)
        assert timeless(first) == timeless(second)
        *_, hello, there, error = first.content.rstrip().split(b"\n\n")
        assert b'"Hello"' in hello
        assert b'" there"' in there
        assert b"no more memory" in error
        assert b'"error":' in error
        assert [one.status for one in running.settled()] == ["truncated", "truncated"]
        assert [one.usage.output_tokens for one in running.settled()] == [2, 2]


@BROKEN
async def test_what_came_before_an_error_passes_the_guardrails_too(runner, client, dialect, events):
    other = "/v1/messages" if dialect == "openai_chat" else "/v1/chat/completions"
    policy = Policy("p", (Rule("word", "Hello"),))
    async with Upstream([stream([b"".join(events)])]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url, dialect=dialect)], policies=(policy,))
        )
        answer = await chat(client, running, path=other, stream=True)
        assert "[word]" in answer.text
        assert "Hello" not in answer.text
        assert "no more memory" in answer.text


async def test_a_budget_cuts_what_came_before_an_error(runner, client):
    many = [said.OPENAI_STREAM[0], *(said.OPENAI_STREAM[1:2] * 20), OPENAI_BROKEN[-1]]
    async with Upstream([stream([b"".join(many)])]) as upstream:
        running = await runner.start(
            snapshot([deployment(upstream.base_url)], budget=Budget(30_000))
        )
        answer = await chat(client, running, path="/v1/messages", stream=True, max_tokens=9)
        assert "what its budget had reserved" in answer.text
        assert "no more memory" not in answer.text
        (settled,) = running.settled()
        assert (settled.status, settled.usage.output_tokens) == ("cut", 9)

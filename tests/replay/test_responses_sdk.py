"""The `openai` SDK's responses through the gateway: to their own dialect and to the other two."""

from __future__ import annotations

import json

import openai
import pytest

from support import bytes_of_providers as said
from support import bytes_of_responses as responses
from support.upstream import stream, whole

ACROSS = pytest.mark.parametrize(
    "dialect", ["openai_responses", "openai_chat", "anthropic_messages"]
)
WHOLE = {
    "openai_responses": responses.TEXT,
    "openai_chat": said.OPENAI_TEXT,
    "anthropic_messages": said.ANTHROPIC_TEXT,
}
STREAMS = {
    "openai_responses": responses.STREAM,
    "openai_chat": said.OPENAI_STREAM,
    "anthropic_messages": said.ANTHROPIC_STREAM,
}
TOOL_STREAMS = {
    "openai_responses": responses.TOOL_STREAM,
    "openai_chat": said.OPENAI_TOOL_STREAM,
    "anthropic_messages": said.ANTHROPIC_TOOL_STREAM,
}
INPUT_TOKENS = {"openai_responses": 120, "openai_chat": 120, "anthropic_messages": 150}
TOOLS = [
    {
        "type": "function",
        "name": "weather",
        "description": "Weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        "strict": False,
    }
]


@ACROSS
async def test_whole_answers(serve, openai_to, dialect):
    running, upstream = await serve(dialect, whole(200, WHOLE[dialect]))
    answer = await openai_to(running).responses.create(
        model="m", input="Say hello", max_output_tokens=50, instructions="Be brief"
    )
    assert answer.output_text == "Hello there"
    assert answer.status == "completed"
    cap = {"openai_responses": "max_output_tokens"}.get(dialect, "max_tokens")
    assert upstream.asked[0].json()[cap] == 50
    assert b"Be brief" in upstream.asked[0].body
    assert answer.usage.input_tokens == INPUT_TOKENS[dialect]
    assert answer.usage.input_tokens_details.cached_tokens == 100
    (settled,) = running.settled()
    assert (settled.usage.input_tokens, settled.usage.output_tokens) == (INPUT_TOKENS[dialect], 7)


@ACROSS
async def test_streams_in_the_full_order_of_events(serve, openai_to, dialect):
    running, _ = await serve(dialect, stream(STREAMS[dialect]))
    kinds, numbers = [], []
    async with openai_to(running).responses.stream(model="m", input="Say hello") as events:
        async for event in events:
            kinds.append(event.type)
            numbers.append(event.sequence_number)
        answer = await events.get_final_response()
    assert kinds == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert numbers == list(range(10))
    assert answer.output_text == "Hello there"
    assert answer.usage.output_tokens == 7
    (settled,) = running.settled()
    assert (settled.status, settled.usage.output_tokens) == ("ok", 7)


@ACROSS
async def test_parallel_calls_and_their_results(serve, openai_to, dialect):
    running, upstream = await serve(
        dialect, stream(TOOL_STREAMS[dialect]), stream(STREAMS[dialect])
    )
    client = openai_to(running)
    ask = {"model": "m", "tools": TOOLS, "store": False}
    history = [{"role": "user", "content": "Say hello"}]
    async with client.responses.stream(input=history, **ask) as events:
        answer = await events.get_final_response()
    calls = [one for one in answer.output if one.type == "function_call"]
    assert [json.loads(one.arguments)["city"] for one in calls] == ["Cairo", "Oslo"]
    history += [one.model_dump(exclude_none=True) for one in answer.output]
    history += [
        {"type": "function_call_output", "call_id": one.call_id, "output": "warm"} for one in calls
    ]
    async with client.responses.stream(input=history, **ask) as events:
        assert (await events.get_final_response()).output_text == "Hello there"
    asked = upstream.asked[1].body
    assert asked.count(b"warm") == 2
    assert all(asked.count(one.call_id.encode()) == 2 for one in calls)


@ACROSS
async def test_a_refused_request_raises_with_the_upstreams_words(serve, openai_to, dialect):
    error = {"message": "too odd", "type": "invalid_request_error", "param": None, "code": None}
    body = (
        {"type": "error", "error": error} if dialect == "anthropic_messages" else {"error": error}
    )
    running, _ = await serve(dialect, whole(400, body))
    with pytest.raises(openai.BadRequestError, match="too odd"):
        await openai_to(running).responses.create(model="m", input="hi")


@ACROSS
async def test_a_broken_stream_raises_and_is_never_whole(serve, openai_to, dialect):
    cut = {"openai_responses": 6, "openai_chat": 3, "anthropic_messages": 5}[dialect]
    running, _ = await serve(dialect, stream(STREAMS[dialect][:cut], die=True))
    client = openai_to(running)
    kinds: list[str] = []

    async def read() -> None:
        events = await client.responses.create(model="m", input="hi", stream=True)
        async for event in events:
            kinds.append(event.type)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(openai.APIError, match="upstream"):
        await read()
    assert "response.output_text.delta" in kinds
    assert "response.completed" not in kinds
    assert running.settled()[0].status == "truncated"

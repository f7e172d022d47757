"""The `anthropic` SDK through the gateway: to its own dialect and to the other one."""

import json

import anthropic
import pytest

from support import bytes_of_providers as said
from support.upstream import stream, whole
from vanguard.snapshot.model import Limits

USER = [{"role": "user", "content": "Say hello"}]
TOOLS = [
    {
        "name": "weather",
        "description": "Weather of a city",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
]
ASK = {"model": "m", "max_tokens": 2000, "messages": USER}
ACROSS = pytest.mark.parametrize("dialect", ["anthropic_messages", "openai_chat"])
WHOLE = {"openai_chat": said.OPENAI_TEXT, "anthropic_messages": said.ANTHROPIC_TEXT}
STREAMS = {"openai_chat": said.OPENAI_STREAM, "anthropic_messages": said.ANTHROPIC_STREAM}


@ACROSS
async def test_whole_answers(serve, anthropic_to, dialect):
    running, upstream = await serve(dialect, whole(200, WHOLE[dialect]))
    answer = await anthropic_to(running).messages.create(**ASK, system="Be brief.")
    assert answer.content[0].text == "Hello there"
    assert answer.stop_reason == "end_turn"
    assert answer.usage.output_tokens == 7
    assert answer.usage.cache_read_input_tokens == 100
    assert answer.usage.input_tokens == 20
    asked = upstream.asked[0].json()
    assert asked["model"] == "upstream-model"
    if dialect == "openai_chat":
        assert asked["messages"][0] == {"role": "system", "content": "Be brief."}
    (settled,) = running.settled()
    assert settled.usage.cache_read_tokens == 100


@ACROSS
async def test_streams_have_their_usage_from_the_start(serve, anthropic_to, dialect):
    running, _ = await serve(dialect, stream(STREAMS[dialect]))
    async with anthropic_to(running).messages.stream(**ASK) as events:
        kinds = [event.type async for event in events]
        message = await events.get_final_message()
    assert message.content[0].text == "Hello there"
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens == 7
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    (settled,) = running.settled()
    assert (settled.status, settled.usage.output_tokens) == ("ok", 7)


@ACROSS
@pytest.mark.parametrize("streamed", [True, False])
async def test_parallel_tool_calls(serve, anthropic_to, dialect, streamed):
    replies = {
        ("openai_chat", True): stream(said.OPENAI_TOOL_STREAM),
        ("openai_chat", False): whole(200, said.OPENAI_TOOLS),
        ("anthropic_messages", True): stream(said.ANTHROPIC_TOOL_STREAM),
        ("anthropic_messages", False): whole(200, said.ANTHROPIC_TOOLS),
    }
    running, _ = await serve(dialect, replies[dialect, streamed])
    client = anthropic_to(running)
    if streamed:
        async with client.messages.stream(**ASK, tools=TOOLS) as events:
            message = await events.get_final_message()
    else:
        message = await client.messages.create(**ASK, tools=TOOLS)
    calls = [(part.name, part.input) for part in message.content if part.type == "tool_use"]
    assert calls == [("weather", {"city": "Cairo"}), ("weather", {"city": "Oslo"})]
    assert message.stop_reason == "tool_use"


async def test_tool_results_and_images_reach_an_openai_upstream(serve, anthropic_to):
    running, upstream = await serve("openai_chat", whole(200, said.OPENAI_TEXT))
    image = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
    }
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "What?"}, image]},
        {"role": "assistant", "content": said.ANTHROPIC_CALLS},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_Cairo", "content": "hot"},
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_Oslo",
                    "content": [{"type": "text", "text": "cold"}],
                    "is_error": True,
                },
                {"type": "text", "text": "So?"},
            ],
        },
    ]
    await anthropic_to(running).messages.create(**{**ASK, "messages": messages}, tools=TOOLS)
    asked = upstream.asked[0].json()
    roles = [message["role"] for message in asked["messages"]]
    assert roles == ["user", "assistant", "tool", "tool", "user"]
    assert "data:image/png;base64,aGk=" in json.dumps(asked["messages"][0])
    assert [call["id"] for call in asked["messages"][1]["tool_calls"]] == [
        "toolu_Cairo",
        "toolu_Oslo",
    ]
    assert asked["messages"][2]["tool_call_id"] == "toolu_Cairo"


@ACROSS
async def test_thinking_with_its_signature(serve, anthropic_to, dialect):
    replies = {
        "anthropic_messages": said.ANTHROPIC_THINKING_STREAM,
        "openai_chat": said.OPENAI_THINKING_STREAM,
    }
    running, upstream = await serve(dialect, stream(replies[dialect]))
    async with anthropic_to(running).messages.stream(
        **ASK, thinking={"type": "enabled", "budget_tokens": 1024}
    ) as events:
        message = await events.get_final_message()
    assert [part.type for part in message.content] == ["thinking", "text"]
    assert message.content[0].thinking == "Let me think"
    if dialect == "anthropic_messages":
        assert message.content[0].signature == "c2ln"
    else:
        assert upstream.asked[0].json().get("reasoning_effort")


@ACROSS
async def test_errors_come_as_the_sdks_own_exceptions(serve, anthropic_to, dialect):
    overloaded = {
        "openai_chat": whole(503, {"error": {"message": "no"}}, {"retry-after": "9"}),
        "anthropic_messages": whole(529, said.ANTHROPIC_OVERLOADED, {"retry-after": "9"}),
    }
    running, _ = await serve(dialect, overloaded[dialect])
    with pytest.raises(anthropic.APIStatusError) as caught:
        await anthropic_to(running).messages.create(**ASK)
    assert caught.value.status_code == {"openai_chat": 503, "anthropic_messages": 529}[dialect]
    assert caught.value.body["error"]["type"] == "overloaded_error"
    assert caught.value.body["type"] == "error"
    assert caught.value.request_id.startswith("req_")
    assert caught.value.response.headers["retry-after"]


async def test_limits_are_rate_limit_errors(serve, anthropic_to):
    running, _ = await serve(
        "anthropic_messages", whole(200, said.ANTHROPIC_TEXT), limits=Limits(1)
    )
    client = anthropic_to(running)
    raw = await client.messages.with_raw_response.create(**ASK)
    assert raw.headers["anthropic-ratelimit-requests-remaining"] == "0"
    with pytest.raises(anthropic.RateLimitError, match="requests a minute"):
        await client.messages.create(**ASK)


@ACROSS
async def test_a_stream_that_breaks_off_raises(serve, anthropic_to, dialect):
    half = STREAMS[dialect][:4]
    running, _ = await serve(dialect, stream(half, die=True))
    async with anthropic_to(running).messages.stream(**ASK) as events:
        with pytest.raises(anthropic.APIStatusError):
            await events.get_final_message()
    assert running.settled()[-1].status == "truncated"


async def test_beta_headers_reach_an_anthropic_upstream_and_no_other(serve, anthropic_to):
    headers = {"anthropic-beta": "context-1m-2025-08-07"}
    running, upstream = await serve("anthropic_messages", whole(200, said.ANTHROPIC_TEXT))
    await anthropic_to(running).messages.create(**ASK, extra_headers=headers)
    assert upstream.asked[0].headers["anthropic-beta"] == "context-1m-2025-08-07"
    assert upstream.asked[0].headers["anthropic-version"]
    running, upstream = await serve("openai_chat", whole(200, said.OPENAI_TEXT))
    await anthropic_to(running).messages.create(**ASK, extra_headers=headers)
    assert "anthropic-beta" not in upstream.asked[0].headers


async def test_counting_tokens_and_listing_models(serve, anthropic_to):
    running, _ = await serve("openai_chat", whole(200, said.OPENAI_TEXT))
    client = anthropic_to(running)
    count = await client.messages.count_tokens(model="m", messages=USER)
    assert count.input_tokens > 0
    assert [model.id async for model in client.models.list()] == ["alias", "e", "m"]

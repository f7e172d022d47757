"""The `openai` SDK's responses through the gateway: to their own dialect and to the other two."""

from __future__ import annotations

import json

import openai
import pytest

from support import bytes_of_providers as said
from support import bytes_of_responses as responses
from support.gateway import GatewayRunner, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.core.policy import Policy, Rule
from vanguard.dialects import seals
from vanguard.snapshot.model import Budget

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


PATCH_TOOL = {
    "type": "custom",
    "name": "apply_patch",
    "description": "Edits files",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"},
}
WRAPPED = [
    said.openai_chunk(
        {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "apply_patch"}}]}
    ),
    said.openai_chunk(
        {"tool_calls": [{"index": 0, "function": {"arguments": json.dumps({"input": "+é"})}}]}
    ),
    said.openai_chunk({}, "tool_calls"),
    said.openai_chunk(usage=said.OPENAI_USAGE),
    b"data: [DONE]\n\n",
]


async def test_a_patch_tool_works_at_an_upstream_that_knows_functions_alone(serve, openai_to):
    running, upstream = await serve("openai_chat", stream(WRAPPED), stream(STREAMS["openai_chat"]))
    client = openai_to(running)
    ask = {"model": "m", "tools": [PATCH_TOOL]}
    async with client.responses.stream(input="patch", **ask) as events:
        (call,) = (await events.get_final_response()).output
    assert (call.type, call.input) == ("custom_tool_call", "+é")
    history = [
        {"role": "user", "content": "patch"},
        call.model_dump(exclude_none=True),
        {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "done"},
    ]
    answer = await client.responses.with_raw_response.create(input=history, stream=True, **ask)
    assert answer.headers["x-vanguard-losses"] == "tools[0].format"
    asked = upstream.asked[1].json()["messages"]
    assert asked[1]["tool_calls"][0]["function"]["arguments"] == '{"input":"+é"}'
    assert asked[2] == {"role": "tool", "tool_call_id": "c1", "content": "done"}


async def test_claudes_seal_comes_back_through_a_responses_client(serve, openai_to):
    running, upstream = await serve(
        "anthropic_messages",
        stream(said.ANTHROPIC_THINKING_STREAM),
        stream(STREAMS["anthropic_messages"]),
    )
    client = openai_to(running)
    ask = {"model": "m", "reasoning": {"effort": "high", "summary": "auto"}, "store": False}
    async with client.responses.stream(input="think", **ask) as events:
        answer = await events.get_final_response()
    reasoning, message = answer.output
    assert reasoning.summary[0].text == "Let me think"
    history = [{"role": "user", "content": "think"}]
    history += [one.model_dump(exclude_none=True) for one in (reasoning, message)]
    history.append({"role": "user", "content": "on"})
    async with client.responses.stream(input=history, **ask) as events:
        await events.get_final_response()
    asked = upstream.asked[1].json()
    assert asked["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert asked["messages"][1]["content"][0] == {
        "type": "thinking",
        "thinking": "Let me think",
        "signature": "c2ln",
    }


async def test_openais_seal_comes_back_through_an_anthropic_client(serve, anthropic_to):
    running, upstream = await serve(
        "openai_responses", stream(responses.THINKING_STREAM), whole(200, responses.TEXT)
    )
    client = anthropic_to(running)
    ask = {"model": "m", "max_tokens": 2000, "thinking": {"type": "adaptive"}}
    user = {"role": "user", "content": "think"}
    async with client.messages.stream(messages=[user], **ask) as events:
        answer = await events.get_final_message()
    content = [block.model_dump(exclude_none=True) for block in answer.content]
    history = [user, {"role": "assistant", "content": content}, {"role": "user", "content": "on"}]
    assert (await client.messages.create(messages=history, **ask)).content[0].text == "Hello there"
    (item,) = [one for one in upstream.asked[1].json()["input"] if one["type"] == "reasoning"]
    assert (item["id"], item["encrypted_content"]) == ("rs_1", "gAAAAsealed==")
    # the envelope tells which deployment can read it
    origin = seals.disclose(answer.content[0].signature).origin
    assert origin == "m/0"


async def test_an_upstream_that_speaks_both_is_reached_in_the_clients_own_dialect(
    tmp_path, openai_to
):
    runner = GatewayRunner(tmp_path)
    async with Upstream([whole(200, responses.TEXT), whole(200, said.OPENAI_TEXT)]) as upstream:
        place = deployment(upstream.base_url, also=("openai_responses",))
        running = await runner.start(snapshot([place]))
        client = openai_to(running)
        await client.responses.create(model="m", input="hi", previous_response_id="resp_0")
        await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "hi"}]
        )
        assert [one.path for one in upstream.asked] == ["/v1/responses", "/v1/chat/completions"]
        assert upstream.asked[0].json()["previous_response_id"] == "resp_0"
        await runner.stop_all()


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
async def test_what_rests_on_openais_memory_is_refused_elsewhere(serve, openai_to, dialect):
    running, upstream = await serve(dialect, whole(200, WHOLE[dialect]))
    client = openai_to(running)
    with pytest.raises(openai.BadRequestError, match="whole conversation") as caught:
        await client.responses.create(model="m", input="hi", previous_response_id="resp_0")
    assert caught.value.param == "previous_response_id"
    assert not upstream.asked
    for call in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.NotFoundError, match="not kept here"):
            await call("resp_0")
    with pytest.raises(openai.BadRequestError, match="background"):
        await client.responses.create(model="m", input="hi", background=True)


@ACROSS
async def test_guardrails_and_budgets_hold(serve, openai_to, dialect):
    policy = Policy("p", (Rule("word", "there"),))
    running, upstream = await serve(
        dialect, stream(STREAMS[dialect]), budget=Budget(30_000), policies=(policy,)
    )
    async with openai_to(running).responses.stream(model="m", input="you there") as events:
        said_ = [event async for event in events]
        answer = await events.get_final_response()
    assert answer.output_text == "Hello [word]"
    assert [event.sequence_number for event in said_] == list(range(len(said_)))
    assert b"there" not in upstream.asked[0].body
    cap = "max_output_tokens" if dialect == "openai_responses" else "max_tokens"
    assert upstream.asked[0].json()[cap] < 2_000
    assert running.settled()[0].usage.output_tokens == 7


async def test_strict_refuses_a_loss_and_passes_what_is_carried(serve, openai_to):
    running, _ = await serve("anthropic_messages", whole(200, said.ANTHROPIC_TEXT))
    client = openai_to(running).with_options(default_headers={"x-vanguard-strict": "true"})
    assert (await client.responses.create(model="m", input="hi", tools=TOOLS)).output
    with pytest.raises(openai.BadRequestError, match=r"tools\[0\]"):
        await client.responses.create(model="m", input="hi", tools=[{"type": "web_search"}])

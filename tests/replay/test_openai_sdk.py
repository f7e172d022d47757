"""The `openai` SDK through the gateway: to its own dialect and to the other one."""

import json

import openai
import pytest

from support import bytes_of_providers as said
from support.gateway import SECRET, GatewayRunner, deployment, snapshot
from support.upstream import Upstream, stream, whole
from vanguard.snapshot.model import Budget, Limits

USER = [{"role": "user", "content": "Say hello"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ACROSS = pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages"])
WHOLE = {"openai_chat": said.OPENAI_TEXT, "anthropic_messages": said.ANTHROPIC_TEXT}
STREAMS = {"openai_chat": said.OPENAI_STREAM, "anthropic_messages": said.ANTHROPIC_STREAM}


@ACROSS
async def test_whole_answers(serve, openai_to, dialect):
    running, upstream = await serve(dialect, whole(200, WHOLE[dialect]))
    answer = await openai_to(running).chat.completions.create(
        model="m", messages=USER, max_tokens=50
    )
    assert answer.choices[0].message.content == "Hello there"
    assert answer.choices[0].finish_reason == "stop"
    assert upstream.asked[0].json()["max_tokens"] == 50
    cached = answer.usage.prompt_tokens_details.cached_tokens
    assert cached == 100
    expected = {"openai_chat": (120, 7), "anthropic_messages": (150, 7)}[dialect]
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == expected
    (settled,) = running.settled()
    assert (settled.usage.input_tokens, settled.usage.output_tokens) == expected
    assert settled.usage.cache_read_tokens == 100


@ACROSS
@pytest.mark.parametrize("include_usage", [True, False])
async def test_streams(serve, openai_to, dialect, include_usage):
    running, _ = await serve(dialect, stream(STREAMS[dialect]))
    options = {"stream_options": {"include_usage": True}} if include_usage else {}
    text, usage, finish = "", None, None
    stream_ = await openai_to(running).chat.completions.create(
        model="m", messages=USER, stream=True, **options
    )
    async for part in stream_:
        usage = part.usage or usage
        for choice in part.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    assert (text, finish) == ("Hello there", "stop")
    assert (usage is not None) == include_usage
    (settled,) = running.settled()
    assert (settled.status, settled.usage.output_tokens) == ("ok", 7)
    assert settled.usage.cache_read_tokens == 100
    if dialect == "anthropic_messages":
        assert settled.usage.cache_write_1h_tokens == 20


@ACROSS
@pytest.mark.parametrize("streamed", [True, False])
async def test_parallel_tool_calls(serve, openai_to, dialect, streamed):
    replies = {
        ("openai_chat", True): stream(said.OPENAI_TOOL_STREAM),
        ("openai_chat", False): whole(200, said.OPENAI_TOOLS),
        ("anthropic_messages", True): stream(said.ANTHROPIC_TOOL_STREAM),
        ("anthropic_messages", False): whole(200, said.ANTHROPIC_TOOLS),
    }
    running, upstream = await serve(dialect, replies[dialect, streamed])
    client = openai_to(running)
    ask = {"model": "m", "messages": USER, "tools": TOOLS, "tool_choice": "auto"}
    calls = {}
    if streamed:
        async for part in await client.chat.completions.create(stream=True, **ask):
            for choice in part.choices:
                for call in choice.delta.tool_calls or []:
                    known = calls.setdefault(call.index, ["", ""])
                    known[0] += call.function.name or ""
                    known[1] += call.function.arguments or ""
                finish = choice.finish_reason
        found = [(name, json.loads(arguments)) for name, arguments in calls.values()]
    else:
        answer = await client.chat.completions.create(**ask)
        finish = answer.choices[0].finish_reason
        found = [
            (call.function.name, json.loads(call.function.arguments))
            for call in answer.choices[0].message.tool_calls
        ]
    assert found == [("weather", {"city": "Cairo"}), ("weather", {"city": "Oslo"})]
    assert finish == "tool_calls"
    asked = upstream.asked[0].json()["tools"][0]
    schema = asked.get("input_schema") or asked["function"]["parameters"]
    assert schema == TOOLS[0]["function"]["parameters"]


async def test_tool_results_images_and_system_reach_an_anthropic_upstream(serve, openai_to):
    running, upstream = await serve("anthropic_messages", whole(200, said.ANTHROPIC_TEXT))
    messages = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
                {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
            ],
        },
        {"role": "assistant", "content": None, "tool_calls": said.OPENAI_CALLS},
        {"role": "tool", "tool_call_id": "call_Cairo", "content": "hot"},
        {"role": "tool", "tool_call_id": "call_Oslo", "content": "cold"},
    ]
    await openai_to(running).chat.completions.create(
        model="m", messages=messages, tools=TOOLS, stop=["END"], temperature=0.5
    )
    asked = upstream.asked[0].json()
    assert "Be brief." in json.dumps(asked["system"])
    assert [message["role"] for message in asked["messages"]] == ["user", "assistant", "user"]
    images = [part["source"] for part in asked["messages"][0]["content"] if part["type"] == "image"]
    assert images[0] == {"type": "base64", "media_type": "image/png", "data": PIXEL}
    assert images[1] == {"type": "url", "url": "https://example.com/a.png"}
    results = asked["messages"][2]["content"]
    assert [part["tool_use_id"] for part in results] == ["call_Cairo", "call_Oslo"]
    assert asked["stop_sequences"] == ["END"]
    assert asked["max_tokens"] > 0


async def test_what_cannot_be_carried_is_listed_or_refused(serve, openai_to):
    running, _ = await serve("anthropic_messages", whole(200, said.ANTHROPIC_TEXT))
    client = openai_to(running)
    ask = {"model": "m", "messages": USER, "seed": 7, "logit_bias": {"5": 1}}
    raw = await client.chat.completions.with_raw_response.create(**ask)
    losses = raw.headers["x-vanguard-losses"]
    assert "seed" in losses
    assert "logit_bias" in losses
    with pytest.raises(openai.BadRequestError, match="X-Vanguard-Strict"):
        await client.chat.completions.create(**ask, extra_headers={"X-Vanguard-Strict": "true"})


@ACROSS
async def test_errors_come_as_the_sdks_own_exceptions(serve, openai_to, dialect):
    refusals = {
        "openai_chat": {"error": {"message": "bad temperature", "type": "invalid_request_error"}},
        "anthropic_messages": {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "bad temperature"},
        },
    }
    running, _ = await serve(dialect, whole(400, refusals[dialect]))
    with pytest.raises(openai.BadRequestError, match="bad temperature") as caught:
        await openai_to(running).chat.completions.create(model="m", messages=USER)
    assert caught.value.request_id.startswith("req_")


async def test_limits_and_budgets_are_rate_limit_errors(serve, openai_to):
    running, _ = await serve("openai_chat", whole(200, said.OPENAI_TEXT), limits=Limits(1))
    client = openai_to(running)
    await client.chat.completions.create(model="m", messages=USER)
    with pytest.raises(openai.RateLimitError) as caught:
        await client.chat.completions.create(model="m", messages=USER)
    assert int(caught.value.response.headers["retry-after"]) >= 1
    running, _ = await serve("openai_chat", whole(200, said.OPENAI_TEXT), budget=Budget(10))
    with pytest.raises(openai.RateLimitError, match="budget"):
        await openai_to(running).chat.completions.create(model="m", messages=USER, max_tokens=50)


@ACROSS
async def test_a_stream_that_breaks_off_raises(serve, openai_to, dialect):
    half = STREAMS[dialect][:4]
    running, _ = await serve(dialect, stream(half, die=True))
    parts = await openai_to(running).chat.completions.create(model="m", messages=USER, stream=True)
    with pytest.raises(openai.APIError):
        [part async for part in parts]
    assert running.settled()[-1].status == "truncated"


async def test_an_anthropic_upstreams_thinking_is_not_mistaken_for_the_answer(serve, openai_to):
    running, _ = await serve("anthropic_messages", stream(said.ANTHROPIC_THINKING_STREAM))
    text, thinking = "", ""
    async for part in await openai_to(running).chat.completions.create(
        model="m", messages=USER, stream=True, reasoning_effort="low"
    ):
        for choice in part.choices:
            text += choice.delta.content or ""
            thinking += getattr(choice.delta, "reasoning_content", None) or ""
    assert (text, thinking) == ("Hello there", "Let me think")


async def test_structured_output_reaches_an_anthropic_upstream(serve, openai_to):
    reply = {**said.ANTHROPIC_TEXT, "content": [{"type": "text", "text": '{"city":"Cairo"}'}]}
    running, upstream = await serve("anthropic_messages", whole(200, reply))
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    answer = await openai_to(running).chat.completions.create(
        model="m",
        messages=USER,
        response_format={"type": "json_schema", "json_schema": {"name": "city", "schema": schema}},
    )
    assert json.loads(answer.choices[0].message.content) == {"city": "Cairo"}
    assert '"city"' in upstream.asked[0].body.decode()


async def test_models_and_embeddings(serve, openai_to):
    reply = {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
        "model": "e-up",
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }
    running, _ = await serve("openai_chat", whole(200, reply))
    client = openai_to(running)
    assert {model.id async for model in client.models.list()} == {"m", "alias", "e"}
    answer = await client.embeddings.create(model="e", input="hello", encoding_format="float")
    assert answer.data[0].embedding == [0.5, 0.25]
    assert running.settled()[0].usage.input_tokens == 3


@pytest.mark.parametrize("dated", [True, False])
async def test_azures_own_client_and_the_gateway_ask_azure_alike(tmp_path, dated):
    """The `openai` package's Azure client is the measure of what an Azure upstream is asked."""
    version = "2024-10-21"
    async with Upstream([whole(200, said.OPENAI_TEXT)]) as upstream:
        root = f"http://127.0.0.1:{upstream.port}"
        if dated:
            direct = openai.AsyncAzureOpenAI(
                azure_endpoint=root, api_version=version, api_key="k", max_retries=0
            )
        else:
            direct = openai.AsyncOpenAI(base_url=f"{root}/openai/v1/", api_key="k", max_retries=0)
        await direct.chat.completions.create(model="upstream-model", messages=USER)
        await direct.close()
        paths = {"chat": f"/deployments/{{model}}/chat/completions?api-version={version}"}
        place = deployment(
            f"{root}/openai" if dated else f"{root}/openai/v1",
            paths=paths if dated else {},
            auth_header="api-key",
            credential="env:AZURE_TEST_KEY",
        )
        runner = GatewayRunner(tmp_path)
        try:
            running = await runner.start(snapshot([place]))
            running.gateway.credentials._environment["AZURE_TEST_KEY"] = b"k"
            client = openai.AsyncOpenAI(base_url=running.base_url + "/v1", api_key=SECRET)
            await client.chat.completions.create(model="m", messages=USER)
            await client.close()
        finally:
            await runner.stop_all()
        first, second = upstream.asked
        assert second.path == first.path
        assert second.json() == first.json()
        assert second.headers["api-key"] == "k"
        if dated:
            assert first.headers["api-key"] == "k"

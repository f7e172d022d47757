"""The `google-genai` SDK through the gateway: to its own dialect and to the others."""

from __future__ import annotations

import json

import pytest

from support import bytes_of_google as google
from support import bytes_of_providers as said
from support.upstream import stream, whole
from vanguard.snapshot.model import Limits

# importing the SDK takes seconds
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning"),
]

DIALECTS = ["google_generate", "openai_chat", "anthropic_messages"]
ACROSS = pytest.mark.parametrize("dialect", DIALECTS)
FOREIGN = pytest.mark.parametrize("dialect", DIALECTS[1:])
WHOLE = {
    "google_generate": google.TEXT,
    "openai_chat": said.OPENAI_TEXT,
    "anthropic_messages": said.ANTHROPIC_TEXT,
}
STREAMS = {
    "google_generate": google.STREAM,
    "openai_chat": said.OPENAI_STREAM,
    "anthropic_messages": said.ANTHROPIC_STREAM,
}
TOOLS = {
    ("google_generate", False): whole(200, google.TOOLS),
    ("google_generate", True): stream(google.TOOL_STREAM),
    ("openai_chat", False): whole(200, said.OPENAI_TOOLS),
    ("openai_chat", True): stream(said.OPENAI_TOOL_STREAM),
    ("anthropic_messages", False): whole(200, said.ANTHROPIC_TOOLS),
    ("anthropic_messages", True): stream(said.ANTHROPIC_TOOL_STREAM),
}
SCHEMA = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}


def config(**fields):
    from google.genai import types

    return types.GenerateContentConfig(**fields)


def weather():
    from google.genai import types

    declared = types.FunctionDeclaration(
        name="weather", description="Weather of a city", parameters=SCHEMA
    )
    return types.Tool(function_declarations=[declared])


@ACROSS
async def test_whole_answers(serve, google_to, dialect):
    running, upstream = await serve(dialect, whole(200, WHOLE[dialect]))
    answer = await google_to(running).models.generate_content(
        model="m", contents="Say hello", config=config(max_output_tokens=50, temperature=0.5)
    )
    assert answer.text == "Hello there"
    assert answer.candidates[0].finish_reason == "STOP"
    told = answer.usage_metadata
    assert told.cached_content_token_count == 100
    expected = {
        "google_generate": (120, 12),
        "openai_chat": (120, 7),
        "anthropic_messages": (150, 7),
    }[dialect]
    assert told.prompt_token_count == expected[0]
    (settled,) = running.settled()
    assert (settled.usage.input_tokens, settled.usage.output_tokens) == expected
    assert settled.usage.cache_read_tokens == 100
    assert b"50" in upstream.asked[0].body
    if dialect == "google_generate":
        assert upstream.asked[0].path == "/v1/models/upstream-model:generateContent"


@ACROSS
async def test_streams(serve, google_to, dialect):
    running, upstream = await serve(dialect, stream(STREAMS[dialect]))
    text, finish, usage = "", None, None
    async for chunk in await google_to(running).models.generate_content_stream(
        model="m", contents="Say hello"
    ):
        text += chunk.text or ""
        finish = chunk.candidates[0].finish_reason or finish
        usage = chunk.usage_metadata or usage
    assert (text, finish) == ("Hello there", "STOP")
    assert usage.cached_content_token_count == 100
    (settled,) = running.settled()
    assert (settled.status, settled.usage.cache_read_tokens) == ("ok", 100)
    if dialect == "google_generate":
        assert upstream.asked[0].path == "/v1/models/upstream-model:streamGenerateContent?alt=sse"


@ACROSS
@pytest.mark.parametrize("streamed", [True, False])
async def test_parallel_tool_calls(serve, google_to, dialect, streamed):
    running, upstream = await serve(dialect, TOOLS[dialect, streamed])
    models = google_to(running).models
    from google.genai import types

    settings = config(
        tools=[weather()],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    ask = {"model": "m", "contents": "Weather?", "config": settings}
    calls = []
    if streamed:
        async for chunk in await models.generate_content_stream(**ask):
            calls += chunk.function_calls or []
    else:
        calls = (await models.generate_content(**ask)).function_calls
    found = [(call.name, call.args) for call in calls]
    assert found == [("weather", {"city": "Cairo"}), ("weather", {"city": "Oslo"})]
    assert len({call.id for call in calls}) == 2
    assert b'"weather"' in upstream.asked[0].body


@FOREIGN
async def test_a_tool_loop_in_a_chat_of_the_sdk(serve, google_to, dialect):
    """The SDK's own history goes back, calls with the ids that the upstream gave them."""
    running, upstream = await serve(
        dialect, TOOLS[dialect, False], whole(200, WHOLE[dialect]), whole(200, WHOLE[dialect])
    )

    def weather_of(city: str) -> str:
        """Weather of a city."""
        return f"hot in {city}"

    weather_of.__name__ = "weather"
    chat = google_to(running).chats.create(model="m", config=config(tools=[weather_of]))
    answer = await chat.send_message("Weather?")
    assert answer.text == "Hello there"
    asked = upstream.asked[1].body.decode()
    assert "hot in Cairo" in asked
    assert "hot in Oslo" in asked
    sent = upstream.asked[1].json()["messages"]
    if dialect == "openai_chat":
        ids = [call["id"] for call in sent[1]["tool_calls"]]
        assert [one["tool_call_id"] for one in sent[2:]] == ids
    else:
        ids = [block["id"] for block in sent[1]["content"] if block["type"] == "tool_use"]
        assert [block["tool_use_id"] for block in sent[2]["content"]] == ids


async def test_claudes_thinking_comes_and_goes_back_sealed(serve, google_to):
    running, upstream = await serve(
        "anthropic_messages",
        stream(said.ANTHROPIC_THINKING_STREAM),
        whole(200, said.ANTHROPIC_TEXT),
    )
    from google.genai import types

    settings = config(
        thinking_config=types.ThinkingConfig(thinking_budget=2048, include_thoughts=True),
        max_output_tokens=4096,
    )
    chat = google_to(running).chats.create(model="m", config=settings)
    thought = ""
    async for chunk in await chat.send_message_stream("Say hello"):
        for part in chunk.candidates[0].content.parts or []:
            thought += part.text if part.thought else ""
    assert thought == "Let me think"
    await chat.send_message("Again")
    assert upstream.asked[0].json()["thinking"]["budget_tokens"] == 2048
    block = upstream.asked[1].json()["messages"][1]["content"][0]
    assert block["thinking"] == "Let me think"
    assert (
        json.dumps(block["signature"]).strip('"')
        in b"".join(said.ANTHROPIC_THINKING_STREAM).decode()
    )


async def test_counts(serve, google_to):
    running, upstream = await serve("google_generate", whole(200, {"totalTokens": 31}))
    assert running.gateway.state.view.snapshot.deployments["m/0"].counts_tokens is False
    estimate = await google_to(running).models.count_tokens(model="m", contents="hello")
    assert estimate.total_tokens > 0
    assert not upstream.asked


async def test_embeddings_of_an_openai_upstream(serve, google_to):
    reply = {
        "data": [{"index": i, "embedding": [0.5, float(i)]} for i in (1, 0)],
        "usage": {"prompt_tokens": 3},
    }
    running, upstream = await serve("openai_chat", whole(200, reply))
    answer = await google_to(running).models.embed_content(model="e", contents=["a", "b"])
    assert [one.values for one in answer.embeddings] == [[0.5, 0.0], [0.5, 1.0]]
    assert upstream.asked[0].json() == {"model": "upstream-model", "input": ["a", "b"]}
    assert running.settled()[0].usage.input_tokens == 3


async def test_embeddings_of_a_google_upstream(serve, google_to):
    running, upstream = await serve(
        "google_generate", whole(200, {"embeddings": [{"values": [0.5]}]})
    )
    answer = await google_to(running).models.embed_content(model="e", contents="a")
    assert answer.embeddings[0].values == [0.5]
    assert upstream.asked[0].path == "/v1/models/upstream-model:batchEmbedContents"
    assert upstream.asked[0].json()["requests"][0]["model"] == "models/upstream-model"


async def test_models_are_listed(serve, google_to):
    running, _ = await serve("openai_chat", whole(200, said.OPENAI_TEXT))
    models = google_to(running).models
    names = {model.name async for model in await models.list()}
    assert names == {"models/m", "models/alias", "models/e"}
    assert "generateContent" in (await models.get(model="m")).supported_actions


@ACROSS
async def test_errors_come_as_the_sdks_own_exceptions(serve, google_to, dialect):
    from google.genai import errors

    refusals = {
        "google_generate": google.REFUSED,
        "openai_chat": {"error": {"message": "bad temperature", "type": "invalid_request_error"}},
        "anthropic_messages": {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "bad temperature"},
        },
    }
    running, _ = await serve(dialect, whole(400, refusals[dialect]))
    with pytest.raises(errors.ClientError, match="bad temperature") as caught:
        await google_to(running).models.generate_content(model="m", contents="x")
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


async def test_limits_are_resource_exhausted(serve, google_to):
    from google.genai import errors

    running, _ = await serve("openai_chat", whole(200, said.OPENAI_TEXT), limits=Limits(1))
    models = google_to(running).models
    await models.generate_content(model="m", contents="x")
    with pytest.raises(errors.ClientError) as caught:
        await models.generate_content(model="m", contents="x")
    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")


@ACROSS
async def test_a_stream_that_breaks_off_raises(serve, google_to, dialect):
    from google.genai import errors

    half = STREAMS[dialect][: 2 if dialect == "google_generate" else 4]
    running, _ = await serve(dialect, stream(half, die=True))
    parts = await google_to(running).models.generate_content_stream(model="m", contents="x")
    with pytest.raises(errors.APIError):
        [part async for part in parts]
    assert running.settled()[-1].status == "truncated"


async def test_structured_output_reaches_an_openai_upstream(serve, google_to):
    running, upstream = await serve("openai_chat", whole(200, said.OPENAI_TEXT))
    await google_to(running).models.generate_content(
        model="m",
        contents="x",
        config=config(response_mime_type="application/json", response_schema=SCHEMA),
    )
    schema = upstream.asked[0].json()["response_format"]["json_schema"]["schema"]
    assert schema["type"] == "object"
    assert schema["properties"]["city"] == {"type": "string"}


async def test_what_cannot_be_carried_is_refused_in_strict_mode(serve, google_to):
    from google.genai import errors, types

    running, _ = await serve("openai_chat", whole(200, said.OPENAI_TEXT))
    safety = types.SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_ONLY_HIGH")
    models = google_to(running, headers={"X-Vanguard-Strict": "true"}).models
    with pytest.raises(errors.ClientError, match="safetySettings"):
        await models.generate_content(
            model="m", contents="x", config=config(safety_settings=[safety])
        )

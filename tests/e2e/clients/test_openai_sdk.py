"""The OpenAI SDK as its users write it, against a model of its own dialect and a foreign one."""

from __future__ import annotations

import asyncio
import json

import openai
import pytest

from support.clients.matrix import proves
from support.clients.sdk_scripts import PLAY, WEATHER, City
from support.clients.stage import Stage

pytestmark = pytest.mark.e2e

OWN, FOREIGN = "gpt-own", "gpt-foreign"
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]


@pytest.fixture
def client(stage: Stage):
    stage.model.reset(PLAY)
    with openai.OpenAI(
        base_url=f"{stage.tap.base_url}/v1", api_key=stage.platform.key, max_retries=0
    ) as made:
        yield made


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("OpenAI SDK", "chat, sync", "OpenAI chat")),
        pytest.param(FOREIGN, marks=proves("OpenAI SDK", "chat, sync", "Anthropic Messages")),
    ],
)
def test_chat(stage: Stage, client: openai.OpenAI, model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=user("hello"), max_tokens=50)
    assert answer.choices[0].message.content == "Hello, مرحبا."
    assert answer.choices[0].finish_reason == "stop"
    (row,) = stage.rows()
    assert (row["input_tokens"], row["output_tokens"]) == (
        answer.usage.prompt_tokens,
        answer.usage.completion_tokens,
    )


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("OpenAI SDK", "streams, async", "OpenAI chat")),
        pytest.param(FOREIGN, marks=proves("OpenAI SDK", "streams, async", "Anthropic Messages")),
    ],
)
def test_streams(stage: Stage, client: openai.OpenAI, model: str) -> None:
    async def read() -> tuple[str, openai.types.CompletionUsage]:
        async with openai.AsyncOpenAI(
            base_url=client.base_url, api_key=client.api_key, max_retries=0
        ) as own:
            stream = await own.chat.completions.create(
                model=model,
                messages=user("hello"),
                stream=True,
                stream_options={"include_usage": True},
            )
            chunks = [chunk async for chunk in stream]
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        return text, chunks[-1].usage

    text, usage = asyncio.run(read())
    assert text == "Hello, مرحبا."
    (row,) = stage.rows()
    assert (row["input_tokens"], row["output_tokens"]) == (
        usage.prompt_tokens,
        usage.completion_tokens,
    )
    if model == OWN:
        assert stage.tap.passed[0].body == stage.model.said[0]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("OpenAI SDK", "parallel tools", "OpenAI chat")),
        pytest.param(FOREIGN, marks=proves("OpenAI SDK", "parallel tools", "Anthropic Messages")),
    ],
)
def test_tools(client: openai.OpenAI, model: str, streamed: bool) -> None:
    messages = user("the weather, please")

    def ask() -> openai.types.chat.ChatCompletionMessage:
        asked = {"model": model, "messages": messages, "tools": TOOLS}
        if not streamed:
            return client.chat.completions.create(**asked).choices[0].message
        with client.chat.completions.stream(**asked) as stream:
            return stream.get_final_completion().choices[0].message

    said = ask()
    assert said.content == "I ask."
    cities = [json.loads(call.function.arguments)["city"] for call in said.tool_calls]
    assert cities == ["Cairo", "القاهرة"]
    messages.append(said.model_dump(exclude_none=True))
    messages += [
        {"role": "tool", "tool_call_id": call.id, "content": f"{city} is warm"}
        for call, city in zip(said.tool_calls, cities, strict=True)
    ]
    assert ask().content == "Cairo is warm and القاهرة is warm"


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("OpenAI SDK", "structured output", "OpenAI chat")),
        pytest.param(
            FOREIGN, marks=proves("OpenAI SDK", "structured output", "Anthropic Messages")
        ),
    ],
)
def test_structured_output(stage: Stage, client: openai.OpenAI, model: str) -> None:
    answer = client.chat.completions.parse(
        model=model, messages=user("a city"), response_format=City
    )
    assert answer.choices[0].message.parsed == City(name="Cairo", people=22_000_000)
    # the schema must have reached the model, in whatever place its API has for one
    assert "people" in json.dumps(stage.model.asked[0].json())


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("OpenAI SDK", "errors", "OpenAI chat")),
        pytest.param(FOREIGN, marks=proves("OpenAI SDK", "errors", "Anthropic Messages")),
    ],
)
def test_errors(stage: Stage, client: openai.OpenAI, model: str) -> None:
    def ask(text: str, asked: str = model) -> None:
        client.chat.completions.create(model=asked, messages=user(text))

    with pytest.raises(openai.RateLimitError) as slow:
        ask("too fast")
    assert 1 <= int(slow.value.response.headers["retry-after"]) <= 3
    with pytest.raises(openai.BadRequestError, match="that is wrong") as wrong:
        ask("wrong")
    assert wrong.value.request_id == stage.tap.passed[-1].headers["x-request-id"]
    with pytest.raises(openai.InternalServerError, match="overloaded") as busy:
        ask("overloaded")
    assert (busy.value.status_code, busy.value.code) == (503, "upstream_overloaded")
    with pytest.raises(openai.NotFoundError) as unknown:
        ask("hello", "no-such-model")
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="vk-wrong").models.list()


@proves("OpenAI SDK", "list of models", "OpenAI chat")
def test_models(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert {OWN, FOREIGN} <= set(names)
    assert client.models.retrieve(OWN).id == OWN


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            "gpt-responses", marks=proves("OpenAI SDK", "responses with tools", "OpenAI responses")
        ),
        pytest.param(OWN, marks=proves("OpenAI SDK", "responses with tools", "OpenAI chat")),
        pytest.param(
            FOREIGN, marks=proves("OpenAI SDK", "responses with tools", "Anthropic Messages")
        ),
    ],
)
def test_responses(stage: Stage, client: openai.OpenAI, model: str, streamed: bool) -> None:
    tools = [{"type": "function", **TOOLS[0]["function"], "strict": True}]
    items: list = user("the weather, please")

    def ask() -> openai.types.responses.Response:
        asked = {"model": model, "input": items, "tools": tools, "store": False}
        if not streamed:
            return client.responses.create(**asked)
        with client.responses.stream(**asked) as stream:
            return stream.get_final_response()

    first = ask()
    calls = [item for item in first.output if item.type == "function_call"]
    assert first.output_text == "I ask."
    assert [json.loads(call.arguments)["city"] for call in calls] == ["Cairo", "القاهرة"]
    items += [
        item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in first.output
    ]
    items += [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": f"{json.loads(call.arguments)['city']} is warm",
        }
        for call in calls
    ]
    assert ask().output_text == "Cairo is warm and القاهرة is warm"
    rows = stage.rows()
    assert rows[0]["output_tokens"] == first.usage.output_tokens

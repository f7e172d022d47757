"""The Anthropic SDK as its users write it, against a model of its own dialect and a foreign one."""

from __future__ import annotations

import asyncio
import json

import anthropic
import pytest

from support.clients.matrix import proves
from support.clients.sdk_scripts import PLAY, WEATHER, City
from support.clients.stage import Stage

pytestmark = pytest.mark.e2e

OWN, FOREIGN = "claude-own", "claude-foreign"
TOOLS = [{"name": "weather", "description": "Tells the weather.", "input_schema": WEATHER}]


@pytest.fixture
def client(stage: Stage):
    stage.model.reset(PLAY)
    with anthropic.Anthropic(
        base_url=stage.tap.base_url, api_key=stage.platform.key, max_retries=0
    ) as made:
        yield made


def user(text: str) -> list[dict]:
    return [{"role": "user", "content": text}]


def agrees(stage: Stage, usage: anthropic.types.Usage) -> None:
    """The ledger counts cached tokens as input, the API beside it."""
    (row,) = stage.rows()
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    assert row["input_tokens"] == usage.input_tokens + read + written
    assert row["output_tokens"] == usage.output_tokens


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Anthropic SDK", "messages, sync", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Anthropic SDK", "messages, sync", "OpenAI chat")),
    ],
)
def test_messages(stage: Stage, client: anthropic.Anthropic, model: str) -> None:
    answer = client.messages.create(model=model, messages=user("hello"), max_tokens=50)
    assert answer.content[0].text == "Hello, مرحبا."
    assert answer.stop_reason == "end_turn"
    agrees(stage, answer.usage)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Anthropic SDK", "streams, async", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Anthropic SDK", "streams, async", "OpenAI chat")),
    ],
)
def test_streams(stage: Stage, client: anthropic.Anthropic, model: str) -> None:
    async def read() -> anthropic.types.Message:
        async with (
            anthropic.AsyncAnthropic(
                base_url=client.base_url, auth_token=stage.platform.key, max_retries=0
            ) as own,
            own.messages.stream(model=model, messages=user("hello"), max_tokens=50) as stream,
        ):
            return await stream.get_final_message()

    message = asyncio.run(read())
    assert message.content[0].text == "Hello, مرحبا."
    agrees(stage, message.usage)
    if model == OWN:
        assert stage.tap.passed[0].body == stage.model.said[0]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Anthropic SDK", "parallel tools", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Anthropic SDK", "parallel tools", "OpenAI chat")),
    ],
)
def test_tools(client: anthropic.Anthropic, model: str, streamed: bool) -> None:
    messages = user("the weather, please")

    def ask() -> list:
        asked = {"model": model, "messages": messages, "tools": TOOLS, "max_tokens": 100}
        if not streamed:
            return client.messages.create(**asked).content
        with client.messages.stream(**asked) as stream:
            return stream.get_final_message().content

    said = ask()
    calls = [block for block in said if block.type == "tool_use"]
    assert (said[0].text, [call.input["city"] for call in calls]) == (
        "I ask.",
        ["Cairo", "القاهرة"],
    )
    results = [
        {
            "type": "tool_result",
            "tool_use_id": call.id,
            "content": [{"type": "text", "text": f"{call.input['city']} is warm"}],
        }
        for call in calls
    ]
    messages += [{"role": "assistant", "content": said}, {"role": "user", "content": results}]
    assert ask()[0].text == "Cairo is warm and القاهرة is warm"


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Anthropic SDK", "structured output", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Anthropic SDK", "structured output", "OpenAI chat")),
    ],
)
def test_structured_output(stage: Stage, client: anthropic.Anthropic, model: str) -> None:
    answer = client.messages.parse(
        model=model, messages=user("a city"), max_tokens=100, output_format=City
    )
    assert answer.parsed_output == City(name="Cairo", people=22_000_000)
    assert "people" in json.dumps(stage.model.asked[0].json())


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Anthropic SDK", "errors", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Anthropic SDK", "errors", "OpenAI chat")),
    ],
)
def test_errors(stage: Stage, client: anthropic.Anthropic, model: str) -> None:
    def ask(text: str, asked: str = model) -> None:
        client.messages.create(model=asked, messages=user(text), max_tokens=5)

    with pytest.raises(anthropic.RateLimitError) as slow:
        ask("too fast")
    assert 1 <= int(slow.value.response.headers["retry-after"]) <= 3
    with pytest.raises(anthropic.BadRequestError, match="that is wrong") as wrong:
        ask("wrong")
    assert wrong.value.request_id == stage.tap.passed[-1].headers["request-id"]
    with pytest.raises(anthropic.InternalServerError, match="overloaded") as busy:
        ask("overloaded")
    assert busy.value.status_code == 529
    assert busy.value.body["error"]["type"] == "overloaded_error"
    with pytest.raises(anthropic.NotFoundError):
        ask("hello", "no-such-model")
    with pytest.raises(anthropic.AuthenticationError):
        client.with_options(api_key="vk-wrong").models.list()


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Anthropic SDK", "count tokens", "Anthropic Messages")),
        pytest.param(FOREIGN, marks=proves("Anthropic SDK", "count tokens", "OpenAI chat")),
    ],
)
def test_count_tokens(client: anthropic.Anthropic, model: str) -> None:
    assert client.messages.count_tokens(model=model, messages=user("hello")).input_tokens > 0


@proves("Anthropic SDK", "list of models", "Anthropic Messages")
def test_models(client: anthropic.Anthropic) -> None:
    names = [model.id for model in client.models.list()]
    assert {OWN, FOREIGN} <= set(names)
    assert client.models.retrieve(OWN).id == OWN

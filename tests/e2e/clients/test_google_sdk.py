"""The Google GenAI SDK as its users write it, against a model of its own dialect and foreign ones."""

from __future__ import annotations

import asyncio
import json

import pytest
from google import genai
from google.genai import errors, types

from support.clients.matrix import proves
from support.clients.sdk_scripts import PLAY, WEATHER, City
from support.clients.stage import Stage

pytestmark = [
    pytest.mark.e2e,
    # the SDK's own, of its HTTP client
    pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning"),
]

OWN, CHAT, MESSAGES = "gemini-own", "gpt-own", "claude-own"
TOOLS = [
    types.Tool(
        function_declarations=[
            types.FunctionDeclaration(name="weather", parameters_json_schema=WEATHER)
        ]
    )
]


@pytest.fixture
def client(stage: Stage):
    stage.model.reset(PLAY)
    options = types.HttpOptions(base_url=stage.tap.base_url)
    made = genai.Client(api_key=stage.platform.key, http_options=options)
    yield made
    made.close()


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Google GenAI SDK", "generate, sync", "Google")),
        pytest.param(CHAT, marks=proves("Google GenAI SDK", "generate, sync", "OpenAI chat")),
        pytest.param(
            MESSAGES, marks=proves("Google GenAI SDK", "generate, sync", "Anthropic Messages")
        ),
    ],
)
def test_generate(stage: Stage, client: genai.Client, model: str) -> None:
    answer = client.models.generate_content(model=model, contents="hello")
    assert answer.text == "Hello, مرحبا."
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    (row,) = stage.rows()
    assert (row["input_tokens"], row["output_tokens"]) == (
        answer.usage_metadata.prompt_token_count,
        answer.usage_metadata.candidates_token_count,
    )


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Google GenAI SDK", "streams, async", "Google")),
        pytest.param(CHAT, marks=proves("Google GenAI SDK", "streams, async", "OpenAI chat")),
        pytest.param(
            MESSAGES, marks=proves("Google GenAI SDK", "streams, async", "Anthropic Messages")
        ),
    ],
)
def test_streams(stage: Stage, client: genai.Client, model: str) -> None:
    async def read() -> list[types.GenerateContentResponse]:
        async with client.aio as own:
            stream = await own.models.generate_content_stream(model=model, contents="hello")
            return [chunk async for chunk in stream]

    chunks = asyncio.run(read())
    assert "".join(chunk.text or "" for chunk in chunks) == "Hello, مرحبا."
    (row,) = stage.rows()
    assert row["output_tokens"] == chunks[-1].usage_metadata.candidates_token_count
    if model == OWN:
        assert stage.tap.passed[0].body == stage.model.said[0]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Google GenAI SDK", "parallel tools", "Google")),
        pytest.param(CHAT, marks=proves("Google GenAI SDK", "parallel tools", "OpenAI chat")),
        pytest.param(
            MESSAGES, marks=proves("Google GenAI SDK", "parallel tools", "Anthropic Messages")
        ),
    ],
)
def test_tools(client: genai.Client, model: str) -> None:
    config = types.GenerateContentConfig(tools=TOOLS)
    contents = [types.UserContent("the weather, please")]
    first = client.models.generate_content(model=model, contents=contents, config=config)
    calls = first.function_calls
    assert [call.args for call in calls] == [{"city": "Cairo"}, {"city": "القاهرة"}]
    contents.append(first.candidates[0].content)
    parts = [
        types.Part(
            function_response=types.FunctionResponse(
                id=call.id, name=call.name, response={"result": f"{call.args['city']} is warm"}
            )
        )
        for call in calls
    ]
    contents.append(types.UserContent(parts))
    second = client.models.generate_content(model=model, contents=contents, config=config)
    assert "Cairo is warm" in second.text
    assert "القاهرة is warm" in second.text


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Google GenAI SDK", "structured output", "Google")),
        pytest.param(CHAT, marks=proves("Google GenAI SDK", "structured output", "OpenAI chat")),
        pytest.param(
            MESSAGES, marks=proves("Google GenAI SDK", "structured output", "Anthropic Messages")
        ),
    ],
)
def test_structured_output(stage: Stage, client: genai.Client, model: str) -> None:
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_schema=City
    )
    answer = client.models.generate_content(model=model, contents="a city", config=config)
    assert answer.parsed == City(name="Cairo", people=22_000_000)
    assert "people" in json.dumps(stage.model.asked[0].json())


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Google GenAI SDK", "errors", "Google")),
        pytest.param(CHAT, marks=proves("Google GenAI SDK", "errors", "OpenAI chat")),
        pytest.param(MESSAGES, marks=proves("Google GenAI SDK", "errors", "Anthropic Messages")),
    ],
)
def test_errors(client: genai.Client, model: str) -> None:
    def ask(text: str, asked: str = model) -> errors.APIError:
        with pytest.raises(errors.APIError) as caught:
            client.models.generate_content(model=asked, contents=text)
        return caught.value

    wrong = ask("wrong")
    assert (wrong.code, wrong.status) == (400, "INVALID_ARGUMENT")
    assert "that is wrong" in wrong.message
    slow = ask("too fast")
    assert (slow.code, slow.status) == (429, "RESOURCE_EXHAUSTED")
    unknown = ask("hello", "no-such-model")
    assert (unknown.code, unknown.status) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(OWN, marks=proves("Google GenAI SDK", "count tokens", "Google")),
        pytest.param(CHAT, marks=proves("Google GenAI SDK", "count tokens", "OpenAI chat")),
    ],
)
def test_it_counts(client: genai.Client, model: str) -> None:
    assert client.models.count_tokens(model=model, contents="hello there").total_tokens > 0


@proves("Google GenAI SDK", "list of models", "Google")
def test_it_lists_models(client: genai.Client) -> None:
    names = {model.name.removeprefix("models/") for model in client.models.list()}
    assert {OWN, CHAT, MESSAGES} <= names

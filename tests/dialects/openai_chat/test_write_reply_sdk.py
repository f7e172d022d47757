"""The real OpenAI SDK reads what we write."""

from __future__ import annotations

import httpx
import openai
import pytest
from hypothesis import given, settings
from openai.types.chat import ChatCompletion

from support.conversations import replies
from support.effort import times
from support.replies import gather, write_stream
from vanguard.core.errors import BudgetExceeded, ModelNotFound
from vanguard.dialects.conversation import (
    Conversation,
    Message,
    ReplyEvent,
    Start,
    Text,
    TextDelta,
)
from vanguard.dialects.openai_chat import OpenAIChat

OPENAI = OpenAIChat()
ASKED = Conversation("asked", (Message("user", (Text("hi"),)),), stream=True)
FEW = settings(max_examples=times(1 / 3))


def client(body: bytes, status: int = 200, kind: str = "text/event-stream") -> openai.OpenAI:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=body, headers={"content-type": kind})

    transport = httpx.Client(transport=httpx.MockTransport(answer))
    return openai.OpenAI(api_key="k", base_url="http://t", http_client=transport, max_retries=0)


def ask(sdk: openai.OpenAI) -> ChatCompletion:
    options = {"include_usage": True}
    with sdk.chat.completions.stream(
        model="m",
        messages=[{"role": "user", "content": "hi"}],
        stream_options=options,  # type: ignore[arg-type]
    ) as stream:
        return stream.get_final_completion()


@FEW
@given(replies().filter(lambda events: all(e.reason not in {"length", "refusal"} for e in events if hasattr(e, "reason"))))  # fmt: skip
def test_its_stream_helper_puts_the_reply_together(events: list[ReplyEvent]) -> None:
    with client(write_stream(OPENAI.writer(ASKED, "chatcmpl-1"), events)) as sdk:
        reply = ask(sdk)
    said = gather(events)
    message = reply.choices[0].message
    assert (message.content or "") == said.text
    calls = [(c.id, c.function.name, c.function.arguments) for c in message.tool_calls or []]  # type: ignore[union-attr]
    assert calls == said.calls
    assert said.usage is not None
    assert reply.usage is not None
    assert reply.usage.prompt_tokens == said.usage.input_tokens
    assert reply.usage.completion_tokens == said.usage.output_tokens


def test_an_error_inside_a_stream_is_raised_by_it() -> None:
    writer = OPENAI.writer(ASKED, "chatcmpl-1")
    stream = write_stream(writer, [Start(), TextDelta("x")])
    stream += writer.error(BudgetExceeded("spent"), "req_1")
    with client(stream) as sdk, pytest.raises(openai.APIError, match="spent"):
        ask(sdk)


def test_an_error_has_its_class_and_code() -> None:
    body = OPENAI.error_body(ModelNotFound("no such model", param="model"), "req_1")
    with (
        client(body, 404, "application/json") as sdk,
        pytest.raises(openai.NotFoundError) as caught,
    ):
        ask(sdk)
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")

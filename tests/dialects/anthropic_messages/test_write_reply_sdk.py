"""The real Anthropic SDK reads what we write."""

from __future__ import annotations

import anthropic
import httpx2 as httpx  # the SDK brings it and takes no other
import pytest
from hypothesis import given, settings

from support.conversations import replies
from support.effort import times
from support.replies import gather, write_stream
from vanguard.core.errors import BudgetExceeded, ModelNotFound
from vanguard.dialects.anthropic_messages import AnthropicMessages
from vanguard.dialects.conversation import (
    Conversation,
    Message,
    ReplyEvent,
    Start,
    Text,
    TextDelta,
)

ANTHROPIC = AnthropicMessages()
ASKED = Conversation("asked", (Message("user", (Text("hi"),)),), stream=True)
FEW = settings(max_examples=times(1 / 3))


def client(body: bytes, status: int = 200, kind: str = "text/event-stream") -> anthropic.Anthropic:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=body, headers={"content-type": kind})

    transport = httpx.Client(transport=httpx.MockTransport(answer))
    return anthropic.Anthropic(
        api_key="k", base_url="http://t", http_client=transport, max_retries=0
    )


def ask(sdk: anthropic.Anthropic) -> anthropic.types.Message:
    hello = {"role": "user", "content": "hi"}
    with sdk.messages.stream(model="m", max_tokens=9, messages=[hello]) as stream:  # type: ignore[list-item]
        return stream.get_final_message()


@FEW
@given(replies())
def test_its_stream_helper_puts_the_reply_together(events: list[ReplyEvent]) -> None:
    with client(write_stream(ANTHROPIC.writer(ASKED, "msg_1"), events)) as sdk:
        message = ask(sdk)
    said = gather(events)
    texts = [block.text for block in message.content if block.type == "text"]
    assert "".join(texts) == said.text
    thoughts = [block for block in message.content if block.type == "thinking"]
    assert "".join(block.thinking for block in thoughts) == said.thinking
    calls = [block for block in message.content if block.type == "tool_use"]
    assert [(call.id, call.name) for call in calls] == [one[:2] for one in said.calls]
    usage = message.usage
    assert said.usage is not None
    read, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    assert usage.input_tokens + read + written == said.usage.input_tokens
    assert usage.output_tokens == said.usage.output_tokens


def test_an_error_inside_a_stream_is_raised_by_it() -> None:
    writer = ANTHROPIC.writer(ASKED, "msg_1")
    stream = write_stream(writer, [Start(), TextDelta("x")])
    stream += writer.error(BudgetExceeded("spent"), "req_1")
    with client(stream) as sdk, pytest.raises(anthropic.APIStatusError, match="spent"):
        ask(sdk)


def test_an_error_has_its_class() -> None:
    body = ANTHROPIC.error_body(ModelNotFound("no such model"), "req_1")
    with client(body, 404, "application/json") as sdk, pytest.raises(anthropic.NotFoundError):
        ask(sdk)

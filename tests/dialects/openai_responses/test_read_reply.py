"""Replies of OpenAI's responses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support import bytes_of_responses as said
from support.replies import gather, read_stream, sse
from vanguard.core.errors import UpstreamError, UpstreamRateLimited, UpstreamTruncated
from vanguard.core.usage import Usage
from vanguard.dialects import freeform, seals
from vanguard.dialects.conversation import Finish, ReplyEvent, Start, ThinkingSignature
from vanguard.dialects.openai_responses.read_reply import OpenAIResponsesReader


def whole(reply: dict[str, Any]) -> list[ReplyEvent]:
    return OpenAIResponsesReader().whole(json.dumps(reply).encode())


def streamed(events: list[bytes]) -> list[ReplyEvent]:
    return read_stream(OpenAIResponsesReader(), b"".join(events))


BOTH = pytest.mark.parametrize(
    ("reply", "stream"),
    [
        (said.TEXT, said.STREAM),
        (said.TOOLS, said.TOOL_STREAM),
        (said.THINKING, said.THINKING_STREAM),
        (said.whole_of(said.CUSTOM), said.CUSTOM_STREAM),
    ],
)


@BOTH
def test_whole_and_streamed_say_the_same(reply: dict[str, Any], stream: list[bytes]) -> None:
    assert gather(whole(reply)) == gather(streamed(stream))


@BOTH
def test_pieces_that_a_server_leaves_out_are_told_with_the_items_end(
    reply: dict[str, Any], stream: list[bytes]
) -> None:
    bare = [event for event in stream if b".delta" not in event]
    assert gather(streamed(bare)) == gather(whole(reply))
    ends = [event for event in bare if b"item.done" in event or b"completed" in event[:30]]
    assert gather(streamed(ends)) == gather(whole(reply))


def test_words_usage_and_end() -> None:
    events = streamed(said.STREAM)
    assert events[0] == Start("resp_1", "gpt-up")
    got = gather(events)
    assert (got.text, got.finish, got.ended) == ("Hello there", Finish("stop"), True)
    assert got.usage == Usage(120, 7, cache_read_tokens=100, reasoning_tokens=3)


def test_calls_of_every_kind_are_functions() -> None:
    got = gather(streamed(said.TOOL_STREAM))
    assert got.finish == Finish("tool_calls")
    assert got.calls[1] == ("call_Oslo", "weather", '{"city": "Oslo"}')
    ((_, name, arguments),) = gather(streamed(said.CUSTOM_STREAM)).calls
    assert (name, freeform.unwrap(arguments)) == ("apply_patch", said.PATCH)
    grouped = {**said.call("Oslo"), "namespace": "maps"}
    search = {"type": "tool_search_call", "id": "t", "call_id": "s", "arguments": {"q": "x"}}
    calls = gather(whole(said.whole_of(grouped, search))).calls
    assert [call[1:] for call in calls] == [
        ("maps__weather", '{"city": "Oslo"}'),
        ("tool_search", '{"q": "x"}'),
    ]


def test_sealed_reasoning_is_enclosed_with_its_item_and_its_maker() -> None:
    reader = OpenAIResponsesReader()
    reader.origin = "gpt/0-azure"
    events = read_stream(reader, b"".join(said.THINKING_STREAM))
    (seal,) = [event for event in events if isinstance(event, ThinkingSignature)]
    assert seals.disclose(seal.signature) == seals.Seal(
        "openai_responses", "gAAAAsealed==", item="rs_1", origin="gpt/0-azure"
    )
    assert gather(events).thinking == "Let me think"


def test_parts_of_a_summary_are_paragraphs() -> None:
    parts = [{"type": "summary_text", "text": text} for text in ("one", "two")]
    item = {**said.REASONING, "summary": parts}
    assert gather(streamed(said.stream_of(item))).thinking == "one\n\ntwo"
    assert gather(whole(said.whole_of(item))).thinking == "one\n\ntwo"


def test_open_reasoning_and_refusals() -> None:
    open_ = {"type": "reasoning", "id": "r", "content": [{"type": "reasoning_text", "text": "hm"}]}
    refusal = {**said.message(), "content": [{"type": "refusal", "refusal": "I will not"}]}
    got = gather(whole(said.whole_of(open_, refusal)))
    assert (got.thinking, got.refusal, got.finish) == ("hm", "I will not", Finish("refusal"))
    assert gather(streamed(said.stream_of(refusal))).refusal == "I will not"
    delta = {"type": "response.reasoning_text.delta", "output_index": 0, "delta": "hm"}
    end = {"type": "response.completed", "response": said.TEXT}
    assert gather(streamed([sse(delta, end)])).thinking == "hm"


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("max_output_tokens", "length"), ("content_filter", "refusal"), ("odd", "length")],
)
def test_an_incomplete_answer_says_why(reason: str, finish: str) -> None:
    more = {"status": "incomplete", "incomplete_details": {"reason": reason}}
    assert gather(whole({**said.TEXT, **more})).finish == Finish(finish)  # type: ignore[arg-type]


def test_a_stream_without_its_end_is_truncated() -> None:
    with pytest.raises(UpstreamTruncated):
        streamed(said.STREAM[:-1])


@pytest.mark.parametrize(
    "last",
    [said.FAILED_STREAM[-1], sse({"type": "error", "code": "rate_limit_exceeded", "message": "x"})],
)
def test_a_failure_inside_a_stream_is_raised(last: bytes) -> None:
    with pytest.raises(UpstreamRateLimited):
        streamed([*said.STREAM[:5], last])


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"output":null}',
        b'{"status":"queued","output":[]}',
        b'{"status":"failed","output":[],"error":{"code":"server_error","message":"no"}}',
        b'{"error":{"message":"no"}}',
    ],
)
def test_what_is_no_reply_is_an_error(body: bytes) -> None:
    with pytest.raises(UpstreamError):
        OpenAIResponsesReader().whole(body)


def test_events_that_mean_nothing_here_are_passed_over() -> None:
    odd = sse(
        {"type": "response.image_generation_call.partial_image", "partial_image_b64": "x"},
        {"type": "response.mcp_call_arguments.delta", "output_index": 5, "delta": {"a": 1}},
        {"type": "keepalive"},
        b"[DONE]",
    )
    events = [*said.STREAM[:5], odd, b": ping\n\n", *said.STREAM[5:], odd]
    assert gather(streamed(events)).text == "Hello there"
    with pytest.raises(UpstreamError, match="could not be read"):
        streamed([b"data: {\n\n"])
    with pytest.raises(UpstreamError, match="could not be read"):
        streamed([sse({"type": "response.output_text.delta", "delta": 3})])


def test_the_upstreams_refusal_keeps_its_words() -> None:
    body = b'{"error":{"message":"too odd","param":"input"}}'
    error = OpenAIResponsesReader().failure(400, body)
    assert "too odd" in error.message
    assert error.param == "input"

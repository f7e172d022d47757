"""Replies of Anthropic and of servers that are almost like it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from support.replies import Gathered, gather, read_stream, sse
from vanguard.core import errors
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.read_reply import AnthropicMessagesReader
from vanguard.dialects.conversation import (
    Cited,
    End,
    Finish,
    Source,
    Start,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)

BEGIN = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "cache_read_input_tokens": 3, "output_tokens": 1},
    },
}
STOP = {"type": "message_stop"}


def begin(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def end(reason: str = "end_turn", sequence: str | None = None, **usage: int) -> dict[str, Any]:
    told = {"stop_reason": reason, "stop_sequence": sequence}
    return {"type": "message_delta", "delta": told, "usage": {"output_tokens": 9, **usage}}


def read(*events: dict[str, Any]) -> Gathered:
    stream = sse(BEGIN, *events, STOP, named=True)
    return gather(read_stream(AnthropicMessagesReader(), stream))


def test_a_stream_event_by_event() -> None:
    reader = AnthropicMessagesReader()
    steps: list[tuple[dict[str, Any], list[Any]]] = [
        (BEGIN, [Start("msg_1", "claude", Usage(8, 1, 3))]),
        ({"type": "ping"}, []),
        (begin(0, type="thinking", thinking="", signature=""), []),
        (delta(0, "thinking_delta", thinking="hm"), [ThinkingDelta("hm")]),
        (delta(0, "signature_delta", signature="s"), [ThinkingSignature("s")]),
        (stop(0), []),
        (begin(1, type="redacted_thinking", data="d"), [ThinkingRedacted("d")]),
        (stop(1), []),
        (begin(2, type="text", text=""), []),
        (delta(2, "text_delta", text="hi"), [TextDelta("hi")]),
        (delta(2, "citations_delta", citation={"type": "x", "url": "u"}), []),
        (stop(2), [Cited(Source("u"))]),
        (begin(3, type="tool_use", id="t", name="f", input={}), [ToolStart(0, "t", "f")]),
        (delta(3, "input_json_delta", partial_json=""), []),
        (delta(3, "input_json_delta", partial_json='{"a":'), [ToolArguments(0, '{"a":')]),
        (delta(3, "input_json_delta", partial_json="1}"), [ToolArguments(0, "1}")]),
        (stop(3), []),
        (end("tool_use"), [Finish("tool_calls"), UsageTold(Usage(8, 9, 3))]),
        (STOP, [End()]),
        (delta(2, "text_delta", text="late"), []),
    ]
    for payload, expected in steps:
        assert reader.event(sse(payload, named=True)) == expected
    assert reader.end() == []


@pytest.mark.parametrize(
    "raw",
    [
        b'data:{"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}\n\n',
        b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\r\n\r\n',
        (
            b': c\nid: 1\nevent: any\ndata: {"type":"content_block_delta","index":0,"new":[],\n'
            b'data: "delta":{"type":"text_delta","text":"x"}}\n\n'
        ),
    ],
)
def test_odd_framing_is_read(raw: bytes) -> None:
    assert AnthropicMessagesReader().event(raw) == [TextDelta("x")]


@pytest.mark.parametrize(
    "raw",
    [
        b": ping\n\n",
        b"event: ping\n\n",
        b"data: {}\n\n",
        b"data: [DONE]\n\n",
        b'data: {"type":"vendor_event","delta":{"type":"x"}}\n\n',
        b'data: {"type":"content_block_delta","index":0}\n\n',
        b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":null}}\n\n',
    ],
)
def test_what_says_nothing_is_left_out(raw: bytes) -> None:
    assert AnthropicMessagesReader().event(raw) == []


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop_sequence"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "refusal"),
        ("pause_turn", "pause"),
        ("model_context_window_exceeded", "context_window"),
        ("something_new", "stop"),
    ],
)
def test_stop_reasons(wire: str, reason: str) -> None:
    sequence = "END" if wire == "stop_sequence" else None
    assert read(end(wire, sequence)).finish == Finish(reason, sequence or "")  # type: ignore[arg-type]


def test_later_usage_corrects_earlier() -> None:
    got = read(end(input_tokens=50, cache_read_input_tokens=7, cache_creation_input_tokens=2))
    assert got.usage == Usage(59, 9, 7, 2)


def test_a_call_without_arguments_has_an_empty_object() -> None:
    got = read(begin(0, type="tool_use", id="t", name="f", input={}), stop(0), end("tool_use"))
    assert got.calls == [("t", "f", "{}")]


def test_a_call_that_comes_whole_at_its_start() -> None:
    got = read(
        begin(0, type="tool_use", name="f", input={"a": 1}),
        stop(0),
        begin(1, type="tool_use", id="u", name="g", input=None),
        stop(1),
        end("tool_use"),
    )
    assert [one[1:] for one in got.calls] == [("f", '{"a":1}'), ("g", "{}")]
    assert got.calls[0][0].startswith("toolu_")


def test_blocks_that_begin_with_their_text() -> None:
    got = read(
        begin(0, type="thinking", thinking="hm", signature="s"),
        begin(1, type="text", text="x"),
        delta(1, "text_delta", text="y"),
        end(),
    )
    assert (got.thinking, got.seals, got.text) == ("hm", ["s"], "xy")


def test_blocks_of_the_servers_own_tools_are_left_out() -> None:
    got = read(
        begin(0, type="server_tool_use", id="s", name="web_search", input={}),
        delta(0, "input_json_delta", partial_json='{"query":"x"}'),
        stop(0),
        begin(1, type="web_search_tool_result", tool_use_id="s", content=[]),
        stop(1),
        begin(2, type="text", text=""),
        delta(2, "text_delta", text="found"),
        stop(2),
        delta(7, "input_json_delta", partial_json="{}"),
        end(),
    )
    assert (got.text, got.calls, got.finish) == ("found", [], Finish("stop"))


@pytest.mark.parametrize("events", [[], [BEGIN], [BEGIN, end()]])
def test_a_stream_cut_off_is_never_whole(events: list[dict[str, Any]]) -> None:
    with pytest.raises(errors.UpstreamTruncated):
        read_stream(AnthropicMessagesReader(), sse(*events))


def test_a_second_beginning_says_nothing() -> None:
    reader = AnthropicMessagesReader()
    reader.event(sse(BEGIN))
    assert reader.event(sse(BEGIN)) == []
    assert AnthropicMessagesReader().event(sse({"type": "message_start"})) == [Start()]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"O"}}\n\n',
         errors.UpstreamOverloaded),
        (b'data: {"type":"error","error":{"type":"api_error","message":"O"}}\n\n',
         errors.UpstreamError),
        (b'data: {"type":"error"}\n\n', errors.UpstreamError),
        (b"data: nonsense\n\n", errors.UpstreamError),
        (b"data: " + b"[" * 9999 + b"\n\n", errors.UpstreamError),
        (b'data: {"type":"content_block_start","index":"x"}\n\n', errors.UpstreamError),
    ],
)  # fmt: skip
def test_errors_in_a_stream_are_raised(raw: bytes, kind: type[errors.VanguardError]) -> None:
    with pytest.raises(kind):
        AnthropicMessagesReader().event(raw)


def test_a_whole_reply() -> None:
    body = msgspec.json.encode(
        {
            **BEGIN["message"],  # type: ignore[dict-item]
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "redacted_thinking", "data": "d"},
                {"type": "text", "text": "x", "citations": None},
                {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
                {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
            ],
            "stop_reason": "tool_use",
        }
    )
    reader = AnthropicMessagesReader()
    events = reader.whole(body)
    assert events[0] == Start("msg_1", "claude", Usage(8, 1, 3))
    assert gather(events) == Gathered(
        "x", "hm", "", ["s", "d"], [("t", "f", '{"a":1}')], Finish("tool_calls"),
        Usage(8, 1, 3), ended=True,
    )  # fmt: skip
    assert reader.end() == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", errors.UpstreamError),
        (b"<html>", errors.UpstreamError),
        (b"{}", errors.UpstreamError),
        (b'{"type":"error","error":{"type":"overloaded_error","message":"m"}}',
         errors.UpstreamOverloaded),
        (b'{"error":{"type":"rate_limit_error"}}', errors.UpstreamRateLimited),
    ],
)  # fmt: skip
def test_what_is_no_reply_is_an_error(body: bytes, kind: type[errors.VanguardError]) -> None:
    with pytest.raises(kind):
        AnthropicMessagesReader().whole(body)


def test_failures_are_read() -> None:
    failure = AnthropicMessagesReader().failure(529, b'{"error":{"type":"overloaded_error"}}')
    assert isinstance(failure, errors.UpstreamOverloaded)

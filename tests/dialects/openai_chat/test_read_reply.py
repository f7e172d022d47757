"""Replies of OpenAI and of servers that are almost like it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from support.replies import Gathered, gather, read_stream, sse
from vanguard.core import errors
from vanguard.core.usage import Usage
from vanguard.dialects.conversation import (
    End,
    Finish,
    Start,
    TextDelta,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.openai_chat.read_reply import OpenAIChatReader

DONE = b"data: [DONE]\n\n"


def chunk(delta: object = None, reason: str | None = None, **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta or {}, "finish_reason": reason}
    return {"id": "c1", "model": "m1", "choices": [choice], **fields}


def read(*chunks: dict[str, Any], done: bytes = DONE) -> Gathered:
    return gather(read_stream(OpenAIChatReader(), sse(*chunks) + done))


def calls(*deltas: dict[str, Any]) -> list[tuple[str, str, str]]:
    got = read(*(chunk({"tool_calls": [delta]}) for delta in deltas), chunk(reason="tool_calls"))
    assert got.finish == Finish("tool_calls")
    return got.calls


def test_a_stream_event_by_event() -> None:
    reader = OpenAIChatReader()
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    steps = [
        (chunk({"role": "assistant", "content": ""}), [Start("c1", "m1")]),
        (chunk({"content": "Hel"}), [TextDelta("Hel")]),
        (chunk({"content": "lo"}), [TextDelta("lo")]),
        (chunk(reason="stop"), [Finish("stop")]),
        ({"choices": [], "usage": usage}, [UsageTold(Usage(9, 2, 4))]),
    ]  # fmt: skip
    for payload, events in steps:
        assert reader.event(sse(payload)) == events
    assert reader.event(DONE) == [End()]
    assert reader.event(sse(chunk({"content": "late"}))) == []
    assert reader.end() == []


@pytest.mark.parametrize(
    "raw",
    [
        b'data:{"choices":[{"delta":{"content":"x"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"x"}}]}\r\n\r\n',
        b': hello\ndata: {"choices":[{"delta":{"content":"x"}}]}\n\n',
        b'event: chunk\nid: 7\ndata: {"choices":[{"delta":{"content":"x"}}]}\n\n',
        b'data: {"choices":[{"delta":\ndata: {"content":"x"}}]}\n\n',
        b'data: {"choices":[{"index":null,"delta":{"content":"x","tool_calls":null}}],"usage":null}\n\n',
        b'data: {"choices":[{"message":{"content":"x"}}],"error":null,"new":[1]}\n\n',
    ],
)
def test_odd_framing_is_read(raw: bytes) -> None:
    assert OpenAIChatReader().event(raw) == [Start(), TextDelta("x")]


@pytest.mark.parametrize("raw", [b": ping\n\n", b"\n\n", b"data:\n\n", b"event: ping\n\n"])
def test_what_says_nothing_is_left_out(raw: bytes) -> None:
    assert OpenAIChatReader().event(raw) == []


@pytest.mark.parametrize(
    "payload",
    [{"choices": []}, {"choices": None}, {"choices": [{"delta": None}]}, {"usage": {}}, {}],
)
def test_empty_chunks_only_begin(payload: dict[str, Any]) -> None:
    assert OpenAIChatReader().event(sse(payload)) == [Start()]


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "refusal"),
        ("something_new", "stop"),
    ],
)
def test_finish_reasons(wire: str, reason: str) -> None:
    finish = read(chunk({"content": "x"}), chunk(reason=wire)).finish
    assert finish is not None
    assert finish.reason == reason


def test_a_forced_call_that_says_stop_is_a_call() -> None:
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    got = read(chunk({"tool_calls": [call]}), chunk(reason="stop"))
    assert got.finish == Finish("tool_calls")


def test_a_refusal_that_says_stop_is_a_refusal() -> None:
    got = read(chunk({"refusal": "no"}), chunk(reason="stop"))
    assert (got.refusal, got.finish) == ("no", Finish("refusal"))


@pytest.mark.parametrize(
    ("stop_reason", "finish"),
    [("END", Finish("stop_sequence", "END")), (151645, Finish("stop")), (None, Finish("stop"))],
)
def test_vllms_stop_string_is_told(stop_reason: object, finish: Finish) -> None:
    choice = {"index": 0, "delta": {}, "finish_reason": "stop", "stop_reason": stop_reason}
    assert read({"choices": [choice]}).finish == finish


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thinking_of_compatible_servers(field: str) -> None:
    got = read(chunk({field: "h"}), chunk({field: "m"}), chunk({"content": "x"}, "stop"))
    assert (got.thinking, got.text) == ("hm", "x")
    both = read(chunk({"reasoning": "hm", "reasoning_content": "hm"}), chunk(reason="stop"))
    assert both.thinking == "hm"


def test_content_as_a_list_of_parts() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "thinking", "thinking": "!"},
        {"type": "text", "text": "x"},
        {"type": "reference", "reference_ids": [1]},
    ]
    got = read(chunk({"content": parts}), chunk(reason="stop"))
    assert (got.thinking, got.text) == ("hm!", "x")


def test_parallel_calls_by_index_even_interleaved() -> None:
    assert calls(
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
        {"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"x":'}},
        {"index": 1, "function": {"arguments": "{}"}},
        {"index": 0, "function": {"arguments": "1}"}},
    ) == [("a", "f", '{"x":1}'), ("b", "g", "{}")]


def test_calls_whose_id_and_name_come_with_every_piece() -> None:
    assert calls(
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}},
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": "}"}},
    ) == [("a", "f", "{}")]


@pytest.mark.parametrize("index", [{}, {"index": 0}, {"index": None}])
def test_whole_calls_without_a_number_of_their_own(index: dict[str, Any]) -> None:
    assert calls(
        {**index, "id": "a", "function": {"name": "f", "arguments": "{}"}},
        {**index, "id": "b", "function": {"name": "f", "arguments": '{"x":1}'}},
    ) == [("a", "f", "{}"), ("b", "f", '{"x":1}')]


def test_calls_without_ids_get_some() -> None:
    got = calls(
        {"function": {"name": "f", "arguments": "{}"}},
        {"function": {"name": "g", "arguments": {"x": 1}}},
    )
    assert [(name, arguments) for _, name, arguments in got] == [("f", "{}"), ("g", '{"x":1}')]
    assert len({one for one, _, _ in got}) == 2
    assert all(one.startswith("call_") for one, _, _ in got)


def test_indexes_that_do_not_begin_at_zero() -> None:
    assert calls(
        {"index": 1, "id": "a", "function": {"name": "f", "arguments": "{"}},
        {"index": 1, "function": {"arguments": "}"}},
    ) == [("a", "f", "{}")]


def test_other_answers_than_the_first_are_left_out() -> None:
    second = {"index": 1, "delta": {"content": "no"}, "finish_reason": "length"}
    got = read({"choices": [second]}, chunk({"content": "x"}, "stop"))
    assert (got.text, got.finish) == ("x", Finish("stop"))


def test_a_finish_reason_is_an_end_where_done_is_missing() -> None:
    assert read(chunk({"content": "x"}), chunk(reason="stop"), done=b"").ended


@pytest.mark.parametrize("chunks", [[], [chunk({"content": "x"})]])
def test_a_stream_cut_off_is_never_whole(chunks: list[dict[str, Any]]) -> None:
    with pytest.raises(errors.UpstreamTruncated):
        read(*chunks, done=b"")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (sse({"error": {"message": "slow", "type": "rate_limit_error"}}), errors.UpstreamRateLimited),
        (sse({"error": {"message": "oh", "code": 503}}), errors.UpstreamUnavailable),
        (sse({"error": "oh"}), errors.UpstreamError),
        (b"data: nonsense\n\n", errors.UpstreamError),
        (b"data: " + b"[" * 9999 + b"\n\n", errors.UpstreamError),
        (b'data: {"choices":5}\n\n', errors.UpstreamError),
    ],
)  # fmt: skip
def test_errors_in_a_stream_are_raised(raw: bytes, kind: type[errors.VanguardError]) -> None:
    with pytest.raises(kind):
        OpenAIChatReader().event(raw)


def test_a_whole_reply() -> None:
    body = msgspec.json.encode(
        {
            "id": "c1",
            "object": "chat.completion",
            "model": "m1",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": "x",
                        "reasoning_content": "hm",
                        "tool_calls": [
                            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                            {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
                        ],
                    },
                    "finish_reason": "tool_calls",
                }
            ],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
        }
    )  # fmt: skip
    reader = OpenAIChatReader()
    events = reader.whole(body)
    assert events[0] == Start("c1", "m1")
    assert gather(events) == Gathered(
        "x", "hm", "", [], [("a", "f", "{}"), ("b", "g", "{}")], Finish("tool_calls"),
        Usage(3, 4), ended=True,
    )  # fmt: skip
    assert reader.end() == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", errors.UpstreamError),
        (b"<html>", errors.UpstreamError),
        (b"{}", errors.UpstreamError),
        (b'{"choices":[]}', errors.UpstreamError),
        (b'{"error":{"message":"m","code":429}}', errors.UpstreamRateLimited),
    ],
)
def test_what_is_no_reply_is_an_error(body: bytes, kind: type[errors.VanguardError]) -> None:
    with pytest.raises(kind):
        OpenAIChatReader().whole(body)


def test_failures_are_read() -> None:
    failure = OpenAIChatReader().failure(429, b'{"error":{"message":"slow"}}')
    assert isinstance(failure, errors.UpstreamRateLimited)


def test_a_call_is_not_looked_for_among_all_others() -> None:
    looked = 0

    class Calls(dict[int, tuple[int, str]]):
        def __iter__(self) -> Iterator[int]:
            nonlocal looked
            looked += 1
            return super().__iter__()

    reader = OpenAIChatReader()
    reader._calls = Calls()
    calls = [
        {"id": f"c{i}", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        for i in range(10)
    ]
    body = {"choices": [{"index": 0, "message": {"tool_calls": calls}, "finish_reason": "stop"}]}
    events = reader.whole(msgspec.json.encode(body))
    assert [one.index for one in events if isinstance(one, ToolStart)] == [*range(10)]
    assert not looked

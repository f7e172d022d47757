"""Answers read into values."""

from __future__ import annotations

import json
import math

import pytest

from support.api_server import chat_events
from vanguard.core.errors import UpstreamError, UpstreamTruncated
from vanguard.core.usage import Usage
from vanguard.sdk.replies import Collector, read, read_usage
from vanguard.sdk.values import Status, Timings, Token, ToolCall


def chunk(delta: object, **fields: object) -> bytes:
    choice = {"index": 0, "delta": delta}
    return b"data: %b\n\n" % json.dumps({"choices": [choice], **fields}).encode()


def test_first_token_and_speed() -> None:
    collected = Collector(began_s=10.0)
    moments = iter([10.1, 10.5, 11.0, 11.5, 11.5, 11.5, 11.5])
    for raw in chat_events("a", "b", "c"):
        collected.event(raw, next(moments))
    timings = collected.end(11.5).timings
    # three tokens: the first at 10.5, the two others within the second that followed
    assert timings == Timings(total_ms=1500.0, first_token_ms=500.0, tokens_per_s=2.0)


def test_speed_of_a_whole_answer_is_over_all_its_time() -> None:
    body = {
        "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}],
        "usage": {"completion_tokens": 10},
    }
    reply = Collector(began_s=1.0).whole(json.dumps(body).encode(), 3.0)
    assert reply.timings == Timings(total_ms=2000.0, tokens_per_s=5.0)


def test_without_usage_no_speed_is_claimed() -> None:
    collected = Collector(began_s=0.0)
    collected.event(chunk({"content": "x"}), 1.0)
    reply = collected.reply(2.0)
    assert (reply.usage, reply.timings.tokens_per_s) == (None, None)


def test_tool_calls_come_together_from_their_pieces() -> None:
    collected = Collector(0.0)
    for call in (
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}},
        {"index": 1, "id": "b", "function": {"name": "g", "arguments": "{"}},
        {"index": 0, "function": {"arguments": '{"x":'}},
        {"index": 1, "function": {"arguments": "}"}},
        {"index": 0, "function": {"arguments": "1}"}},
    ):
        assert collected.event(chunk({"tool_calls": [call]}), 1.0) is None
    reply = collected.reply(2.0)
    assert reply.tool_calls == (ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", "{}"))
    assert reply.timings.first_token_ms == 1000.0


def test_tool_calls_of_a_whole_answer_have_no_index() -> None:
    calls = [{"id": name, "function": {"name": name, "arguments": "{}"}} for name in ("a", "b")]
    body = {"choices": [{"message": {"content": None, "tool_calls": calls}}]}
    reply = Collector(0.0).whole(json.dumps(body).encode(), 1.0)
    assert [call.id for call in reply.tool_calls] == ["a", "b"]


def test_reasoning_and_refusal_are_told_apart() -> None:
    collected = Collector(0.0)
    collected.event(chunk({"reasoning_content": "hm"}), 1.0)
    collected.event(chunk({"reasoning": "m"}), 1.0)
    collected.event(chunk({"refusal": "no"}), 1.0)
    reply = collected.reply(1.0)
    assert (reply.text, reply.reasoning, reply.refusal) == ("", "hmm", "no")


def test_reasoning_tokens_are_told() -> None:
    details = {"reasoning_tokens": 4}
    raw = chunk({}, usage={"completion_tokens": 5, "completion_tokens_details": details})
    collected = Collector(0.0)
    collected.event(raw, 1.0)
    assert collected.reply(1.0).usage == Usage(output_tokens=5, reasoning_tokens=4)


def test_tokens_come_with_their_logprobs_streamed_or_whole() -> None:
    told = [
        {"token": "a", "logprob": -0.5, "bytes": [97]},
        {"token": "b", "logprob": None, "bytes": [999]},
    ]
    expected = (Token("a", -0.5, b"a"), Token("b", -math.inf, None))
    collected = Collector(0.0)
    for one in told:
        choice = {"index": 0, "delta": {"content": one["token"]}, "logprobs": {"content": [one]}}
        collected.event(b"data: %b\n\n" % json.dumps({"choices": [choice]}).encode(), 1.0)
    assert collected.reply(2.0).tokens == expected
    choice = {"message": {"content": "ab"}, "logprobs": {"content": told}}
    body = json.dumps({"choices": [choice]}).encode()
    assert Collector(0.0).whole(body, 1.0).tokens == expected
    choice = {"message": {"content": "ab"}, "logprobs": None}
    body = json.dumps({"choices": [choice]}).encode()
    assert Collector(0.0).whole(body, 1.0).tokens == ()


def test_comments_and_other_choices_are_no_text() -> None:
    collected = Collector(0.0)
    assert collected.event(b": ping\n\n", 1.0) is None
    other = b'data: {"choices":[{"index":1,"delta":{"content":"x"}}]}\n\n'
    assert collected.event(other, 1.0) is None


def test_an_end_without_an_end_is_truncation() -> None:
    collected = Collector(0.0, "req_1")
    collected.event(chunk({"content": "x"}), 1.0)
    with pytest.raises(UpstreamTruncated) as caught:
        collected.end(1.0)
    assert caught.value.request_id == "req_1"


def test_what_is_no_answer_of_vanguard_is_said_to_be_none() -> None:
    with pytest.raises(UpstreamError, match="not what this client expects"):
        read(b'{"keys": "many"}', Status)
    assert read(b'{"keys": 2, "later": {}}', Status).keys == 2


def test_a_group_without_a_value() -> None:
    report = read_usage(b'{"data": [{"user": null, "requests": 1}], "total": {}}')
    assert report.groups[0].group == {"user": None}

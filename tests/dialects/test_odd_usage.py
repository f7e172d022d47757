"""Usage that is written oddly, in every dialect, passed through and translated."""

from __future__ import annotations

import json

import msgspec
import pytest

from support.bedrock import frame
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_invoke.chunks import to_frame
from vanguard.dialects.conversation import UsageTold
from vanguard.dialects.odd_usage import reread
from vanguard.dialects.passthrough.contract import Peek
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.dialects.registry import DIALECTS

CHAT = {"prompt_tokens": 1000, "completion_tokens": 500}
COUNTS = {"input_tokens": 1000, "output_tokens": 500}
CONVERSE = {"inputTokens": 1000, "outputTokens": 500}
GOOGLE = {"promptTokenCount": 1000, "candidatesTokenCount": 500}
SAID = Usage(1000, 500)
ASKED = Peek("m", stream=True)


def chat(usage):
    message = {"role": "assistant", "content": "hi"}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}


def anthropic(usage):
    content = [{"type": "text", "text": "hi"}]
    return {"type": "message", "content": content, "stop_reason": "end_turn", "usage": usage}


def responses(usage):
    return {"status": "completed", "output": [], "usage": usage}


def converse(usage):
    message = {"role": "assistant", "content": [{"text": "hi"}]}
    return {"output": {"message": message}, "stopReason": "end_turn", "usage": usage}


def google(usage):
    content = {"role": "model", "parts": [{"text": "hi"}]}
    return {
        "candidates": [{"content": content, "finishReason": "STOP"}],
        "usageMetadata": usage,
    }


WHOLE = {
    "openai_chat": (chat, CHAT),
    "anthropic_messages": (anthropic, COUNTS),
    "openai_responses": (responses, COUNTS),
    "bedrock_converse": (converse, CONVERSE),
    "bedrock_invoke": (anthropic, COUNTS),
    "google_generate": (google, GOOGLE),
}


def data(told):
    return b"data: %b\n\n" % json.dumps(told).encode()


STREAMED = {
    "openai_chat": lambda usage: data({"choices": [], "usage": usage}),
    "anthropic_messages": lambda usage: data({"type": "message_delta", "usage": usage}),
    "openai_responses": lambda usage: data(
        {"type": "response.completed", "response": responses(usage)}
    ),
    "bedrock_converse": lambda usage: frame("metadata", {"usage": usage}),
    "bedrock_invoke": lambda usage: to_frame(
        json.dumps({"type": "message_delta", "usage": usage}).encode()
    ),
    "google_generate": lambda usage: data(google(usage)),
}


def written(usage, form):
    return {name: form(count) for name, count in usage.items()}


READABLE = [float, str, lambda count: f"{count}.0", lambda count: count - 0.5]
NO_COUNT = [lambda _: True, lambda _: [], lambda _: "many"]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("form", READABLE)
def test_a_count_that_is_no_plain_number_is_still_a_count(name: str, form) -> None:
    answer, usage = WHOLE[name]
    body = json.dumps(answer(written(usage, form))).encode()
    assert PASS_THROUGHS[name].whole_usage(body) == SAID
    told = DIALECTS[name].reader().whole(body)
    assert [event.usage for event in told if isinstance(event, UsageTold)] == [SAID]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("form", NO_COUNT)
def test_usage_that_no_one_can_read_was_not_told(name: str, form) -> None:
    answer, usage = WHOLE[name]
    for odd in (written(usage, form), [1000, 500], "some"):
        body = json.dumps(answer(odd)).encode()
        assert PASS_THROUGHS[name].whole_usage(body) is None
        told = DIALECTS[name].reader().whole(body)
        assert not [event for event in told if isinstance(event, UsageTold)]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("form", READABLE)
def test_a_stream_tells_such_counts_too(name: str, form) -> None:
    raw = STREAMED[name](written(WHOLE[name][1], form))
    tap = PASS_THROUGHS[name].tap(ASKED)
    assert tap.feed(raw) == raw
    assert tap.usage == SAID
    told = DIALECTS[name].reader().event(raw)
    assert [event.usage for event in told if isinstance(event, UsageTold)] == [SAID]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("form", NO_COUNT)
def test_a_stream_goes_on_past_usage_that_no_one_can_read(name: str, form) -> None:
    raw = STREAMED[name](written(WHOLE[name][1], form))
    tap = PASS_THROUGHS[name].tap(ASKED)
    assert tap.feed(raw) == raw
    assert not tap.usage
    DIALECTS[name].reader().event(raw)


@pytest.mark.parametrize("name", sorted(STREAMED.keys() - {"bedrock_converse"}))
def test_nought_that_comes_late_takes_nothing_back(name: str) -> None:
    usage, told = WHOLE[name][1], STREAMED[name]
    late, longer = dict.fromkeys(usage, 0), dict(zip(usage, (0, 700), strict=True))
    tap, reader = PASS_THROUGHS[name].tap(ASKED), DIALECTS[name].reader()
    tap.feed(told(usage) + told(late))
    assert tap.usage == SAID
    tap.feed(told(longer))
    assert tap.usage == Usage(1000, 700)
    heard = [event for raw in (usage, late, longer) for event in reader.event(told(raw))]
    last = Usage(1000, 500 if name == "openai_responses" else 700)  # whose first end is its end
    assert [event.usage for event in heard if isinstance(event, UsageTold)][-1] == last


def test_the_end_that_stands_beside_odd_usage_is_read() -> None:
    raw = STREAMED["openai_responses"]("none")
    tap = PASS_THROUGHS["openai_responses"].tap(ASKED)
    tap.feed(raw)
    assert tap.complete()


def test_an_embedding_whose_count_is_odd_is_an_embedding() -> None:
    through = PASS_THROUGHS["bedrock_invoke"]
    body = b'{"embedding":[0.5],"inputTextTokenCount":%b}'
    assert through.whole_usage(body % b"3.0") == Usage(3)
    assert through.whole_usage(body % b"[]") is None


class _Details(msgspec.Struct):
    cached: int | None = None


class _Usage(msgspec.Struct):
    count: int | None = None
    details: _Details | None = None


class _Answer(msgspec.Struct):
    usage: _Usage | None = None
    words: str = ""


READER = msgspec.json.Decoder(_Answer)


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        (b'{"usage":{"count":7.0,"details":{"cached":"2"}}}', _Usage(7, _Details(2))),
        (b'{"usage":{"count":7.2,"details":{"cached":null}}}', _Usage(8, _Details())),
        (b'{"usage":{"count":7,"details":{"cached":"two"}}}', _Usage(7)),
        (b'{"usage":{"count":7.0,"details":[]}}', _Usage(7)),
        (b'{"usage":{"count":"seven","details":{"cached":2}}}', None),
        (b'{"usage":{"count":-7.0}}', _Usage(-7)),
        (b'{"usage":{"count":1e300}}', _Usage(2**53)),
        (b'{"usage":{"count":1e400}}', None),
        (b'{"usage":7}', None),
    ],
)
def test_what_can_be_read_of_usage_is_read(body: bytes, usage: _Usage | None) -> None:
    assert reread(READER, body) == _Answer(usage)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"words":5}', b'{"usage":{"count":1.0},"words":5}', b'"\xff"']
)
def test_what_is_odd_elsewhere_stays_unread(body: bytes) -> None:
    assert reread(READER, body) is None

"""Replies for Google's clients."""

from __future__ import annotations

import json

from support.bytes_of_google import SIGNATURE
from vanguard.core.errors import UpstreamTruncated
from vanguard.core.usage import Usage
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    Message,
    Reasoning,
    RefusalDelta,
    Start,
    Text,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.google_generate.signatures import carried, enclosed
from vanguard.dialects.google_generate.write_reply import GoogleGenerateWriter

HI = (Message("user", (Text("hi"),)),)


def writer(**reasoning):
    return GoogleGenerateWriter(Conversation("m", HI, reasoning=Reasoning(**reasoning)), "r-1")


def chunks(*events, **reasoning):
    made = writer(**reasoning)
    raw = b"".join(made.event(event) for event in events)
    return [json.loads(one.removeprefix(b"data: ")) for one in raw.split(b"\n\n") if one]


def parts(chunk):
    return chunk["candidates"][0]["content"]["parts"]


def test_a_stream_of_text_ends_with_its_reason_and_usage():
    first, last = chunks(
        Start("u", "upstream"), TextDelta("Hi"), UsageTold(Usage(3, 2)), Finish("length"), End()
    )
    assert first == {
        "candidates": [{"content": {"parts": [{"text": "Hi"}], "role": "model"}, "index": 0}],
        "modelVersion": "upstream",
        "responseId": "r-1",
    }
    assert last["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert last["usageMetadata"]["totalTokenCount"] == 5
    # an SDK counts a chunk without parts as a failed answer
    assert parts(last) == [{"text": ""}]


def test_calls_come_whole_with_the_end():
    (last,) = chunks(
        ThinkingSignature(enclosed(SIGNATURE, "call")),
        ToolStart(0, "a", "f"),
        ToolArguments(0, '{"x"'),
        ToolArguments(0, ":1}"),
        ToolStart(1, "b", "g"),
        Finish("tool_calls"),
        End(),
    )
    assert parts(last) == [
        {
            "functionCall": {"id": "a", "name": "f", "args": {"x": 1}},
            "thoughtSignature": SIGNATURE,
        },
        {"functionCall": {"id": "b", "name": "g", "args": {}}},
    ]
    assert last["candidates"][0]["finishReason"] == "STOP"


def test_thoughts_are_shown_to_those_who_asked_and_their_seal_to_all():
    events = (ThinkingDelta("deep"), ThinkingSignature("claudes"), TextDelta("x"))
    shown = [parts(one)[0] for one in chunks(*events)]
    seal = {"text": "", "thought": True, "thoughtSignature": carried("claudes")}
    assert shown == [{"text": "deep", "thought": True}, seal, {"text": "x"}]
    hidden = [parts(one)[0] for one in chunks(*events, display="omitted")]
    assert hidden == [seal, {"text": "x"}]


def test_a_whole_reply_joins_what_belongs_together():
    events = [
        Start("u", "upstream"),
        ThinkingDelta("de"),
        ThinkingDelta("ep"),
        ThinkingSignature("claudes"),
        ThinkingRedacted("secret"),
        TextDelta("He"),
        TextDelta("llo"),
        RefusalDelta("!"),
        ThinkingSignature(enclosed(SIGNATURE, "text")),
        Finish("refusal"),
        UsageTold(Usage(3, 2)),
        End(),
    ]
    reply = json.loads(writer().whole(events))
    sealed = carried("secret", "redacted")
    assert parts(reply) == [
        {"text": "deep", "thought": True, "thoughtSignature": carried("claudes")},
        {"text": "", "thought": True, "thoughtSignature": sealed},
        {"text": "Hello!", "thoughtSignature": SIGNATURE},
    ]
    assert reply["candidates"][0]["finishReason"] == "SAFETY"
    assert reply["modelVersion"] == "upstream"


def test_an_answer_of_nothing_has_a_part_all_the_same():
    assert parts(json.loads(writer().whole([Start(), Finish("stop"), End()]))) == [{"text": ""}]


def test_an_error_is_a_chunk_that_googles_sdks_look_for():
    raw = writer().error(UpstreamTruncated("broke off"), "req_1")
    assert raw.startswith(b'data: {"error":{"code":502,')
    assert raw.endswith(b"\n\n")

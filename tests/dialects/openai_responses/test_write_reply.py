"""Replies written for clients of OpenAI's responses."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from support.clocks import StillClock
from support.replies import write_stream
from support.response_events import response_events, response_object
from vanguard.core.errors import RateLimited, UpstreamError
from vanguard.core.usage import Usage
from vanguard.dialects import freeform, seals
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    FinishReason,
    Message,
    Namespace,
    RefusalDelta,
    ReplyEvent,
    Start,
    Text,
    TextDelta,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    Tool,
    ToolArguments,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.openai_responses.write_reply import OpenAIResponsesWriter
from vanguard.wire.sse import Splitter, event_data

SCHEMA = msgspec.Raw(b'{"type":"object"}')
TOOLS = (
    Tool("f", schema=SCHEMA),
    Tool("patch", schema=freeform.schema(None), kind="freeform"),
    Tool("git__log", schema=SCHEMA, space=Namespace("git", "log")),
    Tool("tool_search", schema=SCHEMA, kind="search"),
)
ASKED = Conversation("asked", (Message("user", (Text("hi"),)),), tools=TOOLS)
ENDED: list[ReplyEvent] = [Finish("stop"), UsageTold(Usage(3, 4)), End()]


def writer() -> OpenAIResponsesWriter:
    return OpenAIResponsesWriter(ASKED, "req_1")


def output(*events: ReplyEvent) -> list[dict[str, Any]]:
    """The items of an answer, the same whole and streamed."""
    said = [Start("x", "up"), *events, *ENDED]
    streamed = response_events(write_stream(writer(), said))[-1]["response"]
    whole = msgspec.json.decode(writer().whole(said))
    response_object(whole)
    assert whole["output"] == streamed["output"]
    items: list[dict[str, Any]] = whole["output"]
    return items


def kinds(*events: ReplyEvent) -> list[str]:
    stream = write_stream(writer(), [*events, *ENDED])
    return [event["type"].removeprefix("response.") for event in response_events(stream)]


def test_each_item_has_all_events_of_its_life() -> None:
    assert kinds(ThinkingDelta("hm"), TextDelta("a"), ToolStart(0, "c", "f"))[2:] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]


def test_text_and_refusal_are_parts_of_one_message() -> None:
    (message,) = output(TextDelta("a"), TextDelta("b"), RefusalDelta("no"))
    assert [part["type"] for part in message["content"]] == ["output_text", "refusal"]
    assert message["content"][0]["text"] == "ab"


def test_calls_of_each_kind_are_what_the_client_declared() -> None:
    events: list[ReplyEvent] = []
    for index, tool in enumerate(TOOLS):
        arguments = freeform.wrap("a\nb") if tool.kind == "freeform" else '{"q":1}'
        events += [ToolStart(index, f"c{index}", tool.name), ToolArguments(index, arguments)]
    function, custom, grouped, search = output(*events)
    assert (function["type"], function["arguments"]) == ("function_call", '{"q":1}')
    assert (custom["type"], custom["name"], custom["input"]) == (
        "custom_tool_call",
        "patch",
        "a\nb",
    )
    assert (grouped["name"], grouped["namespace"]) == ("log", "git")
    assert (search["type"], search["arguments"]) == ("tool_search_call", {"q": 1})
    assert [item["call_id"] for item in (function, custom, grouped, search)] == [
        "c0", "c1", "c2", "c3",
    ]  # fmt: skip


def test_a_model_that_writes_bare_text_is_understood() -> None:
    (item,) = output(ToolStart(0, "c", "patch"), ToolArguments(0, "*** Begin Patch"))
    assert item["input"] == "*** Begin Patch"


def test_calls_may_be_written_at_the_same_time_but_not_after_their_end() -> None:
    items = output(
        ToolStart(0, "a", "f"),
        ToolArguments(0, '{"x":'),
        ToolStart(1, "b", "f"),
        ToolArguments(1, "{}"),
        ToolArguments(0, "1}"),
    )
    assert [item["arguments"] for item in items] == ['{"x":1}', "{}"]
    made = writer()
    made.event(ToolStart(0, "a", "f"))
    made.event(ToolArguments(0, "{}"))
    made.event(ToolStart(1, "b", "f"))
    with pytest.raises(UpstreamError, match="had left"):
        made.event(ToolArguments(0, "{}"))


def test_a_seal_of_claudes_goes_out_in_an_envelope_that_knows_its_text() -> None:
    sealed, redacted, message = output(
        ThinkingDelta("so"),
        ThinkingDelta(" it is"),
        ThinkingSignature("sig"),
        ThinkingRedacted("data"),
        TextDelta("x"),
    )
    seal = seals.disclose(sealed["encrypted_content"])
    assert seal is not None
    assert (seal.family, seal.data, seal.covers("so it is")) == ("claude", "sig", True)
    assert sealed["summary"] == [{"type": "summary_text", "text": "so it is"}]
    hidden = seals.disclose(redacted["encrypted_content"])
    assert hidden == seals.Seal("claude", "data", "redacted")
    assert message["type"] == "message"


def test_a_seal_in_an_envelope_stays_in_it() -> None:
    envelope = seals.enclose(seals.Seal("google", "x"))
    (item,) = output(ThinkingSignature(envelope))
    assert item["encrypted_content"] == envelope


@pytest.mark.parametrize(
    ("reason", "status", "why"),
    [
        ("stop", "completed", None),
        ("stop_sequence", "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("context_window", "incomplete", "max_output_tokens"),
        ("refusal", "incomplete", "content_filter"),
    ],
)
def test_an_answer_says_whether_it_is_whole(
    reason: FinishReason, status: str, why: str | None
) -> None:
    said: list[ReplyEvent] = [TextDelta("x"), Finish(reason), End()]
    last = response_events(write_stream(writer(), said))[-1]
    assert last["type"] == f"response.{status}"
    assert last["response"]["incomplete_details"] == (why and {"reason": why})
    assert last["response"]["usage"] is None


def test_a_refusal_in_words_is_a_whole_answer() -> None:
    said: list[ReplyEvent] = [RefusalDelta("no"), Finish("refusal"), End()]
    assert response_events(write_stream(writer(), said))[-1]["type"] == "response.completed"


def test_an_error_ends_the_stream_with_what_there_was() -> None:
    made = writer()
    stream = made.event(Start()) + made.event(TextDelta("a")) + made.error(RateLimited("slow"), "r")
    events = [msgspec.json.decode(event_data(raw)) for raw in Splitter().feed(stream)]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events[-2:]] == ["error", "response.failed"]
    failed = response_object(events[-1]["response"])
    assert failed.error is not None
    assert failed.error.code == "rate_limit_exceeded"
    assert failed.output[0].status == "incomplete"  # type: ignore[union-attr]
    first = [
        msgspec.json.decode(event_data(raw))
        for raw in Splitter().feed(writer().error(RateLimited("x"), "r"))
    ]
    assert next(event["type"] for event in first) == "response.created"


def test_what_is_kept_of_an_answer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vanguard.dialects.openai_responses.reply_items._ANSWER_CHARACTERS", 10)
    made = writer()
    made.event(TextDelta("12345"))
    with pytest.raises(UpstreamError, match="exceeds"):
        made.event(TextDelta("678901"))


def test_ids_are_the_requests_and_time_is_told() -> None:
    made = OpenAIResponsesWriter(ASKED, "req_9", StillClock(5_000))
    response = response_object(made.whole([Start(), TextDelta("x"), *ENDED]))
    assert (response.id, response.created_at, response.model) == ("resp_9", 5, "asked")
    assert response.output[0].id == "msg_9_0"

"""The content of OpenAI's messages."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import (
    Audio,
    Cache,
    Document,
    Foreign,
    Image,
    Inline,
    Part,
    PlainText,
    RedactedThinking,
    Refusal,
    Remote,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.openai_chat.read_request import read_request


def parts(message: dict[str, object]) -> tuple[Part, ...]:
    body = msgspec.json.encode({"model": "m", "messages": [message]})
    return read_request(body).messages[0].parts


def user(*content: object) -> tuple[Part, ...]:
    return parts({"role": "user", "content": content})


MARK = {"type": "ephemeral", "ttl": "1h"}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"type": "text", "text": "x", "cache_control": MARK}, Text("x", Cache("1h"))),
        ({"type": "image_url", "image_url": {"url": "https://e.org/a.png", "detail": "low"}},
         Image(Remote("https://e.org/a.png"), "low")),
        ({"type": "image_url", "image_url": "https://e.org/a.png"},
         Image(Remote("https://e.org/a.png"))),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
         Image(Inline("image/png", "AAAA"))),
        ({"type": "image_url", "image_url": {"url": "data:image/webp;x=y;BASE64,AA=="}},
         Image(Inline("image/webp", "AA=="))),
        ({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
         Audio("AAAA", "wav")),
        ({"type": "file", "file": {"file_id": "file-1"}},
         Document(Stored("openai_chat", "file-1"))),
        ({"type": "file", "file": {"filename": "a.pdf",
          "file_data": "data:application/pdf;base64,AAAA"}},
         Document(Inline("application/pdf", "AAAA"), "a.pdf")),
        ({"type": "file", "file": {"file_data": "AAAA"}},
         Document(Inline("application/pdf", "AAAA"))),
        ({"type": "file", "file": {"filename": "a.txt",
          "file_data": "data:text/plain;base64,2YTYpw=="}}, Document(PlainText("لا"), "a.txt")),
        ({"type": "refusal", "refusal": "no"}, Refusal("no")),
        ({"type": "video_url", "video_url": 1},
         Foreign("openai_chat", "messages[0].content[0]",
                 Raw(b'{"type":"video_url","video_url":1}'))),
    ],
)  # fmt: skip
def test_each_kind_of_part(sent: object, read: Part) -> None:
    assert user(sent) == (read,)


def test_an_assistants_message_in_order() -> None:
    got = parts(
        {
            "role": "assistant",
            "content": "text",
            "refusal": "no",
            "reasoning_content": "hm",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "c2", "type": "custom", "custom": {"name": "g", "input": "x"}},
                {"id": "c3", "index": 2, "function": {"name": "h"}},
            ],
        }
    )
    assert got == (
        Thinking("hm"),
        Text("text"),
        Refusal("no"),
        ToolCall("c1", "f", "{}"),
        Foreign("openai_chat", "messages[0].tool_calls[1]", Raw(b'{"name":"g","input":"x"}')),
        ToolCall("c3", "h", ""),
    )


def test_sealed_reasoning_comes_back_with_its_seal() -> None:
    details = [
        {"type": "reasoning.text", "text": "hm", "signature": "s", "index": 0},
        {"type": "reasoning.encrypted", "data": "d", "index": 1},
        {"type": "reasoning.text", "text": "unsealed"},
        {"type": "reasoning.summary", "summary": "left out"},
    ]
    message = {"role": "assistant", "reasoning_content": "hm", "reasoning_details": details}
    assert parts(message) == (Thinking("hm", "s"), RedactedThinking("d"), Thinking("unsealed"))
    assert parts({"role": "assistant", "reasoning": "bare"}) == (Thinking("bare"),)


def test_a_marker_on_the_message_falls_on_its_last_text() -> None:
    message = {"role": "system", "content": "long", "cache_control": {"type": "ephemeral"}}
    assert parts(message) == (Text("long", Cache()),)


def test_tool_messages_are_results_in_a_users_turn() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    message = {
        "role": "tool",
        "tool_call_id": "c1",
        "content": [{"type": "text", "text": "x"}, image, {"type": "refusal", "refusal": "no"}],
    }
    assert parts(message) == (
        ToolResult("c1", (Text("x"), Image(Inline("image/png", "AAAA")), Text("no"))),
    )
    assert parts({"role": "tool", "tool_call_id": "c1", "content": ""}) == (ToolResult("c1", ()),)


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"role": "tool", "content": "x"}, "messages[0].tool_call_id"),
        ({"role": "tool", "tool_call_id": "c", "content": [
            {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]},
         "messages[0].content[0]"),
        ({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x,y"}}]},
         "messages[0].content[0].image_url.url"),
        ({"role": "user", "content": [{"type": "file", "file": {}}]},
         "messages[0].content[0].file.file_data"),
        ({"role": "user", "content": [{"type": "file", "file": {
            "file_data": "data:text/plain;base64,//79"}}]}, "messages[0].content[0].file.file_data"),
        ({"role": "assistant", "tool_calls": [{"id": "c"}]}, "messages[0].tool_calls[0].function"),
        ({"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]},
         "messages[0].tool_calls[0].id"),
        ({"role": "user", "content": [{"type": "image_url"}]}, "messages[0].content[0].image_url"),
        ({"role": "user", "content": [5]}, "messages[0].content[0]"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_by_name(message: dict[str, object], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parts(message)
    assert caught.value.param == param

"""Neutral messages in OpenAI's form."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Audio,
    Cache,
    Conversation,
    Document,
    Foreign,
    Image,
    Inline,
    Message,
    Part,
    Passage,
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
from vanguard.dialects.openai_chat.write_messages import write_messages

PNG = Inline("image/png", "AAAA")
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def write(*messages: Message) -> tuple[list[dict[str, Any]], list[str]]:
    losses = Losses()
    written = write_messages(Conversation("m", messages), losses)
    return msgspec.json.decode(msgspec.json.encode(written)), losses.names


def user(*parts: Part) -> tuple[Any, list[str]]:
    written, lost = write(Message("user", parts))
    assert [one["role"] for one in written] == ["user"]
    return written[0]["content"], lost


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (Text("x"), "x"),
        (Refusal("no"), "no"),
        (Image(PNG, "low"), [{"type": "image_url", "image_url": {
            "url": "data:image/png;base64,AAAA", "detail": "low"}}]),
        (Image(Remote("https://e.org/a")), [{"type": "image_url", "image_url": {
            "url": "https://e.org/a"}}]),
        (Audio("AAAA", "wav"), [{"type": "input_audio", "input_audio": {
            "data": "AAAA", "format": "wav"}}]),
        (Document(Inline("application/pdf", "AAAA")), [{"type": "file", "file": {
            "file_data": "data:application/pdf;base64,AAAA", "filename": "document.pdf"}}]),
        (Document(Stored("openai_chat", "f1"), "t"), [{"type": "file", "file": {
            "file_id": "f1", "filename": "t"}}]),
        (Document(PlainText("body")), "body"),
        (Document(PlainText("body"), "title"), "title\n\nbody"),
        (Document(Passage((Text("a"), Image(PNG))), "title"), [
            {"type": "text", "text": "title"}, {"type": "text", "text": "a"}, PICTURE]),
        (Foreign("openai_chat", "x", Raw(b'{"type":"video_url"}')), [{"type": "video_url"}]),
    ],
)  # fmt: skip
def test_what_has_a_form_is_carried(part: Part, content: object) -> None:
    assert user(part) == (content, [])


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        (Image(Stored("anthropic_messages", "f")), ["messages[0].content[0]"]),
        (Document(Remote("https://e.org/a.pdf")), ["messages[0].content[0]"]),
        (Document(Stored("anthropic_messages", "f")), ["messages[0].content[0]"]),
        (Foreign("anthropic_messages", "x", Raw(b"{}")), ["messages[0].content[0]"]),
        (Thinking("t"), ["messages[0].content[0]"]),
        (Text("x", Cache()), ["cache_control"]),
        (Document(PlainText("x"), context="c", citations=True),
         ["messages[0].content[0].citations", "messages[0].content[0].context"]),
    ],
)  # fmt: skip
def test_what_has_none_is_named(part: Part, lost: list[str]) -> None:
    assert user(part)[1] == lost


def test_an_assistants_parts_go_to_their_fields() -> None:
    written, lost = write(
        Message(
            "assistant",
            (
                Thinking("t", "s"),
                RedactedThinking("d"),
                Text("a"),
                Text("b"),
                ToolCall("c", "f", ""),
                Refusal("no"),
                Image(PNG),
            ),
        ),
        Message("user", (Text("x"),)),
    )
    assert written[0] == {
        "role": "assistant",
        "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
        "refusal": "no",
    }
    assert lost == ["thinking", "messages[0].content[6]"]


def test_content_is_null_only_beside_calls() -> None:
    written, _ = write(
        Message("assistant", (ToolCall("c", "f", "{}"),)),
        Message("assistant", ()),
        Message("user", ()),
    )
    assert [one["content"] for one in written] == [None, "", ""]


def test_results_come_before_the_users_words_and_pictures_move_there() -> None:
    written, lost = write(
        Message(
            "user",
            (
                Text("see"),
                ToolResult("a", (Text("1"), Image(PNG), Text("2"))),
                ToolResult("b", ()),
            ),
        )
    )
    assert written == [
        {
            "role": "tool",
            "content": [{"type": "text", "text": "1"}, {"type": "text", "text": "2"}],
            "tool_call_id": "a",
        },
        {"role": "tool", "content": "", "tool_call_id": "b"},
        {"role": "user", "content": [PICTURE, {"type": "text", "text": "see"}]},
    ]
    assert lost == []


def test_a_last_word_put_into_the_models_mouth_is_a_loss() -> None:
    assert write(Message("assistant", (Text("{"),)))[1] == ["messages[0].prefill"]


def test_roles_and_names_stay() -> None:
    written, _ = write(Message("developer", (Text("x"),), "dev"), Message("user", (Text("y"),)))
    assert written[0] == {"role": "developer", "content": "x", "name": "dev"}

"""Neutral messages in Anthropic's form."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from vanguard.dialects.anthropic_messages.write_messages import (
    tool_id,
    write_messages,
    write_system,
)
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
    Refusal,
    Remote,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)

PNG = Inline("image/png", "AAAA")
PICTURE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
}
MARK = {"cache_control": {"type": "ephemeral"}}


def write(*messages: Message) -> tuple[list[dict[str, Any]], list[str]]:
    losses = Losses()
    written = write_messages(Conversation("m", messages), losses)
    return msgspec.json.decode(msgspec.json.encode(written)), losses.names


def user(*parts: Part) -> tuple[Any, list[str]]:
    written, lost = write(Message("user", parts))
    return (written[0]["content"] if written else None), lost


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (Text("x"), "x"),
        (Text("x", Cache()), [{"type": "text", "text": "x", **MARK}]),
        (Refusal("no"), "no"),
        (Image(PNG, "auto", Cache()), [{**PICTURE, **MARK}]),
        (Image(Remote("u")), [{"type": "image", "source": {"type": "url", "url": "u"}}]),
        (Image(Stored("anthropic_messages", "f")),
         [{"type": "image", "source": {"type": "file", "file_id": "f"}}]),
        (Document(PlainText("x"), "t", "c", citations=True), [
            {"type": "document", "source": {"type": "text", "data": "x", "media_type": "text/plain"},
             "title": "t", "context": "c", "citations": {"enabled": True}}]),
        (Document(Passage((Text("a"), Image(PNG)))), [
            {"type": "document", "source": {"type": "content", "content": [
                {"type": "text", "text": "a"}, PICTURE]}}]),
        (Thinking("t", "s"), [{"type": "thinking", "thinking": "t", "signature": "s"}]),
        (Foreign("anthropic_messages", "x", Raw(b'{"type":"server_tool_use"}')),
         [{"type": "server_tool_use"}]),
        (ToolResult("a/b", (Text("x"), Image(PNG)), is_error=True, cache=Cache()), [
            {"type": "tool_result", "tool_use_id": "a_b", "content": [
                {"type": "text", "text": "x"}, PICTURE], "is_error": True, **MARK}]),
    ],
)  # fmt: skip
def test_what_has_a_form_is_carried(part: Part, content: object) -> None:
    assert user(part) == (content, [])


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        (Audio("AAAA", "wav"), ["messages[0].content[0]"]),
        (Image(Stored("openai_chat", "f")), ["messages[0].content[0]"]),
        (Document(Stored("openai_chat", "f")), ["messages[0].content[0]"]),
        (Foreign("openai_chat", "x", Raw(b"{}")), ["messages[0].content[0]"]),
        (Thinking("unsealed"), ["thinking"]),
        (Text(""), []),
    ],
)
def test_what_has_none_is_left_out_and_named(part: Part, lost: list[str]) -> None:
    assert user(part) == (None, lost)


def test_a_wish_for_detail_is_named() -> None:
    assert user(Image(PNG, "low")) == ([PICTURE], ["messages[0].content[0].image_url.detail"])


def test_messages_of_one_role_are_one_turn() -> None:
    written, lost = write(
        Message("user", (Text("a"),)),
        Message("user", (), "nobody"),
        Message("system", (Text("apart"),)),
        Message("user", (Text("b"),)),
        Message("assistant", (Text("c"),)),
        Message("assistant", (ToolCall("i", "f", ' {"x":1} '),)),
        Message("user", (Text("first"), ToolResult("i", ()))),
    )
    assert written == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "c"},
                {"type": "tool_use", "id": "i", "name": "f", "input": {"x": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "i"},
                {"type": "text", "text": "first"},
            ],
        },
    ]
    assert lost == ["messages[1].name"]


@pytest.mark.parametrize(
    ("arguments", "sent", "lost"),
    [
        ("", {}, []),
        ('{"a":1}', {"a": 1}, []),
        ("[1]", {"arguments": "[1]"}, ["messages[0].tool_calls[1].function.arguments"]),
        ("{oops", {"arguments": "{oops"}, ["messages[0].tool_calls[1].function.arguments"]),
    ],
)
def test_arguments_become_an_object(arguments: str, sent: object, lost: list[str]) -> None:
    calls = (ToolCall("a", "f", "{}"), ToolCall("b", "f", arguments))
    written, names = write(Message("assistant", calls))
    assert written[0]["content"][1]["input"] == sent
    assert names == lost


def test_ids_have_anthropics_letters_and_stay_apart() -> None:
    assert tool_id("toolu_01-Ab") == "toolu_01-Ab"
    assert tool_id("functions.f:0") == "functions_f_0"
    assert tool_id("functions.f:1") != tool_id("functions.f:0")


def test_system_messages_are_gathered_and_a_lost_place_is_named() -> None:
    losses = Losses()
    conversation = Conversation(
        "m",
        (
            Message("system", (Text("b", Cache()), Image(PNG))),
            Message("user", (Text("x"),)),
            Message("developer", (Text("c"), Text(""))),
        ),
        system=(Text("a"), Foreign("openai_chat", "system[1]", Raw(b"{}"))),
    )
    written = msgspec.json.decode(msgspec.json.encode(write_system(conversation, losses)))
    assert written == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b", **MARK},
        {"type": "text", "text": "c"},
    ]
    assert losses.names == ["system[1]", "messages[0].content[1]", "messages[2].role"]

"""Messages as items of a responses request."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects import freeform, seals
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
    Remote,
    Stored,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.openai_responses.write_items import ItemWriter

PATCH = Tool("patch", kind="freeform")


def write(
    *messages: Message,
    losses: Losses | None = None,
    marks: bool = False,
    tools: tuple[Tool, ...] = (),
) -> list[Any]:
    conversation = Conversation("m", messages, tools=tools)
    writer = ItemWriter(conversation, losses or Losses(strict=True), marks_cache=marks)
    items: list[Any] = msgspec.json.decode(msgspec.json.encode(writer.write()))
    return items


def user(*parts: Part) -> Message:
    return Message("user", parts)


def lost(*parts: Part, role: str = "user") -> list[str]:
    losses = Losses()
    write(Message(role, parts), user(Text("on")), losses=losses)  # type: ignore[arg-type]
    return losses.names


def test_an_assistants_turn_becomes_its_items_in_their_order() -> None:
    said = Message(
        "assistant",
        (
            Text("first"),
            ToolCall("c1", "f", '{"a":1}'),
            Text("then"),
            ToolCall("c2", "patch", freeform.wrap("x")),
        ),
    )
    results = user(ToolResult("c1", (Text("one"),)), ToolResult("c2", ()))
    items = write(user(Text("go")), said, results, tools=(Tool("f"), PATCH))
    assert [item["type"] for item in items] == [
        "message",
        "message",
        "function_call",
        "message",
        "custom_tool_call",
        "function_call_output",
        "custom_tool_call_output",
    ]
    assert items[1]["content"] == [{"type": "output_text", "text": "first"}]
    assert (items[4]["input"], items[5]["output"], items[6]["output"]) == ("x", "one", "")


def test_results_hold_pictures_and_other_words_follow() -> None:
    picture = Image(Inline("image/png", "iV"), "high")
    result = ToolResult("c", (Text("see"), picture))
    output, words = write(user(result, Text("and?")))
    assert output["output"][1] == {
        "type": "input_image",
        "image_url": "data:image/png;base64,iV",
        "detail": "high",
    }
    assert words["content"] == [{"type": "input_text", "text": "and?"}]


def test_files_of_every_source() -> None:
    (message,) = write(
        user(
            Document(Inline("application/pdf", "JV"), "a.pdf"),
            Document(Remote("https://e.org/a.pdf")),
            Document(Stored("openai_chat", "file_1")),
            Document(PlainText("text"), "Title"),
            Document(Passage((Text("one"), Text("two")))),
            Image(Stored("openai_chat", "file_2")),
        )
    )
    kinds = [part["type"] for part in message["content"]]
    assert kinds == ["input_file"] * 3 + ["input_text"] * 3 + ["input_image"]
    assert message["content"][3]["text"] == "Title\n\ntext"


def test_markers_reach_models_that_take_them() -> None:
    parts = (Text("a", Cache("1h")), Text("b", Cache()), Text("c"))
    (message,) = write(user(*parts), marks=True)
    assert [part.get("prompt_cache_breakpoint") for part in message["content"]] == [
        {"mode": "explicit", "ttl": "12h"},
        {"mode": "explicit"},
        None,
    ]
    assert lost(*parts) == ["cache_control"]


def test_only_reasoning_that_openai_sealed_goes_back() -> None:
    seal = seals.enclose(seals.Seal("openai_responses", "gAAA", item="rs_1"))
    (item, _) = write(Message("assistant", (Thinking("hm", seal),)), user(Text("on")))
    assert item == {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "hm"}],
        "encrypted_content": "gAAA",
    }
    for part in (Thinking("hm"), Thinking("hm", "sig"), RedactedThinking("data")):
        assert lost(part, role="assistant") == ["thinking"]


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (Audio("x", "wav"), ["messages[0].content[0]"]),
        (Image(Stored("anthropic_messages", "f")), ["messages[0].content[0]"]),
        (Document(Stored("anthropic_messages", "f")), ["messages[0].content[0]"]),
        (Foreign("openai_chat", "x", msgspec.Raw(b"{}")), ["messages[0].content[0]"]),
        (ToolResult("c", (), is_error=True), ["messages[0].content[0].is_error"]),
        (
            ToolResult("c", (Foreign("anthropic_messages", "x", msgspec.Raw(b"{}")),)),
            ["messages[0].content[0].content[0]"],
        ),
        (
            Document(PlainText("x"), context="c", citations=True),
            ["messages[0].content[0].citations", "messages[0].content[0].context"],
        ),
    ],
)
def test_what_cannot_be_said_is_named(part: Part, names: list[str]) -> None:
    assert lost(part) == names
    with pytest.raises(UnsupportedFeature):
        write(user(part))


def test_names_prefills_and_an_assistants_pictures_are_named() -> None:
    losses = Losses()
    picture = Image(Remote("https://e.org/a.png"))
    write(Message("user", (Text("x"),), "ada"), Message("assistant", (picture,)), losses=losses)
    assert losses.names == ["messages[0].name", "messages[1].content[0]", "messages[1].prefill"]


def test_own_items_keep_their_bytes() -> None:
    raw = msgspec.Raw(b'{"type":"web_search_call","id":"ws"}')
    (item, _) = write(
        Message("assistant", (Foreign("openai_responses", "input[0]", raw),)), user(Text("on"))
    )
    assert item == {"type": "web_search_call", "id": "ws"}


def test_a_search_and_what_it_found() -> None:
    search = Tool("tool_search", kind="search")
    call = Message(
        "assistant", (ToolCall("s", "tool_search", '{"q":1}'), ToolCall("t", "tool_search", "["))
    )
    found = user(ToolResult("s", (Text('[{"type":"function"}]'),)), ToolResult("t", (Text("odd"),)))
    first, second, one, none = write(call, found, tools=(search,))
    assert (first["arguments"], second["arguments"]) == ({"q": 1}, {})
    assert (one["type"], one["tools"], none["tools"]) == (
        "tool_search_output",
        [{"type": "function"}],
        [],
    )

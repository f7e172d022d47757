"""Items of a responses request."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from vanguard.core.errors import InvalidRequest, UnsupportedFeature
from vanguard.dialects import freeform, seals
from vanguard.dialects.conversation import (
    Cache,
    Document,
    Foreign,
    Image,
    Inline,
    Message,
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
from vanguard.dialects.openai_responses.read_items import ItemReader
from vanguard.dialects.openai_responses.tools import ToolReader


def read(*items: dict[str, Any]) -> tuple[Message, ...]:
    return reader().read([msgspec.Raw(json.dumps(item).encode()) for item in items])


def reader() -> ItemReader:
    return ItemReader(ToolReader([]))


def thought(item: dict[str, Any]) -> object:
    (message,) = read({"type": "reasoning", **item})
    (part,) = message.parts
    return part


def test_an_assistants_items_are_one_turn_and_results_end_it() -> None:
    assert read(
        {"role": "developer", "content": "be"},
        {"role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}]},
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "ok", "annotations": []},
                {"type": "refusal", "refusal": "no"},
            ],
        },
        {"type": "function_call", "id": "fc", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "a\nb"},
        {"type": "function_call_output", "call_id": "c1", "output": "one"},
        {
            "type": "custom_tool_call_output",
            "call_id": "c2",
            "output": [{"type": "input_text", "text": "two"}],
        },
    ) == (
        Message("developer", (Text("be"),)),
        Message("user", (Text("go"),)),
        Message(
            "assistant",
            (
                Thinking("hm"),
                Text("ok"),
                Refusal("no"),
                ToolCall("c1", "f", "{}"),
                ToolCall("c2", "patch", freeform.wrap("a\nb")),
            ),
        ),
        Message("user", (ToolResult("c1", (Text("one"),)),)),
        Message("user", (ToolResult("c2", (Text("two"),)),)),
    )


def test_pictures_files_and_markers() -> None:
    content = [
        {"type": "input_image", "image_url": "data:image/png;base64,iV", "detail": "auto"},
        {"type": "input_image", "image_url": "https://e.org/a.png", "detail": "low"},
        {"type": "input_image", "file_id": "file_1", "detail": "auto"},
        {"type": "input_file", "file_data": "data:text/plain;base64,eA==", "filename": "a.txt"},
        {"type": "input_file", "file_url": "https://e.org/a.pdf"},
        {
            "type": "input_text",
            "text": "so",
            "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"},
        },
        {"type": "input_text", "text": "far", "prompt_cache_breakpoint": {"mode": "explicit"}},
    ]
    (message,) = read({"role": "user", "content": content})
    assert message.parts == (
        Image(Inline("image/png", "iV")),
        Image(Remote("https://e.org/a.png"), "low"),
        Image(Stored("openai_chat", "file_1")),
        Document(PlainText("x"), "a.txt"),
        Document(Remote("https://e.org/a.pdf")),
        Text("so", Cache("1h")),
        Text("far", Cache()),
    )


@pytest.mark.parametrize("part", [{"type": "input_image"}, {"type": "input_file", "filename": "x"}])
def test_a_part_without_its_content_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="needs"):
        read({"role": "user", "content": [part]})


def test_unknown_items_and_parts_keep_their_place_and_bytes() -> None:
    (message,) = read({"type": "web_search_call", "id": "ws_1", "status": "completed"})
    (part,) = message.parts
    assert isinstance(part, Foreign)
    assert (part.path, json.loads(bytes(part.value))["id"]) == ("input[0]", "ws_1")
    (message,) = read({"role": "user", "content": [{"type": "input_smell", "smell": "rose"}]})
    (part,) = message.parts
    assert isinstance(part, Foreign)
    assert part.path == "input[0].content[0]"


@pytest.mark.parametrize("kind", ["item_reference", "compaction", "compaction_trigger"])
def test_what_openai_alone_can_look_up_is_refused(kind: str) -> None:
    with pytest.raises(UnsupportedFeature) as caught:
        read({"role": "user", "content": "hi"}, {"type": kind, "id": "x"})
    assert caught.value.param == "input[1]"


def test_bare_seals_are_openais_and_envelopes_are_opened() -> None:
    own = seals.enclose(seals.Seal("openai_responses", "gAAA", item="rs_1"))
    assert thought({"id": "rs_1", "encrypted_content": "gAAA"}) == Thinking("", own)
    assert thought({"id": "rs_2", "encrypted_content": own}) == Thinking("", own)
    summary = [{"type": "summary_text", "text": "hm"}]
    told = seals.enclose(seals.Seal(seals.CLAUDE, "sig", digest=seals.digest("hm")))
    assert thought({"summary": summary, "encrypted_content": told}) == Thinking("hm", "sig")
    redacted = seals.enclose(seals.Seal(seals.CLAUDE, "data", "redacted"))
    assert thought({"summary": [], "encrypted_content": redacted}) == RedactedThinking("data")


def test_a_seal_does_not_hold_for_a_changed_text() -> None:
    told = seals.enclose(seals.Seal(seals.CLAUDE, "sig", digest=seals.digest("hm")))
    changed = [{"type": "summary_text", "text": "hm!"}]
    assert thought({"summary": changed, "encrypted_content": told}) == Thinking("hm!")


def test_open_reasoning_is_read_where_there_is_no_summary() -> None:
    content = [{"type": "reasoning_text", "text": "so"}]
    assert thought({"summary": [], "content": content}) == Thinking("so")


def test_tools_that_a_search_found_can_be_called() -> None:
    made = reader()
    found = [{"type": "function", "name": "late", "parameters": {"type": "object"}}]
    items = [
        {"type": "tool_search_call", "call_id": "s", "execution": "client", "arguments": {"q": 1}},
        {"type": "tool_search_output", "call_id": "s", "execution": "client", "tools": found},
        {"type": "additional_tools", "role": "developer", "tools": [{**found[0], "name": "more"}]},
    ]
    call, result = made.read([msgspec.Raw(msgspec.json.encode(item)) for item in items])
    assert call.parts == (ToolCall("s", "tool_search", '{"q":1}'),)
    assert isinstance(result.parts[0], ToolResult)
    assert [tool.name for tool in made.tools.tools] == ["late", "more"]  # type: ignore[union-attr]


def test_what_every_item_may_say_is_named_once_for_its_place() -> None:
    made = reader()
    said = {"role": "assistant", "content": "x", "phase": "commentary"}
    caller = {"type": "program", "caller_id": "p"}
    called = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    items = [said, {**called, "caller": caller}, {**called, "caller": {"type": "direct"}}]
    made.read([msgspec.Raw(msgspec.json.encode(item)) for item in items])
    assert [one.path for one in made.tools.foreign] == ["input[].phase", "input[].caller"]

"""Blocks of Converse messages as parts."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.bedrock_converse.read_blocks import message_parts, system_parts
from vanguard.dialects.conversation import (
    Audio,
    Cache,
    Document,
    Foreign,
    Image,
    Inline,
    Part,
    Passage,
    PlainText,
    RedactedThinking,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.wire import bedrock_converse as wire

POINT = {"cachePoint": {"type": "default"}}
BUCKET = {"s3Location": {"uri": "s3://b/k"}}


def read(*blocks: Any) -> tuple[tuple[Part, ...], list[str]]:
    foreign: list[Foreign] = []
    decoded = msgspec.json.decode(json.dumps(blocks).encode(), type=list[wire.Block])
    return message_parts(decoded, "c", foreign), [one.path for one in foreign]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"text": "hi"}, Text("hi")),
        (
            {"toolUse": {"toolUseId": "t", "name": "n", "input": {"a": 1}}},
            ToolCall("t", "n", '{"a": 1}'),
        ),
        (
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
            Thinking("hm", "s"),
        ),
        ({"reasoningContent": {"redactedContent": "AA=="}}, RedactedThinking("AA==")),
        (
            {"image": {"format": "png", "source": {"bytes": "AA=="}}},
            Image(Inline("image/png", "AA==")),
        ),
        ({"audio": {"format": "wav", "source": {"bytes": "AA=="}}}, Audio("AA==", "wav")),
        (
            {"document": {"format": "pdf", "name": "d", "source": {"bytes": "AA=="}}},
            Document(Inline("application/pdf", "AA=="), "d"),
        ),
        (
            {
                "document": {
                    "format": "txt",
                    "name": "d",
                    "source": {"bytes": base64.b64encode("é".encode()).decode()},
                }
            },
            Document(PlainText("é"), "d"),
        ),
        (
            {
                "document": {
                    "name": "d",
                    "source": {"text": "t"},
                    "context": "c",
                    "citations": {"enabled": True},
                }
            },
            Document(PlainText("t"), "d", "c", citations=True),
        ),
        (
            {"document": {"name": "d", "source": {"content": [{"text": "t"}]}}},
            Document(Passage((Text("t"),)), "d"),
        ),
        (
            {
                "toolResult": {
                    "toolUseId": "t",
                    "status": "error",
                    "content": [
                        {"text": "a"},
                        {"json": {"b": 1}},
                        {"image": {"format": "png", "source": {"bytes": "AA=="}}},
                    ],
                }
            },
            ToolResult(
                "t",
                (Text("a"), Text('{"b": 1}'), Image(Inline("image/png", "AA=="))),
                is_error=True,
            ),
        ),
    ],
)
def test_each_block_is_a_part(block: dict[str, Any], part: Part) -> None:
    assert read(block) == ((part,), [])


@pytest.mark.parametrize(
    "block",
    [
        {"video": {"format": "mp4", "source": BUCKET}},
        {"image": {"format": "png", "source": BUCKET}},
        {"audio": {"format": "wav", "source": BUCKET}},
        {"document": {"format": "pdf", "name": "d", "source": BUCKET}},
        {"searchResult": {"source": "s", "title": "t", "content": []}},
        {"toolUse": {"toolUseId": "t", "name": "n", "input": {}, "type": "server_tool_use"}},
        {"toolAddition": {"tool": {"name": "n"}}},
    ],
)
def test_what_only_bedrock_has_is_kept_whole(block: dict[str, Any]) -> None:
    (part,), _ = read(block)
    assert isinstance(part, Foreign)
    assert part.path == "c[0]"
    assert json.loads(bytes(part.value)) == block


def test_what_a_guardrail_shall_see_is_content_too() -> None:
    parts, foreign = read({"guardContent": {"text": {"text": "q", "qualifiers": ["query"]}}})
    assert parts == (Text("q"),)
    assert foreign == ["c[0].guardContent"]
    image = {"format": "png", "source": {"bytes": "AA=="}}
    assert read({"guardContent": {"image": image}})[0] == (Image(Inline("image/png", "AA==")),)


def test_text_of_a_cited_answer_stays_and_its_citations_are_bedrocks_own() -> None:
    cited = {"content": [{"text": "a"}, {"text": "b"}], "citations": [{"title": "t"}]}
    parts, foreign = read({"citationsContent": cited})
    assert parts == (Text("a"), Text("b"))
    assert foreign == ["c[0].citationsContent.citations"]


def test_a_point_after_thinking_marks_nothing() -> None:
    thinking = {"reasoningContent": {"reasoningText": {"text": "hm"}}}
    assert read(thinking, POINT) == ((Thinking("hm"),), ["c[1].cachePoint"])
    assert read({"text": "a"}, POINT)[0] == (Text("a", Cache()),)


def test_a_system_prompt_is_text() -> None:
    foreign: list[Foreign] = []
    blocks = [wire.Block(text="a"), wire.Block(image=wire.Media("png", wire.Source(bytes="AA==")))]
    first, second = system_parts(blocks, foreign)
    assert first == Text("a")
    assert isinstance(second, Foreign)


def test_a_text_file_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="UTF-8"):
        read({"document": {"format": "txt", "name": "d", "source": {"bytes": "/w=="}}})

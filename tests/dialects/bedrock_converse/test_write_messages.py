"""Parts as blocks of Converse."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from support.work import grows_evenly
from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects import seals
from vanguard.dialects.bedrock_converse.write_messages import MessagesWriter, tool_id, write_system
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
    Role,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.seals import Seal, enclose


def write(*parts: Part, role: Role = "user") -> tuple[list[dict[str, Any]], list[str]]:
    losses = Losses()
    turns = MessagesWriter(losses).turns([Message(role, parts)])
    blocks = turns[0][1] if turns else []
    return json.loads(msgspec.json.encode(blocks)), losses.names


def test_calls_results_and_their_order() -> None:
    blocks, losses = write(
        Text("and this", Cache("1h")),
        ToolResult("a.b", (Text("one"), Text("")), is_error=True, cache=Cache()),
        ToolCall("a.b", "n", "{}"),
        ToolCall("c", "n", "not json"),
    )
    assert blocks == [
        {"toolResult": {"toolUseId": "a_b", "content": [{"text": "one"}], "status": "error"}},
        {"cachePoint": {"type": "default"}},
        {"text": "and this"},
        {"cachePoint": {"type": "default", "ttl": "1h"}},
        {"toolUse": {"toolUseId": "a_b", "name": "n", "input": {}}},
        {"toolUse": {"toolUseId": "c", "name": "n", "input": {"arguments": "not json"}}},
    ]
    assert losses == ["messages[0].tool_calls[1].function.arguments"]
    assert tool_id("x" * 99) == "x" * 64


def test_messages_of_one_role_become_one_turn() -> None:
    writer = MessagesWriter(Losses())
    said = [("user", "a"), ("user", "b"), ("system", "s"), ("assistant", "c"), ("assistant", "")]
    turns = writer.turns([Message(role, (Text(text),)) for role, text in said])  # type: ignore[arg-type]
    assert [(role, len(blocks)) for role, blocks in turns] == [("user", 2), ("assistant", 1)]


def test_reasoning_goes_back_with_its_seal_alone() -> None:
    blocks, losses = write(
        Thinking("hm", "s"),
        RedactedThinking("AA=="),
        Thinking("open"),
        Thinking("theirs", enclose(Seal("openai_responses", "x"))),
        Thinking("ours", enclose(Seal("claude", "y"))),
        Refusal("no"),
        role="assistant",
    )
    assert blocks == [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "AA=="}},
        {"reasoningContent": {"reasoningText": {"text": "ours", "signature": "y"}}},
        {"text": "no"},
    ]
    assert losses == ["thinking"]


def test_pictures_and_recordings() -> None:
    blocks, losses = write(
        Image(Inline("image/jpg", "AA=="), "high"),
        Image(Remote("https://example.org/x.png")),
        Image(Inline("image/tiff", "AA==")),
        Audio("AA==", "wav"),
        Audio("AA==", "odd"),
    )
    assert blocks == [
        {"image": {"format": "jpeg", "source": {"bytes": "AA=="}}},
        {"audio": {"format": "wav", "source": {"bytes": "AA=="}}},
    ]
    assert losses == [
        "messages[0].content[0].image_url.detail",
        "messages[0].content[1]",
        "messages[0].content[2]",
        "messages[0].content[4]",
    ]


def test_documents_get_names_that_bedrock_takes_and_none_twice() -> None:
    blocks, losses = write(
        Document(Inline("application/pdf", "AA=="), "a/b  c.pdf", "about", citations=True),
        Document(PlainText("t"), "a-b c-pdf"),
        Document(Passage((Text("p"), Image(Inline("image/png", "AA=="))))),
        Document(Stored("openai_chat", "file_1")),
        Document(PlainText("t"), "", cache=Cache()),
    )
    assert [one["document"]["name"] for one in blocks if "document" in one] == [
        "a-b c-pdf",
        "a-b c-pdf-2",
        "document",
        "document-2",
    ]
    assert blocks[0]["document"]["format"] == "pdf"
    assert blocks[0]["document"]["context"] == "about"
    assert blocks[0]["document"]["citations"] == {"enabled": True}
    assert blocks[1]["document"] == {
        "name": "a-b c-pdf-2",
        "source": {"bytes": "dA=="},
        "format": "txt",
    }
    assert blocks[-1] == {"cachePoint": {"type": "default"}}
    assert losses == ["messages[0].content[2].source.content", "messages[0].content[3]"]


@pytest.mark.parametrize("titles", [["a"], ["a" * 197 + "%03d"], ["a-%d", "a"]])
def test_twice_as_many_documents_are_twice_the_work_of_naming_them(titles: list[str]) -> None:
    """Each counted from one, past all that had its name: 8,000 took 15 s."""

    def naming(count: int) -> Callable[[], object]:
        said = [title % i if "%" in title else title for i in range(count) for title in titles * 2]
        documents = [Document(PlainText("t"), title) for title in said]

        def named() -> None:
            blocks, _ = write(*documents)
            names = [one["document"]["name"] for one in blocks]
            assert len(set(names)) == len(names) == len(documents)
            assert all(len(name) <= 200 for name in names)

        return named

    assert grows_evenly(naming)


def test_what_is_another_apis_own_is_lost_and_bedrocks_goes_back() -> None:
    own = Foreign("bedrock_converse", "x", msgspec.Raw(b'{"video":{}}'))
    theirs = Foreign("openai_chat", "messages[0].content[1]", msgspec.Raw(b"{}"))
    blocks, losses = write(own, theirs, ToolResult("t", (own,)), Text("x", Cache("", "global")))
    assert {"video": {}} in blocks
    assert losses == [
        "messages[0].content[1]",
        "messages[0].content[2].content[0]",
        "messages[0].content[3].cache_control.scope",
    ]


def test_a_late_system_message_loses_its_place() -> None:
    losses = Losses()
    conversation = Conversation(
        "m",
        (
            Message("system", (Text("first"),)),
            Message("user", (Text("hi"),), name="ada"),
            Message("developer", (Text("later"), Audio("", "wav"))),
        ),
        system=(Text("apart", Cache()), Text("")),
    )
    blocks = json.loads(msgspec.json.encode(write_system(conversation, losses)))
    assert blocks == [
        {"text": "apart"},
        {"cachePoint": {"type": "default"}},
        {"text": "first"},
        {"text": "later"},
    ]
    assert losses.names == ["messages[2].role", "messages[2].content[1]"]


def test_strict_mode_refuses() -> None:
    with pytest.raises(UnsupportedFeature):
        MessagesWriter(Losses(strict=True)).turns([Message("user", (Text("x"),), name="ada")])


def test_another_familys_seal_does_not_go_to_claude() -> None:
    foreign = seals.enclose(seals.Seal("openai_responses", "gAAA"))
    own = seals.enclose(seals.Seal(seals.CLAUDE, "sig"))
    blocks, losses = write(Thinking("hm", foreign), Thinking("hm", own), role="assistant")
    assert [block["reasoningContent"]["reasoningText"]["signature"] for block in blocks] == ["sig"]
    assert losses == ["thinking"]

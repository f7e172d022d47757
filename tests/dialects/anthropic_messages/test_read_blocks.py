"""The content blocks of Anthropic's messages."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.anthropic_messages.read_request import read_request
from vanguard.dialects.conversation import (
    Cache,
    Conversation,
    Document,
    Foreign,
    Image,
    Inline,
    Part,
    Passage,
    PlainText,
    RedactedThinking,
    Remote,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)

MARK = {"cache_control": {"type": "ephemeral"}}
PNG = {"type": "base64", "media_type": "image/png", "data": "AAAA"}


def read(content: object) -> Conversation:
    message = {"role": "user", "content": content}
    return read_request(msgspec.json.encode({"model": "m", "max_tokens": 1, "messages": [message]}))


def document(source: object, **fields: object) -> dict[str, object]:
    return {"type": "document", "source": source, **fields}


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "text", "text": "x", **MARK}, Text("x", Cache())),
        ({"type": "image", "source": PNG, **MARK}, Image(Inline("image/png", "AAAA"), cache=Cache())),
        ({"type": "image", "source": {"type": "url", "url": "u"}}, Image(Remote("u"))),
        ({"type": "image", "source": {"type": "file", "file_id": "f"}},
         Image(Stored("anthropic_messages", "f"))),
        (document({"type": "base64", "media_type": "application/pdf", "data": "AA"}, title="t",
                  context="c", citations={"enabled": True}, **MARK),
         Document(Inline("application/pdf", "AA"), "t", "c", citations=True, cache=Cache())),
        (document({"type": "text", "media_type": "text/plain", "data": "x"}),
         Document(PlainText("x"))),
        (document({"type": "content", "content": "x"}), Document(Passage((Text("x"),)))),
        (document({"type": "content", "content": [{"type": "text", "text": "x"},
                                                  {"type": "image", "source": PNG}]}),
         Document(Passage((Text("x"), Image(Inline("image/png", "AAAA")))))),
        ({"type": "thinking", "thinking": "t", "signature": "s"}, Thinking("t", "s")),
        ({"type": "redacted_thinking", "data": "d"}, RedactedThinking("d")),
        ({"type": "tool_use", "id": "i", "name": "n", "input": {"a": 1}, **MARK},
         ToolCall("i", "n", '{"a":1}', Cache())),
        ({"type": "tool_result", "tool_use_id": "i"}, ToolResult("i", ())),
        ({"type": "tool_result", "tool_use_id": "i", "content": "x", "is_error": True, **MARK},
         ToolResult("i", (Text("x"),), is_error=True, cache=Cache())),
        ({"type": "tool_result", "tool_use_id": "i", "content": [
            {"type": "text", "text": "x"}, {"type": "image", "source": PNG},
            document({"type": "url", "url": "u"}), {"type": "tool_reference", "tool_name": "t"}]},
         ToolResult("i", (Text("x"), Image(Inline("image/png", "AAAA")), Document(Remote("u")),
                          Foreign("anthropic_messages", "messages[0].content[0].content[3]",
                                  Raw(b'{"type":"tool_reference","tool_name":"t"}'))))),
        ({"type": "server_tool_use", "id": "i"},
         Foreign("anthropic_messages", "messages[0].content[0]",
                 Raw(b'{"type":"server_tool_use","id":"i"}'))),
    ],
)  # fmt: skip
def test_each_kind_of_block(block: object, part: Part) -> None:
    got = read([block])
    assert got.messages[0].parts == (part,)
    assert got.foreign == ()


def test_a_string_is_one_text() -> None:
    assert read("x").messages[0].parts == (Text("x"),)
    assert read("").messages[0].parts == ()


def test_arguments_keep_their_bytes() -> None:
    body = (
        b'{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":'
        b'[{"type":"tool_use","id":"i","name":"n","input":{"a":  1.50}}]}]}'
    )
    assert read_request(body).messages[0].parts == (ToolCall("i", "n", '{"a":  1.50}'),)


@pytest.mark.parametrize(
    ("caller", "foreign"),
    [
        ({"type": "direct"}, []),
        (None, []),
        ({"type": "code_execution_20250825", "tool_id": "s"}, ["messages[0].content[0].caller"]),
    ],
)
def test_a_call_by_another_caller_than_the_model_is_named(
    caller: object, foreign: list[str]
) -> None:
    got = read([{"type": "tool_use", "id": "i", "name": "n", "input": {}, "caller": caller}])
    assert got.messages[0].parts == (ToolCall("i", "n", "{}"),)
    assert [one.path for one in got.foreign] == foreign


def test_a_providers_toolset_is_named() -> None:
    call = {"type": "tool_use", "id": "i", "name": "n", "input": {}}
    assert read([{**call, "toolset_name": None}]).foreign == ()
    got = read([{**call, "toolset_name": "browser"}])
    assert [one.path for one in got.foreign] == ["messages[0].content[0].toolset_name"]


def test_citations_of_an_earlier_answer_are_named() -> None:
    cited = {"type": "text", "text": "x", "citations": [{"type": "char_location"}]}
    got = read([cited, {"type": "text", "text": "y", "citations": None}])
    assert got.messages[0].parts == (Text("x"), Text("y"))
    assert [one.path for one in got.foreign] == ["messages[0].content[0].citations"]


@pytest.mark.parametrize(
    ("block", "param"),
    [
        ({"text": "x"}, "messages[0].content[0].type"),
        ({"type": "text"}, "messages[0].content[0].text"),
        ({"type": "image", "source": {"type": "ftp"}}, "messages[0].content[0].source.type"),
        ({"type": "tool_use", "id": "i", "name": "n"}, "messages[0].content[0].input"),
        ({"type": "tool_result"}, "messages[0].content[0].tool_use_id"),
        ("x", "messages[0].content[0]"),
    ],
)
def test_what_is_malformed_is_refused_by_name(block: object, param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read([block])
    assert caught.value.param == param

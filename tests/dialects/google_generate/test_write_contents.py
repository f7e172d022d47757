"""Turns as Google wants them."""

from __future__ import annotations

import msgspec
import pytest

from support.bytes_of_google import SIGNATURE
from vanguard.core.errors import UnsupportedFeature
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
from vanguard.dialects.google_generate.signatures import UNVERIFIED, enclosed
from vanguard.dialects.google_generate.write_contents import TurnWriter


def written(*messages, model="gemini-2.5-flash", **more):
    losses = Losses()
    writer = TurnWriter(Conversation(model, messages, **more), losses)
    turns = msgspec.json.decode(msgspec.json.encode(writer.turns()))
    return [(turn["role"], turn["parts"]) for turn in turns], losses.names


def part(value, role="user"):
    turns, lost = written(Message(role, (value,)))
    return (turns[0][1] if turns else []), lost


def test_answers_of_several_messages_become_one_turn_with_the_names_of_their_calls():
    calls = (ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", ""))
    turns, lost = written(
        Message("user", (Text("go"),)),
        Message("assistant", calls),
        Message("user", (ToolResult("a", (Text("hot"),)),)),
        Message("user", (ToolResult("b", (Text("gone"),), is_error=True),)),
        Message("user", (Text("and?"),)),
    )
    assert lost == []
    assert [role for role, _ in turns] == ["user", "model", "user"]
    assert turns[1][1] == [
        {"functionCall": {"name": "f", "args": {"x": 1}, "id": "a"}},
        {"functionCall": {"name": "g", "args": {}, "id": "b"}},
    ]
    assert turns[2][1] == [
        {"functionResponse": {"name": "f", "response": {"output": "hot"}, "id": "a"}},
        {"functionResponse": {"name": "g", "response": {"error": "gone"}, "id": "b"}},
        {"text": "and?"},
    ]


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("hot", {"output": "hot"}),
        ("", {"output": ""}),
        ("[1]", {"output": "[1]"}),
        ('{"t":30}', {"t": 30}),
        ('{"output":"x"}', {"output": '{"output":"x"}'}),
    ],
)
def test_an_answer_is_an_object(text, response):
    (found,), _ = part(ToolResult("a", (Text(text),)))
    assert found["functionResponse"]["response"] == response


def test_pictures_of_an_answer_stand_beside_it():
    found, _ = part(ToolResult("a", (Text("x"), Image(Inline("image/png", "AA==")))))
    assert found[1] == {"inlineData": {"mimeType": "image/png", "data": "AA=="}}


def test_a_seal_goes_back_to_where_it_sat():
    sealed = enclosed(SIGNATURE, "call")
    turns, lost = written(
        Message("assistant", (Thinking("", sealed), ToolCall("a", "f", "{}"))),
        Message("assistant", (Thinking("t", enclosed(SIGNATURE, "thought")), Text("x"))),
        Message("assistant", (Text("y"), Thinking("", enclosed(SIGNATURE, "text")))),
        Message("assistant", (Thinking("", enclosed(SIGNATURE, "text")), Text("z"))),
    )
    assert lost == []
    assert turns[0][1] == [
        {"thoughtSignature": SIGNATURE, "functionCall": {"name": "f", "args": {}, "id": "a"}},
        {"text": "t", "thought": True, "thoughtSignature": SIGNATURE},
        {"text": "x"},
        {"text": "y"},
        {"text": "", "thoughtSignature": SIGNATURE},
        {"text": "z", "thoughtSignature": SIGNATURE},
    ]


def test_a_call_whose_seal_was_lost_is_sent_unverified_where_google_would_refuse_it():
    message = Message("assistant", (ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")))
    turns, _ = written(message, model="gemini-3-pro-preview")
    assert [one.get("thoughtSignature") for one in turns[0][1]] == [UNVERIFIED, None]
    turns, _ = written(message, model="gemini-2.5-pro")
    assert [one.get("thoughtSignature") for one in turns[0][1]] == [None, None]


def test_anothers_seal_is_lost_with_its_thought():
    assert part(Thinking("deep", "claudes"), "assistant") == ([], ["thinking"])
    assert part(RedactedThinking("x"), "assistant") == ([], ["thinking"])
    assert part(Thinking("deep"), "assistant") == ([{"text": "deep", "thought": True}], [])


FILE = {"fileData": {"fileUri": "https://x.org/a.webp?x=1", "mimeType": "image/webp"}}


@pytest.mark.parametrize(
    ("value", "expected", "lost"),
    [
        (Text("x", Cache()), [{"text": "x"}], ["cache_control"]),
        (Text(""), [], []),
        (Refusal("no"), [{"text": "no"}], []),
        (Image(Remote("https://x.org/a.webp?x=1")), [FILE], []),
        (
            Image(Inline("image/png", "A"), "high"),
            [{"inlineData": {"mimeType": "image/png", "data": "A"}}],
            ["messages[0].content[0].image_url.detail"],
        ),
        (
            Audio("A", "mp3"),
            [{"inlineData": {"mimeType": "audio/mpeg", "data": "A"}}],
            [],
        ),
        (
            Document(PlainText("x"), "n", citations=True),
            [{"inlineData": {"mimeType": "text/plain", "data": "eA=="}}],
            ["messages[0].content[0].citations", "messages[0].content[0].title"],
        ),
        (
            Document(Passage((Text("p"),)), "n", context="c"),
            [{"text": "n"}, {"text": "p"}],
            ["messages[0].content[0].context"],
        ),
        (
            Document(Stored("google_generate", "files/a")),
            [{"fileData": {"fileUri": "files/a", "mimeType": "application/pdf"}}],
            [],
        ),
        (Document(Stored("openai_chat", "f")), [], ["messages[0].content[0]"]),
        (
            Foreign("google_generate", "p", msgspec.Raw(b'{"executableCode":{}}')),
            [{"executableCode": {}}],
            [],
        ),
        (Foreign("openai_chat", "p", msgspec.Raw(b"{}")), [], ["messages[0].content[0]"]),
    ],
)
def test_parts(value, expected, lost):
    assert part(value) == (expected, lost)


def test_arguments_that_are_no_object_are_kept_as_text():
    (found,), lost = part(ToolCall("a", "f", "oops"), "assistant")
    assert found["functionCall"]["args"] == {"arguments": "oops"}
    assert lost == ["messages[0].tool_calls.arguments"]


def test_system_texts_stand_apart_and_a_later_one_is_named():
    losses = Losses()
    messages = (
        Message("system", (Text("a"),)),
        Message("user", (Text("b"),), name="ada"),
        Message("developer", (Text("c"), Image(Remote("u")))),
    )
    writer = TurnWriter(Conversation("m", messages, system=(Text("s"),)), losses)
    assert msgspec.json.decode(msgspec.json.encode(writer.system())) == [
        {"text": "s"},
        {"text": "a"},
        {"text": "c"},
    ]
    writer.turns()
    assert losses.names == ["messages[2].role", "messages[2].content[1]", "messages[1].name"]
    with pytest.raises(UnsupportedFeature):
        TurnWriter(Conversation("m", messages), Losses(strict=True)).system()

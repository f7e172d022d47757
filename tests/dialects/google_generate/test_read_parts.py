"""The turns of Google's clients."""

from __future__ import annotations

import base64

import msgspec
import pytest

from support.bytes_of_google import SIGNATURE
from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import (
    Audio,
    Document,
    Foreign,
    Image,
    Inline,
    PlainText,
    Remote,
    Stored,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from vanguard.dialects.google_generate.read_parts import TurnReader
from vanguard.dialects.google_generate.signatures import carried, enclosed
from vanguard.wire import google_generate as wire


def read(*turns):
    """Messages of (role, part, part …)."""
    return TurnReader().messages([content(*turn) for turn in turns], "contents")


def content(role, *parts):
    written = msgspec.json.encode({"role": role, "parts": parts})
    return msgspec.json.decode(written, type=wire.Content)


def one(part):
    ((found,),) = [message.parts for message in read(("user", part))]
    return found


def call(name, **more):
    return {"functionCall": {"name": name, **more}}


def answer(name, response=None, **more):
    return {"functionResponse": {"name": name, "response": response or {}, **more}}


def test_answers_find_the_calls_of_their_name_in_order():
    messages = read(
        ("user", {"text": "go"}),
        ("model", call("f"), call("g"), call("f")),
        ("user", answer("f"), answer("f"), answer("g")),
    )
    assert [part.id for part in messages[1].parts] == ["call_1", "call_2", "call_3"]
    assert [part.id for part in messages[2].parts] == ["call_1", "call_3", "call_2"]


def test_ids_that_are_told_are_kept():
    messages = read(
        ("model", call("f", id="a"), call("f", id="b", args={"x": 1})),
        ("function", answer("f", id="b"), answer("f")),
    )
    assert messages[0].parts == (ToolCall("a", "f", "{}"), ToolCall("b", "f", '{"x":1}'))
    assert [part.id for part in messages[1].parts] == ["b", "a"]


def test_an_answer_without_a_call_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        read(("user", answer("f")))
    assert caught.value.param == "contents[0].parts[0].functionResponse"


@pytest.mark.parametrize(
    ("response", "text", "failed"),
    [
        ({"output": "hot"}, "hot", False),
        ({"result": "hot"}, "hot", False),
        ({"error": "gone"}, "gone", True),
        ({"output": {"x": 1}}, '{"output":{"x":1}}', False),
        ({"t": 30, "u": "C"}, '{"t":30,"u":"C"}', False),
    ],
)
def test_what_an_answer_says(response, text, failed):
    messages = read(("model", call("f")), ("user", answer("f", response)))
    assert messages[1].parts == (ToolResult("call_1", (Text(text),), is_error=failed),)


def test_pictures_in_an_answer():
    blob = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}
    messages = read(("model", call("f")), ("user", answer("f", {"output": "x"}, parts=[blob])))
    (result,) = messages[1].parts
    assert result.parts == (Text("x"), Image(Inline("image/png", "AA==")))


def test_each_chunk_of_a_stream_as_a_turn_of_its_own_is_one_turn():
    seal = carried("claudes")
    messages = read(
        ("user", {"text": "go"}),
        ("model", {"text": "Let me", "thought": True}),
        ("model", {"text": " think", "thought": True}),
        ("model", {"text": "", "thought": True, "thoughtSignature": seal}),
        ("model", {"text": "Hel"}),
        ("model", {"text": "lo"}, {"text": "!"}),
        ("user", {"text": "a"}),
        ("user", {"text": "b"}),
    )
    assert messages[1].parts == (Thinking("Let me think", "claudes"), Text("Hello"), Text("!"))
    assert len(messages) == 4


def test_a_signature_on_a_call_becomes_the_seal_before_it():
    signed = {**call("f"), "thoughtSignature": SIGNATURE}
    (message,) = read(("model", signed, call("g")))
    assert message.parts == (
        Thinking("", enclosed(SIGNATURE, "call")),
        ToolCall("call_1", "f", "{}"),
        ToolCall("call_2", "g", "{}"),
    )


TEXT = base64.b64encode("naïve".encode()).decode()


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"inlineData": {"mimeType": "image/png", "data": "A"}}, Image(Inline("image/png", "A"))),
        ({"inlineData": {"mimeType": "audio/mpeg", "data": "A"}}, Audio("A", "mp3")),
        ({"inlineData": {"mimeType": "audio/wav", "data": "A"}}, Audio("A", "wav")),
        (
            {"inlineData": {"mimeType": "text/plain", "data": TEXT, "displayName": "n"}},
            Document(PlainText("naïve"), "n"),
        ),
        (
            {"inlineData": {"mimeType": "application/pdf", "data": "A"}},
            Document(Inline("application/pdf", "A")),
        ),
        (
            {"fileData": {"mimeType": "image/png", "fileUri": "https://x.org/a.png"}},
            Image(Remote("https://x.org/a.png")),
        ),
        (
            {"fileData": {"mimeType": "image/png", "fileUri": "gs://b/a.png"}},
            Image(Stored("google_generate", "gs://b/a.png")),
        ),
        (
            {"fileData": {"fileUri": "files/abc"}},
            Document(Stored("google_generate", "files/abc")),
        ),
    ],
)
def test_media(part, expected):
    assert one(part) == expected


@pytest.mark.parametrize(
    "part",
    [
        {"inlineData": {"mimeType": "video/mp4", "data": "A"}},
        {"fileData": {"fileUri": "https://www.youtube.com/watch?v=1"}},
        {"executableCode": {"code": "1+1", "language": "PYTHON"}},
        {"codeExecutionResult": {"output": "2", "outcome": "OUTCOME_OK"}},
    ],
)
def test_what_google_alone_has_keeps_its_bytes(part):
    found = one(part)
    assert isinstance(found, Foreign)
    assert (found.dialect, found.path) == ("google_generate", "contents[0].parts[0]")
    assert msgspec.json.decode(found.value) == part


def test_what_stands_beside_a_part_is_named():
    reader = TurnReader()
    reader.messages([content("user", {"text": "x", "videoMetadata": {"fps": 1}})], "contents")
    assert [one.path for one in reader.foreign] == ["contents[0].parts[0].videoMetadata"]


@pytest.mark.parametrize(
    "part",
    [
        {"functionCall": {}},
        {"inlineData": {"mimeType": "text/plain", "data": "/w=="}},
        {"inlineData": {"mimeType": "text/plain", "data": "no base64"}},
    ],
)
def test_what_cannot_be_read_is_refused(part):
    with pytest.raises(InvalidRequest):
        one(part)


@pytest.mark.parametrize("fields", [{}, {"thought": True}])
def test_pieces_are_put_together_once(fields):
    """Each was put behind all before it: 3,000 of 3 KB took a second, and four times as many sixteen."""

    class Piece(str):
        __slots__ = ()

        def __add__(self, more):
            raise AssertionError("put together piece by piece")

        __radd__ = __add__

    pieces = [wire.Part(text=Piece(f"{i} "), **fields) for i in range(5)]
    turns = [wire.Content([one], "model") for one in pieces]
    (message,) = TurnReader().messages(turns, "contents")
    (part,) = message.parts
    assert part.text == "0 1 2 3 4 "


def test_answers_in_another_order_than_their_calls_are_no_more_work():
    """Each was looked for among all that waited."""
    compared = 0

    class Id(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other):
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    ids = [str(i) for i in range(100)]
    calls = [wire.Part(function_call=wire.FunctionCall("f", id=Id(one))) for one in ids]
    answers = [
        wire.Part(function_response=wire.FunctionResponse("f", msgspec.Raw(b"{}"), Id(one)))
        for one in reversed(ids)
    ]
    turns = [wire.Content(calls, "model"), wire.Content(answers, "user")]
    TurnReader().messages(turns, "contents")
    assert compared <= 10 * len(ids)

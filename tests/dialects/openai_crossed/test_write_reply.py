"""Calls of tools for free text reach the client as functions with the bare text."""

from __future__ import annotations

import json

import pytest

from vanguard.core.errors import UpstreamError
from vanguard.dialects.conversation import (
    Conversation,
    End,
    Finish,
    ReplyEvent,
    Start,
    TextDelta,
    ToolArguments,
    ToolStart,
)
from vanguard.dialects.openai_crossed import write_reply
from vanguard.dialects.openai_crossed.write_reply import OpenAICrossedWriter

ASKED = Conversation("gpt", (), stream_usage=False)
WRAPPED = json.dumps({"input": '*** Begin\n"é"'})
REPLY: list[ReplyEvent] = [
    Start("r", "gpt"),
    TextDelta("I edit."),
    ToolStart(0, "call_a", "ApplyPatch"),
    *(ToolArguments(0, letter) for letter in WRAPPED),
    ToolStart(1, "call_b", "read"),
    ToolArguments(1, '{"path":'),
    ToolArguments(1, '"a"}'),
    Finish("tool_calls"),
    End(),
]


def writer(*free: str) -> OpenAICrossedWriter:
    return OpenAICrossedWriter(ASKED, "req_1", frozenset(free))


def arguments(stream: bytes) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for event in stream.decode().split("\n\n"):
        if event.startswith("data: {"):
            for choice in json.loads(event[6:])["choices"]:
                for call in choice["delta"].get("tool_calls", []):
                    found.setdefault(call["index"], []).append(call["function"]["arguments"])
    return found


def test_free_text_is_told_whole_and_bare() -> None:
    said = writer("ApplyPatch")
    stream = b"".join(said.event(event) for event in REPLY)
    assert arguments(stream) == {0: ["", '*** Begin\n"é"'], 1: ["", '{"path":', '"a"}']}
    assert stream.endswith(b"data: [DONE]\n\n")
    whole = json.loads(writer("ApplyPatch").whole(REPLY))
    calls = whole["choices"][0]["message"]["tool_calls"]
    assert [call["type"] for call in calls] == ["function", "function"]
    assert [call["function"]["arguments"] for call in calls] == ['*** Begin\n"é"', '{"path":"a"}']


def test_without_such_tools_it_is_chat_as_ever() -> None:
    stream = b"".join(map(writer().event, REPLY))
    assert "".join(arguments(stream)[0]) == WRAPPED


def test_a_call_without_arguments_and_a_broken_off_one() -> None:
    stream = b"".join(map(writer("f").event, [Start(), ToolStart(0, "c", "f"), Finish("stop")]))
    assert arguments(stream) == {0: ["", ""]}
    error = writer("f").error(UpstreamError("gone"), "req_1")
    assert b"gone" in error
    assert b"[DONE]" not in error


def test_free_text_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_reply, "_FREE_CHARACTERS", 3)
    said = writer("f")
    said.event(ToolStart(0, "c", "f"))
    said.event(ToolArguments(0, "abc"))
    with pytest.raises(UpstreamError, match="exceeds 3"):
        said.event(ToolArguments(0, "d"))

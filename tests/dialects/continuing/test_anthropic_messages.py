"""Events of two messages become those of one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.stories import anthropic_messages, event, read_messages
from vanguard.core.errors import UpstreamError
from vanguard.dialects.continuing.anthropic_messages import MessagesContinuing
from vanguard.wire.sse import Splitter, event_data

CONTINUING = MessagesContinuing()
LIMIT = 10_000
TOOL = {"type": "tool_use", "id": "t", "name": "f", "input": {}}


def spliced(first: list[bytes], second: list[bytes], *, echo: str = "", tokens: int = 0) -> bytes:
    told = CONTINUING.given(LIMIT)
    for one in first:
        told.saw(one)
    splice = CONTINUING.splice(told, echo, tokens)
    return b"".join([*first, CONTINUING.mark("m/1"), *map(splice.event, second)])


def events(content: bytes) -> list[Any]:
    return [json.loads(event_data(one)) for one in Splitter().feed(content)]


@given(
    words=st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=8),
    cut=st.integers(0, 8),
    echo=st.sampled_from(["", " ", "\n\n"]),
)
def test_the_text_of_both_is_the_whole(words: list[str], cut: int, echo: str) -> None:
    before, after = [*words[:cut], echo], words[cut:]
    first = anthropic_messages(before)[: len(before) + 2]
    second = anthropic_messages([echo, *after], name="c2")
    assert read_messages(spliced(first, second, echo=echo)) == "".join([*before, *after])


def test_text_that_stands_in_a_blocks_beginning() -> None:
    block = event("content_block_start", index=0, content_block={"type": "text", "text": " b"})
    told = spliced(anthropic_messages("a")[:3], [*anthropic_messages("")[:1], block], echo=" ")
    assert events(told)[-1]["delta"] == {"type": "text_delta", "text": "b"}
    fresh = CONTINUING.given(LIMIT)
    fresh.saw(block)
    assert fresh.text == " b"


@pytest.mark.parametrize(
    "bad",
    [
        event("content_block_start", index=0, content_block=TOOL),
        event("content_block_start", index=1, content_block={"type": "text", "text": ""}),
        event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "x"}),
        event("content_block_delta", index=0, delta={"type": "citations_delta", "citation": {}}),
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": "end_turn"}),
        event("odd"),
        b"data: {\n\n",
    ],
)
def test_what_none_can_go_on_with(bad: bytes) -> None:
    told = CONTINUING.given(LIMIT)
    told.saw(bad)
    assert not told.sound


def test_pings_are_nothing() -> None:
    told = CONTINUING.given(LIMIT)
    for one in (b": x\n\n", event("ping"), *anthropic_messages("a")[:3]):
        told.saw(one)
    assert (told.text, told.sound) == ("a", True)
    splice = CONTINUING.splice(told, "", 0)
    assert splice.event(event("ping")) == event("ping")
    assert splice.event(b": x\n\n") == b": x\n\n"


FIRST = anthropic_messages("a")[:3]
SECOND = anthropic_messages("b", name="c2")


def test_one_that_goes_on_with_a_tool_call_ends_the_text_first() -> None:
    call = [
        SECOND[0],
        event("content_block_start", index=0, content_block=TOOL),
        event(
            "content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": "{}"}
        ),
        event("content_block_stop", index=0),
        *SECOND[-2:],
    ]
    told = events(spliced(FIRST, call))[3:]
    assert [(one["type"], one.get("index")) for one in told] == [
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_delta", 1),
        ("content_block_stop", 1),
        ("message_delta", None),
        ("message_stop", None),
    ]
    # text, then a call: the text is the open block's
    text = [*SECOND[:4], event("content_block_start", index=1, content_block=TOOL)]
    assert [one.get("index") for one in events(spliced(FIRST, text))[3:]] == [0, 0, 1]


def test_one_that_has_nothing_to_add_ends_the_text() -> None:
    told = events(spliced(FIRST, [SECOND[0], *SECOND[-2:]], tokens=1))[3:]
    assert [one["type"] for one in told] == ["content_block_stop", "message_delta", "message_stop"]


def test_usage_is_the_firsts_input_and_the_output_of_both() -> None:
    usage = {"input_tokens": 99, "output_tokens": 4, "odd": 1}
    end = event("message_delta", delta={"stop_reason": "end_turn"}, usage=usage)
    told = events(spliced(FIRST, [*SECOND[:-2], end], tokens=3))[-1]
    assert told["usage"] == {"input_tokens": 20, "output_tokens": 7, "odd": 1}
    bare = event("message_delta", delta={"stop_reason": "end_turn"})
    assert events(spliced(FIRST, [*SECOND[:-2], bare], tokens=3))[-1].get("usage") is None


def test_what_cannot_be_read() -> None:
    with pytest.raises(UpstreamError):
        spliced(FIRST, [b"data: {\n\n"])


def test_input_that_the_first_did_not_tell_is_the_seconds_without_what_was_written() -> None:
    silent = [one.replace(b'"input_tokens": 20', b'"input_tokens": 0') for one in FIRST]
    usage = {"input_tokens": 23, "cache_read_input_tokens": 5, "output_tokens": 4}
    end = event("message_delta", delta={"stop_reason": "end_turn"}, usage=usage)
    told = events(spliced(silent, [*SECOND[:-2], end], tokens=3))[-1]
    assert told["usage"] == {"input_tokens": 20, "cache_read_input_tokens": 5, "output_tokens": 7}


def test_what_the_second_tells_of_its_input_at_its_beginning_is_told_at_the_end() -> None:
    first = [event("message_start", message={"usage": {"input_tokens": 0}}), *FIRST[1:]]
    usage = {"input_tokens": 23, "cache_read_input_tokens": 5, "output_tokens": 1, "tier": "x"}
    start = event("message_start", message={"usage": usage})
    end = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 4})
    told = events(spliced(first, [start, *SECOND[1:-2], end], tokens=3))[-1]
    assert told["usage"] == {"input_tokens": 20, "cache_read_input_tokens": 5, "output_tokens": 7}
    bare = [event("message_start"), *SECOND[1:-2], end]
    assert events(spliced(first, bare, tokens=3))[-1]["usage"] == {"output_tokens": 7}

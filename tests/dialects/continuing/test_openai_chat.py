"""Chunks of two answers become those of one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.stories import chunk, openai_chat, read_chat
from vanguard.core.errors import UpstreamError
from vanguard.dialects.continuing.openai_chat import ChatContinuing
from vanguard.wire.sse import Splitter, event_data

CONTINUING = ChatContinuing()
LIMIT = 10_000


def spliced(first: list[bytes], second: list[bytes], *, echo: str = "", tokens: int = 0) -> bytes:
    told = CONTINUING.given(LIMIT)
    for one in first:
        told.saw(one)
    splice = CONTINUING.splice(told, echo, tokens)
    return b"".join([*first, CONTINUING.mark("m/1"), *map(splice.event, second)])


@given(
    words=st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=8),
    cut=st.integers(0, 8),
    space=st.sampled_from(["", " ", "\n\n"]),
    again=st.booleans(),
)
def test_the_text_of_both_is_the_whole(words: list[str], cut: int, space: str, again: bool) -> None:
    """`again`: whether the model writes the white space anew that it was not shown."""
    before, after = [*words[:cut], *([space] if space else [])], words[cut:]
    if space and not again and after and after[0][:1] == space[:1]:
        return  # it cannot be told from an echo
    first = openai_chat(before)[: len(before) + 1]
    second = openai_chat([*([space] if again and space else []), *after], name="c2")
    whole = "".join([*before, *after])
    assert read_chat(spliced(first, second, echo=space)) == whole


def test_the_names_are_the_first_that_say_something() -> None:
    verdict = b'data: {"id":"","created":0,"model":"","choices":[],"prompt_filter_results":[]}\n\n'
    first = openai_chat(["a"], name="c1")[:2]
    later = chunk({"content": "b"}, name="c9")
    out = spliced([verdict, *first, later], openai_chat(["c"], name="c2"))
    rest = [json.loads(event_data(one)) for one in Splitter().feed(out)[5:-1]]
    assert {(one["id"], one["created"], one["model"]) for one in rest} == {("c1", 1, "m")}


def test_what_tells_the_answer_apart() -> None:
    told = CONTINUING.given(LIMIT)
    for one in [
        chunk({"role": "assistant", "content": ""}),
        b": ping\n\n",
        chunk({"content": "a"}),
    ]:
        told.saw(one)
    assert (told.text, told.sound) == ("a", True)


@pytest.mark.parametrize(
    "event",
    [
        chunk({"tool_calls": [{"index": 0}]}),
        chunk({"reasoning": "x"}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]}),
        chunk({"annotations": [{"type": "url_citation"}]}),
        chunk({"content": "x"}, "stop"),
        chunk({"content": ["x"]}),
        chunk({}).replace(b'"index": 0', b'"index": 1'),
        chunk(choices=3),
        b"data: {\n\n",
        b"data: [DONE]\n\n",
    ],
)
def test_what_none_can_go_on_with(event: bytes) -> None:
    told = CONTINUING.given(LIMIT)
    told.saw(event)
    assert not told.sound


def the(event: bytes, *, echo: str = "", tokens: int = 0) -> Any:
    told = CONTINUING.given(LIMIT)
    told.saw(chunk({"content": "a"}))
    out = CONTINUING.splice(told, echo, tokens).event(event)
    return json.loads(event_data(out)) if out.startswith(b"data: {") else out


def test_values_that_nobody_here_knows_are_kept() -> None:
    extra = chunk({"content": "x", "odd": 1}, name="c2", system_fingerprint="f", service_tier="s")
    out = the(extra)
    assert (out["id"], out["system_fingerprint"], out["service_tier"]) == ("c1", "f", "s")
    assert out["choices"][0]["delta"] == {"content": "x", "odd": 1}
    assert (
        the(chunk({}, name="c2").replace(b'"delta": {}', b'"text": 1'))["choices"][0]["text"] == 1
    )


def test_what_is_passed_on_and_what_is_left_out() -> None:
    for one in (b": ping\n\n", b"data: [DONE]\n\n", b'data: {"error": {"message": "x"}}\n\n'):
        told = CONTINUING.given(LIMIT)
        assert CONTINUING.splice(told, "", 0).event(one) == one
    assert the(chunk({"role": "assistant", "content": ""})) == b""
    assert the(chunk({"content": " "}), echo=" ") == b""
    call = the(chunk({"role": "assistant", "content": None, "tool_calls": [{"index": 0}]}))
    assert call["choices"][0]["delta"] == {"content": None, "tool_calls": [{"index": 0}]}


def test_usage_is_moved_from_the_input_to_the_output() -> None:
    counts = {"prompt_tokens": 20, "completion_tokens": 4, "total_tokens": 24}
    moved = {"prompt_tokens": 17, "completion_tokens": 7, "total_tokens": 24}
    assert the(chunk(usage=counts), tokens=3)["usage"] == moved
    assert the(chunk(usage={**counts, "prompt_tokens": 1}), tokens=3)["usage"]["prompt_tokens"] == 0
    assert the(chunk(usage={"odd": 1}), tokens=3)["usage"] == {"odd": 1}
    # no more is from a cache than was read
    for cached, told in ((19, 17), (16, 16)):
        details = {"prompt_tokens_details": {"cached_tokens": cached}}
        out = the(chunk(usage={**counts, **details}), tokens=3)["usage"]
        assert out["prompt_tokens_details"] == {"cached_tokens": told}
    # a chunk with both keeps its usage, whatever becomes of its text
    both = the(chunk({"role": "assistant"}, usage=counts), tokens=3)
    assert (both["usage"], both["choices"]) == (moved, [])


@pytest.mark.parametrize("event", [b"data: {\n\n", chunk(choices=3)])
def test_what_cannot_be_read(event: bytes) -> None:
    with pytest.raises(UpstreamError):
        the(event)


def test_a_mark_is_one_comment() -> None:
    assert CONTINUING.mark("a\nb") == b": continued by a b\n\n"

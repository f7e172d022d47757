"""Where text sits in OpenAI's responses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import bytes_of_responses as said
from support.masks import BLOCKING, NEVER, SECRETS, Guard
from support.response_events import response_events
from vanguard.core.errors import ContentBlocked, UpstreamError
from vanguard.dialects.text.openai_responses import SLOTS
from vanguard.wire.sse import Splitter, event_data

HUSH = '"\\hush"'
ANSWERS = settings(max_examples=max(10, settings.default.max_examples // 3))


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def items(text: str) -> list[dict[str, Any]]:
    citation = {"type": "url_citation", "title": text, "url": "https://secret"}
    return [
        {
            "type": "message",
            "id": "secret",
            "content": [
                {"type": "output_text", "text": text, "annotations": [citation]},
                {"type": "refusal", "refusal": text},
                {"type": "input_image", "image_url": "https://secret"},
            ],
        },
        {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": text}],
            "content": [{"type": "reasoning_text", "text": text}],
            "encrypted_content": "secret",
        },
        {"type": "function_call", "name": "secret", "arguments": json.dumps({"a": [text]})},
        {"type": "custom_tool_call", "name": "secret", "input": text},
        {"type": "tool_search_call", "arguments": {"query": text}},
        {"type": "function_call_output", "call_id": "secret", "output": text},
        {"type": "custom_tool_call_output", "output": [{"type": "input_text", "text": text}]},
        {"type": "web_search_call", "action": {"type": "search", "query": text}},
        {"type": "mcp_call", "arguments": json.dumps({"a": text}), "output": text, "error": text},
        {"type": "code_interpreter_call", "code": text, "outputs": [{"logs": text}]},
        {"type": "shell_call_output", "output": [{"stdout": text, "stderr": text}]},
        {"type": "file_search_call", "queries": [text], "results": [{"text": text}]},
    ]


def test_every_text_of_a_request_is_masked_and_nothing_else() -> None:
    def request(text: str) -> dict[str, Any]:
        return {
            "model": "secret",
            "instructions": text,
            "input": [{"role": "user", "content": text}, *items(text)],
            "tools": [{"type": "function", "name": "secret", "description": "secret"}],
            "prompt": {"id": "secret", "variables": {"a": text}},
            "metadata": {"secret": "secret"},
        }

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")
    assert json.loads(SLOTS.mask_request(b'{"input": "secret"}', SECRETS)) == {"input": HUSH}


@pytest.mark.parametrize("alone", [True, False])
def test_bare_strings_and_lone_objects_are_masked_too(alone: bool) -> None:
    def request(text: str) -> dict[str, Any]:
        part = {"type": "input_text", "text": text}
        contents = [[text], [part, text], part]
        found = [{"role": "user", "content": content} for content in contents]
        output = {"type": "function_call_output", "call_id": "secret", "output": part}
        return {"input": found[2] if alone else [text, *found, output]}

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")


def test_every_text_of_a_reply_is_masked() -> None:
    def reply(text: str) -> dict[str, Any]:
        return {"id": "secret", "output": items(text), "status": "completed"}

    masked = SLOTS.mask_reply(body(reply("a secret")), SECRETS)
    assert json.loads(masked) == reply(f"a {HUSH}")
    told = {"type": "output_text", "text": "secret", "logprobs": [{"token": "secret"}]}
    part = SLOTS.mask_reply(body({"output": [{"content": [told]}]}), SECRETS)
    assert json.loads(part)["output"][0]["content"] == [{**told, "text": HUSH, "logprobs": []}]


def masked_stream(guard: Guard, events: list[bytes]) -> list[bytes]:
    masker = SLOTS.stream_masker(guard.channel)
    return [*(masker.event(one) for one in events), masker.finish()]


texts = st.text(st.sampled_from("secrt 12345@.com\né"), min_size=1, max_size=30)


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """An answer of any items, whose texts are cut after five characters."""
    item = st.one_of(
        st.builds(said.message, texts),
        texts.map(lambda text: {**said.CUSTOM, "input": text}),
        texts.map(lambda text: {**said.call("x"), "arguments": json.dumps({"a": text})}),
        texts.map(
            lambda text: {**said.REASONING, "summary": [{"type": "summary_text", "text": text}]}
        ),
    )
    found = draw(st.lists(item, max_size=3))
    numbered = [{**one, "id": f"{one['id']}{place}"} for place, one in enumerate(found)]
    return said.stream_of(*numbered)


@given(events=streams())
def test_without_a_match_every_event_is_the_very_object(events: list[bytes]) -> None:
    out = masked_stream(NEVER, events)
    assert all(new is old for new, old in zip(out, events, strict=False))
    assert out[-1] == b""


def read(items: list[dict]) -> list[dict]:
    """Arguments as values: the same letter may be written as itself or by its number."""
    return [
        {**item, "arguments": json.loads(item["arguments"])} if item.get("arguments") else item
        for item in items
    ]


@ANSWERS
@given(events=streams())
def test_pieces_ends_items_and_response_all_say_the_masked_text(events: list[bytes]) -> None:
    stream = b"".join(masked_stream(SECRETS, events))
    told = response_events(stream)  # pieces and ends agree, numbers rise by one
    whole = json.loads(event_data(events[-1]))["response"]
    masked = json.loads(SLOTS.mask_reply(body(whole), SECRETS))
    assert read(told[-1]["response"]["output"]) == read(masked["output"])
    assert b"secret" not in stream.replace(b"\\", b"") or "secret" not in json.dumps(whole)


def test_what_was_held_back_comes_before_its_end_and_later_numbers_follow() -> None:
    masker = SLOTS.stream_masker(SECRETS.channel)
    out = b"".join(masker.event(one) for one in said.stream_of(said.message("a sec")))
    told = response_events(out)
    assert [one["delta"] for one in told if "delta" in one] == ["a ", "sec"]


@pytest.mark.parametrize("ends_at", [5, 6])
def test_what_was_held_back_comes_even_without_an_end(ends_at: int) -> None:
    events = said.stream_of(said.message("a sec"))[:ends_at]
    out = b"".join(masked_stream(SECRETS, events))
    assert out.count(b'"sec"') >= 1


def test_blocking_ends_the_stream_before_any_of_it_is_out() -> None:
    masker = SLOTS.stream_masker(BLOCKING.channel)
    first, second = [one for one in said.stream_of(said.message("forbidden")) if b".delta" in one]
    assert b"forb" not in masker.event(first)
    with pytest.raises(ContentBlocked):
        masker.event(second)


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"type": 1}', b'{"output_index": "x"}'])
def test_an_event_that_cannot_be_read_does_not_pass(data: bytes) -> None:
    with pytest.raises(UpstreamError, match="no guardrail can read it"):
        SLOTS.stream_masker(SECRETS.channel).event(b"data: %b\n\n" % data)


@pytest.mark.parametrize("raw", [b": ping\n\n", b"data: [DONE]\n\n", b'data: {"type":"error"}\n\n'])
def test_events_without_text_pass(raw: bytes) -> None:
    assert SLOTS.stream_masker(SECRETS.channel).event(raw) is raw


def test_the_cuts_of_the_script_are_whole_events() -> None:
    assert Splitter().feed(b"".join(said.STREAM)) == said.STREAM

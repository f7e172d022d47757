"""Where text sits in Anthropic messages."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effort import times
from support.masks import BLOCKING, NEVER, SECRETS, Guard
from vanguard.core.errors import ContentBlocked, UpstreamError
from vanguard.dialects.text.anthropic_messages import SLOTS
from vanguard.wire.sse import Splitter, event_data

HUSH = '"\\hush"'


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def event(kind: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), body({"type": kind, **fields}))


def delta(index: int, kind: str, text: str) -> bytes:
    field = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}
    return event("content_block_delta", index=index, delta={"type": kind, field[kind]: text})


def blocks(text: str) -> list[object]:
    citation = {"type": "char_location", "cited_text": text, "document_title": text}
    inner = [{"type": "text", "text": text}]
    return [
        {"type": "text", "text": text, "citations": [citation]},
        {"type": "thinking", "thinking": text, "signature": "secret"},
        {"type": "redacted_thinking", "data": "secret"},
        {"type": "tool_use", "id": "secret", "name": "secret", "input": {"a": [text, {"b": text}]}},
        {"type": "tool_result", "tool_use_id": "secret", "content": text},
        {"type": "tool_result", "tool_use_id": "secret", "content": inner},
        {"type": "document", "source": {"type": "text", "data": text}, "title": text},
        {"type": "document", "source": {"type": "content", "content": inner}, "context": text},
        {"type": "document", "source": {"type": "base64", "data": "secret"}},
        {"type": "search_result", "source": text, "title": text, "content": inner},
        {"type": "code_execution_tool_result", "content": {"stdout": text, "stderr": text}},
        {"type": "image", "source": {"type": "url", "url": "https://secret"}},
    ]


def test_every_text_of_a_request_is_masked_and_nothing_else() -> None:
    def request(text: str) -> dict[str, object]:
        return {
            "model": "secret",
            "system": [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {"role": "user", "content": text},
                {"role": "assistant", "content": blocks(text)},
            ],
            "tools": [{"name": "secret", "description": "secret"}],
            "metadata": {"user_id": "secret"},
        }

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")
    assert json.loads(SLOTS.mask_request(b'{"system": "secret"}', SECRETS)) == {"system": HUSH}


def test_bare_strings_and_lone_blocks_are_masked_too() -> None:
    def request(text: str) -> dict[str, object]:
        block = {"type": "text", "text": text}
        result = {"type": "tool_result", "tool_use_id": "secret", "content": [text]}
        contents = [[text], [block, text, result], block]
        return {
            "system": [text],
            "messages": [{"role": "user", "content": content} for content in contents],
        }

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")


def test_every_text_of_a_reply_is_masked() -> None:
    def reply(text: str) -> dict[str, object]:
        return {"id": "secret", "content": blocks(text), "stop_reason": "end_turn"}

    masked = SLOTS.mask_reply(body(reply("a secret")), SECRETS)
    assert json.loads(masked) == reply(f"a {HUSH}")


def test_numbers_in_a_tool_input_are_text_too() -> None:
    reply = {"content": [{"type": "tool_use", "input": {"card": 12345, "n": 1}}]}
    masked = json.loads(SLOTS.mask_reply(body(reply), SECRETS))
    assert masked["content"][0]["input"] == {"card": "[digits]", "n": 1}


# --- streams ---------------------------------------------------------------------------------

PIECES = ["sec", "ret", "secret", "12", "345", " ", "a@b", ".com", "é", "x"]
texts = st.lists(st.sampled_from([*PIECES, '"', "\\", "\n"]), min_size=1, max_size=3).map("".join)
plain_texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join)


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """Whole messages: blocks of every kind, their texts in pieces of any size."""
    events = [event("message_start", message={"id": "m", "content": []}), event("ping")]
    for index, kind in enumerate(draw(st.lists(st.sampled_from(["text", "thinking", "tool_use"])))):
        block: dict[str, object] = {"type": kind}
        if kind == "tool_use":
            block |= {"id": "t", "name": "f", "input": {}}
        else:
            block[kind] = draw(st.sampled_from(["", "sec"]))
        events.append(event("content_block_start", index=index, content_block=block))
        if kind == "tool_use":
            inside = draw(st.lists(plain_texts, max_size=4))
            pieces = ['{"a": "', *inside, '"}']
            events += [delta(index, "input_json_delta", piece) for piece in pieces]
        else:
            pieces = draw(st.lists(texts, max_size=5))
            events += [delta(index, f"{kind}_delta", piece) for piece in pieces]
        if kind == "thinking":
            sign = {"type": "signature_delta", "signature": "sec"}
            events.append(event("content_block_delta", index=index, delta=sign))
        events.append(event("content_block_stop", index=index))
    events.append(event("message_delta", delta={"stop_reason": "end_turn"}, usage={}))
    return [*events, event("message_stop")]


def masked_stream(guard: Guard, events: list[bytes]) -> list[bytes]:
    masker = SLOTS.stream_masker(guard.channel)
    return [*(masker.event(one) for one in events), masker.finish()]


def collected(stream: list[bytes]) -> dict[tuple[int, str], str]:
    """What a client reads: the text of each block, and that no block gets text after its end."""
    found: dict[tuple[int, str], str] = defaultdict(str)
    open_blocks: set[int] = set()
    for one in Splitter().feed(b"".join(stream)):
        data = json.loads(event_data(one))
        if data["type"] == "content_block_start":
            open_blocks.add(data["index"])
            for name in ("text", "thinking"):
                found[data["index"], name] += data["content_block"].get(name, "")
        elif data["type"] == "content_block_stop":
            open_blocks.remove(data["index"])
        elif data["type"] == "content_block_delta":
            assert data["index"] in open_blocks
            for name in ("text", "thinking", "partial_json"):
                found[data["index"], name] += data["delta"].get(name, "")
    return found


@given(events=streams())
def test_without_a_match_every_event_is_the_very_object(events: list[bytes]) -> None:
    out = masked_stream(NEVER, events)
    assert all(new is old for new, old in zip(out, events, strict=False))
    assert out[-1] == b""


@settings(max_examples=times(5))
@given(events=streams())
def test_the_text_of_each_run_is_the_masked_whole(events: list[bytes]) -> None:
    after = collected(masked_stream(SECRETS, events))
    for key, text in collected(events).items():
        if key[1] == "partial_json" and text:
            assert json.loads(after[key]) == {"a": SECRETS(json.loads(text)["a"])}
        else:
            assert after[key] == SECRETS(text)


def test_every_cut_of_one_text() -> None:
    text = "my secret is 12345, ask a@b.com"
    for first in range(len(text)):
        for second in range(first, len(text)):
            parts = (text[:first], text[first:second], text[second:])
            events = [
                event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
                *(delta(0, "text_delta", part) for part in parts),
                event("content_block_stop", index=0),
            ]
            assert collected(masked_stream(SECRETS, events))[0, "text"] == SECRETS(text)


def test_what_was_held_back_comes_before_the_stop_of_its_block() -> None:
    masker = SLOTS.stream_masker(SECRETS.channel)
    masker.event(delta(2, "text_delta", "sec"))
    stop = event("content_block_stop", index=2)
    released, same = Splitter().feed(masker.event(stop))
    assert same == stop
    assert json.loads(event_data(released)) == json.loads(event_data(delta(2, "text_delta", "sec")))


def test_thinking_is_released_before_its_signature() -> None:
    masker = SLOTS.stream_masker(SECRETS.channel)
    masker.event(delta(0, "thinking_delta", "sec"))
    sign = event(
        "content_block_delta", index=0, delta={"type": "signature_delta", "signature": "s"}
    )
    assert [b"thinking_delta" in one for one in Splitter().feed(masker.event(sign))] == [
        True,
        False,
    ]


@pytest.mark.parametrize("end", ["message_delta", "message_stop", ""])
def test_what_was_held_back_comes_even_without_a_stop(end: str) -> None:
    out = masked_stream(SECRETS, [delta(0, "text_delta", "sec"), *([event(end)] if end else [])])
    assert b"".join(out).count(b'"text":"sec"') == 1


def test_blocks_that_come_whole_and_citations_are_masked() -> None:
    masker = SLOTS.stream_masker(SECRETS.channel)
    whole = {"type": "mcp_tool_result", "content": [{"type": "text", "text": "a secret"}]}
    start = masker.event(event("content_block_start", index=0, content_block=whole))
    citation = {"type": "citations_delta", "citation": {"cited_text": "a secret"}}
    cited = masker.event(event("content_block_delta", index=0, delta=citation))
    first = {"id": "m", "content": [{"type": "text", "text": "a secret"}]}
    message = masker.event(event("message_start", message=first))
    for out in (start, cited, message):
        assert b"secret" not in out
        assert b"hush" in out


def test_blocking_ends_the_stream_before_any_of_it_is_out() -> None:
    masker = SLOTS.stream_masker(BLOCKING.channel)
    assert b"forb" not in masker.event(delta(0, "text_delta", "x forb"))
    with pytest.raises(ContentBlocked):
        masker.event(delta(0, "text_delta", "idden"))


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"type": 1}', b'{"index": "x"}'])
def test_an_event_that_cannot_be_read_does_not_pass(data: bytes) -> None:
    with pytest.raises(UpstreamError, match="no guardrail can read it"):
        SLOTS.stream_masker(SECRETS.channel).event(b"data: %b\n\n" % data)


@pytest.mark.parametrize(
    "raw", [b": note\n\n", b'data: {"type":"error","error":{"message":"x"}}\n\n']
)
def test_events_without_text_pass(raw: bytes) -> None:
    assert SLOTS.stream_masker(SECRETS.channel).event(raw) is raw

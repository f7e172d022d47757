"""Where text sits in OpenAI chat completions and embeddings."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.effort import times
from support.masks import BLOCKING, NEVER, SECRETS, Guard
from vanguard.core.errors import ContentBlocked, InvalidRequest, UpstreamError
from vanguard.dialects.text.openai_chat import SLOTS
from vanguard.wire.sse import Splitter, event_data

HUSH = '"\\hush"'


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def chunk(index: int, delta: object, **fields: object) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": None, **fields}
    return b"data: %b\n\n" % body({"id": "c1", "model": "m", "choices": [choice], "usage": None})


def message(text: str) -> dict[str, object]:
    arguments = json.dumps({"path": text, "n": 1})
    return {
        "role": "assistant",
        "name": text,
        "content": text,
        "refusal": text,
        "reasoning_content": text,
        "reasoning": text,
        "reasoning_details": [{"type": "reasoning.text", "text": text, "signature": "secret"}],
        "tool_calls": [
            {"id": "secret", "type": "function", "function": {"name": "f", "arguments": arguments}},
            {"id": "t", "type": "custom", "custom": {"name": "f", "input": text}},
        ],
        "function_call": {"name": "f", "arguments": arguments},
        "audio": {"id": "secret", "transcript": text},
    }


def test_every_text_of_a_request_is_masked_and_nothing_else() -> None:
    def request(text: str) -> dict[str, object]:
        parts = [
            {"type": "text", "text": text},
            {"type": "image_url", "image_url": {"url": "https://secret"}},
            {"type": "refusal", "refusal": text},
            {"type": "thinking", "thinking": [{"type": "text", "text": text}]},
        ]
        return {
            "model": "secret",
            "messages": [
                {"role": "system", "content": text},
                {"role": "user", "content": parts},
                message(text),
                {"role": "tool", "tool_call_id": "secret", "content": text},
            ],
            "prediction": {"type": "content", "content": text},
            "tools": [{"type": "function", "function": {"name": "secret"}}],
            "unknown": {"secret": "secret"},
        }

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")


def test_every_text_of_a_reply_is_masked() -> None:
    def reply(text: str) -> dict[str, object]:
        choices = [{"index": 0, "message": message(text), "finish_reason": "stop"}]
        return {"id": "secret", "choices": choices, "usage": {"prompt_tokens": 1}}

    masked = SLOTS.mask_reply(body(reply("a secret")), SECRETS)
    assert json.loads(masked) == reply(f"a {HUSH}")


def test_log_probabilities_do_not_tell_what_was_masked() -> None:
    logprobs = {"content": [{"token": "secret", "logprob": 0}]}
    choice = {"message": {"content": "secret"}, "logprobs": logprobs}
    masked = json.loads(SLOTS.mask_reply(body({"choices": [choice]}), SECRETS))
    assert masked["choices"][0]["logprobs"] is None
    event = chunk(0, {"content": "sec"}, logprobs=logprobs)
    assert b'"token"' not in SLOTS.stream_masker(SECRETS.channel).event(event)


def test_embeddings_input() -> None:
    masked = SLOTS.mask_request(b'{"input": ["a secret", "b"], "model": "m"}', SECRETS)
    assert json.loads(masked)["input"] == [f"a {HUSH}", "b"]
    assert json.loads(SLOTS.mask_request(b'{"input": "secret"}', SECRETS))["input"] == HUSH


@pytest.mark.parametrize("tokens", ["[1, 2]", "[[1, 2]]", '["a", 1]'])
def test_embeddings_of_token_numbers_cannot_be_read(tokens: str) -> None:
    with pytest.raises(InvalidRequest, match="token numbers") as caught:
        SLOTS.mask_request(b'{"input": %b}' % tokens.encode(), SECRETS)
    assert caught.value.param == "input"


def _shapes(text: str) -> list[object]:
    """What some servers read as the content of a message."""
    part = {"type": "text", "text": text}
    return [text, [text], part, [part, text], {"type": "thinking", "thinking": part}]


@pytest.mark.parametrize("shape", range(5))
def test_no_shape_of_content_is_a_way_around_a_guardrail(shape: int) -> None:
    def request(text: str) -> dict[str, object]:
        content = _shapes(text)[shape]
        return {
            "messages": [{"role": "user", "content": content}],
            "prediction": {"type": "content", "content": content},
        }

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")
    with pytest.raises(ContentBlocked):
        SLOTS.mask_request(body(request("forbidden")), BLOCKING)


@pytest.mark.parametrize("alone", [True, False])
def test_a_message_may_stand_alone_or_be_a_string(alone: bool) -> None:
    def request(text: str) -> dict[str, object]:
        message = {"role": "user", "content": text}
        return {"messages": message if alone else [message, text]}

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")


def test_arguments_that_are_no_string_are_masked_too() -> None:
    def request(text: str) -> dict[str, object]:
        called = {"function": {"name": "secret", "arguments": {"a": [text]}}}
        return {"messages": [{"role": "assistant", "tool_calls": [called]}]}

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")


def test_blocking_passes_through() -> None:
    with pytest.raises(ContentBlocked):
        SLOTS.mask_request(b'{"messages":[{"content":"forbidden"}]}', BLOCKING)


# --- streams ---------------------------------------------------------------------------------

PIECES = ["sec", "ret", "secret", "12", "345", " ", "a@b", ".com", '"', "\\", "é", "x", "\n"]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join)


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """Chunks of two choices with every kind of text, in pieces of any size, interleaved."""
    runs = draw(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.sampled_from(["content", "reasoning_content", "refusal", "tool0", "tool1"]),
                texts,
            ),
            max_size=12,
        )
    )
    events = []
    for index, kind, text in runs:
        if kind.startswith("tool"):
            call = {"index": int(kind[-1]), "function": {"arguments": text}}
            events.append(chunk(index, {"tool_calls": [call]}))
        else:
            events.append(chunk(index, {kind: text}))
    last = draw(st.sampled_from([{}, {"content": "secret"}, {"content": ""}]))
    events += [chunk(index, last, finish_reason="stop") for index in (0, 1)]
    events.append(b'data: {"id":"c1","choices":[],"usage":{"prompt_tokens":1}}\n\n')
    return events if draw(st.booleans()) else [*events, b"data: [DONE]\n\n"]


def masked_stream(guard: Guard, events: list[bytes]) -> list[bytes]:
    masker = SLOTS.stream_masker(guard.channel)
    return [*(masker.event(event) for event in events), masker.finish()]


def collected(stream: list[bytes]) -> dict[tuple[object, ...], str]:
    """What a client reads: the text of each run."""
    found: dict[tuple[object, ...], str] = defaultdict(str)
    for event in Splitter().feed(b"".join(stream)):
        data = event_data(event)
        if data == b"[DONE]":
            continue
        for choice in json.loads(data)["choices"]:
            for name, value in choice["delta"].items():
                if name == "tool_calls":
                    for call in value:
                        key = (choice["index"], name, call["index"])
                        found[key] += call["function"]["arguments"]
                else:
                    found[choice["index"], name] += value
    return found


@given(events=streams())
def test_without_a_match_every_event_is_the_very_object(events: list[bytes]) -> None:
    out = masked_stream(NEVER, events)
    assert all(new is old for new, old in zip(out, events, strict=False))
    assert out[-1] == b""


@settings(max_examples=times(5))
@given(events=streams())
def test_the_text_of_each_run_is_the_masked_whole(events: list[bytes]) -> None:
    before = collected(events)
    after = collected(masked_stream(SECRETS, events))
    assert {key: SECRETS(text) for key, text in before.items() if text} == {
        key: text for key, text in after.items() if text
    }


def test_every_cut_of_one_text() -> None:
    text = "my secret is 12345, ask a@b.com"
    for first in range(len(text)):
        for second in range(first, len(text)):
            parts = (text[:first], text[first:second], text[second:])
            events = [chunk(0, {"content": part}) for part in parts]
            events.append(chunk(0, {}, finish_reason="stop"))
            assert collected(masked_stream(SECRETS, events))[0, "content"] == SECRETS(text)


def test_what_was_held_back_comes_before_the_chunk_that_ends_the_choice() -> None:
    masker = SLOTS.stream_masker(SECRETS.channel)
    held = json.loads(event_data(masker.event(chunk(0, {"content": "a sec"}))))
    assert held["choices"][0]["delta"]["content"] == "a "
    end = chunk(0, {}, finish_reason="stop")
    released, same = Splitter().feed(masker.event(end))
    assert same == end
    assert json.loads(event_data(released)) == {
        "id": "c1",
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "sec"}, "finish_reason": None}],
    }


@pytest.mark.parametrize("tail", [[b"data: [DONE]\n\n"], []])
def test_what_was_held_back_comes_even_without_a_finish_reason(tail: list[bytes]) -> None:
    out = masked_stream(SECRETS, [chunk(0, {"content": "sec"}), *tail])
    assert collected(out)[0, "content"] == "sec"
    assert not tail or b"".join(out).endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("delta", "path"),
    [
        ({"reasoning": "sec"}, ["reasoning"]),
        ({"audio": {"transcript": "sec"}}, ["audio", "transcript"]),
        ({"function_call": {"arguments": '{"a":"sec'}}, ["function_call", "arguments"]),
        (
            {"tool_calls": [{"index": 3, "custom": {"input": "sec"}}]},
            ["tool_calls", 0, "custom", "input"],
        ),
        (
            {"reasoning_details": [{"type": "reasoning.text", "text": "sec"}]},
            ["reasoning_details", 0, "text"],
        ),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "sec"}]}]},
            ["content", 0, "thinking", 0, "text"],
        ),
    ],
)
def test_other_runs_are_held_back_and_released_in_their_own_shape(
    delta: dict[str, object], path: list[str | int]
) -> None:
    def at(event: bytes) -> str:
        value = json.loads(event_data(event))["choices"][0]["delta"]
        for step in path:
            value = value[step]
        return str(value)

    first, rest = masked_stream(SECRETS, [chunk(0, delta)])
    assert not at(first).endswith("sec")
    assert at(rest) == "sec"


def test_text_parts_of_a_content_list_are_one_run() -> None:
    events = [chunk(0, {"content": [{"type": "text", "text": text}]}) for text in ("sec", "ret")]
    out = masked_stream(SECRETS, events)
    second = json.loads(event_data(out[1]))["choices"][0]["delta"]["content"][0]["text"]
    assert second == HUSH


def test_blocking_ends_the_stream_before_any_of_it_is_out() -> None:
    masker = SLOTS.stream_masker(BLOCKING.channel)
    assert b"forb" not in masker.event(chunk(0, {"content": "x forb"}))
    with pytest.raises(ContentBlocked):
        masker.event(chunk(0, {"content": "idden"}))


@pytest.mark.parametrize(
    "event",
    [
        b": ping\n\n",
        b'data: {"error": {"message": "x"}}\n\n',
        b'data: {"choices": null}\n\n',
        b'data: {"choices": [{"delta": null}]}\n\n',
        b'data: {"choices": [{"index":0,"delta":{"content":null,"tool_calls":null}}]}\n\n',
    ],
)
def test_events_without_text_pass(event: bytes) -> None:
    assert SLOTS.stream_masker(SECRETS.channel).event(event) is event


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"choices": 1}', b'{"choices":[{"index":"x"}]}'])
def test_an_event_that_cannot_be_read_does_not_pass(data: bytes) -> None:
    with pytest.raises(UpstreamError, match="no guardrail can read it"):
        SLOTS.stream_masker(SECRETS.channel).event(b"data: %b\n\n" % data)

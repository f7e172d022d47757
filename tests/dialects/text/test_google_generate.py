"""Where text sits in Google's requests, replies and streams."""

from __future__ import annotations

import base64
import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import bytes_of_google as google
from support.effort import times
from support.masks import BLOCKING, NEVER, SECRETS, Guard
from vanguard.core.errors import ContentBlocked, InvalidRequest, UpstreamError
from vanguard.dialects.text.google_generate import SLOTS
from vanguard.wire.google_generate import snake

HUSH = '"\\hush"'


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def request_with(text: str) -> dict:
    parts = [
        {"text": text, "thoughtSignature": "secret"},
        {"text": text, "thought": True},
        {"functionCall": {"name": "secret", "id": "secret", "args": {"a": [text]}}},
        {"functionResponse": {"name": "secret", "response": {"output": text}}},
        {"inlineData": {"mimeType": "text/plain", "data": coded(text)}},
        {"inlineData": {"mimeType": "image/png", "data": "secret"}},
        {"fileData": {"fileUri": "https://x.org/secret"}},
        {"executableCode": {"code": text}},
        {"codeExecutionResult": {"output": text}},
    ]
    return {
        "contents": [{"role": "user", "parts": parts}],
        "systemInstruction": {"parts": {"text": text}},
        "tools": [{"functionDeclarations": [{"name": "secret", "description": "secret"}]}],
        "generateContentRequest": {"contents": [{"parts": [{"text": text}]}]},
        "requests": [{"content": {"parts": [{"text": text}]}, "title": text}],
        "content": {"parts": [{"text": text}]},
    }


def cased(value: object, name: str = "") -> object:
    if name in {"args", "response"}:
        return value
    if isinstance(value, list):
        return [cased(one) for one in value]
    if isinstance(value, dict):
        return {snake(key): cased(one, key) for key, one in value.items()}
    return value


@pytest.mark.parametrize("form", [lambda value: value, cased])
def test_every_text_of_a_request_is_masked_and_nothing_else(form) -> None:
    said = body(form(request_with("my secret")))
    masked = SLOTS.mask_request(said, SECRETS)
    assert json.loads(masked) == form(request_with(f"my {HUSH}"))
    assert SLOTS.mask_request(said, NEVER) is said


@pytest.mark.parametrize("alone", [True, False])
def test_bare_strings_and_lone_objects_are_masked_too(alone: bool) -> None:
    def request(text: str) -> dict:
        parts = text if alone else [text, {"text": text}]
        content = {"role": "user", "parts": parts}
        return {"contents": content if alone else [text, content], "systemInstruction": [content]}

    masked = SLOTS.mask_request(body(request("my secret")), SECRETS)
    assert json.loads(masked) == request(f"my {HUSH}")


def test_every_text_of_a_reply_is_masked() -> None:
    def reply(text: str) -> dict:
        parts = [{"text": text}, {"functionCall": {"name": "secret", "args": {"a": text}}}]
        made = google.reply(parts)
        made["candidates"][0]["groundingMetadata"] = {
            "webSearchQueries": [text],
            "groundingChunks": [{"web": {"uri": "secret"}}],
        }
        return made

    assert json.loads(SLOTS.mask_reply(body(reply("secret")), SECRETS)) == reply(HUSH)
    with pytest.raises(UpstreamError):
        SLOTS.mask_reply(b"{", SECRETS)


@pytest.mark.parametrize(
    "said",
    [
        b"{",
        b'{"contents":[],"contents":[]}',
        body({"contents": [{"parts": [{"inlineData": {"mimeType": "text/plain", "data": "?"}}]}]}),
    ],
)
def test_what_no_guardrail_can_read_is_refused(said: bytes) -> None:
    with pytest.raises(InvalidRequest):
        SLOTS.mask_request(said, SECRETS)


def test_a_rule_that_blocks_blocks() -> None:
    with pytest.raises(ContentBlocked):
        SLOTS.mask_request(body(request_with("forbidden")), BLOCKING)


def masked_stream(events: list[bytes], guard: Guard = SECRETS) -> list[dict]:
    masker = SLOTS.stream_masker(guard.channel)
    raw = b"".join(masker.event(one) for one in events) + masker.finish()
    data = [one for one in raw.replace(b"\r\n", b"\n").split(b"\n\n") if one]
    return [json.loads(one.removeprefix(b"data: ")) for one in data]


def texts(chunks: list[dict], *, thought: bool = False) -> str:
    return "".join(
        part.get("text", "")
        for chunk in chunks
        for candidate in chunk.get("candidates", ())
        for part in candidate["content"]["parts"]
        if bool(part.get("thought")) == thought
    )


@settings(max_examples=times(1 / 4))
@given(st.lists(st.integers(0, 24), max_size=5))
def test_a_secret_is_masked_wherever_the_pieces_are_cut(cuts: list[int]) -> None:
    said = "my secret is 12345 ok"
    ends = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
    pieces = [said[start:stop] for start, stop in pairwise(ends)]
    events = [google.event(google.reply([{"text": one}], None)) for one in pieces]
    chunks = masked_stream([*events, google.event(google.reply([{"text": ""}]))])
    assert texts(chunks) == f"my {HUSH} is [digits] ok"
    assert [one["candidates"][0].get("finishReason") for one in chunks][-1] == "STOP"
    # with the reason all has been said
    assert sum("finishReason" in one["candidates"][0] for one in chunks) == 1


def test_thoughts_and_answers_are_runs_of_their_own() -> None:
    events = [
        google.event(google.reply([{"text": "a sec", "thought": True}], None)),
        google.event(google.reply([{"text": "ret", "thought": True}, {"text": "no sec"}], None)),
        google.event(google.reply([{"functionCall": {"name": "f", "args": {"x": "secret"}}}])),
    ]
    chunks = masked_stream(events)
    assert texts(chunks, thought=True) == f"a {HUSH}"
    assert texts(chunks) == "no sec"
    call = chunks[-1]["candidates"][0]["content"]["parts"][0]["functionCall"]
    assert call["args"] == {"x": HUSH}


def test_an_unmasked_stream_keeps_its_bytes() -> None:
    masker = SLOTS.stream_masker(NEVER.channel)
    events = [*google.THINKING_STREAM, b": a comment\n\n", google.event(google.BLOCKED)]
    assert [masker.event(one) for one in events] == events
    assert masker.finish() == b""


def test_a_stream_that_breaks_off_gives_up_what_was_held_back() -> None:
    chunks = masked_stream([google.event(google.reply([{"text": "so sec"}], None))])
    assert texts(chunks) == "so sec"
    assert chunks[-1]["responseId"] == "r-1"
    with pytest.raises(UpstreamError):
        SLOTS.stream_masker(SECRETS.channel).event(b'data: {"candidates":[\n\n')

"""Where text sits in Converse's requests, replies and streams."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.bedrock import STREAM, delta, exception, frame, read_stream, stop
from support.masks import BLOCKING, NEVER, SECRETS, Guard
from vanguard.core.errors import ContentBlocked, InvalidRequest, UpstreamError
from vanguard.dialects.text.bedrock_converse import SLOTS
from vanguard.wire.event_stream import Splitter

HUSH = '"\\hush"'


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def blocks(text: str) -> list[dict[str, Any]]:
    data = base64.b64encode(text.encode()).decode()
    inner = [{"text": text}]
    return [
        {"text": text},
        {"toolUse": {"toolUseId": "secret", "name": "secret", "input": {"a": [text]}}},
        {
            "toolResult": {
                "toolUseId": "secret",
                "content": [
                    {"text": text},
                    {"json": {"a": text}},
                    {"searchResult": {"source": "secret", "title": text, "content": inner}},
                ],
            }
        },
        {"reasoningContent": {"reasoningText": {"text": text, "signature": "secret"}}},
        {"reasoningContent": {"redactedContent": "secret"}},
        {"guardContent": {"text": {"text": text}}},
        {
            "citationsContent": {
                "content": inner,
                "citations": [{"title": text, "source": "secret", "sourceContent": inner}],
            }
        },
        {"document": {"format": "txt", "name": text, "context": text, "source": {"bytes": data}}},
        {"document": {"format": "pdf", "name": text, "source": {"bytes": "secret"}}},
        {"document": {"name": text, "source": {"content": inner}}},
        {"image": {"format": "png", "source": {"bytes": "secret"}}},
    ]


def test_every_text_of_a_request_is_masked_and_nothing_else() -> None:
    def request(text: str) -> dict[str, object]:
        return {
            "system": [{"text": text}, {"cachePoint": {"type": "default"}}],
            "messages": [{"role": "user", "content": blocks(text)}],
            "toolConfig": {"tools": [{"toolSpec": {"name": "secret", "description": "secret"}}]},
            "promptVariables": {"secret": {"text": text}},
        }

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")


@pytest.mark.parametrize("alone", [True, False])
def test_bare_strings_and_lone_objects_are_masked_too(alone: bool) -> None:
    def request(text: str) -> dict[str, object]:
        content = {"text": text} if alone else [text, {"text": text}]
        result = {"toolResult": {"toolUseId": "secret", "content": content}}
        message = {"role": "user", "content": result if alone else [result, text]}
        return {"system": content, "messages": message if alone else [message, text]}

    masked = SLOTS.mask_request(body(request("a secret")), SECRETS)
    assert json.loads(masked) == request(f"a {HUSH}")


def test_every_text_of_a_reply_is_masked() -> None:
    def reply(text: str) -> dict[str, object]:
        return {
            "output": {"message": {"role": "assistant", "content": blocks(text)}},
            "stopReason": "end_turn",
            "trace": {"guardrail": {"modelOutput": [text], "actionReason": "secret"}},
        }

    masked = SLOTS.mask_reply(body(reply("a secret")), SECRETS)
    assert json.loads(masked) == reply(f"a {HUSH}")


def test_what_is_to_be_counted_is_masked_too() -> None:
    def counted(text: str) -> dict[str, object]:
        return {"input": {"converse": {"messages": [{"role": "user", "content": blocks(text)}]}}}

    masked = SLOTS.mask_request(body(counted("a secret")), SECRETS)
    assert json.loads(masked) == counted(f"a {HUSH}")

    def wrapped(text: str) -> dict[str, object]:
        inner = json.dumps({"messages": [{"role": "user", "content": text}]}, separators=(",", ":"))
        return {"input": {"invokeModel": {"body": base64.b64encode(inner.encode()).decode()}}}

    masked = SLOTS.mask_request(body(wrapped("secret")), SECRETS)
    assert json.loads(masked) == wrapped(HUSH)
    untouched = body(wrapped("fine"))
    assert SLOTS.mask_request(untouched, SECRETS) is untouched
    with pytest.raises(InvalidRequest, match="guardrail"):
        SLOTS.mask_request(body({"input": {"invokeModel": {"body": "%"}}}), SECRETS)


def test_what_cannot_be_read_is_refused() -> None:
    hidden = {"document": {"format": "md", "name": "n", "source": {"bytes": "/w=="}}}
    request = body({"messages": [{"role": "user", "content": [hidden]}]})
    with pytest.raises(InvalidRequest, match="guardrail"):
        SLOTS.mask_request(request, SECRETS)


def mask(stream: list[bytes], guard: Guard) -> list[bytes]:
    masker = SLOTS.stream_masker(guard.channel)
    return [*(masker.event(one) for one in stream), masker.finish()]


def texts(data: bytes) -> dict[tuple[int, str], str]:
    """The runs of text that a client gathers."""
    got: dict[tuple[int, str], str] = {}
    for event in read_stream(data):
        if (told := event.get("contentBlockDelta")) is not None:
            value = told["delta"]
            kind = next(iter(value))
            piece = value[kind] if kind == "text" else next(iter(value[kind].values()))
            key = (told["contentBlockIndex"], kind)
            got[key] = got.get(key, "") + str(piece)
    return got


def test_an_unmasked_stream_keeps_its_bytes() -> None:
    assert b"".join(mask(STREAM, NEVER)) == b"".join(STREAM)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 20), max_size=4))
def test_a_secret_is_masked_wherever_the_pieces_are_cut(cuts: list[int]) -> None:
    said = "my secret is 12345 ok"
    ends = [0, *sorted(cuts), len(said)]
    pieces = [said[a:b] for a, b in pairwise(ends) if said[a:b]]
    quoted = json.dumps({"k": said})
    stream = [
        STREAM[0],
        *(delta(0, {"reasoningContent": {"text": piece}}) for piece in pieces),
        delta(0, {"reasoningContent": {"signature": "c2VhbA=="}}),
        stop(0),
        *(delta(1, {"text": piece}) for piece in pieces),
        stop(1),
        *(delta(2, {"toolUse": {"input": quoted[a : a + 3]}}) for a in range(0, len(quoted), 3)),
        stop(2),
        *STREAM[-2:],
    ]
    got = texts(b"".join(mask(stream, SECRETS)))
    clean = f"my {HUSH} is [digits] ok"
    assert got[1, "text"] == clean
    assert got[0, "reasoningContent"].startswith(clean)
    assert json.loads(got[2, "toolUse"]) == {"k": clean}


def test_traces_and_citations_are_masked_too() -> None:
    trace = {"guardrail": {"modelOutput": ["a secret"]}}
    out = b"".join(
        mask(
            [
                delta(0, {"citation": {"title": "secret", "source": "secret"}}),
                frame("metadata", {"trace": trace}),
            ],
            SECRETS,
        )
    )
    first, second = read_stream(out)
    assert first["contentBlockDelta"]["delta"]["citation"] == {"title": HUSH, "source": "secret"}
    assert second["metadata"]["trace"]["guardrail"]["modelOutput"] == [f"a {HUSH}"]


def test_a_rule_that_blocks_ends_the_stream_and_damage_is_told() -> None:
    with pytest.raises(ContentBlocked):
        mask([delta(0, {"text": "forbidden "}), stop(0)], BLOCKING)
    with pytest.raises(UpstreamError):
        mask([frame("contentBlockDelta", {"contentBlockIndex": "x"})], SECRETS)


def test_exceptions_pass() -> None:
    failed = exception("throttlingException", "secret")
    assert mask([failed], SECRETS)[0] == failed
    assert Splitter().feed(failed) == [failed]

"""Where text sits in InvokeModel's bodies and chunks."""

from __future__ import annotations

import json

from support.bedrock import chunk, exception, frame, read_stream
from support.bytes_of_providers import ANTHROPIC_STREAM
from support.masks import NEVER, SECRETS, Guard
from vanguard.dialects.text.bedrock_invoke import BedrockInvokeText
from vanguard.wire.sse import event_data

SLOTS = BedrockInvokeText()
HUSH = '"\\hush"'
STREAM = [chunk(event_data(one)) for one in ANTHROPIC_STREAM]


def mask(stream: list[bytes], guard: Guard) -> bytes:
    masker = SLOTS.stream_masker(guard.channel)
    return b"".join(masker.event(one) for one in stream) + masker.finish()


def test_requests_of_chat_and_embeddings() -> None:
    chat = b'{"messages":[{"role":"user","content":"secret"}]}'
    assert json.loads(SLOTS.mask_request(chat, SECRETS))["messages"][0]["content"] == HUSH
    assert json.loads(SLOTS.mask_request(b'{"inputText":"secret"}', SECRETS)) == {"inputText": HUSH}
    texts = SLOTS.mask_request(b'{"texts":["a","secret"],"input_type":"secret"}', SECRETS)
    assert json.loads(texts) == {"texts": ["a", HUSH], "input_type": "secret"}


def test_replies() -> None:
    masked = SLOTS.mask_reply(b'{"content":[{"type":"text","text":"secret"}]}', SECRETS)
    assert json.loads(masked)["content"][0]["text"] == HUSH


def test_streams() -> None:
    assert mask(STREAM, NEVER) == b"".join(STREAM)
    pieces = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        for text in ("my sec", "ret")
    ]
    stop = {"type": "content_block_stop", "index": 0}
    out = read_stream(
        mask([*(chunk(one) for one in pieces), chunk(stop)], SECRETS),
        "InvokeModelWithResponseStream",
    )
    said = [json.loads(one["chunk"]["bytes"]) for one in out]
    assert "".join(one["delta"]["text"] for one in said if "delta" in one) == f"my {HUSH}"


def test_other_frames_pass() -> None:
    failed, other = exception("throttlingException", "secret"), frame("other", {})
    assert mask([failed, other], SECRETS) == failed + other

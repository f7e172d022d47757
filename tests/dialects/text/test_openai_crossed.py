"""Requests are masked as those of the responses API, replies as chat."""

from __future__ import annotations

import json

from support.masks import SECRETS
from vanguard.dialects.text.registry import TEXT_SLOTS

SLOTS = TEXT_SLOTS["openai_crossed"]
HUSH = '"\\hush"'


def test_requests_and_replies() -> None:
    asked = SLOTS.mask_request(b'{"instructions":"secret","input":"secret"}', SECRETS)
    assert json.loads(asked) == {"instructions": HUSH, "input": HUSH}
    told = SLOTS.mask_reply(b'{"choices":[{"message":{"content":"secret"}}]}', SECRETS)
    assert json.loads(told)["choices"][0]["message"]["content"] == HUSH


def test_streams() -> None:
    masker = SLOTS.stream_masker(SECRETS.channel)
    chunk = {"choices": [{"index": 0, "delta": {"content": "a secret"}, "finish_reason": "stop"}]}
    out = masker.event(b"data: %b\n\n" % json.dumps(chunk).encode()) + masker.finish()
    said = [json.loads(one[6:]) for one in out.decode().split("\n\n") if one]
    text = [one["choices"][0]["delta"].get("content", "") for one in said if one["choices"]]
    assert "".join(text) == f"a {HUSH}"

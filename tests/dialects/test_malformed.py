"""Refusals of what a client sent."""

from __future__ import annotations

import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.malformed import decode
from vanguard.wire.lenient import LenientDecoder
from vanguard.wire.openai_chat import ChatRequest

DECODER = LenientDecoder(ChatRequest)


@pytest.mark.parametrize(
    ("body", "path", "param"),
    [
        (b'{"messages":[]}', "", "model"),
        (b'{"model":"m","messages":[{}]}', "", "messages[0].role"),
        (b'{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}', "",
         "messages[0].content[0].text"),
        (b'{"model":"m","messages":[],"temperature":"hot"}', "", "temperature"),
        (b'{"model":5,"messages":[]}', "request", "request.model"),
        (b"[1]", "", None),
    ],
)  # fmt: skip
def test_the_field_at_fault_is_named(body: bytes, path: str, param: str | None) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode(DECODER, body, path)
    assert caught.value.param == param
    assert caught.value.message.startswith(param or "Expected")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b'{"model":"\xff"}', b'{"x":' * 5000, b'{"model":"\\ud800"}']
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        decode(DECODER, body)


def test_what_is_no_text_is_refused_even_where_it_is_kept_raw() -> None:
    body = b'{"model":"m","messages":[],"metadata":{"a":"\xff"}}'
    with pytest.raises(InvalidRequest, match="not valid JSON"):
        decode(DECODER, body)

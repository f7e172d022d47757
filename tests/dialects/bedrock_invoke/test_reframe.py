"""Anthropic's bodies and Bedrock's, there and back."""

from __future__ import annotations

import json

import pytest

from support.bedrock import service
from vanguard.core.errors import InvalidRequest, UnsupportedFeature
from vanguard.dialects.bedrock_invoke.reframe import from_invoke, to_invoke
from vanguard.dialects.contract import Losses

BODY = (
    b'{"model":"m","max_tokens" : 9,"messages":[{"role":"user",  "content":"\\u00e9"}],"new":1.0,'
    b'"stream":true}'
)


def test_values_keep_their_bytes_and_their_order() -> None:
    losses = Losses()
    written = to_invoke(BODY, "context-1m-2025-08-07, claude-code-20250219", losses)
    assert written == (
        b'{"max_tokens":9,"messages":[{"role":"user",  "content":"\\u00e9"}],"new":1.0,'
        b'"anthropic_beta":["context-1m-2025-08-07"],"anthropic_version":"bedrock-2023-05-31"}'
    )
    assert losses.names == ["anthropic-beta: claude-code-20250219"]
    with pytest.raises(UnsupportedFeature):
        to_invoke(BODY, "oauth-2025-04-20", Losses(strict=True))


def test_what_the_body_says_itself_stays() -> None:
    body = b'{"anthropic_version":"v","anthropic_beta":["a"]}'
    assert to_invoke(body, "effort-2025-11-24", Losses()) == body


def test_and_back() -> None:
    body, betas = from_invoke(to_invoke(BODY, "effort-2025-11-24", Losses()), "x", stream=True)
    assert json.loads(body) == json.loads(BODY) | {"model": "x"}
    assert betas == ["effort-2025-11-24"]
    assert from_invoke(b"{}", "x", stream=False) == (b'{"model":"x"}', [])


@pytest.mark.parametrize("body", [b"", b"[]", b'{"anthropic_beta":1}'])
def test_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        from_invoke(body, "x", stream=False)


def test_the_operation_is_the_services() -> None:
    http = service().operation_model("InvokeModelWithResponseStream").http
    assert http["requestUri"] == "/model/{modelId}/invoke-with-response-stream"

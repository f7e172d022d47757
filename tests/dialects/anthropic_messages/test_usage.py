"""Tokens in Anthropic's form and ours."""

from __future__ import annotations

import anthropic.types
import msgspec
import pytest
from hypothesis import given

from support.conversations import usages
from vanguard.core.usage import Usage
from vanguard.dialects.anthropic_messages.usage import fresh_input_tokens, read_usage, write_usage
from vanguard.wire import anthropic_messages as wire


@given(usages())
def test_what_is_written_reads_the_same(usage: Usage) -> None:
    body = msgspec.json.encode(write_usage(usage))
    anthropic.types.Usage.model_validate_json(body)
    assert read_usage(msgspec.json.decode(body, type=wire.Usage)) == usage


@pytest.mark.parametrize(
    ("body", "earlier", "usage"),
    [
        (b"{}", None, Usage()),
        ((b'{"input_tokens":5,"output_tokens":1,"cache_read_input_tokens":3,'
         b'"cache_creation_input_tokens":2}'), None, Usage(10, 1, 3, 2)),
        ((b'{"input_tokens":5,"cache_creation_input_tokens":7,'
         b'"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4}}'),
         None, Usage(12, 0, 0, 3, 4)),
        # counts that no lifetime claims are of the shorter one
        (b'{"input_tokens":1,"cache_creation_input_tokens":7,"cache_creation":{}}',
         None, Usage(8, 0, 0, 7)),
        # a later event that tells the output alone keeps the input
        (b'{"output_tokens":9}', Usage(12, 1, 2, 3, 4), Usage(12, 9, 2, 3, 4)),
        # ... and cumulative counts replace earlier ones
        ((b'{"input_tokens":6,"output_tokens":9,"cache_read_input_tokens":0,'
         b'"cache_creation_input_tokens":0}'), Usage(12, 1, 2, 3, 4), Usage(6, 9)),
        # ... but nought takes nothing back
        (b'{"input_tokens":0,"output_tokens":9}', Usage(12, 1, 2, 3, 4), Usage(12, 9, 2, 3, 4)),
        ((b'{"input_tokens":0,"output_tokens":0,"cache_read_input_tokens":0,'
         b'"cache_creation_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0}}'),
         Usage(12, 1, 2, 3, 4, 1), Usage(12, 1, 2, 3, 4, 1)),
        (b'{"input_tokens":0,"cache_creation":{"ephemeral_1h_input_tokens":9}}',
         Usage(12, 1, 2, 3), Usage(11, 1, 2, 0, 9)),
        (b'{"output_tokens":9,"output_tokens_details":{"thinking_tokens":5}}', None,
         Usage(0, 9, reasoning_tokens=5)),
    ],
)  # fmt: skip
def test_counts_add_up(body: bytes, earlier: Usage | None, usage: Usage) -> None:
    assert read_usage(msgspec.json.decode(body, type=wire.Usage), earlier) == usage


def test_the_fresh_part_is_never_negative() -> None:
    assert fresh_input_tokens(Usage(5, 0, 9)) == 0

"""Tokens there and back."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from support.bedrock import USAGE
from support.conversations import usages
from vanguard.core.usage import Usage
from vanguard.dialects.bedrock_converse.usage import read_usage, write_usage
from vanguard.wire import bedrock_converse as wire


def read(value: object) -> Usage:
    return read_usage(msgspec.json.decode(msgspec.json.encode(value), type=wire.Usage))


@given(usages())
def test_what_is_written_is_read_again(usage: Usage) -> None:
    # Bedrock does not tell how much of the output was reasoning
    assert read(write_usage(usage)) == msgspec.structs.replace(usage, reasoning_tokens=0)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (USAGE, Usage(120, 7, 60, 30, 10)),
        ({"inputTokens": 5, "outputTokens": 6}, Usage(5, 6)),
        ({"inputTokens": 5, "cacheWriteInputTokens": 9}, Usage(14, 0, 0, 9)),
        ({"cacheDetails": [{"ttl": "5m", "inputTokens": 3}]}, Usage(3, 0, 0, 3)),
        ({}, Usage()),
    ],
)
def test_cached_parts_are_added_to_the_input(told: object, expected: Usage) -> None:
    assert read(told) == expected

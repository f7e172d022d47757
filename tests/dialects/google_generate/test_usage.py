"""Tokens in Google's form and ours."""

from __future__ import annotations

from vanguard.core.usage import Usage
from vanguard.dialects.google_generate.usage import is_told, read_usage, write_usage
from vanguard.wire.google_generate import UsageMetadata


def test_thoughts_are_output_and_tool_results_are_input() -> None:
    told = UsageMetadata(100, 7, 60, 5, 11)
    assert read_usage(told) == Usage(111, 12, cache_read_tokens=60, reasoning_tokens=5)


def test_what_is_written_adds_up() -> None:
    written = write_usage(Usage(111, 12, cache_read_tokens=60, reasoning_tokens=5))
    assert written == {
        "promptTokenCount": 111,
        "candidatesTokenCount": 7,
        "totalTokenCount": 123,
        "cachedContentTokenCount": 60,
        "thoughtsTokenCount": 5,
    }
    assert read_usage(UsageMetadata(111, 7, 60, 5)).output_tokens == 12
    assert "thoughtsTokenCount" not in write_usage(Usage(1, 2))


def test_nothing_told_is_no_usage() -> None:
    assert not is_told(UsageMetadata(total_token_count=3))
    assert is_told(UsageMetadata(prompt_token_count=0))

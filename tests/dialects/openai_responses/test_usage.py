"""Tokens in the responses' form."""

from __future__ import annotations

from openai.types.responses import ResponseUsage

from vanguard.core.usage import Usage
from vanguard.dialects.openai_responses.usage import read_usage, write_usage
from vanguard.wire import openai_responses as wire


def test_counts_go_there_and_back() -> None:
    usage = Usage(100, 20, cache_read_tokens=60, cache_write_tokens=5, reasoning_tokens=7)
    written = write_usage(usage)
    assert ResponseUsage.model_validate(written).total_tokens == 120
    details = wire.InputDetails(60, 5)
    assert read_usage(wire.Usage(100, 20, details, wire.OutputDetails(7))) == usage


def test_both_lifetimes_are_one_here_and_what_is_left_out_is_nothing() -> None:
    long = write_usage(Usage(10, 1, cache_write_tokens=2, cache_write_1h_tokens=3))
    assert long["input_tokens_details"] == {"cached_tokens": 0, "cache_write_tokens": 5}
    assert read_usage(wire.Usage(input_tokens=3)) == Usage(3, 0)

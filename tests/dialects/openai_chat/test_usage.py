"""Tokens in OpenAI's form and ours."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from openai.types import CompletionUsage

from support.conversations import usages
from vanguard.core.usage import Media, Usage
from vanguard.dialects.openai_chat.usage import read_usage, write_usage
from vanguard.wire import openai_chat as wire


@given(usages(hour=False))
def test_what_is_written_reads_the_same(usage: Usage) -> None:
    body = msgspec.json.encode(write_usage(usage))
    CompletionUsage.model_validate_json(body)
    assert read_usage(msgspec.json.decode(body, type=wire.Usage)) == usage


@given(usages())
def test_an_hours_cache_counts_as_written_cache(usage: Usage) -> None:
    written = read_usage(msgspec.convert(write_usage(usage), wire.Usage))
    assert written.input_tokens == usage.input_tokens
    assert written.cache_write_tokens == usage.cache_write_tokens + usage.cache_write_1h_tokens


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        (b"{}", Usage()),
        (b'{"prompt_tokens":9,"completion_tokens":null,"prompt_tokens_details":null}', Usage(9)),
        (b'{"prompt_tokens":9,"prompt_cache_hit_tokens":4}', Usage(9, 0, 4)),
        ((b'{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":3},'
         b'"prompt_cache_hit_tokens":4}'), Usage(9, 0, 3)),
        ((b'{"prompt_tokens":9,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":3},'
          b'"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}'), Usage(9, 0, 3)),
        ((b'{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":{"audio_tokens":5},'
          b'"completion_tokens_details":{"audio_tokens":7}}'),
         Usage(9, 8, media=Media(input_audio_tokens=5, output_audio_tokens=7))),
        ((b'{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":{"image_tokens":5},'
          b'"completion_tokens_details":{"image_tokens":7}}'),
         Usage(9, 8, media=Media(input_image_tokens=5, output_image_tokens=7))),
        (b'{"completion_tokens":8,"completion_tokens_details":{"audio_tokens":7}}',
         Usage(0, 8, media=Media(output_audio_tokens=7))),
    ],
)  # fmt: skip
def test_compatible_servers_leave_things_out(body: bytes, usage: Usage) -> None:
    assert read_usage(msgspec.json.decode(body, type=wire.Usage)) == usage

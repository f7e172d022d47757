"""Tokens in Google's form and ours."""

from __future__ import annotations

import msgspec

from vanguard.core.usage import Media, Usage
from vanguard.dialects.google_generate.usage import is_told, read_usage, write_usage
from vanguard.wire.google_generate import UsageMetadata


def test_thoughts_are_output_and_tool_results_are_input() -> None:
    told = UsageMetadata(100, 7, 60, 5, 11)
    assert read_usage(told) == Usage(111, 12, cache_read_tokens=60, reasoning_tokens=5)


def test_each_kind_of_content_is_told_apart() -> None:
    body = b"""{"promptTokenCount":100,"candidatesTokenCount":50,"cachedContentTokenCount":30,
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":20},
            {"modality":"AUDIO","tokenCount":40},{"modality":"IMAGE","tokenCount":25},
            {"modality":"IMAGE","tokenCount":5},{"modality":"VIDEO","tokenCount":9},
            {"modality":"DOCUMENT"}],
        "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":30}],
        "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":50}]}"""
    told = read_usage(msgspec.json.decode(body, type=UsageMetadata))
    media = Media(40, 30, 9, cached_audio_tokens=30, output_image_tokens=50)
    assert told == Usage(100, 50, 30, media=media)


def test_text_alone_is_no_kind_of_its_own() -> None:
    body = b"""{"promptTokenCount":100,"candidatesTokenCount":50,"candidatesTokensDetails":[],
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":100}]}"""
    assert read_usage(msgspec.json.decode(body, type=UsageMetadata)) == Usage(100, 50)


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

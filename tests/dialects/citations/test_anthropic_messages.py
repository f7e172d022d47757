"""Anthropic's citations, as its own SDK types them."""

from __future__ import annotations

import json

import msgspec
import pytest
from anthropic.types import TextBlock

from vanguard.dialects.citations.anthropic_messages import read_citations, write_citation
from vanguard.dialects.conversation import Extract, Source

SOURCES = [
    Source("", "Doc", "grass", Extract("char", 0, 3, 8, "file_1")),
    Source("", "Doc", "grass", Extract("page", 1, 1, 2)),
    Source("", "", "grass", Extract("block", 0, 0, 1)),
    Source("https://x", "X", "grass", Extract("result", 2, 0, 1)),
    Source("https://y", "Y", "grass"),
]


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_written_is_anthropics_and_reads_the_same(source: Source) -> None:
    written = write_citation(source)
    block = {"type": "text", "text": "green", "citations": [written]}
    assert TextBlock.model_validate_json(json.dumps(block)).citations
    assert read_citations(msgspec.Raw(msgspec.json.encode([written]))) == [source]
    assert read_citations(msgspec.Raw(msgspec.json.encode(written))) == [source]


def test_what_has_no_place_here() -> None:
    assert write_citation(Source(title="only a title")) is None


@pytest.mark.parametrize("raw", [b"null", b"7", b'{"cited_text":7}', b'[{"url":[]}]'])
def test_other_forms_are_none(raw: bytes) -> None:
    assert read_citations(msgspec.Raw(raw)) == []
    assert read_citations(None) == []

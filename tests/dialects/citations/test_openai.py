"""OpenAI's annotations."""

from __future__ import annotations

import json

import msgspec
import pytest
from openai.types.responses.response_output_text import AnnotationURLCitation

from vanguard.dialects.citations.openai import read_annotation, url_citation
from vanguard.dialects.conversation import Cited, Extract, Source


def test_an_address_is_written_and_reads_the_same() -> None:
    source = Source("https://x", "X")
    written = {"type": "url_citation", **(url_citation(source, (3, 8)) or {})}
    assert AnnotationURLCitation.model_validate_json(json.dumps(written)).end_index == 8
    assert read_annotation(msgspec.Raw(msgspec.json.encode(written)), 10) == [Cited(source, 13, 18)]


def test_what_has_no_address_has_no_place() -> None:
    assert url_citation(Source("", "Doc", "x", Extract("page", 0, 1, 2)), (0, 1)) is None


@pytest.mark.parametrize(
    ("raw", "cited"),
    [
        (
            b'{"type":"file_citation","file_id":"f","filename":"a.pdf","index":3}',
            Source("", "a.pdf"),
        ),
        (b'{"type":"url_citation","url":"u"}', Source("u")),
        (b'{"url":7}', None),
        (b"7", None),
    ],
)
def test_other_forms(raw: bytes, cited: Source | None) -> None:
    assert read_annotation(msgspec.Raw(raw), 0) == ([] if cited is None else [Cited(cited)])

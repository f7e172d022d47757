"""Files that stand inside a request."""

from __future__ import annotations

import pytest

from vanguard.core.errors import InvalidRequest
from vanguard.dialects.conversation import Inline, PlainText
from vanguard.dialects.data_urls import file_content, inline


def test_the_bytes_keep_their_media_type() -> None:
    assert inline("data:image/png;name=a;BASE64,iVBO", "x") == Inline("image/png", "iVBO")
    assert inline("data:;base64,eA==", "x") == Inline("text/plain", "eA==")


@pytest.mark.parametrize("url", ["data:image/png,raw", "data:image/png", "http://e.org/a.png"])
def test_what_is_not_base64_is_refused_by_its_place(url: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        inline(url, "input[0].content[1].image_url")
    assert caught.value.param == "input[0].content[1].image_url"


def test_a_file_is_a_pdf_unless_it_says_otherwise_and_plain_text_becomes_text() -> None:
    assert file_content("JVBE", "x") == Inline("application/pdf", "JVBE")
    assert file_content("data:application/pdf;base64,JVBE", "x").data == "JVBE"  # type: ignore[union-attr]
    assert file_content("data:text/plain;base64,2LM=", "x") == PlainText("س")
    for broken in ("data:text/plain;base64,2L", "data:text/plain;base64,/w=="):
        with pytest.raises(InvalidRequest, match="UTF-8"):
            file_content(broken, "x")

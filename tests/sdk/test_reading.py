from datetime import UTC, datetime

import pytest

from vanguard.sdk.reading import Document, reading_query

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_options_are_fields_of_a_query() -> None:
    assert reading_query({}) == {}
    assert reading_query({"languages": "ara+eng", "review": False, "text_layers": True}) == {
        "languages": "ara+eng",
        "review": "false",
        "text_layers": "true",
    }


@pytest.mark.parametrize(
    ("state", "over"), [("queued", False), ("reading", False), ("done", True), ("failed", True)]
)
def test_what_is_read_or_cannot_be_is_over(state, over) -> None:
    assert Document("doc_1", "a.pdf", state, NOW).is_over is over

"""Markdown, HTML and plain text of strangers, as `documents evaluate` reads them. What must hold:

- nothing of it is an error;
- tables stay within their bounds, whatever spans they claim;
- a table that is written as HTML and read again is the same table;
- every form makes a text of it, and the strict one of that text makes the same.
"""

from __future__ import annotations

from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.forms.registry import FORMS
from vanguard.documents.evaluate.sources import html, markdown
from vanguard.documents.evaluate.sources.content import (
    MAX_CELLS,
    MAX_SPAN,
    Content,
    Grid,
    table_html,
)

READERS = (markdown.content, html.content, markdown.plain)


def check(data: bytes) -> None:
    """Raises AssertionError where something does not hold; the first byte chooses the reader."""
    text = data[1:].decode("utf-8", "replace")
    content = READERS[(data[0] if data else 0) % len(READERS)](text)
    for grid in content.grids:
        _bounded(grid)
        (again,) = html.table_grids(table_html(grid))
        assert _cells(again) == _cells(grid)
    _formed(content)


def _bounded(grid: Grid) -> None:
    assert len(grid.places()) <= MAX_CELLS
    for row in grid.rows:
        for cell in row:
            assert 1 <= cell.row_span <= MAX_SPAN
            assert 1 <= cell.column_span <= MAX_SPAN


def _cells(grid: Grid) -> list[list[tuple[str, int, int, bool]]]:
    """Rows of cells, white space aside."""
    return [
        [(" ".join(c.text.split()), c.row_span, c.column_span, c.header) for c in row]
        for row in grid.rows
    ]


def _formed(content: Content) -> None:
    for form in FORMS.values():
        assert isinstance(form.text(content), str)
        form.tables(content)
    once = strict.normal(content.text)
    assert strict.normal(once) == once

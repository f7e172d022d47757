"""Our own read documents into pieces, page by page.

It does not know files.
"""

from __future__ import annotations

from vanguard.documents.evaluate.sources.content import (
    MAX_CELLS,
    Content,
    Grid,
    GridCell,
    Piece,
    covered,
    joined,
    span,
    table_html,
)
from vanguard.documents.page import Block, Document, Page, Table


def contents(document: Document) -> dict[int, Content]:
    """What is on each page, by its number; pages of one number are one page, so that none hides."""
    found: dict[int, list[Content]] = {}
    for page in document.pages:
        found.setdefault(page.number, []).append(content(page))
    return {number: joined(same) for number, same in found.items()}


def content(page: Page) -> Content:
    """The pieces of a page and the Markdown that they make."""
    found = [(block, _piece(block)) for block in page.blocks]
    kept = [(block, piece) for block, piece in found if piece.text or piece.grid is not None]
    markdown = "\n\n".join(_markdown(block, piece) for block, piece in kept)
    return Content(tuple(piece for _, piece in kept), markdown, page.failed)


def _piece(block: Block) -> Piece:
    if block.table is None:
        return Piece(block.text)
    found = grid(block.table)
    return Piece(found.text, found)


def grid(table: Table) -> Grid:
    """The cells row by row, in the order of their columns; a gap in a row is an empty cell."""
    rows: dict[int, list[GridCell]] = {}
    taken: set[tuple[int, int]] = set()
    ordered = sorted(table.cells, key=lambda cell: (cell.row, cell.column))
    for cell in ordered[:MAX_CELLS]:
        row = rows.setdefault(cell.row, [])
        _fill_gap(row, taken, cell.row, cell.column)
        text = "\n".join(line.text for line in cell.lines)
        shown = GridCell(text, span(cell.row_span), span(cell.column_span), cell.header)
        row.append(shown)
        if len(taken) < MAX_CELLS:
            taken.update(covered(cell.row, cell.column, shown))
    return Grid(tuple(tuple(rows[number]) for number in sorted(rows)))


def _fill_gap(
    row: list[GridCell], taken: set[tuple[int, int]], row_number: int, column: int
) -> None:
    """Empty cells for the places left of this one that nothing covers."""
    for place in range(min(column, MAX_CELLS)):
        if (row_number, place) not in taken and len(taken) < MAX_CELLS:
            row.append(GridCell(""))
            taken.add((row_number, place))


def _markdown(block: Block, piece: Piece) -> str:
    if piece.grid is not None:
        return table_html(piece.grid)
    if block.kind in ("title", "heading"):
        return f"{'#' * (block.level or 1)} {' '.join(piece.text.split())}"
    if block.kind == "list_item":
        return f"- {piece.text}"
    return piece.text

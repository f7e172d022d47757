"""What a measure looks at: a page's pieces, its tables as grids, and its Markdown.

It does not know files, formats or normal forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import msgspec

# A table that claims more is a fault or an attack, and comparing it would take minutes.
MAX_CELLS = 20_000
MAX_SPAN = 200


class GridCell(msgspec.Struct, frozen=True):
    """One cell as it stands in its row.

    Attributes:
        row_span, column_span: 1 to `MAX_SPAN`.
        header: it names a row or a column.
    """

    text: str
    row_span: int = 1
    column_span: int = 1
    header: bool = False


class Grid(msgspec.Struct, frozen=True):
    """A table: rows of cells, in reading order; a place that a span covers has no cell."""

    rows: tuple[tuple[GridCell, ...], ...]

    @property
    def text(self) -> str:
        """A line for each row, a space between cells; empty cells leave no trace."""
        lines = (" ".join(cell.text for cell in row if cell.text) for row in self.rows)
        return "\n".join(line for line in lines if line)

    def places(self) -> dict[tuple[int, int], GridCell]:
        """The cell that covers each place (row, column); at most `MAX_CELLS` places."""
        taken: dict[tuple[int, int], GridCell] = {}
        for row_number, row in enumerate(self.rows):
            column = 0
            for cell in row:
                while (row_number, column) in taken:
                    column += 1
                for place in covered(row_number, column, cell):
                    if len(taken) >= MAX_CELLS:
                        return taken
                    taken.setdefault(place, cell)
                column += cell.column_span
        return taken


class Piece(msgspec.Struct, frozen=True):
    """A paragraph, a heading or a table; of a table `text` is its grid's text."""

    text: str
    grid: Grid | None = None


class Content(msgspec.Struct, frozen=True):
    """One page, or one file without pages.

    Attributes:
        pieces: in reading order.
        markdown: the file's own Markdown where it had one, else written from the pieces.
        failed: why there is nothing; empty when there is.
    """

    pieces: tuple[Piece, ...] = ()
    markdown: str = ""
    failed: str = ""

    @property
    def text(self) -> str:
        """The pieces, one below the other, without any markup."""
        return "\n".join(piece.text for piece in self.pieces if piece.text)

    @property
    def body(self) -> str:
        """The same without tables."""
        return "\n".join(piece.text for piece in self.pieces if piece.text and piece.grid is None)

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The tables."""
        return tuple(piece.grid for piece in self.pieces if piece.grid is not None)


def joined(contents: list[Content]) -> Content:
    """Pages of one file as one page; failed only if every one of them is."""
    failed = [content.failed for content in contents if content.failed]
    return Content(
        tuple(piece for content in contents for piece in content.pieces),
        "\n\n".join(content.markdown for content in contents if content.markdown),
        failed[0] if failed and len(failed) == len(contents) else "",
    )


def table_html(grid: Grid) -> str:
    """The grid as HTML, the only table that Markdown cannot spoil; spans where they are not 1."""
    rows = "".join(f"<tr>{''.join(map(_cell_html, row))}</tr>" for row in grid.rows)
    return f"<table>{rows}</table>"


def span(value: object) -> int:
    """A span as a number from 1 to `MAX_SPAN`; 1 for what is none."""
    text = str(value if value is not None else "").strip()
    # int() takes other digits too, and refuses very long ones
    return min(max(int(text), 1), MAX_SPAN) if text.isdecimal() and len(text) < 10 else 1


def covered(row: int, column: int, cell: GridCell) -> Iterator[tuple[int, int]]:
    """The places of a cell whose first one is given."""
    for down in range(cell.row_span):
        for right in range(cell.column_span):
            yield row + down, column + right


def _cell_html(cell: GridCell) -> str:
    tag = "th" if cell.header else "td"
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    text = escape(cell.text, quote=False).replace("\n", "<br>")
    return f"<{tag}{spans}>{text}</{tag}>"

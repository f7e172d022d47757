"""A table as HTML: rows, cells, spans and direction, and no blank line, so that Markdown takes it too.

It does not know pages.
"""

from __future__ import annotations

import html
from collections.abc import Callable

from vanguard.documents.formats.grid import rows_of
from vanguard.documents.formats.text import line_texts
from vanguard.documents.page import Cell, Table


def no_attributes(cell: Cell) -> str:
    """Nothing to add to a cell's tag."""
    del cell
    return ""


def html_table(table: Table, extra: Callable[[Cell], str] = no_attributes) -> str:
    """The element `table`, a line for each row.

    Args:
        table: what is written.
        extra: further attributes of a cell, each with a space in front.
    """
    direction = ' dir="rtl"' if table.direction == "rtl" else ""
    rows = (
        f"<tr>{''.join(_cell(cell, table, extra) for cell in cells)}</tr>"
        for cells in rows_of(table)
    )
    return "\n".join([f"<table{direction}>", *rows, "</table>"])


def _cell(cell: Cell, table: Table, extra: Callable[[Cell], str]) -> str:
    tag = "th" if cell.header else "td"
    attributes = "".join(
        f' {name}="{span}"'
        for name, span in (("rowspan", cell.row_span), ("colspan", cell.column_span))
        if span > 1
    )
    if cell.lines and cell.lines[0].direction != table.direction:
        attributes += f' dir="{cell.lines[0].direction}"'
    content = "<br>".join(html.escape(text, quote=False) for text in line_texts(cell.lines))
    return f"<{tag}{attributes}{extra(cell)}>{content}</{tag}>"

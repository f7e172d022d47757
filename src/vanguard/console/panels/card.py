"""The frame of a panel: a titled card, and a table with words for when it is empty.

It does not know what is shown. A table is sent to the page only when it has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

Row = dict[str, Any]  # what Quasar's table takes; it lives in this process and the page only


@contextmanager
def card(title: str) -> Iterator[None]:
    """A card with a heading; what is made inside stands below it."""
    section = ui.element("section").classes("vg-card").props(f'aria-label="{title}"')
    with section:
        with ui.element("header").classes("vg-card-head"):
            ui.label(title).classes("vg-title").props('role="heading" aria-level="2"')
        yield


class TableView:
    """A table, or words in its place while it has no rows."""

    def __init__(self, columns: list[Row], cells: dict[str, str]) -> None:
        """Makes it.

        Args:
            columns: Quasar's columns.
            cells: Vue templates of cells by column; they show values as text, never as HTML.
        """
        self._rows: list[Row] = []
        self._words = ui.label("").classes("vg-empty")
        self._table = ui.table(rows=[], columns=columns, row_key="id").classes("vg-table")
        self._table.props("flat dense wrap-cells")
        for name, template in cells.items():
            self._table.add_slot(f"body-cell-{name}", f'<q-td :props="props">{template}</q-td>')
        self._table.set_visibility(False)

    def show(self, rows: list[Row], words: str) -> None:
        """Shows the rows, or the words when there are none."""
        if rows != self._rows:
            self._rows = rows
            self._table.rows = [dict(row) for row in rows]
        self._table.set_visibility(bool(rows))
        self._words.set_text(words)
        self._words.set_visibility(not rows)


def column(name: str, label: str, *, right: bool = False) -> Row:
    """A column whose field has its own name."""
    return {"name": name, "label": label, "field": name, "align": "right" if right else "left"}

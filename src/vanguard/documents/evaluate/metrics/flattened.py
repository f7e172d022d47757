"""KITAB-Bench's flattening: an HTML table as the tree that its scorer compares.

It does not know normal forms. Quirks of the published scorer (`pdfs_eval/metrics.py` at 4777fad, read
2026-11-26) that change figures and are kept: one tbody holds the rows of the first thead, the first
tbody, the first tfoot and then the rest; the text of `th` is never compared, nor are its spans; and
cells carry the white space of a pretty-printer, so that short cells look more alike than they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vanguard.documents.evaluate.metrics.trees import Node
from vanguard.documents.evaluate.sources import html
from vanguard.documents.evaluate.sources.content import MAX_CELLS, span

# table, tbody, tr, td: each level is one space in the pretty-printer
_CELL_DEPTH = 3
_TAG = "\0"
_VOID = frozenset(["br", "hr", "img", "input", "wbr", "col"])


def tree(text: str) -> Node:
    """The flattened tree of one table; an empty tbody where there is no row."""
    root = html.parse(text)
    table = None if root is None else next(root.iter("table"), None)
    rows = [] if table is None else [_row(row) for row in _ordered(table)]
    return Node("table", children=[Node("tbody", children=_bounded(rows))])


def _bounded(rows: list[Node]) -> list[Node]:
    left, kept = MAX_CELLS, []
    for row in rows:
        left -= 1 + len(row.children)
        if left < 0:
            break
        kept.append(row)
    return kept


def _ordered(table: Any) -> Iterator[Any]:
    seen: set[Any] = set()
    sections = [next(table.iter(name), None) for name in ("thead", "tbody", "tfoot")]
    for holder in (*sections, table):
        for row in () if holder is None else holder.iter("tr"):
            if row not in seen:
                seen.add(row)
                yield row


def _row(row: Any) -> Node:
    return Node("tr", children=[_cell(cell) for cell in row if cell.tag in ("td", "th")])


def _cell(cell: Any) -> Node:
    if cell.tag == "th":
        return Node("th")
    spans = span(cell.get("rowspan")), span(cell.get("colspan"))
    printed = f"\n{_pretty(cell, _CELL_DEPTH + 1)}{' ' * _CELL_DEPTH}"
    # the parser that reads the printed table again makes blanks between two tags one line end
    texts = ["\n" if text.isspace() else text for text in printed.split(_TAG)]
    return Node("td", *spans, "".join(texts))


def _pretty(element: Any, depth: int) -> str:
    """What is within an element, pretty-printed, with `_TAG` for each tag."""
    margin = " " * depth
    lines = [_line(element.text, margin)]
    for child in element:
        inner = _pretty(child, depth + 1)
        closing = "" if child.tag in _VOID else f"{margin}{_TAG}\n"
        lines += [f"{margin}{_TAG}\n", inner, closing, _line(child.tail, margin)]
    return "".join(lines)


def _line(text: str | None, margin: str) -> str:
    stripped = (text or "").strip()
    return f"{margin}{stripped}\n" if stripped else ""

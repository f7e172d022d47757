"""HTML into pieces: blocks of text and tables as grids.

It does not know files. It trusts nothing: libxml2 cuts nesting at 256, no entity is defined by the
page itself, nothing is fetched, and spans and cells are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from vanguard.documents.evaluate.sources.content import (
    MAX_CELLS,
    Content,
    Grid,
    GridCell,
    Piece,
    span,
    table_html,
)

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "ul",
    ]
) | frozenset(HEADINGS)
_UNSEEN = frozenset(["head", "script", "style", "template", "title"])
_SPACE = re.compile(r"[^\S\n]*\n\s*|[^\S\n]+")


def parse(text: str) -> Any:
    """The tree of an HTML text; None where there is nothing in it."""
    # a NUL would end the text for libxml2
    data = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    parser = html.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        return html.document_fromstring(data, parser=parser)
    except etree.LxmlError:
        return None


def content(text: str) -> Content:
    """The pieces of an HTML page, and the Markdown that they make."""
    root = parse(text)
    pieces = () if root is None else tuple(_pieces(root))
    return Content(pieces, "\n\n".join(map(_markdown, pieces)))


def table_grids(text: str) -> list[Grid]:
    """The outermost tables of a piece of HTML."""
    root = parse(text)
    if root is None:
        return []
    return [grid(table) for table in root.iter("table") if not _inside_table(table)]


def grid(table: Any) -> Grid:
    """A table's cells; those of a table within a cell are that cell's text.

    Cells beyond `MAX_CELLS` are left out.
    """
    rows: list[tuple[GridCell, ...]] = []
    left = MAX_CELLS
    for row in table.iter("tr"):
        if next(row.iterancestors("table"), None) is not table:
            continue
        cells = [child for child in row if child.tag in ("td", "th")][:left]
        left -= len(cells)
        rows.append(tuple(map(_cell, cells)))
    return Grid(tuple(rows))


def _cell(element: Any) -> GridCell:
    return GridCell(
        seen_text(element),
        span(element.get("rowspan")),
        span(element.get("colspan")),
        element.tag == "th",
    )


def seen_text(element: Any) -> str:
    """An element's text as a reader sees it: spaces collapsed, `br` and blocks on new lines."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            breaks = node is not element and (node.tag == "br" or node.tag in _BLOCKS)
            parts.append("\n" if breaks else "")
            if node.tag not in _UNSEEN:
                parts.append(_flat(node.text))
        elif node is not element:
            parts.append("\n" if node.tag in _BLOCKS else " " if node.tag in ("td", "th") else "")
            parts.append(_flat(node.tail))
    return _collapsed("".join(parts))


def _pieces(root: Any) -> Iterator[Piece]:
    """Walks the page once; text is gathered until a block begins or ends."""
    gathered: list[str] = []
    table: Any = None
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if table is not None:
            if node is table and event == "end":
                table = None
                gathered.append(_flat(node.tail))
            continue
        tag = node.tag
        if tag in _BLOCKS or tag == "table":
            yield from _gathered(gathered)
        if event == "start" and tag == "table":
            table = node
            found = grid(node)
            yield Piece(found.text, found)
        elif event == "start":
            gathered.append("\n" if tag == "br" else "")
            gathered.append("" if tag in _UNSEEN else _flat(node.text))
        else:
            gathered.append(_flat(node.tail))
    yield from _gathered(gathered)


def _gathered(parts: list[str]) -> Iterator[Piece]:
    text = _collapsed("".join(parts))
    parts.clear()
    if text:
        yield Piece(text)


def _flat(text: str | None) -> str:
    """HTML's line ends are spaces; those of `br` are added as line ends."""
    return re.sub(r"\s+", " ", text) if text else ""


def _collapsed(text: str) -> str:
    return _SPACE.sub(lambda match: "\n" if "\n" in match[0] else " ", text).strip()


def _inside_table(table: Any) -> bool:
    return next(table.iterancestors("table"), None) is not None


def _markdown(piece: Piece) -> str:
    return piece.text if piece.grid is None else table_html(piece.grid)

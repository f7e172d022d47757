"""A document as Markdown: CommonMark, with pipe tables where these hold and HTML tables where not.

It does not know who reads it; whatever a CommonMark parser takes from it is the text of the blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal

import msgspec
import regex

from vanguard.documents.formats.grid import rows_of
from vanguard.documents.formats.html_table import html_table
from vanguard.documents.formats.lists import Marker, take_marker
from vanguard.documents.formats.text import (
    LEFT_TO_RIGHT_MARK,
    RIGHT_TO_LEFT_MARK,
    clean,
    first_strong,
    line_texts,
)
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import FURNITURE, Block, Document, Page, Table

_SPECIAL = regex.compile(r"[\\`*\[<~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#|[A-Za-z])")
_LINE_START = regex.compile(r"^(?:(?=[#>+=|-]|:-)|([0-9]{1,9})(?=[.)](?:\s|$)))")
_HEADING_END = regex.compile(r"(?<=^|\s)(?=#+$)")
_NEW_LIST = "<!-- -->"
_IN_LIST = regex.compile(r"(?:-|[0-9]{1,9}[.)]) ")


class MarkdownStyle(msgspec.Struct, frozen=True):
    """What can be chosen.

    Attributes:
        furniture: what runs around the text (headers, footers, page numbers): left out, kept as
            comments, or written as paragraphs.
        keep_lines: break lines where the page breaks them.
        page_marks: a comment with its number at the head of each page.
        direction_marks: an invisible mark in front of a block that begins with a letter of the other
            direction, for viewers that go by the first letter.
    """

    furniture: Literal["omit", "comment", "text"] = "omit"
    keep_lines: bool = False
    page_marks: bool = False
    direction_marks: bool = False


PLAIN = MarkdownStyle()


def to_markdown(document: Document, style: MarkdownStyle = PLAIN) -> str:
    """The document as Markdown, ending in a line feed; empty when there is nothing to write."""
    return "".join(markdown_pages(document, style))


def markdown_pages(document: Document, style: MarkdownStyle = PLAIN) -> Iterator[str]:
    """The same page by page: the pieces joined are the document."""
    last = ""
    for page in document.pages:
        pieces = list(_page(page, style))
        if not pieces:
            continue
        if _IN_LIST.match(last) and _IN_LIST.match(pieces[0]):
            # one list over two pages would be numbered on by itself, whatever is written
            pieces.insert(0, _NEW_LIST)
        text = "\n\n".join(pieces)
        yield f"\n{text}\n" if last else f"{text}\n"
        last = pieces[-1]


def write(document: Document, out: BinaryIO, wishes: Wishes) -> None:
    """Writes the document; see `registry.Writer`."""
    style = MarkdownStyle(
        furniture="text" if wishes.furniture else "omit", direction_marks=wishes.direction_marks
    )
    out.writelines(part.encode() for part in markdown_pages(document, style))


def _page(page: Page, style: MarkdownStyle) -> Iterator[str]:
    if page.failed:
        # never in silence: what could not be read is said where it would stand
        yield _comment(f"page {page.number} could not be read: {page.failed}")
    elif style.page_marks:
        yield _comment(f"page {page.number}")
    items: list[Block] = []
    in_footnotes = False
    for block in page.blocks:
        if block.kind == "list_item":
            items.append(block)
            continue
        yield from _items(items, style)
        items = []
        if block.kind == "footnote" and not in_footnotes and block.text.strip():
            yield "---"
        in_footnotes = block.kind == "footnote"
        yield from _block(block, style)
    yield from _items(items, style)


def _block(block: Block, style: MarkdownStyle) -> Iterator[str]:
    if block.kind in FURNITURE and style.furniture != "text":
        if style.furniture == "comment" and block.text.strip():
            yield _comment(f"{block.kind}: {block.text}")
        return
    if block.table is not None:
        yield _table(block.table)
        return
    lines = line_texts(block.lines)
    if not lines:
        return
    if block.kind in {"title", "heading"}:
        level = 1 if block.kind == "title" else min(block.level or 2, 6)
        text = _mark(block, lines[0], style) + escape(" ".join(lines))
        yield f"{'#' * level} {_HEADING_END.sub(lambda _: chr(92), text)}"
    else:
        yield _mark(block, lines[0], style) + _paragraph(lines, style)


def _paragraph(lines: list[str], style: MarkdownStyle, indent: str = "") -> str:
    if not style.keep_lines:
        lines = [" ".join(lines)]
    return f"\n{indent}".join(_at_line_start(escape(line)) for line in lines)


def _items(items: list[Block], style: MarkdownStyle) -> Iterator[str]:
    """Items that follow one another, as one list or as several."""
    written: list[str] = []
    last = Marker("", None)
    for item in items:
        lines = line_texts(item.lines)
        if not lines:
            continue
        marker, lines[0] = take_marker(lines[0])
        if written and marker.kind != last.kind:
            written.append("")
        elif last.number is not None and marker.number != last.number + 1:
            # Markdown numbers on by itself, whatever is written
            written.append(_NEW_LIST)
        last = marker
        indent = " " * (len(marker.text) + 1)
        mark = _mark(item, lines[0], style)
        written.append(f"{marker.text} {mark}{_paragraph(lines, style, indent)}")
    if written:
        yield "\n".join(written)


def _table(table: Table) -> str:
    rows = rows_of(table)
    simple = bool(rows) and all(
        cell.row_span == cell.column_span == 1
        and len(cell.lines) <= 1
        and (cell.header is (cell.row == 0) or (cell.row == 0 and not cell.lines))
        for cells in rows
        for cell in cells
    )
    if not simple:
        return html_table(table)
    written = [
        "".join(f"| {_in_cell(' '.join(line_texts(cell.lines)))} " for cell in cells) + "|"
        for cells in rows
    ]
    written.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(written)


def _in_cell(text: str) -> str:
    return escape(text).replace("|", "\\|")


def _comment(text: str) -> str:
    # two hyphens would end it
    return f"<!-- {regex.sub('-(?=-)', '- ', clean(text))} -->"


def _mark(block: Block, text: str, style: MarkdownStyle) -> str:
    if not style.direction_marks or first_strong(text) in {None, block.direction}:
        return ""
    return RIGHT_TO_LEFT_MARK if block.direction == "rtl" else LEFT_TO_RIGHT_MARK


def escape(text: str) -> str:
    """The text with a backslash before what Markdown would take for markup inside a line."""
    return str(_SPECIAL.sub(r"\\\g<0>", text))


def _at_line_start(text: str) -> str:
    """The same for what is markup at the head of a line alone."""
    return str(_LINE_START.sub(r"\g<1>\\", text))

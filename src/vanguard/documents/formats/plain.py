"""A document as plain text in logical order, a form feed between pages.

It does not know markup: a table is its rows, with a tab between cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from vanguard.documents.formats.grid import rows_of
from vanguard.documents.formats.text import line_texts
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.page import FURNITURE, Block, Document, Page


def to_text(document: Document, *, furniture: bool = False) -> str:
    """All pages; the page's lines as they are, a blank line between blocks.

    Args:
        document: what is written.
        furniture: headers, footers and page numbers too.
    """
    return "".join(text_pages(document, furniture=furniture))


def text_pages(document: Document, *, furniture: bool = False) -> Iterator[str]:
    """The same page by page, each but the first with the form feed in front."""
    for n, page in enumerate(document.pages):
        text = "\n\n".join(filter(None, _blocks(page, furniture=furniture)))
        yield ("\f" if n else "") + (f"{text}\n" if text else "")


def write(document: Document, out: BinaryIO, wishes: Wishes) -> None:
    """Writes the document; see `registry.Writer`."""
    out.writelines(part.encode() for part in text_pages(document, furniture=wishes.furniture))


def _blocks(page: Page, *, furniture: bool) -> Iterator[str]:
    for block in page.blocks:
        if furniture or block.kind not in FURNITURE:
            yield "\n".join(_rows(block))


def _rows(block: Block) -> Iterator[str]:
    if block.table is None:
        yield from line_texts(block.lines)
        return
    for cells in rows_of(block.table):
        yield "\t".join(" ".join(line_texts(cell.lines)) for cell in cells)

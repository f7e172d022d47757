"""A page as PAGE XML of 2019-07-15, which eScriptorium, Transkribus and OCR-D read.

It does not know images: it names one, and gives points in its pixels, whichever way it lies. The form holds one page; a document
is an archive of them. Its definition is that of PRImA (schema.primaresearch.org); elements
are in its namespace by the root's declaration.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from lxml import etree

from vanguard.documents.formats.grid import rows_of
from vanguard.documents.formats.original import corners_of, placed
from vanguard.documents.formats.text import clean, line_text
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.formats.xml.boxes import confidence, known_box, units
from vanguard.documents.formats.xml.said import Label, of_block, of_cell, page_confidence
from vanguard.documents.page import (
    POINTS_PER_INCH,
    Block,
    BlockKind,
    Box,
    Cell,
    Direction,
    Document,
    Line,
    Page,
    Table,
)

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
DEFAULT_DPI = 300
MODEL = "vanguard"  # whose labels they are
_READING = {"rtl": "right-to-left", "ltr": "left-to-right"}
_TYPES: dict[BlockKind, str] = {
    "title": "heading",
    "heading": "heading",
    "paragraph": "paragraph",
    "list_item": "paragraph",
    "caption": "caption",
    "footnote": "footnote",
    "header": "header",
    "footer": "footer",
    "page_number": "page-number",
}


def write_page_archive(
    document: Document, out: BinaryIO, dpi: float = DEFAULT_DPI, made: datetime | None = None
) -> None:
    """Writes a ZIP archive with a file for each page.

    Args:
        document: what is written.
        out: where to.
        dpi: of the page images that points should fit.
        made: what the files say when they were made; now where it is None.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in document.pages:
            name = f"page-{page.number:04}"
            data = page_xml(page, f"{name}.png", dpi, made)
            archive.writestr(zipfile.ZipInfo(f"{name}.xml"), data, zipfile.ZIP_DEFLATED)


def write(document: Document, out: BinaryIO, wishes: Wishes) -> None:
    """Writes the document; see `registry.Writer`."""
    write_page_archive(document, out, wishes.dpi or DEFAULT_DPI)


def page_xml(
    page: Page, image: str, dpi: float = DEFAULT_DPI, made: datetime | None = None
) -> bytes:
    """One page.

    Args:
        page: what is written.
        image: the name of its image.
        dpi: of that image.
        made: when; now where it is None.
    """
    scale = dpi / POINTS_PER_INCH
    root = etree.Element("PcGts", nsmap={None: NAMESPACE})
    metadata = etree.SubElement(root, "Metadata")
    etree.SubElement(metadata, "Creator").text = "Vanguard"
    when = (made or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    etree.SubElement(metadata, "Created").text = when
    etree.SubElement(metadata, "LastChange").text = when
    if page.failed:
        etree.SubElement(metadata, "Comments").text = clean(f"could not be read: {page.failed}")
    body = etree.SubElement(
        root,
        "Page",
        imageFilename=clean(image),
        imageWidth=str(units((page.original or page).width, scale)),
        imageHeight=str(units((page.original or page).height, scale)),
    )
    sure = page_confidence(page)
    if sure is not None:
        body.set("conf", confidence(sure))
    if page.original is not None and page.original.turned:
        # clockwise, from -180 to 180
        body.set("orientation", str((page.original.turned + 179) % 360 - 179))
    writer = _Writer(page, scale)
    regions = [writer.region(block, f"r{n}") for n, block in enumerate(page.blocks, 1)]
    if regions:
        order = etree.SubElement(etree.SubElement(body, "ReadingOrder"), "OrderedGroup", id="order")
        for n, region in enumerate(regions):
            etree.SubElement(order, "RegionRefIndexed", index=str(n), regionRef=region.get("id"))
    body.extend(regions)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


class _Writer:
    """Regions of one page; what has no box of its own gets that of what it stands in."""

    def __init__(self, page: Page, scale: float) -> None:
        self._page = Box(0.0, 0.0, page.width, page.height)
        self._placed = placed(page)
        self._scale = scale

    def region(self, block: Block, name: str) -> Any:
        box = block.box or self._page
        if block.table is not None:
            region = self._element("TableRegion", box, id=name)
            _label(region, of_block(block))
            region.extend(self._cells(block.table, box, name))
            return region
        if block.kind == "figure" and not block.text.strip():
            region = self._element("ImageRegion", box, id=name)
            _label(region, of_block(block))
            return region
        region = self._text(box, name, block.lines, block.direction)
        region.set("type", _TYPES.get(block.kind, "other"))
        _label(region, of_block(block))
        _tell(region, block)
        return region

    def _cells(self, table: Table, box: Box, name: str) -> Iterator[Any]:
        cells = (cell for row in rows_of(table) for cell in row)
        for n, cell in enumerate(cells, 1):
            region = self._text(cell.box or box, f"{name}c{n}", cell.lines, table.direction)
            region.insert(1, _roles(cell))
            _label(region, of_cell(cell))
            yield region

    def _text(self, box: Box, name: str, lines: tuple[Line, ...], direction: Direction) -> Any:
        region = self._element("TextRegion", box, id=name)
        region.set("readingDirection", _READING[direction])
        region.set("textLineOrder", "top-to-bottom")
        written = [(n, line) for n, line in enumerate(lines, 1) if line_text(line)]
        region.extend(self._line(line, box, f"{name}l{n}") for n, line in written)
        if written:
            region.append(_equivalent("\n".join(line_text(line) for _, line in written), None))
        return region

    def _line(self, line: Line, around: Box, name: str) -> Any:
        box = known_box(line) or around
        element = self._element("TextLine", box, id=name)
        element.set("readingDirection", _READING[line.direction])
        for n, word in enumerate(line.words, 1):
            text = clean(word.text)
            if text:
                inner = self._element("Word", word.box or box, id=f"{name}w{n}")
                inner.append(_equivalent(text, word.confidence))
                element.append(inner)
        element.append(_equivalent(line_text(line), line.confidence))
        return element

    def _element(self, tag: str, box: Box, **attributes: str) -> Any:
        element = etree.Element(tag, **attributes)
        corners = corners_of(box) if self._placed is None else self._placed.corners(box)
        points = " ".join(f"{units(x, self._scale)},{units(y, self._scale)}" for x, y in corners)
        etree.SubElement(element, "Coords", points=points)
        return element


def _label(region: Any, labels: Iterable[Label]) -> None:
    """Says behind the region's place what was said of it."""
    told = list(labels)
    if not told:
        return
    element = etree.Element("Labels", externalModel=MODEL)
    for one in told:
        label = etree.SubElement(element, "Label", type=one.type, value=one.value)
        if one.says:
            label.set("comments", one.says)
    region.insert(1, element)


def _tell(region: Any, block: Block) -> None:
    """How sure the reader was of the region's text, and what others read there, behind it in rank."""
    own = region.find("TextEquiv")
    if own is None:
        return
    if block.confidence is not None:
        own.set("conf", confidence(block.confidence))
    if block.alternatives:
        own.set("index", "0")
    for rank, other in enumerate(block.alternatives, 1):
        read = "\n".join(map(clean, other.text.splitlines()))
        element = _equivalent(read, other.confidence)
        element.set("index", str(rank))
        element.set("comments", clean(other.reader))
        region.append(element)


def _equivalent(text: str, sure: float | None) -> Any:
    element = etree.Element("TextEquiv")
    if sure is not None:
        element.set("conf", confidence(sure))
    etree.SubElement(element, "Unicode").text = text
    return element


def _roles(cell: Cell) -> Any:
    roles = etree.Element("Roles")
    etree.SubElement(
        roles,
        "TableCellRole",
        rowIndex=str(cell.row),
        columnIndex=str(cell.column),
        rowSpan=str(cell.row_span),
        colSpan=str(cell.column_span),
        header=str(cell.header).lower(),
    )
    return roles

"""A document as ALTO 4.4: pages, blocks, lines and words with their boxes and confidences.

It does not know images. Lengths are 1/1200 inch, or pixels where a resolution is given; the order of
elements is the reading order, words of a line in logical order. The form is that of 2022
(github.com/altoxml/schema); elements are in its namespace by the root's declaration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from vanguard.documents.formats.text import clean, language
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.formats.xml.boxes import confidence, known_box, units
from vanguard.documents.page import POINTS_PER_INCH, Block, BlockKind, Box, Document, Line, Page

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
VERSION = "4.4"
_UNITS_PER_INCH = 1200


def write_alto(document: Document, out: BinaryIO, dpi: float | None = None) -> None:
    """Writes the document page by page.

    Args:
        document: what is written.
        out: where to.
        dpi: of the page images that boxes should fit; None where there are none.
    """
    scale = (dpi or _UNITS_PER_INCH) / POINTS_PER_INCH
    with etree.xmlfile(out, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("alto", nsmap={None: NAMESPACE}, SCHEMAVERSION=VERSION):
            xml.write(_description(document, "pixel" if dpi else "inch1200"))
            kinds = sorted({block.kind for page in document.pages for block in page.blocks})
            if kinds:
                xml.write(_tags(kinds))
            with xml.element("Layout"):
                for page in document.pages:
                    xml.write(_page(page, scale))


def write(document: Document, out: BinaryIO, wishes: Wishes) -> None:
    """Writes the document; see `registry.Writer`."""
    write_alto(document, out, wishes.dpi)


def _description(document: Document, unit: str) -> Any:
    description = etree.Element("Description")
    etree.SubElement(description, "MeasurementUnit").text = unit
    source = clean(document.source)
    if source:
        image = etree.SubElement(description, "sourceImageInformation")
        etree.SubElement(image, "fileName").text = source
    processing = etree.SubElement(description, "Processing", ID="reading")
    software = etree.SubElement(processing, "processingSoftware")
    etree.SubElement(software, "softwareName").text = "Vanguard"
    return description


def _tags(kinds: list[BlockKind]) -> Any:
    tags = etree.Element("Tags")
    for kind in kinds:
        etree.SubElement(tags, "LayoutTag", ID=f"kind-{kind}", LABEL=kind)
    return tags


def _page(page: Page, scale: float) -> Any:
    element = etree.Element(
        "Page",
        ID=f"page-{page.number}",
        PHYSICAL_IMG_NR=str(page.number),
        **_size(page.width, page.height, scale),
    )
    if page.failed:
        element.set("QUALITY_DETAIL", clean(f"could not be read: {page.failed}"))
    space = etree.SubElement(
        element, "PrintSpace", HPOS="0", VPOS="0", **_size(page.width, page.height, scale)
    )
    for n, block in enumerate(page.blocks, 1):
        space.append(_block(block, f"block-{page.number}-{n}", scale))
    return element


def _block(block: Block, name: str, scale: float) -> Any:
    box = _place(block.box, scale)
    tag = {"ID": name, "TAGREFS": f"kind-{block.kind}", **box}
    if block.table is not None:
        composed = etree.Element("ComposedBlock", TYPE="table", **tag)
        for n, cell in enumerate(block.table.cells, 1):
            text = etree.SubElement(composed, "TextBlock", ID=f"{name}-{n}")
            text.attrib.update(_place(cell.box, scale))
            text.extend(_lines(cell.lines, scale))
        return composed
    if block.kind == "figure" and not block.text.strip():
        return etree.Element("Illustration", **tag)
    text = etree.Element("TextBlock", **tag)
    lang = language(block.text)
    if lang:
        text.set("LANG", lang)
    text.extend(_lines(block.lines, scale))
    return text


def _lines(lines: tuple[Line, ...], scale: float) -> Iterator[Any]:
    for line in lines:
        element = etree.Element(
            "TextLine", BASEDIRECTION=line.direction, **_place(known_box(line), scale)
        )
        for word in line.words:
            text = clean(word.text)
            if not text:
                continue
            if len(element):
                etree.SubElement(element, "SP")
            string = etree.SubElement(element, "String", CONTENT=text, **_place(word.box, scale))
            if word.confidence is not None:
                string.set("WC", confidence(word.confidence))
        if len(element):
            yield element


def _place(box: Box | None, scale: float) -> dict[str, str]:
    if box is None:
        return {}
    return {
        "HPOS": str(units(box.left, scale)),
        "VPOS": str(units(box.top, scale)),
        **_size(box.width, box.height, scale),
    }


def _size(width: float, height: float, scale: float) -> dict[str, str]:
    return {"WIDTH": str(units(width, scale)), "HEIGHT": str(units(height, scale))}

"""A document as ALTO 4.4: pages, blocks, lines and words with their boxes, confidences and tiers.

It does not know images. What a reader said of a block, for which ALTO has no attribute, is a tag with a type. Lengths are 1/1200 inch, or pixels where a resolution is given; the order of
elements is the reading order, words of a line in logical order. The form is that of 2022
(github.com/altoxml/schema); elements are in its namespace by the root's declaration. Places are those on the image that was given, whichever
way it lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from vanguard.documents.formats.original import on_file
from vanguard.documents.formats.text import clean, language
from vanguard.documents.formats.wishes import Wishes
from vanguard.documents.formats.xml.boxes import confidence, known_box, units
from vanguard.documents.formats.xml.said import (
    CORRECTED,
    Label,
    of_block,
    of_cell,
    page_confidence,
)
from vanguard.documents.page import POINTS_PER_INCH, Block, Box, Document, Line, Page

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
            tags = _Tags(document)
            if len(tags.element):
                xml.write(tags.element)
            with xml.element("Layout"):
                for page in document.pages:
                    xml.write(_page(page, scale, tags))


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


class _Tags:
    """The tags of a document: they stand before its pages, which name them."""

    def __init__(self, document: Document) -> None:
        self.element = etree.Element("Tags")
        self._names: dict[Label, str] = {}
        blocks = [block for page in document.pages for block in page.blocks]
        for kind in sorted({block.kind for block in blocks}):
            etree.SubElement(self.element, "LayoutTag", ID=f"kind-{kind}", LABEL=kind)
        for block in blocks:
            self._add(of_block(block))
            for cell in block.table.cells if block.table is not None else ():
                self._add(of_cell(cell))

    def refs(self, labels: Iterable[Label], kind: str = "") -> dict[str, str]:
        """The attribute that names a block's tags; none where there are none."""
        names = [f"kind-{kind}"] if kind else []
        names += dict.fromkeys(self._names[label] for label in labels)
        return {"TAGREFS": " ".join(names)} if names else {}

    def _add(self, labels: Iterable[Label]) -> None:
        for label in labels:
            if label in self._names:
                continue
            self._names[label] = name = f"said-{len(self._names) + 1}"
            tag = etree.SubElement(
                self.element, "OtherTag", ID=name, TYPE=label.type, LABEL=label.value
            )
            if label.says:
                tag.set("DESCRIPTION", label.says)


def _page(read: Page, scale: float, tags: _Tags) -> Any:
    page, turned = on_file(read), read.original.turned if read.original is not None else 0
    element = etree.Element(
        "Page",
        ID=f"page-{page.number}",
        PHYSICAL_IMG_NR=str(page.number),
        **_size(page.width, page.height, scale),
    )
    if page.failed:
        element.set("QUALITY_DETAIL", clean(f"could not be read: {page.failed}"))
    sure = page_confidence(page)
    if sure is not None:
        element.set("PC", confidence(sure))
    space = etree.SubElement(
        element, "PrintSpace", HPOS="0", VPOS="0", **_size(page.width, page.height, scale)
    )
    for n, block in enumerate(page.blocks, 1):
        space.append(_block(block, f"block-{page.number}-{n}", scale, tags))
        if turned:
            space[-1].set("ROTATION", str(turned))
    return element


def _block(block: Block, name: str, scale: float, tags: _Tags) -> Any:
    tag = {"ID": name, **tags.refs(of_block(block), block.kind), **_place(block.box, scale)}
    if any(reason.code == CORRECTED for reason in block.reasons):
        tag["CS"] = "true"
    if block.table is not None:
        composed = etree.Element("ComposedBlock", TYPE="table", **tag)
        for n, cell in enumerate(block.table.cells, 1):
            text = etree.SubElement(composed, "TextBlock", ID=f"{name}-{n}")
            text.attrib.update(tags.refs(of_cell(cell)) | _place(cell.box, scale))
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

"""The pages of a PDF as they were, with the invisible text added: an update at the file's end.

It does not know who read them. Nothing that was in the file is changed; the text is drawn before the
page's own content, in a state that nothing has touched yet.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

import pypdfium2
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    StreamObject,
    read_object,
)

from vanguard.core.errors import InvalidRequest
from vanguard.documents.formats.pdf.font import Codes
from vanguard.documents.formats.pdf.layer import FONT_NAME, text_layer
from vanguard.documents.formats.pdf.typeface import write_typeface
from vanguard.documents.page import Document, Page

_DEEPEST_TREE = 64
# what the libraries raise when a file is broken, whatever they say that they raise
_FAULTS_OF_FILES = (
    PyPdfError,
    pypdfium2.PdfiumError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def write_overlay(
    document: Document, source: bytes, out: BinaryIO, *, over_text: bool = False
) -> None:
    """Writes the source, and after it the text of each page.

    Args:
        document: what was read of the source.
        source: a PDF, not encrypted.
        out: where to.
        over_text: also pages that have a text of their own get ours; a reader then finds both.

    Raises:
        InvalidRequest: when the source cannot be read, is encrypted, or lacks a page.
    """
    try:
        reader = _reader(source)
        own = set() if over_text else _pages_with_text(source)
        writer = PdfWriter(reader, incremental=True)
        if _add(writer, document, own):
            writer.write(out)
        else:
            out.write(source)
    except _FAULTS_OF_FILES as error:
        raise InvalidRequest(f"the PDF cannot be updated: {error}") from error


def _reader(source: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(source))
    if reader.is_encrypted:
        raise InvalidRequest("the PDF is encrypted; take off its password first")
    return reader


def _pages_with_text(source: bytes) -> set[int]:
    """Numbers of the pages on which a text is found as the file is."""
    found = set()
    with pypdfium2.PdfDocument(source) as pdf:
        for number in range(1, len(pdf) + 1):
            page = pdf[number - 1]
            text = page.get_textpage()
            if text.get_text_range().strip():
                found.add(number)
            text.close()
            page.close()
    return found


def _add(writer: PdfWriter, document: Document, own: set[int]) -> bool:
    """Adds the text of each page but those with their own; false when there was none to add."""
    objects = _Update(writer)
    codes = Codes()
    typeface = objects.reserve()
    added = False
    for page in document.pages:
        if not 1 <= page.number <= len(writer.pages):
            raise InvalidRequest(
                f"page {page.number} was read, but the PDF has {len(writer.pages)} pages"
            )
        layer = b"" if page.number in own else text_layer(page, codes)
        if not layer:
            continue
        target = writer.pages[page.number - 1]
        content = b"q %s cm\n%sQ\n" % (_placed(target, page), layer)
        _put_first(target, objects.reference(objects.add_stream(content)))
        _name_font(target, objects.reference(typeface))
        added = True
    write_typeface(objects, codes, typeface)
    return added


def _put_first(page: PageObject, content: IndirectObject) -> None:
    there = page.get("/Contents")
    before = there.get_object() if there is not None else NullObject()
    rest: list[object] = []
    if isinstance(before, ArrayObject):
        rest = list(before)
    elif not isinstance(before, NullObject):
        rest = [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject([content, *rest])


def _name_font(page: PageObject, font: IndirectObject) -> None:
    """The page's own resources, as they were, with one font more."""
    resources = DictionaryObject(_inherited(page, "/Resources"))
    fonts = DictionaryObject(resources.get("/Font", DictionaryObject()).get_object())
    fonts[NameObject(f"/{FONT_NAME.decode()}")] = font
    resources[NameObject("/Font")] = fonts
    page[NameObject("/Resources")] = resources


def _inherited(page: DictionaryObject, key: str) -> DictionaryObject:
    """A dictionary that a page has of its own or from the tree above it; empty where neither."""
    node = page
    for _ in range(_DEEPEST_TREE):
        if key in node:
            value = node[key].get_object()
            return value if isinstance(value, DictionaryObject) else DictionaryObject()
        if "/Parent" not in node:
            break
        node = cast("DictionaryObject", node["/Parent"].get_object())
    return DictionaryObject()


def _placed(target: PageObject, page: Page) -> bytes:
    """The matrix from the file's page as it is looked at to the page's own space."""
    looked_at = page.original or page
    box = target.cropbox
    left, bottom, right, top = (
        float(value) for value in (box.left, box.bottom, box.right, box.top)
    )
    turn = target.rotation % 360
    width, height = right - left, top - bottom
    if turn in {90, 270}:
        width, height = height, width
    x, y = width / looked_at.width, height / looked_at.height
    matrix = {
        0: (x, 0, 0, y, left, bottom),
        90: (0, x, -y, 0, right, bottom),
        180: (-x, 0, 0, -y, right, top),
        270: (0, -x, y, 0, left, top),
    }[turn]
    return b" ".join(b"%.4f" % value for value in matrix)


class _Update:
    """Objects that are added to those of a PDF."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        # typed as a reader there, but what references need of it is what a writer has too
        self._owner = cast("Any", writer)

    def reference(self, number: int) -> IndirectObject:
        return IndirectObject(number, 0, self._writer)

    def reserve(self) -> int:
        # the library has no public way to add an object that no page holds yet
        return self._writer._add_object(NullObject()).idnum  # noqa: SLF001

    def add(self, value: bytes, number: int = 0) -> int:
        parsed = read_object(io.BytesIO(value), self._owner)
        number = number or self.reserve()
        self._writer._replace_object(self.reference(number), parsed)  # noqa: SLF001 - as above
        return number

    def add_stream(self, data: bytes, entries: bytes = b"", number: int = 0) -> int:
        stream = StreamObject()
        stream.set_data(data)
        head = read_object(io.BytesIO(b"<< %s >>" % entries), self._owner)
        if isinstance(head, DictionaryObject):
            stream.update(head)
        number = number or self.reserve()
        self._writer._replace_object(self.reference(number), stream.flate_encode())  # noqa: SLF001
        return number

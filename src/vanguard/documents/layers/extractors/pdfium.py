"""Text layers by PDFium, the reader of Chromium: fast, forgiving, and it honours ActualText.

It does not know directions; PDFium's own order of characters is not used, only where each is.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Glyph, Limits, Painted

NAME = "pdfium"
_INVISIBLE = 3

Take = Callable[[Any, Any, int], Painted]


class PdfiumExtractor:
    """Opens files with PDFium."""

    name = NAME

    def open(self, path: Path, password: str, limits: Limits) -> PdfiumFile:
        """See `Extractor.open`."""
        return PdfiumFile(open_document(path, password), limits)


def open_document(path: Path, password: str) -> Any:
    """The file as PDFium's library gives it.

    Raises:
        DocumentLocked, DocumentUnreadable: as in `Extractor.open`.
    """
    try:
        return pypdfium2.PdfDocument(path, password=password or None)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentLocked(
                "The file is encrypted, and the password is missing or not the right one."
            ) from error
        reason = str(error).rstrip(".")
        raise DocumentUnreadable(f"PDFium cannot open the file: {reason}.") from error


class PdfiumFile:
    """A file that PDFium opened; `take` says what of a page's so many first characters is wanted."""

    def __init__(self, document: Any, limits: Limits, take: Take | None = None) -> None:
        self._document = document
        self._limits = limits
        self._take = take or _glyphs

    @property
    def pages(self) -> int:
        """How many."""
        return len(self._document)

    def read(self, page: int) -> Painted:
        """What is wanted of a page, from 0."""
        opened = self._document[page]
        try:
            text = opened.get_textpage()
            try:
                count = min(raw.FPDFText_CountChars(text.raw), self._limits.glyphs)
                return self._take(opened, text.raw, count)
            finally:
                text.close()
        finally:
            opened.close()

    def close(self) -> None:
        """Lets the file go."""
        self._document.close()


def _glyphs(page: Any, text: Any, count: int) -> Painted:
    view = View.of(page)
    glyphs = _Characters(text, view).glyphs(count)
    return Painted(NAME, view.width, view.height, tuple(glyphs))


class View:
    """From the coordinates of a page's contents to those of the page as it is looked at."""

    @classmethod
    def of(cls, page: Any) -> View:
        """That of a page of PDFium's library."""
        left, bottom, right, top = page.get_bbox()  # inherited boxes too
        return cls(left, bottom, right, top, page.get_rotation())

    def __init__(self, left: float, bottom: float, right: float, top: float, turn: int) -> None:
        self.left, self.bottom, self.right, self.top, self.turn = left, bottom, right, top, turn
        wide, high = right - left, top - bottom
        self.width, self.height = (high, wide) if turn in (90, 270) else (wide, high)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point, from the top left corner; a page is turned clockwise."""
        across, down = x - self.left, self.top - y
        if self.turn == 90:
            return self.width - down, across
        if self.turn == 180:
            return self.width - across, self.height - down
        if self.turn == 270:
            return down, self.height - across
        return across, down

    def box(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        """A box as left, top, right, bottom."""
        one, two = self.point(left, bottom), self.point(right, top)
        return min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1])


class _Characters:
    """Walks the characters of one page."""

    def __init__(self, page: Any, view: View) -> None:
        self._page = page
        self._view = view
        self._stroke = 0
        self._object: int | None = None

    def glyphs(self, count: int) -> list[Glyph]:
        found: list[Glyph] = []
        for at in range(count):
            if raw.FPDFText_IsGenerated(self._page, at) == 1:
                continue
            glyph = self._glyph(at)
            if glyph is not None:
                found.append(glyph)
        return found

    def _glyph(self, at: int) -> Glyph | None:
        code = raw.FPDFText_GetUnicode(self._page, at)
        unmapped = raw.FPDFText_HasUnicodeMapError(self._page, at) == 1
        if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
            code, unmapped = 0xFFFD, True
        x, y = ctypes.c_double(), ctypes.c_double()
        if not raw.FPDFText_GetCharOrigin(self._page, at, x, y):
            return None
        rect = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self._page, at, rect):
            return None
        _, baseline = self._view.point(x.value, y.value)
        stroke, hidden = self._painted_by(at)
        left, top, right, bottom = self._view.box(rect.left, rect.bottom, rect.right, rect.top)
        scale, turn = self._scale_and_turn(at)
        size = float(raw.FPDFText_GetFontSize(self._page, at)) * scale
        return Glyph(
            "\ufffd" if unmapped else chr(code),
            left,
            top,
            right,
            bottom,
            baseline,
            size if size > 0 else max(right - left, bottom - top),
            (turn - self._view.turn) % 360,  # the page is turned clockwise
            stroke,
            hidden,
        )

    def _scale_and_turn(self, at: int) -> tuple[float, int]:
        """By how much the text is scaled, and where its letters' heads point, counter-clockwise.

        PDFium's own size leaves the scale out, and its own angle takes a mirrored line, as OCR engines
        write Arabic, for one that stands on its head.
        """
        matrix = raw.FS_MATRIX()
        if not raw.FPDFText_GetMatrix(self._page, at, matrix):
            return 1.0, 0
        scale = math.hypot(matrix.c, matrix.d) or 1.0
        return scale, round(math.degrees(math.atan2(-matrix.c, matrix.d)) / 90) * 90

    def _painted_by(self, at: int) -> tuple[int, bool]:
        found = raw.FPDFText_GetTextObject(self._page, at)
        key = ctypes.cast(found, ctypes.c_void_p).value if found else None
        if key != self._object:
            self._object = key
            self._stroke += 1
        hidden = bool(found) and raw.FPDFTextObj_GetTextRenderMode(found) == _INVISIBLE
        return self._stroke, hidden

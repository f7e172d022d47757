"""A page at a glance, by PDFium: its size, all of its text at once and in no order, and what is drawn on it.

It does not know where a letter stands: it costs a tenth of an extractor that does, and says whether
that one left anything out.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

from pypdfium2 import raw

from vanguard.documents.layers.contract import Limits, Painted
from vanguard.documents.layers.extractors.drawn import drawn
from vanguard.documents.layers.extractors.pdfium import View, open_document
from vanguard.documents.page import Line, Word

NAME = "glance"


class GlanceExtractor:
    """Opens files with PDFium."""

    name = NAME

    def open(self, path: Path, password: str, limits: Limits) -> GlanceFile:
        """See `Extractor.open`."""
        return GlanceFile(open_document(path, password), limits)


class GlanceFile:
    """A file that PDFium opened."""

    def __init__(self, document: Any, limits: Limits) -> None:
        self._document = document
        self._limits = limits

    @property
    def pages(self) -> int:
        """How many."""
        return len(self._document)

    def read(self, page: int) -> Painted:
        """Size, text and drawing of a page, from 0; lines without boxes."""
        opened = self._document[page]
        try:
            view = View.of(opened)
            text = opened.get_textpage()
            try:
                count = min(raw.FPDFText_CountChars(text.raw), self._limits.glyphs)
                said = _text(text.raw, count)
            finally:
                text.close()
            lines = (tuple(map(Word, line.split())) for line in said.splitlines())
            return Painted(
                NAME,
                view.width,
                view.height,
                lines=tuple(Line(words) for words in lines if words),
                drawn=drawn(opened.raw, view.box),
            )
        finally:
            opened.close()

    def close(self) -> None:
        """Lets the file go."""
        self._document.close()


def _text(page: Any, count: int) -> str:
    """As much as fits: one character may be several units of UTF-16."""
    if count < 1:
        return ""
    units = 2 * count + 2
    buffer = (ctypes.c_ushort * units)()
    raw.FPDFText_GetText(page, 0, count, buffer)
    return bytes(buffer).decode("utf-16-le", errors="replace").partition("\0")[0]

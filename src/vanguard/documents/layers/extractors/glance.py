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
from vanguard.documents.layers.extractors.pdfium import PdfiumFile, View, open_document
from vanguard.documents.page import Line, Word

NAME = "glance"


class GlanceExtractor:
    """Opens files with PDFium."""

    name = NAME

    def open(self, path: Path, password: str, limits: Limits) -> PdfiumFile:
        """See `Extractor.open`; its pages have lines without boxes."""
        return PdfiumFile(open_document(path, password), limits, _glanced)


def _glanced(page: Any, text: Any, count: int) -> Painted:
    view = View.of(page)
    lines = (tuple(map(Word, line.split())) for line in _text(text, count).splitlines())
    return Painted(
        NAME,
        view.width,
        view.height,
        lines=tuple(Line(words) for words in lines if words),
        drawn=drawn(page.raw, view.box),
    )


def _text(page: Any, count: int) -> str:
    """As much as fits: one character may be several units of UTF-16."""
    if count < 1:
        return ""
    units = 2 * count + 2
    buffer = (ctypes.c_ushort * units)()
    raw.FPDFText_GetText(page, 0, count, buffer)
    return bytes(buffer).decode("utf-16-le", errors="replace").partition("\0")[0]

"""Text layers by pypdf: its lines, in its own order, without boxes.

It does not know where a word stands; it is asked for its opinion, and for files that others cannot read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Limits, Painted
from vanguard.documents.page import Line, Word

NAME = "pypdf"


class PypdfExtractor:
    """Opens files with pypdf."""

    name = NAME

    def open(self, path: Path, password: str, limits: Limits) -> PypdfFile:
        """See `Extractor.open`."""
        file = path.open("rb")
        try:
            reader = PdfReader(file)
            locked = reader.is_encrypted and not reader.decrypt(password)
            if not locked:
                len(reader.pages)
        except (PyPdfError, ValueError, KeyError, RecursionError) as error:
            file.close()
            raise DocumentUnreadable(f"pypdf cannot open the file: {error}.") from error
        if locked:
            file.close()
            raise DocumentLocked(
                "The file is encrypted, and the password is missing or not the right one."
            )
        return PypdfFile(file, reader, limits)


class PypdfFile:
    """A file that pypdf opened."""

    def __init__(self, file: Any, reader: Any, limits: Limits) -> None:
        self._file = file
        self._reader = reader
        self._limits = limits

    @property
    def pages(self) -> int:
        """How many."""
        return len(self._reader.pages)

    def read(self, page: int) -> Painted:
        """The lines of a page, from 0."""
        chosen = self._reader.pages[page]
        text = chosen.extract_text()[: self._limits.glyphs]
        wide, high = float(chosen.cropbox.width), float(chosen.cropbox.height)
        if chosen.rotation % 180:
            wide, high = high, wide
        lines = (tuple(map(Word, line.split())) for line in text.splitlines())
        return Painted(NAME, wide, high, lines=tuple(Line(words) for words in lines if words))

    def close(self) -> None:
        """Lets the file go."""
        self._reader.close()
        self._file.close()

"""A PDF file written from front to back: what is out is forgotten, but for where it stands.

It does not know pages or text.
"""

from __future__ import annotations

import zlib
from typing import BinaryIO, Protocol

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class Objects(Protocol):
    """Where the objects of a PDF go: a new file, or the end of one that there was."""

    def reserve(self) -> int:
        """The number of an object that is written later."""

    def add(self, value: bytes, number: int = 0) -> int:
        """Writes an object, under a reserved number where one is given; returns the number."""

    def add_stream(self, data: bytes, entries: bytes = b"", number: int = 0) -> int:
        """Writes a stream; what `entries` does not call filtered is deflated."""


class PdfFile:
    """Objects by their numbers, then the table of where each begins."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = 0
        self._offsets: dict[int, int] = {}
        self._last = 0
        self._write(_HEADER)

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self._last += 1
        return self._last

    def add(self, value: bytes, number: int = 0) -> int:
        """Writes an object, under a reserved number where one is given; returns the number."""
        number = number or self.reserve()
        self._offsets[number] = self._at
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, value))
        return number

    def add_stream(self, data: bytes, entries: bytes = b"", number: int = 0) -> int:
        """Writes a stream; what `entries` does not call filtered is deflated."""
        if b"/Filter" not in entries:
            data, entries = zlib.compress(data), entries + b"/Filter /FlateDecode"
        head = b"<< %s /Length %d >>" % (entries, len(data))
        return self.add(b"%s\nstream\n%s\nendstream" % (head, data), number)

    def finish(self, root: int, info: int) -> None:
        """Writes the table and the trailer; every reserved number must be written by then."""
        start = self._at
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % (self._last + 1))
        for number in range(1, self._last + 1):
            self._write(b"%010d 00000 n \n" % self._offsets[number])
        trailer = b"<< /Size %d /Root %d 0 R /Info %d 0 R >>" % (self._last + 1, root, info)
        self._write(b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start))

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)


def text_string(text: str) -> bytes:
    """A text as PDF has it outside of pages (ISO 32000-1, 7.9.2.2)."""
    return b"<FEFF%s>" % text.encode("utf-16-be", "replace").hex().upper().encode()

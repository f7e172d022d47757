"""Small PDFs with exactly the text layer that a test asks for, written by hand: no font, no shaping.

A line is painted glyph by glyph; each glyph has a code of its own and, in the font's ToUnicode map, the
text that the test gives it, which may be wrong, a shape, several letters, or missing.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bidi.algorithm import get_display
from pypdf import PdfReader, PdfWriter

from vanguard.documents.arabic.letters import MARK

LIGATURES = {"لا": "ﻻ", "لأ": "ﻷ", "لإ": "ﻹ", "لآ": "ﻵ"}
PAGE = (595, 842)


def painted(text: str, *, ligatures: bool = True) -> list[str]:
    """The glyphs of a right-to-left line from left to right, each as the text it stands for."""
    shaped = text
    if ligatures:
        for letters, shape in LIGATURES.items():
            shaped = shaped.replace(letters, shape)
    back = {shape: letters for letters, shape in LIGATURES.items()}
    return [back.get(glyph, glyph) for glyph in get_display(shaped, base_dir="R")]


@dataclass(frozen=True)
class How:
    """How a line is painted.

    Attributes:
        strokes: each glyph by an operation of its own.
        text: ActualText of the whole line.
        matrix: of the text, by default upright.
    """

    left: float = 60
    size: float = 12
    hidden: bool = False
    strokes: bool = False
    text: str = ""
    matrix: tuple[float, float, float, float] = (1, 0, 0, 1)


@dataclass
class LayerPdf:
    """One file; pages hold lines."""

    unmapped: frozenset[str] = frozenset()
    width: float = 0.5
    pages: list[list[bytes]] = field(default_factory=lambda: [[]])
    _codes: dict[str, int] = field(default_factory=dict)

    def line(self, glyphs: Sequence[str], *, top: float, **how: Any) -> LayerPdf:
        """Paints glyphs rightward, the baseline `top` points below the page's top; see `How`."""
        codes = [self._code(glyph) for glyph in glyphs]
        way = How(**how)
        a, b, c, d = way.matrix
        out = f"BT /F1 {way.size} Tf {3 if way.hidden else 0} Tr {a} {b} {c} {d} {way.left} {PAGE[1] - top} Tm "
        if way.strokes:
            out += " ".join(f"<{code:04X}> Tj" for code in codes)
        else:
            out += "<" + "".join(f"{code:04X}" for code in codes) + "> Tj"
        if way.text:
            actual = way.text.encode("utf-16-be").hex()
            out = f"/Span << /ActualText <FEFF{actual}> >> BDC {out} EMC"
        self.pages[-1].append((out + " ET").encode())
        return self

    def page(self) -> LayerPdf:
        """Begins the next page."""
        self.pages.append([])
        return self

    def _code(self, glyph: str) -> int:
        return self._codes.setdefault(glyph, len(self._codes) + 1)

    def bytes(self, *, rotate: int = 0, password: str = "") -> bytes:
        """The file."""
        kids = " ".join(f"{10 + 2 * at} 0 R" for at in range(len(self.pages)))
        objects = {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            3: b"<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H"
            b" /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
            4: self._descendant(),
            5: b"<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -250 1000 900]"
            b" /ItalicAngle 0 /Ascent 900 /Descent -250 /CapHeight 700 /StemV 80 >>",
            6: _stream(self._to_unicode()),
        }
        for at, lines in enumerate(self.pages):
            objects[10 + 2 * at] = (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Rotate {rotate}"
                f" /Resources << /Font << /F1 3 0 R >> >> /Contents {11 + 2 * at} 0 R >>"
            ).encode()
            objects[11 + 2 * at] = _stream(b"\n".join(lines))
        data = _file(objects)
        return _locked(data, password) if password else data

    def _descendant(self) -> bytes:
        widths = " ".join(
            f"{code} [{0 if glyph and all(map(MARK.match, glyph)) else round(1000 * self.width)}]"
            for glyph, code in self._codes.items()
        )
        return (
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /FontDescriptor 5 0 R"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            f" /DW 500 /W [{widths}] >>"
        ).encode()

    def _to_unicode(self) -> bytes:
        rows = [
            f"<{code:04X}> <{glyph.encode('utf-16-be').hex().upper()}>"
            for glyph, code in self._codes.items()
            if glyph not in self.unmapped
        ]
        blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
        body = "\n".join(
            f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
        )
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CMapName /Made def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{body}\nendcmap\nend\nend"
        ).encode()


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed)


def _file(objects: dict[int, bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n" % size
    for number in range(size):
        place = places.get(number)
        out += b"0000000000 65535 f \n" if place is None else b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def _locked(data: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, algorithm="AES-128")
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()

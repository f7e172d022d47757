"""The objects that make a font of codes: what a page's resources point at.

It does not know which file they go into.
"""

from __future__ import annotations

from vanguard.documents.formats.pdf.file import Objects
from vanguard.documents.formats.pdf.font import ASCENT, DESCENT, NAME, WIDTH, Codes, blank_font

_GLYPH_OF_EACH_CODE = b"\x00\x01" * 0x10000


def write_typeface(objects: Objects, codes: Codes, number: int) -> None:
    """Writes the font under a reserved number, after the last page that uses it."""
    name = NAME.encode()
    program = objects.add_stream(blank_font(), b"/Length1 %d " % len(blank_font()))
    glyphs = objects.add_stream(_GLYPH_OF_EACH_CODE)
    meaning = objects.add_stream(codes.to_unicode())
    descriptor = objects.add(
        b"<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [0 %d %d %d] /ItalicAngle 0 "
        b"/Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %d 0 R >>"
        % (name, DESCENT, WIDTH, ASCENT, ASCENT, DESCENT, ASCENT, program)
    )
    descendant = objects.add(
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R "
        b"/DW %d /W %s /CIDToGIDMap %d 0 R >>" % (name, descriptor, WIDTH, codes.widths(), glyphs)
    )
    objects.add(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H "
        b"/DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>" % (name, descendant, meaning),
        number,
    )

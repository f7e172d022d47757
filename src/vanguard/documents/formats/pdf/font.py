"""The font of the invisible text: glyphs without ink, and what each code stands for.

It does not know where text stands on a page. A glyph is half as wide as it is high, a combining mark has
next to no width; nothing is drawn, so two glyphs serve for every character.
"""

from __future__ import annotations

import functools
import io
import unicodedata
from collections.abc import Iterator

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph

from vanguard.documents.formats.text import REPLACEMENT

NAME = "VanguardBlank"
# in thousandths of the font's size
WIDTH = 500
# zero would make some extractors take a mark for a line of its own
MARK_WIDTH = 1
ASCENT = 750
DESCENT = -250
MAX_CODES = 60_000
_CODES_A_BLOCK = 100


class Codes:
    """Codes of characters, given as they are met; two bytes each.

    After `MAX_CODES` different characters the rest of them is U+FFFD: no script has so many.
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {REPLACEMENT: 1}

    def __call__(self, character: str) -> int:
        """The code of a character."""
        known = self._codes.get(character)
        if known is None:
            if len(self._codes) >= MAX_CODES:
                return 1
            known = self._codes[character] = len(self._codes) + 1
        return known

    def widths(self) -> bytes:
        """The array W of the font: marks, every other code has the default width."""
        marks = (code for character, code in self._codes.items() if is_mark(character))
        return b"[" + b" ".join(b"%d[%d]" % (code, MARK_WIDTH) for code in marks) + b"]"

    def to_unicode(self) -> bytes:
        """The CMap that says which character each code is (ISO 32000-1, 9.10.3)."""
        return b"\n".join(self._cmap())

    def _cmap(self) -> Iterator[bytes]:
        yield b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap"
        yield b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"
        yield b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def"
        yield b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange"
        known = list(self._codes.items())
        for start in range(0, len(known), _CODES_A_BLOCK):
            block = known[start : start + _CODES_A_BLOCK]
            yield b"%d beginbfchar" % len(block)
            for character, code in block:
                yield b"<%04X> <%s>" % (code, character.encode("utf-16-be").hex().upper().encode())
            yield b"endbfchar"
        yield b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"


def is_mark(character: str) -> bool:
    """Whether it stands on the letter before it."""
    return unicodedata.category(character) == "Mn"


@functools.cache
def blank_font() -> bytes:
    """The TrueType file, about 1 KB; the same bytes each time."""
    builder = FontBuilder(1000, isTTF=True)
    order = [".notdef", "blank"]
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "blank": _stroke()})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular"})
    builder.setupOS2(
        sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT
    )
    builder.setupPost()
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def _stroke() -> Glyph:
    """A line there and back, corner to corner: without area, so without ink, but with a box.

    Viewers highlight what is selected by the boxes of its glyphs.
    """
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((WIDTH, ASCENT))
    pen.closePath()
    return pen.glyph()

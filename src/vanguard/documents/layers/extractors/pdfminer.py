"""Text layers by pdfminer.six: each glyph with the text that the file gives it, and spans of ActualText.

It does not know directions, words or lines; pdfminer's own layout analysis is not used.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from pdfminer.layout import LTChar
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1
from pdfminer.psexceptions import PSException
from pdfminer.utils import decode_text

from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Glyph, Limits, Painted
from vanguard.documents.layers.missing import EMPTY_FROM, MOST_CODES, UNDEFINED_FROM, UNKNOWN

NAME = "pdfminer"
_INVISIBLE, _OUTLINED = 3, 2
_THIN = 0.02  # of the font's size


class PdfminerExtractor:
    """Opens files with pdfminer.six."""

    name = NAME

    def open(self, path: Path, password: str, limits: Limits) -> PdfminerFile:
        """See `Extractor.open`."""
        file = path.open("rb")
        try:
            document = PDFDocument(PDFParser(file), password=password)
            pages = list(PDFPage.create_pages(document))
        except (PDFPasswordIncorrect, PDFEncryptionError, UnicodeEncodeError) as error:
            file.close()
            raise DocumentLocked(
                "The file is encrypted, and the password is missing or not the right one."
            ) from error
        except (PSException, ValueError, TypeError, KeyError, RecursionError) as error:
            file.close()
            raise DocumentUnreadable(f"pdfminer cannot open the file: {error}.") from error
        return PdfminerFile(file, pages, limits)


class PdfminerFile:
    """A file that pdfminer opened."""

    def __init__(self, file: Any, pages: list[Any], limits: Limits) -> None:
        self._file = file
        self._pages = pages
        self._device = _Device(limits.glyphs)
        self._interpreter = PDFPageInterpreter(self._device.rsrcmgr, self._device)

    @property
    def pages(self) -> int:
        """How many."""
        return len(self._pages)

    def read(self, page: int) -> Painted:
        """The glyphs of a page, from 0."""
        chosen = self._pages[page]
        chosen.mediabox = chosen.cropbox
        left, bottom, right, top = chosen.cropbox
        wide, high = right - left, top - bottom
        turned = chosen.rotate in (90, 270)
        self._device.height = wide if turned else high
        self._device.glyphs = []
        self._interpreter.process_page(chosen)
        width, height = (high, wide) if turned else (wide, high)
        fonts = tuple(self._device.fonts)
        return Painted(NAME, width, height, tuple(self._device.glyphs), fonts=fonts)

    def close(self) -> None:
        """Lets the file go."""
        self._file.close()


class _Device(PDFTextDevice):
    """Notes each glyph that is painted."""

    def __init__(self, most: int) -> None:
        super().__init__(PDFResourceManager())
        self.height = 0.0
        self.glyphs: list[Glyph] = []
        self._most = most
        self.fonts: dict[str, int] = {}
        self._stroke = 0
        self._hidden = False
        self._font = 0
        self._codes: dict[tuple[int, int, int], int] = {}
        self._spans: list[tuple[str | None, int]] = []

    def begin_page(self, page: Any, ctm: Any) -> None:  # noqa: ARG002 - the library calls it so
        self._spans = []

    def begin_tag(self, tag: Any, props: Any = None) -> None:  # noqa: ARG002 - the library calls it so
        self._spans.append((_actual_text(props), len(self.glyphs)))

    def end_tag(self) -> None:
        if not self._spans:
            return
        text, start = self._spans.pop()
        if text is None or start >= len(self.glyphs):
            return
        covered = self.glyphs[start:]
        before = self.glyphs[start - 1] if start else None
        self.glyphs[start:] = [_joined(text, covered, before)] if text else []

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        self._stroke += 1
        self._hidden = textstate.render == _INVISIBLE
        name = str(getattr(textstate.font, "fontname", ""))
        if textstate.render == _OUTLINED:  # a poor man's bold
            name += " Bold"
        self._font = self.fonts.setdefault(name, len(self.fonts))
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(self, matrix: Any, font: Any, fontsize: float, *rest: Any) -> float:
        """Called by the library with scaling, rise, code, colour space and graphics state behind."""
        scaling, rise, cid, ncs, graphicstate = rest
        text = self._letters(font, cid)
        wide = font.char_width(cid)
        step = wide * fontsize * scaling
        if font.is_vertical():
            item = LTChar(
                matrix, font, fontsize, scaling, rise, text, wide, font.char_disp(cid), ncs, graphicstate
            )  # fmt: skip
            step, box = float(item.adv), item.bbox
        else:
            foot = font.get_descent() * fontsize + rise
            box = _box(matrix, step, foot, foot + fontsize)
        # an empty glyph without width is a mark whose text its letter carries
        idle = not wide and chr(EMPTY_FROM) <= text < chr(UNDEFINED_FROM)
        if len(self.glyphs) < self._most and not idle:
            self.glyphs.append(self._glyph(text, box, matrix, fontsize, rise))
        return float(step)

    def _letters(self, font: Any, cid: int) -> str:
        """What the file gives for a glyph; a private character of its own where it gives nothing."""
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            return self._code(UNDEFINED_FROM, font, cid)
        if text == UNKNOWN:
            return self._code(UNDEFINED_FROM, font, cid)
        return str(text) or self._code(EMPTY_FROM, font, cid)

    def _code(self, start: int, font: Any, cid: int) -> str:
        number = self._codes.setdefault((start, id(font), cid), len(self._codes))
        return chr(start + number) if number < MOST_CODES else UNKNOWN

    def _glyph(
        self,
        text: str,
        box: tuple[float, float, float, float],
        matrix: Any,
        size: float,
        rise: float,
    ) -> Glyph:
        _, _, up_x, up_y, _, down = matrix
        baseline = up_y * rise + down
        # by where the letters' heads point: a mirrored line flows leftward and still stands upright
        turn = round(math.degrees(math.atan2(-up_x, up_y)) / 90) * 90
        return Glyph(
            text,
            box[0],
            self.height - box[3],
            box[2],
            self.height - box[1],
            self.height - baseline,
            abs(size) * math.hypot(up_x, up_y),
            turn % 360,
            self._stroke,
            self._hidden,
            self._font,
        )


def _box(matrix: Any, wide: float, foot: float, head: float) -> tuple[float, float, float, float]:
    """Left, bottom, right, top around a glyph's advance by its font's height."""
    a, b, c, d, e, f = matrix
    xs = (c * foot, c * head, a * wide + c * foot, a * wide + c * head)
    ys = (d * foot, d * head, b * wide + d * foot, b * wide + d * head)
    return e + min(xs), f + min(ys), e + max(xs), f + max(ys)


def _actual_text(props: Any) -> str | None:
    found = resolve1(props)
    text = resolve1(found.get("ActualText")) if isinstance(found, dict) else None
    return decode_text(text) if isinstance(text, bytes) else None


def _joined(text: str, covered: list[Glyph], before: Glyph | None) -> Glyph:
    """One glyph of that text in the place of all that were painted for it.

    Marks are raised and tails lowered, so the baseline is that of the piece that is most on its line. A mark
    has no width, and may stand beside its letter: the letters tell the place.
    """
    first = covered[0]
    wide = [glyph for glyph in covered if glyph.right - glyph.left > _THIN * glyph.size] or covered
    level = first.baseline if before is None else before.baseline
    return Glyph(
        text,
        min(glyph.left for glyph in wide),
        min(glyph.top for glyph in covered),
        max(glyph.right for glyph in wide),
        max(glyph.bottom for glyph in covered),
        min((glyph.baseline for glyph in covered), key=lambda one: abs(one - level)),
        max(glyph.size for glyph in covered),
        first.turn,
        first.stroke,
        first.hidden,
        first.font,
    )

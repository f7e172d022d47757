"""ReportLab as many programs use it: letters made shapes and turned round before they are drawn.

Its text layers hold presentation forms from left to right: the commonest fault of Arabic PDFs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import arabic_reshaper
from bidi.algorithm import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.printed.content import Part, Sheet
from bench.printed.programs.contract import Face

_SIZES = {"title": 21, "heading": 16, "footnote": 10}
_LEFT, _RIGHT, _TOP = 57.0, 538.0, 780.0


class ReportLab:
    """In this process; lines are broken here, since ReportLab would break what is turned already."""

    name = "ReportLab"

    def missing(self) -> str:
        """See `Program.missing`."""
        return ""

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        pdfmetrics.registerFont(TTFont("face", face.file))
        canvas = Canvas(str(target), pagesize=(595, 842))
        pen = _Pen(canvas, _TOP)
        for part in sheet.parts:
            if not part.column:
                pen.put(part, _LEFT, _RIGHT)
        columns = [part for part in sheet.parts if part.column]
        top, half = pen.top, (len(columns) + 1) // 2
        for left, right, those in (
            ((_LEFT + _RIGHT) / 2 + 13, _RIGHT, columns[:half]),
            (_LEFT, (_LEFT + _RIGHT) / 2 - 13, columns[half:]),
        ):
            pen.top = top
            for part in those:
                pen.put(part, left, right)
        canvas.save()


class _Pen:
    """Where the next line goes."""

    def __init__(self, canvas: Any, top: float) -> None:
        self.canvas = canvas
        self.top = top

    def put(self, part: Part, left: float, right: float) -> None:
        size = _SIZES.get(part.kind, 13)
        if part.rows:
            self._table(part, left, right)
        for line in self._lines(
            ("• " if part.kind == "item" else "") + part.text, size, right - left
        ):
            self.top -= size * 1.7
            if part.kind == "title":
                self._draw(line, size, (left + right) / 2, "drawCentredString")
            else:
                self._draw(line, size, right)
        self.top -= 8

    def _table(self, part: Part, left: float, right: float) -> None:
        width, height = (right - left) / len(part.rows[0]), 26.0
        for row in part.rows:
            for at, cell in enumerate(row):
                edge = right - at * width
                self._draw(cell, 13, edge - 6, top=self.top - 18)
                if part.kind == "ruled":
                    self.canvas.rect(edge - width, self.top - height, width, height)
            self.top -= height

    def _draw(
        self, text: str, size: float, x: float, how: str = "drawRightString", top: float = 0.0
    ) -> None:
        self.canvas.setFont("face", size)
        getattr(self.canvas, how)(x, top or self.top, _turned(text))

    def _lines(self, text: str, size: float, width: float) -> list[str]:
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and stringWidth(_turned(longer), "face", size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


def _turned(text: str) -> str:
    return str(
        get_display(
            arabic_reshaper.ArabicReshaper({"delete_harakat": False}).reshape(text), base_dir="R"
        )
    )

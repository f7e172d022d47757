"""fpdf2 with its own shaping and bidi."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF

from bench.printed.content import Part, Sheet
from bench.printed.programs.contract import Face

_SIZES = {"title": 21, "heading": 16, "footnote": 10}


class Fpdf2:
    """In this process."""

    name = "fpdf2"

    def missing(self) -> str:
        """See `Program.missing`."""
        return ""

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        pdf = FPDF(format="A4")
        pdf.set_margin(20)
        pdf.add_page()
        pdf.add_font("face", fname=face.file)
        pdf.set_text_shaping(
            use_shaping_engine=True, direction="rtl", script="arab", language="ara"
        )
        for part in sheet.parts:
            if not part.column:
                _put(pdf, part)
        _columns(pdf, [part for part in sheet.parts if part.column])
        pdf.output(str(target))


def _put(pdf: FPDF, part: Part) -> None:
    size = _SIZES.get(part.kind, 13)
    pdf.set_font("face", size=size)
    if part.rows:
        with pdf.table(
            borders_layout="ALL" if part.kind == "ruled" else "NONE", line_height=10, align="RIGHT",
            text_align="RIGHT", first_row_as_headings=False,
        ) as table:  # fmt: skip
            for cells in part.rows:
                row = table.row()
                for cell in reversed(cells):  # it knows no tables from the right
                    row.cell(cell)
    else:
        mark = "• " if part.kind == "item" else ""
        align = "C" if part.kind == "title" else "R"
        pdf.multi_cell(0, size * 0.7, mark + part.text, align=align, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)


def _columns(pdf: FPDF, parts: list[Part]) -> None:
    """The right column first, the first half of the paragraphs in it."""
    pdf.set_font("face", size=13)
    top, width, half = pdf.get_y(), 80.5, (len(parts) + 1) // 2
    for left, those in ((109.5, parts[:half]), (20, parts[half:])):
        pdf.set_y(top)
        for part in those:
            pdf.set_x(left)
            pdf.multi_cell(width, 9, part.text, align="R", new_x="LEFT", new_y="NEXT")
            pdf.ln(3)

"""Typst, with its own typesetting and PDF writer."""

from __future__ import annotations

from pathlib import Path

import typst

from bench.printed.content import Part, Sheet
from bench.printed.programs.contract import Face

_HEAD = """\
#set page("a4", margin: 20mm, columns: 1)
#set text(font: "%s", size: 13pt, lang: "ar", dir: rtl)
#set par(justify: true, leading: 0.9em, spacing: 1.6em)
#show heading: set block(spacing: 1.6em)
"""


class Typst:
    """By the compiler in its Python package."""

    name = "Typst"

    def missing(self) -> str:
        """See `Program.missing`."""
        return ""

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        plain = [part for part in sheet.parts if not part.column]
        columns = [part for part in sheet.parts if part.column]
        text = _HEAD % face.family + "\n\n".join(map(_part, plain))
        if columns:
            text += f"\n#columns(2, gutter: 9mm)[\n{chr(10).join(_part(part) + chr(10) for part in columns)}\n]"
        typst.compile(text.encode(), output=str(target), font_paths=[str(face.file.parent)])


def _part(part: Part) -> str:
    match part.kind:
        case "title":
            return f"#align(center, text(size: 21pt, weight: 700)[{_text(part.text)}])"
        case "heading":
            return f"= {_text(part.text)}"
        case "item":
            return f"- {_text(part.text)}"
        case "footnote":
            return f"#line(length: 60%, stroke: 0.5pt)\n#text(size: 10pt)[{_text(part.text)}]"
        case "ruled" | "borderless":
            cells = ", ".join(f"[{_text(cell)}]" for row in part.rows for cell in row)
            stroke = "0.6pt" if part.kind == "ruled" else "none"
            return f"#table(columns: (1fr,) * {len(part.rows[0])}, inset: 6pt, stroke: {stroke}, {cells})"
        case _:
            return _text(part.text)


def _text(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "#$*_`<>@\\[]/~-" else letter for letter in text)

"""WeasyPrint: Pango shapes, and glyphs are written one after the other with their own map."""

from __future__ import annotations

from pathlib import Path

from bench.printed.content import Sheet
from bench.printed.markup import html
from bench.printed.programs.contract import Face


class WeasyPrint:
    """In this process."""

    name = "WeasyPrint"

    def missing(self) -> str:
        """See `Program.missing`."""
        try:
            import weasyprint  # noqa: F401, PLC0415 - it may not be here
        except (ImportError, OSError) as error:
            return str(error).splitlines()[0]
        return ""

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        from weasyprint import HTML  # noqa: PLC0415 - it may not be here

        HTML(string=html(sheet, face.family)).write_pdf(target)

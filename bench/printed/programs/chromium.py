"""Chromium's own print: Skia's PDFs, text in strokes of a few glyphs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.printed.content import Sheet
from bench.printed.markup import html
from bench.printed.programs.contract import Face, run


class Chromium:
    """Headless, without headers and footers."""

    name = "Chromium"

    def missing(self) -> str:
        """See `Program.missing`."""
        return "" if _program() else "no Chromium"

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            page.write_text(html(sheet, face.family), "utf-8")
            run(
                _program(), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", page.as_uri(),
            )  # fmt: skip


def _program() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), "")

"""Pango and Cairo, as GNOME's programs print: prose alone, for it knows no tables."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.printed.content import Sheet
from bench.printed.programs.contract import Face, run


class Pango:
    """By `pango-view`."""

    name = "Pango and Cairo"

    def missing(self) -> str:
        """See `Program.missing`."""
        return "" if shutil.which("pango-view") else "no pango-view"

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.txt"
            page.write_text("\n\n".join(part.text for part in sheet.parts if part.text), "utf-8")
            run(
                "pango-view", f"--font={face.family} 13", "--width=480", "--rtl", "--wrap=word",
                "--margin=57", "--dpi=72", "--justify", "-q", f"--output={target}", page,
            )  # fmt: skip

"""LibreOffice Writer: lays a page of HTML out by its own rules, and writes its own PDFs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.printed.content import Sheet
from bench.printed.markup import html
from bench.printed.programs.contract import Face, run


class LibreOffice:
    """Headless."""

    name = "LibreOffice"

    def missing(self) -> str:
        """See `Program.missing`."""
        return "" if shutil.which("soffice") else "no soffice"

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / f"{target.stem}.html"
            page.write_text(html(sheet, face.family), "utf-8")
            run(
                "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
                "--infilter=HTML (StarWriter)", "--convert-to", "pdf:writer_pdf_Export",
                "--outdir", target.parent, page,
            )  # fmt: skip

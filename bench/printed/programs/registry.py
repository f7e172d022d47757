"""All programs."""

from __future__ import annotations

from typing import Final

from bench.printed.programs.chromium import Chromium
from bench.printed.programs.contract import Program
from bench.printed.programs.fpdf2 import Fpdf2
from bench.printed.programs.libreoffice import LibreOffice
from bench.printed.programs.pango import Pango
from bench.printed.programs.reportlab import ReportLab
from bench.printed.programs.typst import Typst
from bench.printed.programs.weasyprint import WeasyPrint
from bench.printed.programs.xelatex import XeLaTeX

PROGRAMS: Final[tuple[Program, ...]] = (
    Chromium(), LibreOffice(), XeLaTeX(), Typst(), WeasyPrint(), Pango(), Fpdf2(), ReportLab(),
)  # fmt: skip

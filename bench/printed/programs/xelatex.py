"""XeLaTeX with polyglossia and bidi: what Arabic books and theses are often set with."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from bench.printed.content import Part, Sheet
from bench.printed.programs.contract import Face, run

_NUMBER = re.compile(r"(?<![A-Za-z0-9])[0-9]+(?:[.,:/-][0-9]+)+")
_HEAD = r"""\documentclass[12pt,a4paper]{article}
\usepackage[margin=20mm]{geometry}
\usepackage{multicol}
\usepackage{polyglossia}
\setmainlanguage[numerals=maghrib]{arabic}
\setotherlanguage{english}
\newfontfamily\arabicfont[Script=Arabic,Path=%s/]{%s}
\newfontfamily\englishfont{DejaVu Serif}
\setlength\columnsep{9mm}\setlength\parindent{0pt}\setlength\parskip{8pt}
\pagestyle{empty}\begin{document}
"""


class XeLaTeX:
    """One run for each page."""

    name = "XeLaTeX"

    def missing(self) -> str:
        """See `Program.missing`."""
        return "" if shutil.which("xelatex") else "no xelatex"

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """See `Program.print`."""
        body, open_columns = [], False
        for part in sheet.parts:
            if part.column != open_columns:
                body.append(r"\begin{multicols}{2}" if part.column else r"\end{multicols}")
                open_columns = part.column
            body.append(_part(part))
        body.append(r"\end{multicols}" if open_columns else "")
        text = _HEAD % (face.file.parent, face.file.name) + "\n\n".join(body) + r"\end{document}"
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "page.tex"
            source.write_text(
                text.replace(r"\end{itemize}" + "\n\n" + r"\begin{itemize}", ""), "utf-8"
            )
            run("xelatex", "-interaction=batchmode", source.name, cwd=Path(folder))
            shutil.copy(Path(folder) / "page.pdf", target)


def _part(part: Part) -> str:
    text = _text(part.text)
    match part.kind:
        case "title":
            return rf"\begin{{center}}\LARGE {text}\end{{center}}"
        case "heading":
            return rf"{{\Large {text}\par}}"
        case "item":
            return rf"\begin{{itemize}}\item {text}\end{{itemize}}"
        case "footnote":
            return (
                rf"\vspace{{10mm}}\rule{{0.5\textwidth}}{{0.4pt}}\par{{\footnotesize {text}\par}}"
            )
        case "ruled" | "borderless":
            bar = "|" if part.kind == "ruled" else ""
            line = r" \hline" if bar else ""
            rows = "\n".join(" & ".join(map(_text, row)) + rf" \\{line}" for row in part.rows)
            columns = bar + bar.join("r" * len(part.rows[0])) + bar
            return (
                rf"\renewcommand\arraystretch{{1.6}}\begin{{tabular}}{{{columns}}}{line}"
                f"\n{rows}"
                r"\end{tabular}"
            )
        case _:
            return text


def _text(text: str) -> str:
    text = _NUMBER.sub(r"\\textenglish{\g<0>}", text)  # it sets their parts from right to left else
    return "".join(f"\\{letter}" if letter in "#$%&_" else letter for letter in text)

"""Text layers by poppler's `pdftotext -bbox-layout`, where that is installed.

It does not know poppler's library: the program runs under a deadline, and its XHTML is read as text.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

from vanguard.core.errors import DocumentLocked, DocumentUnreadable
from vanguard.documents.layers.contract import Limits, Painted
from vanguard.documents.page import Box, Line, Word

NAME = "poppler"
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">')
_LINE = re.compile(r"<line [^>]*>(.*?)</line>", re.DOTALL)
_WORD = re.compile(
    r'<word xMin="(-?[\d.]+)" yMin="(-?[\d.]+)" xMax="(-?[\d.]+)" yMax="(-?[\d.]+)">(.*?)</word>'
)
_MOST_BYTES = 64 << 20
_SHARE = 0.8


def program() -> str | None:
    """The path of `pdftotext`; None where it is not installed."""
    return shutil.which("pdftotext")


class PopplerExtractor:
    """Runs `pdftotext` for each page."""

    name = NAME

    def open(self, path: Path, password: str, limits: Limits) -> PopplerFile:
        """See `Extractor.open`; the file is looked at when a page is read."""
        found = program()
        if found is None:
            raise DocumentUnreadable("pdftotext is not installed.")
        return PopplerFile(found, path, password, limits)


class PopplerFile:
    """A file for `pdftotext`."""

    def __init__(self, program: str, path: Path, password: str, limits: Limits) -> None:
        self._program = program
        self._path = path
        self._password = password
        self._limits = limits
        # it must end before the process that waits for it is ended
        self._timeout_s = limits.page_s * _SHARE

    @property
    def pages(self) -> int:
        """Not known to this program: as many as there may be."""
        return self._limits.pages

    def read(self, page: int) -> Painted:
        """The lines of a page, from 0, their words with boxes in poppler's order.

        Raises:
            DocumentLocked, DocumentUnreadable: as the program says.
        """
        number = str(page + 1)
        command = [self._program, "-bbox-layout", "-f", number, "-l", number, "-enc", "UTF-8"]
        if self._password:
            command += ["-upw", self._password]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program; the path is an argument, not a shell's
                [*command, str(self._path.resolve()), "-"],
                capture_output=True,
                timeout=self._timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise DocumentUnreadable(
                f"pdftotext did not finish page {number} in {self._timeout_s:g} s."
            ) from error
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason"]
            if "password" in reason[0].lower():
                raise DocumentLocked(
                    "The file is encrypted, and the password is not the right one."
                )
            raise DocumentUnreadable(f"pdftotext cannot read page {number}: {reason[0]}.")
        return _painted(done.stdout[:_MOST_BYTES].decode(errors="replace"))

    def close(self) -> None:
        """Nothing is held."""


def _painted(markup: str) -> Painted:
    page = _PAGE.search(markup)
    if page is None:
        return Painted(NAME, 0, 0, problem="pdftotext named no page")
    lines = []
    for line in _LINE.finditer(markup):
        words = tuple(
            Word(unescape(found[5]), Box(*(float(found[at]) for at in range(1, 5))))
            for found in _WORD.finditer(line[1])
        )
        if words:
            lines.append(Line(words, _around(words)))
    return Painted(NAME, float(page[1]), float(page[2]), lines=tuple(lines))


def _around(words: tuple[Word, ...]) -> Box | None:
    whole: Box | None = None
    for word in words:
        if word.box is not None:
            whole = word.box if whole is None else whole.around(word.box)
    return whole

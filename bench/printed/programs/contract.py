"""What a program that prints is.

It does not know any.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.printed.content import Sheet

_TIMEOUT_S = 240


@dataclass(frozen=True)
class Face:
    """A font family, and the file of its regular face."""

    family: str
    file: Path


AMIRI = Face("Amiri", Path("/usr/share/fonts/opentype/fonts-hosny-amiri/Amiri-Regular.ttf"))
NASKH = Face(
    "Noto Naskh Arabic", Path("/usr/share/fonts/truetype/noto/NotoNaskhArabic-Regular.ttf")
)


class Program(Protocol):
    """Prints pages."""

    name: str

    def missing(self) -> str:
        """What is not there, for people; empty when it can print."""
        ...

    def print(self, sheet: Sheet, face: Face, target: Path) -> None:
        """Writes the page as a PDF."""
        ...


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> None:
    """Runs a program to its end; `CalledProcessError` with what it said otherwise."""
    subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        check=True,
        capture_output=True,
        timeout=_TIMEOUT_S,
        env=os.environ | environment,
    )

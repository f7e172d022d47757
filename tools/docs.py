"""Writes the generated pages of docs/, or fails when one differs from what its source says.

It does not know settings or commands: each page is what a module prints about itself.

    python tools/docs.py --check | --write
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PAGES: dict[str, list[str]] = {
    "docs/settings.md": ["vanguard.core.settings.reference", "page"],
    "docs/vanguard.sample.yaml": ["vanguard.core.settings.reference", "sample"],
    "docs/cli.md": ["vanguard.cli.help_page"],
}


def generate(command: list[str]) -> str:
    """What the module prints.

    Raises:
        CalledProcessError: it failed; its own words go to standard error.
    """
    environment = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    return done.stdout


def drift(shown: str, kept: str, made: str) -> list[str]:
    """The lines of a unified diff; empty when the page is current."""
    return list(
        difflib.unified_diff(
            kept.splitlines(),
            made.splitlines(),
            f"{shown} (kept)",
            f"{shown} (made)",
            lineterm="",
            n=1,
        )
    )


def main(arguments: list[str], root: Path = ROOT, pages: dict[str, list[str]] | None = None) -> int:
    """Checks or writes all pages; 1 on drift, 2 on wrong usage."""
    if arguments not in (["--check"], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    drifted = 0
    for shown, command in (PAGES if pages is None else pages).items():
        path = root / shown
        made = generate(command)
        if arguments == ["--write"]:
            path.write_text(made, encoding="utf-8")
            continue
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = drift(shown, kept, made)
        drifted += bool(lines)
        print("\n".join(lines[:40]))
    if drifted:
        print("docs: generated pages drifted; run `make docs` and commit them")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

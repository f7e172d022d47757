"""Fails when a page of docs/ no longer says what the code says, or a link leads nowhere.

It does not know settings or commands: the modules that do write their own pages and compare them.

    python tools/docs.py --check | --write
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Each is run as `python -m MODULE --check docs` or `--write docs`.
GENERATORS = (
    "vanguard.core.settings.reference",
    "vanguard.cli.help_page",
    "vanguard.documents.formats.structured",
    "bench.report",
    "tools.chaos_report",
    "tools.client_matrix",
)

ARCHITECTURE_LINES = 170

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_NOT_FILES = ("http://", "https://", "mailto:")


def generated_faults(verb: str, root: Path, generators: tuple[str, ...]) -> Iterator[str]:
    """Runs each generator; yields what one of them says when it fails."""
    environment = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    for module in generators:
        done = subprocess.run(
            [sys.executable, "-m", module, verb, "docs"],
            cwd=root,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            yield f"{module}: {(done.stderr or done.stdout).strip()} (`make docs` writes it anew)"


def pages(root: Path) -> list[Path]:
    """The Markdown that people read: docs/, and what lies beside it."""
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md"))]


def anchors(text: str) -> set[str]:
    """The names that a link may jump to: one for each heading, as forges make them."""
    heads = re.findall(r"^#+ +(.+?) *#*$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def link_faults(root: Path) -> Iterator[str]:
    """Relative links whose file or heading does not exist."""
    for page in pages(root):
        for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
            if target.startswith(_NOT_FILES):
                continue
            file, _, heading = target.partition("#")
            path = (page.parent / file) if file else page
            shown = page.relative_to(root)
            if not path.exists():
                yield f"{shown}: the link to {target} leads nowhere"
            elif heading and heading not in anchors(path.read_text(encoding="utf-8")):
                yield f"{shown}: {target} has no such heading"


def length_faults(root: Path) -> Iterator[str]:
    """ARCHITECTURE.md is read whole or not at all."""
    path = root / "ARCHITECTURE.md"
    count = len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0
    if count > ARCHITECTURE_LINES:
        yield f"ARCHITECTURE.md has {count} lines, the limit is {ARCHITECTURE_LINES}"


def main(arguments: list[str], root: Path = ROOT, generators: tuple[str, ...] = GENERATORS) -> int:
    """Checks or writes; 1 when something is amiss, 2 on wrong usage."""
    if arguments not in (["--check"], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    faults = list(generated_faults(arguments[0], root, generators))
    if arguments == ["--check"]:
        faults += [*link_faults(root), *length_faults(root)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

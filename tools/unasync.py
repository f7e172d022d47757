"""Makes the synchronous client and its tests from the asynchronous ones.

It does not know Python's grammar: it replaces whole words and lets ruff format the outcome.

    python tools/unasync.py --write | --check
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    (Path("src/vanguard/sdk/_async"), Path("src/vanguard/sdk/_sync")),
    (Path("tests/sdk/_async"), Path("tests/sdk/_sync")),
)

# In this order; each stands between word borders.
_WORDS = (
    (r"async (def|with|for)", r"\1"),
    (r"await ", ""),
    (r"AsyncIterator", "Iterator"),
    (r"httpx\.AsyncClient", "httpx.Client"),
    (r"Async(Client|Http|Keys|Reviews|Documents|ChatStream)", r"\1"),
    (r"asynccontextmanager", "contextmanager"),
    (r"__a(enter|exit|iter)__", r"__\1__"),
    (r"a(close|read|iter_bytes)\(", r"\1("),
    (r"asyncio\.sleep", "time.sleep"),
    (r"import asyncio", "import time"),
    (r"_async", "_sync"),
    (r"asynchronous", "synchronous"),
)


def converted(text: str, source: Path) -> str:
    """The synchronous counterpart of one file's text, before formatting."""
    for word, replacement in _WORDS:
        start = r"(?<!\w)"
        text = re.sub(f"{start}{word}", replacement, text)
    return f"# Made from {source.as_posix()} by tools/unasync.py; change that file, not this one.\n{text}"


def formatted(text: str, path: Path) -> str:
    """The text as ruff lays it out, imports sorted.

    Raises:
        subprocess.CalledProcessError: it is not Python.
    """
    for verb in (
        ["check", "--select", "I,F811,C416,SIM117,UP028", "--fix-only", "--unsafe-fixes"],
        ["format"],
    ):
        command = [
            sys.executable,
            "-m",
            "ruff",
            *verb,
            "--quiet",
            "--stdin-filename",
            str(path),
            "-",
        ]
        done = subprocess.run(
            command, input=text, cwd=ROOT, check=True, capture_output=True, text=True
        )
        text = done.stdout
    return text


def outcome() -> dict[Path, str]:
    """Every file to be made, with its text."""
    made = {}
    for source, target in FOLDERS:
        for path in sorted((ROOT / source).glob("*.py")):
            inner = path.relative_to(ROOT)
            place = target / path.name
            made[place] = formatted(converted(path.read_text("utf-8"), inner), place)
    return made


def stale(made: dict[Path, str]) -> list[str]:
    """Files that are missing, differ, or have no source."""
    faults = [
        str(path)
        for path, text in made.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text("utf-8") != text
    ]
    for _, target in FOLDERS:
        kept = {path.relative_to(ROOT) for path in (ROOT / target).glob("*.py")}
        faults += [f"{path} (no source)" for path in sorted(kept - made.keys())]
    return faults


def main(arguments: list[str]) -> int:
    """`--write` or `--check`; 1 when a kept file is stale, 2 on wrong usage."""
    if arguments not in (["--write"], ["--check"]):
        print("usage: python tools/unasync.py --write|--check", file=sys.stderr)
        return 2
    made = outcome()
    if arguments == ["--write"]:
        for path, text in made.items():
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, "utf-8")
        return 0
    faults = stale(made)
    if faults:
        print(f"stale: {', '.join(faults)}; run: python tools/unasync.py --write", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

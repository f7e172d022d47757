"""Runs every gate of `make check`, one after the other, and says which ones failed.

It does not know what a gate looks for. All of them run, so that one look shows everything.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

GATES: dict[str, list[str]] = {
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "types": [str(BIN / "mypy"), "--no-error-summary"],
    "imports": [str(BIN / "lint-imports"), "--config", "pyproject.toml"],
    "sizes": [sys.executable, "tools/sizes.py"],
    "twins": [sys.executable, "tools/twins.py"],
    "docs": [sys.executable, "tools/docs.py", "--check"],
}


def run(name: str, command: list[str]) -> bool:
    """Runs one gate; prints its output only when it fails."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"  {name:8} {verdict:6} {time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main(names: list[str]) -> int:
    """Runs the named gates, or all; 1 when one fails, 2 when there is no such gate."""
    unknown = [name for name in names if name not in GATES]
    if unknown:
        print(f"check: no gate {', '.join(unknown)}; there are {', '.join(GATES)}", file=sys.stderr)
        return 2
    chosen = {name: GATES[name] for name in names or GATES}
    failed = [name for name, command in chosen.items() if not run(name, command)]
    print(f"check: failed: {', '.join(failed)}" if failed else "check: all gates passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

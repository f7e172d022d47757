"""Counts the instructions of a process with valgrind's callgrind, phase by phase.

It does not know what the process does. Only what runs in user mode is counted, the kernel's part is
not; in return no other work on the machine can change the figure.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

DUMP_LIMIT_S = 60


def missing() -> str:
    """Why nothing can be counted here, empty when it can."""
    absent = [name for name in ("valgrind", "callgrind_control") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not found; install the package valgrind" if absent else ""


def command(folder: Path, program: list[str]) -> list[str]:
    """The program under callgrind; its dumps go to the folder."""
    return [
        "valgrind",
        "--tool=callgrind",
        f"--callgrind-out-file={folder / 'callgrind.out'}",
        "--combine-dumps=no",
        "--trace-children=no",
        *program,
    ]


class Counter:
    """Asks a running callgrind what was counted since the last time."""

    def __init__(self, pid: int, folder: Path) -> None:
        self._pid = pid
        self._folder = folder
        self._dumps = 0

    def since(self) -> int:
        """Instructions since the last call, or the start.

        Raises:
            TimeoutError: callgrind wrote no dump.
        """
        self._dumps += 1
        path = self._folder / f"callgrind.out.{self._dumps}"
        subprocess.run(
            ["callgrind_control", f"--dump=phase{self._dumps}", str(self._pid)],
            check=True,
            capture_output=True,
            timeout=DUMP_LIMIT_S,
        )
        deadline = time.monotonic() + DUMP_LIMIT_S
        while time.monotonic() < deadline:
            if path.exists() and (found := total(path)) is not None:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"callgrind wrote no total to {path}")


def total(path: Path) -> int | None:
    """The sum at the end of a dump; None while it is being written."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        found = re.search(rb"^totals: (\d+)", file.read(), re.MULTILINE)
    return int(found[1]) if found else None

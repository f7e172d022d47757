"""Counts the system calls of a process tree with strace, between two moments.

It does not know what the processes do. A count does not change with the noise of a machine; what is timed
while strace watches means nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType

from bench.rig import usage

_ATTACHED = re.compile(r"attached", re.IGNORECASE)
_WAIT_S = 20
_ROW = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(?P<calls>\d+)\s+(?:\d+\s+)?(?P<name>\w+)\s*$")


def missing() -> str:
    """Why nothing can be counted here, empty when it can."""
    return "" if shutil.which("strace") else "strace not found; install the package strace"


def parse(text: str) -> dict[str, int]:
    """Calls by name from strace's summary, its sum left out."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        row = _ROW.match(line)
        if row and row["name"] != "total":
            found[row["name"]] = int(row["calls"])
    return found


class Trace:
    """Watches a tree from `with` to its end; then `calls` says what was called how often."""

    def __init__(self, pid: int, folder: Path) -> None:
        self._pid = pid
        self._out = folder / f"strace-{time.monotonic_ns()}"
        self._said = self._out.with_suffix(".said")
        self._strace: subprocess.Popen[bytes] | None = None
        self.calls: dict[str, int] = {}

    def __enter__(self) -> Trace:
        """Attaches to every thread.

        Raises:
            OSError: strace may not, or did not in time.
        """
        members = usage.tree(self._pid)
        command = ["strace", "-c", "-f", "-o", str(self._out)]
        for member in members:
            command += ["-p", str(member)]
        with self._said.open("wb") as said:
            self._strace = subprocess.Popen(command, stderr=said, stdout=said)
        deadline = time.monotonic() + _WAIT_S
        while len(_ATTACHED.findall(self._said.read_text())) < len(members):
            if self._strace.poll() is not None or time.monotonic() > deadline:
                self._end()
                raise OSError(f"strace could not attach: {self._said.read_text()[:300]}")
            time.sleep(0.02)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Detaches and reads the counts."""
        self._end()
        if self._out.exists():
            self.calls = parse(self._out.read_text())

    def _end(self) -> None:
        assert self._strace is not None
        if self._strace.poll() is None:
            self._strace.send_signal(signal.SIGINT)
            try:
                self._strace.wait(timeout=_WAIT_S)
            except subprocess.TimeoutExpired:
                os.kill(self._strace.pid, signal.SIGKILL)
                self._strace.wait()

    @property
    def total(self) -> int:
        """All calls."""
        return sum(self.calls.values())

"""Runs a client's program in a home of its own, with an environment that a test can read whole."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_RUN_S = 120


@dataclass
class Place:
    """A home and a working folder; nothing of this machine's user reaches the client.

    Attributes:
        environment: what every run gets, on top of a bare one.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True)
        self.work.mkdir()

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def run(self, *command: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a program to its end; one that hangs is ended with all that it started."""
        bare = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "NO_COLOR": "1",
        }
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=self.work,
            env={**bare, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            out, err = child.communicate(stdin, timeout=_RUN_S)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            raise AssertionError(f"{command[0]} hung:\n{out}\n{err}") from None
        return subprocess.CompletedProcess(command, child.returncode, out, err)

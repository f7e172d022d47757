"""Runs the stand-in platform of `console_api` in a process of its own and talks to its test route."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent


class PlatformProcess:
    """The stand-in platform in a process of its own."""

    def __init__(self) -> None:
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "support.console_api", port],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(TESTS), "PATH": "/usr/bin:/bin"},
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, "the stand-in platform did not start"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def set(self, **change: Any) -> dict[str, Any]:
        """Changes what the platform tells; gives back the chats it has seen."""
        return self._post("/test/state", change)

    def desk(self, **change: Any) -> dict[str, Any]:
        """Changes what the desk's part of it tells; gives back its tasks and what it was asked."""
        return self._post("/test/desk", change)

    def _post(self, path: str, change: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}{path}",
            json.dumps(change).encode(),
            {"content-type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

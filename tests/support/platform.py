"""The whole platform as a user starts it: `vanguard up` with the small model, on a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

READY_S = 300


class Platform:
    """A running platform; the state lies in `home`."""

    ready_s: float = READY_S

    def __init__(self, folder: Path, *, model: str = "small", settings: str = "") -> None:
        self.home = folder / "home"
        self.folder = folder
        self._model = model
        folder.mkdir(parents=True, exist_ok=True)
        if settings:
            (folder / "vanguard.yaml").write_text(settings)
        self.base_url = ""
        self.key = ""
        self.admin_key = ""
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, *, port: int = 0, **environment: str) -> Platform:
        """Starts it and waits for the banner."""
        command = [
            str(Path(sys.executable).parent / "vanguard"),
            "up",
            "--home",
            str(self.home),
            "--port",
            str(port),
            "--engine-model",
            self._model,
        ]
        inherited = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith("VANGUARD_") or k == "VANGUARD_CACHE"
        }
        self.log = self.folder / "up.log"
        with self.log.open("ab") as out:
            self._child = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**inherited, **environment},
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self._wait_for_banner()
        return self

    def _wait_for_banner(self) -> None:
        assert self._child is not None
        deadline = time.monotonic() + self.ready_s
        while time.monotonic() < deadline:
            said = self.log.read_text(errors="replace")
            if self._child.poll() is not None:
                raise AssertionError(f"vanguard up ended early:\n{said}")
            if "is ready at http" in said:
                self.base_url = said.rsplit("is ready at ", 1)[1].split()[0]
                self.key = (self.home / "first.key").read_text().strip()
                self.admin_key = (self.home / "admin.key").read_text().strip()
                return
            time.sleep(0.1)
        raise AssertionError(f"vanguard up was not ready in time:\n{self.log.read_text()}")

    def children(self) -> dict[str, int]:
        """Process ids by role, as the kernel sees them."""
        assert self._child is not None
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
            except (OSError, IndexError):
                continue
            if parent == self._child.pid and "vanguard.compose." in command:
                role = command.split("vanguard.compose.", 1)[1].split("_process")[0]
                found[role] = int(entry.name)
        return found

    def kill(self, role: str) -> int:
        """Kills one process without warning; returns its old id."""
        number = self.children()[role]
        os.kill(number, signal.SIGKILL)
        return number

    def tell(self, number: int) -> None:
        """Sends the supervisor a signal."""
        assert self._child is not None
        self._child.send_signal(number)

    def admin(self) -> httpx.Client:
        """A client of the management API."""
        headers = {"authorization": f"Bearer {self.admin_key}"}
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=30)

    def requests(self, **query: str) -> list[dict]:
        """Usage rows, newest first."""
        with self.admin() as client:
            return client.get("/api/requests", params={"limit": 200, **query}).json()["data"]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stops it and returns its exit status."""
        if self._child is None:
            return 0
        if self._child.poll() is None:
            self._child.send_signal(number)
        try:
            return self._child.wait(60)
        except subprocess.TimeoutExpired:
            self._child.kill()
            raise


def eventually(condition, *, within_s: float = 30):
    """Waits until a condition is true; returns what it returned."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            value = condition()
        except (httpx.TransportError, json.JSONDecodeError, KeyError):
            value = None
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")

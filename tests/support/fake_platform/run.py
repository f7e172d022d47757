"""Starts `vanguard up` with the stand-ins as a real process, and waits for what it says."""

import contextlib
import fcntl
import os
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from vanguard.compose.supervisor.home import home_at
from vanguard.compose.supervisor.running import Running, read_running

TESTS = Path(__file__).resolve().parents[2]
PATIENCE_S = 30  # only ever waited out by a failing test


class Platform:
    """One `vanguard up`; `said` grows while it talks."""

    def __init__(self, folder: Path, *flags: str, **variables: str) -> None:
        self.home = home_at(folder / "home")
        self.said = ""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "support.fake_platform.up",
                "up",
                "--port",
                "0",
                "--home",
                str(self.home.root),
                *flags,
            ],
            cwd=folder,
            env=environment() | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line.decode()

    def wait_for(self, text: str, times: int = 1) -> None:
        """Returns when the text was said so many times."""
        until(lambda: self.said.count(text) >= times, lambda: f"{text!r} not in:\n{self.said}")

    def running(self) -> Running:
        """What the supervisor tells other commands."""
        found = read_running(self.home)
        assert found is not None
        return found

    def pid(self, name: str) -> int:
        """The process id of a child that runs."""
        until(lambda: bool(self.running().children.get(name)), lambda: f"{name} does not run")
        return self.running().children[name]

    def events(self) -> list[str]:
        """What the stand-ins noted, in order."""
        path = self.home.root / "events"
        return path.read_text().splitlines() if path.exists() else []

    def wait(self) -> int:
        """The exit status."""
        status = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return status

    def end(self) -> None:
        """For the end of a test, whatever came before."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        if self.process.stdout is not None:
            self.process.stdout.close()


def environment() -> dict[str, str]:
    """The variables for a process of a test: ours on the path, none of Vanguard's."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("VANGUARD_")}
    return kept | {"PYTHONPATH": str(TESTS)}


def until(condition, explanation) -> None:  # type: ignore[no-untyped-def]
    """Waits for a condition."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, explanation()
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextlib.contextmanager
def child_process(name: str, boot: Path) -> Iterator[None]:
    """One stand-in alone."""
    command = [sys.executable, "-m", f"support.fake_platform.{name}", "--boot", str(boot)]
    with subprocess.Popen(command, env=environment()) as process:
        yield
        process.kill()


@contextlib.contextmanager
def on_a_terminal(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`vanguard up` on a terminal of its own; yields the process and the person's end of it."""
    person, follower = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "support.fake_platform.up", "up", "--port", "0", "--home", "home"],
        cwd=folder,
        env=environment() | {"TERM": "xterm"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no thread yet
    ) as process:
        os.close(follower)
        yield process, person
        process.kill()

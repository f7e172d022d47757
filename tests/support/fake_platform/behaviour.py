"""What a stand-in is told by the test: a folder of files beside its boot file."""

import os
import signal
import sys
import time
from pathlib import Path


def boot_path() -> Path:
    return Path(sys.argv[sys.argv.index("--boot") + 1])


def begin(name: str) -> None:
    """Misbehaves at the start if the test asks for it, and ends on SIGTERM."""
    folder = boot_path().parent.parent
    with (folder / "events").open("a") as events:
        events.write(f"{name} started {os.getpid()} {os.getsid(0)}\n")
    if (folder / f"{name}.breaks").exists():
        sys.stderr.write(f"{name} cannot start: the test says so\n")
        sys.exit(3)
    signal.signal(signal.SIGTERM, lambda *_: end(name, folder))
    signal.signal(signal.SIGUSR1, lambda *_: end(f"retired {name}", folder))


def end(name: str, folder: Path) -> None:
    if (folder / f"{name}.hangs").exists():
        return
    time.sleep(0.05)  # so that a wrong order of the stop would show
    with (folder / "events").open("a") as events:
        events.write(f"{name} stopped\n")
    os._exit(0)

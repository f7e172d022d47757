"""Starts the successor of a process that goes on serving until the new one does.

It does not know how the old one leaves; whoever asked tells it to, once this has returned.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from vanguard.compose.supervisor.backoff import Verdict
from vanguard.compose.supervisor.child import Child, Plan, Watcher
from vanguard.core.errors import PlatformError

PATIENCE_S = 60.0
_LOOK_S = 0.02


async def begin_successor(
    plan: Plan, ready: Path, watcher: Watcher, patience_s: float = PATIENCE_S
) -> tuple[Child, asyncio.Task[None]]:
    """Starts a process and waits until it has written its id to `ready`.

    Raises:
        PlatformError: it died or took too long; it is gone then.
    """
    _forget(ready)
    trial = _Trial(watcher)
    child = Child(plan, trial)
    task = asyncio.create_task(child.run())
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    try:
        while not trial.reason and loop.time() < deadline:
            if child.pid is not None and _says(ready) == child.pid:
                child.watcher = watcher
                return child, task
            await asyncio.sleep(_LOOK_S)
    except asyncio.CancelledError:
        child.kill()
        raise
    child.kill()
    await task
    reason = trial.reason or f"it did not serve within {patience_s:g} s"
    raise PlatformError(f"the new {plan.name} cannot take over ({reason}); the old one goes on")


def _says(ready: Path) -> int:
    """The process id in the file; 0 while there is none."""
    try:
        return int(ready.read_text("ascii"))
    except (OSError, ValueError):
        return 0


def _forget(ready: Path) -> None:
    ready.unlink(missing_ok=True)


class _Trial:
    """Passes on what happens to a process; that it dies is a failure, not a reason to try again."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.reason = ""

    def started(self, name: str, pid: int) -> None:
        """It runs."""
        self._watcher.started(name, pid)

    def wrote(self, name: str, chunk: bytes) -> None:
        """It wrote."""
        self._watcher.wrote(name, chunk)

    def ended(self, name: str, pid: int) -> None:
        """Its process is gone."""
        self._watcher.ended(name, pid)

    def died(self, name: str, reason: str, verdict: Verdict) -> None:  # noqa: ARG002 - as the protocol names them
        """It died."""
        self.reason = reason

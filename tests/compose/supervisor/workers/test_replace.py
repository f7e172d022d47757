import asyncio
import sys
from pathlib import Path

import pytest

from support.fake_platform.run import environment
from vanguard.compose.supervisor.backoff import Verdict
from vanguard.compose.supervisor.child import Plan
from vanguard.compose.supervisor.workers.replace import begin_successor
from vanguard.core.errors import PlatformError

pytestmark = pytest.mark.e2e

SERVES = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
print("up", flush=True)
time.sleep(600)
"""
NEVER = "import time; time.sleep(600)"


class Notes:
    def __init__(self) -> None:
        self.said: list[str] = []

    def started(self, name: str, pid: int) -> None:
        self.said.append(f"{name} started")

    def wrote(self, name: str, chunk: bytes) -> None:
        self.said.append(chunk.decode().strip())

    def ended(self, name: str, pid: int) -> None:
        self.said.append(f"{name} ended")

    def died(self, name: str, reason: str, verdict: Verdict) -> None:
        self.said.append(reason)


def plan(script: str, ready: Path) -> Plan:
    return Plan("w", (sys.executable, "-S", "-c", script, str(ready)), environment(), 30)


async def test_it_is_handed_over_once_it_serves(tmp_path: Path) -> None:
    ready, notes = tmp_path / "ready", Notes()
    ready.write_text("1")  # of the one before
    child, task = await begin_successor(plan(SERVES, ready), ready, notes)
    assert ready.read_text() == str(child.pid)
    assert child.watcher is notes
    child.kill()
    await task
    assert notes.said[0] == "w started"
    assert notes.said[-1] == "w ended"


async def test_one_that_dies_is_not_tried_again(tmp_path: Path) -> None:
    notes, ready = Notes(), tmp_path / "ready"
    with pytest.raises(PlatformError, match=r"the new w cannot take over \(exit code 4\)"):
        await begin_successor(plan("raise SystemExit(4)", ready), ready, notes)
    assert notes.said == ["w started", "w ended"]


async def test_one_that_never_serves_is_ended(tmp_path: Path) -> None:
    notes, ready = Notes(), tmp_path / "ready"
    with pytest.raises(PlatformError, match=r"it did not serve within 0\.1 s"):
        await begin_successor(plan(NEVER, ready), ready, notes, 0.1)
    assert notes.said[-1] == "w ended"


async def test_a_stop_in_the_middle_leaves_nobody_behind(tmp_path: Path) -> None:
    notes, ready = Notes(), tmp_path / "ready"
    work = asyncio.create_task(begin_successor(plan(NEVER, ready), ready, notes))
    while not notes.said:
        await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    while notes.said[-1] != "w ended":
        await asyncio.sleep(0.01)

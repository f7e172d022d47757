import asyncio
from pathlib import Path

from vanguard.compose.supervisor.child import Plan
from vanguard.compose.supervisor.workers.on_call import OnCall

PLANS = [Plan(name, ("true",), {}, 1.0, may_finish=True) for name in ("worker-0", "worker-1")]


def on_call(wanted: Path, running: set[str], started: list[str]) -> OnCall:
    return OnCall(PLANS, wanted, running.__contains__, lambda plan: started.append(plan.name))


def test_nobody_is_started_while_nobody_is_wanted(tmp_path: Path) -> None:
    started: list[str] = []
    on_call(tmp_path / "wanted", set(), started).look()
    assert started == []


def test_those_who_do_not_run_are_started(tmp_path: Path) -> None:
    (tmp_path / "wanted").touch()
    started: list[str] = []
    on_call(tmp_path / "wanted", {"worker-0"}, started).look()
    assert started == ["worker-1"]
    assert (tmp_path / "wanted").exists()  # the worker takes it away, when it looks


async def test_it_keeps_looking_until_it_is_told(tmp_path: Path) -> None:
    started: list[str] = []
    looking = asyncio.create_task(on_call(tmp_path / "wanted", set(), started).keep_looking())
    await asyncio.sleep(0)
    (tmp_path / "wanted").touch()
    async with asyncio.timeout(20):
        while len(started) < 2:
            await asyncio.sleep(0.01)
    looking.cancel()
    await asyncio.wait({looking})
    assert looking.cancelled()

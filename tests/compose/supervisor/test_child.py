import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from support.fake_platform.run import alive, environment, until
from vanguard.compose.supervisor import child as module
from vanguard.compose.supervisor.backoff import Verdict
from vanguard.compose.supervisor.child import Child, Plan, reason_of

pytestmark = pytest.mark.e2e


class Notes:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.output = b""
        self.deaths: list[str] = []
        self.ends: list[int] = []
        self.changed = asyncio.Event()

    def started(self, name: str, pid: int) -> None:
        self.pids.append(pid)
        self.changed.set()

    def wrote(self, name: str, chunk: bytes) -> None:
        self.output += chunk
        self.changed.set()

    def ended(self, name: str, pid: int) -> None:
        self.ends.append(pid)

    def died(self, name: str, reason: str, verdict: Verdict) -> None:
        self.deaths.append(reason)
        self.changed.set()

    async def until(self, text: bytes) -> None:
        async with asyncio.timeout(30):
            while text not in self.output:
                self.changed.clear()
                await self.changed.wait()


def child(script: str, notes: Notes, grace_s: float = 30, fds: tuple[int, ...] = ()) -> Child:
    command = (sys.executable, "-S", "-c", textwrap.dedent(script))
    return Child(Plan("x", command, environment(), grace_s, fds), notes)


SLEEPS = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def notes() -> Notes:
    return Notes()


async def test_output_of_both_streams_is_passed_on_whole(notes: Notes) -> None:
    one = child("import os; os.write(1, b'a' * 300000); os.write(2, b'end')", notes)
    task = asyncio.create_task(one.run())
    await notes.until(b"end")
    one.stop()
    await task
    assert notes.output.count(b"a") >= 300_000
    assert one.pid is None
    assert notes.ends == notes.pids


@pytest.mark.parametrize(("code", "ends"), [(0, True), (3, False)])
async def test_a_process_that_may_finish_is_not_started_again(
    notes: Notes, code: int, ends: bool
) -> None:
    command = (sys.executable, "-S", "-c", f"raise SystemExit({code})")
    one = Child(Plan("x", command, environment(), 30, may_finish=True), notes)
    task = asyncio.create_task(one.run())
    if ends:
        await asyncio.wait_for(task, 30)
        assert notes.deaths == []
        return
    async with asyncio.timeout(30):
        while not notes.deaths:
            notes.changed.clear()
            await notes.changed.wait()
    one.stop()
    await task
    assert notes.deaths[0] == "exit code 3"


async def test_it_leads_a_session_and_reads_nothing(notes: Notes) -> None:
    one = child(
        "import os, sys, time\n"
        "print(os.getsid(0) == os.getpid() == os.getpgid(0), repr(sys.stdin.read()), flush=True)\n"
        "time.sleep(600)",
        notes,
    )
    task = asyncio.create_task(one.run())
    await notes.until(b"True ''")
    one.stop()
    await task
    assert notes.deaths == []


async def test_inherited_descriptors_keep_their_numbers(notes: Notes) -> None:
    reading, writing = os.pipe()
    one = child(f"import os; os.write({writing}, b'over'); {SLEEPS}", notes, fds=(writing,))
    task = asyncio.create_task(one.run())
    await notes.until(b"up")
    assert os.read(reading, 10) == b"over"
    one.kill()
    await task
    os.close(reading)
    os.close(writing)


async def test_who_dies_is_started_again_with_the_reason(notes: Notes) -> None:
    one = child(SLEEPS, notes)
    task = asyncio.create_task(one.run())
    for number in (signal.SIGKILL, signal.SIGSEGV):
        notes.output = b""
        await notes.until(b"up")
        os.kill(notes.pids[-1], number)
    notes.output = b""
    await notes.until(b"up")
    one.stop()
    await task
    assert notes.deaths == ["killed by SIGKILL", "killed by SIGSEGV"]
    assert len(set(notes.pids)) == 3


async def test_a_stop_while_it_waits_to_start_again(notes: Notes) -> None:
    one = child("raise SystemExit(7)", notes)
    task = asyncio.create_task(one.run())
    async with asyncio.timeout(30):
        while not notes.deaths:
            await asyncio.sleep(0.01)
    one.stop()
    await task
    assert notes.deaths[0] == "exit code 7"


async def test_who_ignores_sigterm_is_ended_after_its_grace(notes: Notes) -> None:
    one = child(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}", notes)
    one = Child(Plan("x", one.plan.command, one.plan.environment, 0.05), notes)
    task = asyncio.create_task(one.run())
    await notes.until(b"up")
    one.stop()
    await task
    assert not alive(notes.pids[0])


async def test_what_a_dead_child_left_behind_is_ended_too(notes: Notes) -> None:
    one = child(
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(600)'])\n"
        "print('left', left.pid, flush=True); sys.stdin.read(); raise SystemExit(1)",
        notes,
    )
    task = asyncio.create_task(one.run())
    await notes.until(b"\n")
    left = int(notes.output.split()[1])
    async with asyncio.timeout(30):
        while not notes.deaths:
            await asyncio.sleep(0.01)
    one.stop()
    await task
    until(lambda: not alive(left), lambda: f"{left} lives")


async def test_a_command_that_does_not_exist(notes: Notes) -> None:
    one = Child(Plan("x", ("/no/such/command",), environment(), 1), notes)
    task = asyncio.create_task(one.run())
    async with asyncio.timeout(30):
        while len(notes.deaths) < 2:
            await asyncio.sleep(0.01)
    one.stop()
    await task
    assert notes.deaths[0] == "cannot be started: No such file or directory"


async def test_without_a_pidfd_a_thread_waits(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_pid: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(module.os, "pidfd_open", refuse)
    one = child(SLEEPS, notes)
    task = asyncio.create_task(one.run())
    await notes.until(b"up")
    one.stop()
    await task
    assert not alive(notes.pids[0])


def test_it_dies_with_a_killed_supervisor(tmp_path: Path) -> None:
    script = f"""
        import asyncio, os, signal
        from vanguard.compose.supervisor.child import Child, Plan
        class Notes:
            def started(self, name, pid): print(pid, flush=True)
            def wrote(self, name, chunk): os.kill(os.getpid(), signal.SIGKILL)
            def died(self, *_): pass
        import sys
        plan = Plan("x", (sys.executable, "-S", "-c", {SLEEPS!r}), os.environ, 1)
        asyncio.run(Child(plan, Notes()).run())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=environment(),
        stdout=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    until(lambda: not alive(pid), lambda: f"{pid} outlives its supervisor")


def test_reasons() -> None:
    assert reason_of(0) == "exit code 0"
    assert reason_of(-15) == "killed by SIGTERM"
    assert reason_of(-250) == "killed by signal 250"


async def test_a_retired_one_is_told_so_and_not_started_again(notes: Notes) -> None:
    one = child(
        """
        import signal, sys, time
        signal.signal(signal.SIGUSR1, lambda *_: (print('retired', flush=True), sys.exit(0)))
        print('up', flush=True)
        time.sleep(600)
        """,
        notes,
    )
    task = asyncio.create_task(one.run())
    await notes.until(b"up")
    one.retire()
    await task
    assert b"retired" in notes.output
    assert notes.deaths == []
    assert len(notes.ends) == 1

"""Runs one process for as long as it is wanted: starts it, reads what it says, restarts it.

It does not know what the process does. Each one leads a session of its own, so that the terminal's
Ctrl-C reaches the supervisor alone, and dies with the supervisor, however that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from vanguard.compose.supervisor.backoff import Backoff, Verdict

_READ_BYTES = 64 * 1024
_PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes:
        pass_fds: descriptors it inherits, under the same numbers.
        grace_s: seconds between SIGTERM and SIGKILL at a stop.
        may_finish: an exit status of 0 means that there is nothing to do, not a death.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    grace_s: float
    pass_fds: tuple[int, ...] = ()
    may_finish: bool = False


class Watcher(Protocol):
    """Is told what happens to a child."""

    def started(self, name: str, pid: int) -> None:
        """It runs."""

    def wrote(self, name: str, chunk: bytes) -> None:
        """It wrote to its standard output or error; any number of lines, or parts of them."""

    def ended(self, name: str, pid: int) -> None:
        """Its process is gone, for whatever reason; it may be started again."""

    def died(self, name: str, reason: str, verdict: Verdict) -> None:
        """It ended without being asked to and will be started again."""


@dataclass(eq=False)
class Child:
    """One process and its successors."""

    plan: Plan
    watcher: Watcher
    _backoff: Backoff = field(default_factory=Backoff)
    _process: subprocess.Popen[bytes] | None = None
    _unwanted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    async def run(self) -> None:
        """Keeps it running; returns when it is gone after `stop` or `kill`, or has finished."""
        while not self._unwanted.is_set():
            began = time.monotonic()
            try:
                code = await self._once()
                if code == 0 and self.plan.may_finish:
                    return
                reason = reason_of(code)
            except OSError as error:
                reason = f"cannot be started: {error.strerror}"
            if self._unwanted.is_set():
                return
            verdict = self._backoff.died(time.monotonic() - began)
            self.watcher.died(self.plan.name, reason, verdict)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._unwanted.wait(), verdict.delay_s)

    def stop(self) -> None:
        """Asks it to end (SIGTERM), and makes it end (SIGKILL) after its grace."""
        self._leave(signal.SIGTERM)

    def retire(self) -> None:
        """Asks it to end as somebody whom another one replaces (SIGUSR1), within the same grace."""
        self._leave(signal.SIGUSR1)

    def _leave(self, number: signal.Signals) -> None:
        self._unwanted.set()
        self.signal(number)
        process = self._process
        if process is not None:
            asyncio.get_running_loop().call_later(self.plan.grace_s, self._kill_one, process)

    def kill(self) -> None:
        """Ends it and what it started, now."""
        self._unwanted.set()
        if self._process is not None:
            self._kill_one(self._process)

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def _once(self) -> int:
        """Starts it and waits for its end; returns the code, negative for a signal."""
        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        try:
            self._process = process = self._spawn(writing)
        finally:
            os.close(writing)
        loop.add_reader(reading, self._read, reading)
        self.watcher.started(self.plan.name, process.pid)
        if self._unwanted.is_set():
            self.stop()
        try:
            code = await _ended(process)
        finally:
            self._kill_one(process)  # whoever it left behind
            loop.remove_reader(reading)
            while self._read(reading):
                pass
            os.close(reading)
            self._process = None
            self.watcher.ended(self.plan.name, process.pid)
        return code

    def _spawn(self, output: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter with our own arguments
            self.plan.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(self.plan.environment),
            pass_fds=self.plan.pass_fds,
            start_new_session=True,
            preexec_fn=_dies_with(os.getpid()),  # noqa: PLW1509 - no thread holds a lock here
        )

    def _read(self, descriptor: int) -> bool:
        """Passes on what is there; False when there is nothing more for now, or at all."""
        try:
            chunk = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return False
        if chunk:
            self.watcher.wrote(self.plan.name, chunk)
        else:
            asyncio.get_running_loop().remove_reader(descriptor)
        return bool(chunk)

    @staticmethod
    def _kill_one(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def reason_of(code: int) -> str:
    """`exit code 3`, or `killed by SIGSEGV`."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


async def _ended(process: subprocess.Popen[bytes]) -> int:
    """Waits without a thread where the system can (pidfd), so that a fork copies no locked lock."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return await asyncio.to_thread(process.wait)
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()


def _dies_with(parent: int) -> Callable[[], None] | None:
    """Runs in the new process: the kernel kills it when the supervisor ends, even by SIGKILL."""
    if _LIBC is None:
        return None
    prctl = _LIBC.prctl

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # the supervisor went before the kernel could be asked

    return before_exec

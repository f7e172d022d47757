"""The executor of one machine: processes that are replaced when a task hangs or kills one.

It does not know the stages; they come to it whole, and have to be importable by name.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from vanguard.flow.ports import Blobs, Outcome, Task
from vanguard.flow.work import do, failed

_AHEAD = 2  # tasks for each process: one in work, one at hand
_TASKS = 500  # a process begins anew after so many: libraries leak
_KEPT_BYTES = 1 << 30
_Done = tuple[Outcome, int]


class Processes:
    """Processes that stay for the next run, so that what a stage loads is loaded once.

    They are started when they are first needed. It serves one run after the other, never two at a time:
    a run that is ended early ends them all, for nobody else's task can be among theirs.
    """

    def __init__(
        self, number: int = 1, memory_bytes: int = 4 << 30, kept_bytes: int = _KEPT_BYTES
    ) -> None:
        """`memory_bytes` and `kept_bytes` as `LocalExecutor` has the first.

        Args:
            number: at work at the same time.
            memory_bytes: address space that each may have; 0 for no limit.
            kept_bytes: memory that one may hold between runs; where one holds more all begin anew.
        """
        self.number = number
        self._memory_bytes = memory_bytes
        self._kept_bytes = kept_bytes
        self._pool: ProcessPool | None = None
        self._grown = False

    def schedule(self, task: Task, blobs: Blobs, task_s: float) -> Future[_Done]:
        """Has a task done as soon as one of them is free."""
        if self._pool is not None and not self._pool.active:
            self.close()  # the last one that was idle was killed
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self.number,
                max_tasks=_TASKS,
                initializer=_limit,
                initargs=(self._memory_bytes,),
                context=multiprocessing.get_context("forkserver"),
            )
        future: Future[_Done] = self._pool.schedule(_do, args=(task, blobs), timeout=task_s)
        return future

    def heard(self, held_bytes: int) -> None:
        """Notes how much memory one of them holds after a task."""
        self._grown = self._grown or held_bytes > self._kept_bytes

    def rest(self) -> None:
        """Between two runs: lets those go that hold more than they may keep."""
        if self._grown:
            self.close()

    def close(self) -> None:
        """Ends them, whatever they do; the next task starts others."""
        pool, self._pool, self._grown = self._pool, None, False
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


@dataclass(frozen=True)
class LocalExecutor:
    """Processes on this machine.

    Attributes:
        blobs: shared by all; has to be picklable.
        processes: at work at the same time.
        task_s: seconds that a task may take.
        memory_bytes: address space that a process may have; 0 for no limit.
        warm: processes that are there already, and stay; `processes` and `memory_bytes` are theirs then.
    """

    blobs: Blobs
    processes: int = 1
    task_s: float = 300.0
    memory_bytes: int = 4 << 30
    warm: Processes | None = None

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """An outcome for each task, as they end."""
        rest = iter(tasks)
        first = next(rest, None)
        if first is None:
            return
        crew = self.warm or Processes(self.processes, self.memory_bytes)
        over = False
        try:
            yield from self._through(crew, first, rest)
            over = True
        finally:
            if over and self.warm is not None:
                crew.rest()
            else:
                crew.close()

    def _through(self, crew: Processes, first: Task, rest: Iterator[Task]) -> Iterator[Outcome]:
        under_way: dict[Future[_Done], Task] = {}
        again: set[str] = set()

        def begin(task: Task) -> None:
            under_way[crew.schedule(task, self.blobs, self.task_s)] = task

        begin(first)
        while True:
            for task in islice(rest, crew.number * _AHEAD - len(under_way)):
                begin(task)
            if not under_way:
                return
            over, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in over:
                task = under_way.pop(future)
                if isinstance(future.exception(), BrokenProcessPool) and task.step not in again:
                    again.add(task.step)  # it was to be done by one that was gone
                    begin(task)
                else:
                    yield self._outcome(crew, future, task)

    def _outcome(self, crew: Processes, future: Future[_Done], task: Task) -> Outcome:
        try:
            outcome, held_bytes = future.result()
        except TimeoutError:
            return failed(task, f"it took longer than {self.task_s:g} s", again=True)
        except ProcessExpired as error:
            return failed(task, f"its process died (exit code {error.exitcode})", again=True)
        except BrokenProcessPool:
            return failed(task, "the processes died that were to do it", again=True)
        crew.heard(held_bytes)
        return outcome


def _do(task: Task, blobs: Blobs) -> _Done:
    return do(task, blobs), _held_bytes()


def _held_bytes() -> int:
    """Memory that this process holds just now; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _limit(memory_bytes: int) -> None:
    if memory_bytes:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))

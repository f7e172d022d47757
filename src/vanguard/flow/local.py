"""The executor of one machine: processes that are replaced when a task hangs or kills one.

It does not know the stages; they come to it whole, and have to be importable by name.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import islice

from pebble import ProcessExpired, ProcessPool

from vanguard.flow.ports import Blobs, Outcome, Task
from vanguard.flow.work import do, failed

_AHEAD = 2  # tasks for each process: one in work, one at hand
_TASKS = 500  # a process begins anew after so many: libraries leak


@dataclass(frozen=True)
class LocalExecutor:
    """Processes on this machine.

    Attributes:
        blobs: shared by all; has to be picklable.
        processes: at work at the same time.
        task_s: seconds that a task may take.
        memory_bytes: address space that a process may have; 0 for no limit.
    """

    blobs: Blobs
    processes: int = 1
    task_s: float = 300.0
    memory_bytes: int = 4 << 30

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """An outcome for each task, as they end."""
        rest = iter(tasks)
        first = next(rest, None)
        if first is None:
            return
        pool = ProcessPool(
            max_workers=self.processes,
            max_tasks=_TASKS,
            initializer=_limit,
            initargs=(self.memory_bytes,),
            context=multiprocessing.get_context("forkserver"),
        )
        under_way: dict[Future[Outcome], Task] = {}

        def begin(task: Task) -> None:
            future = pool.schedule(do, args=(task, self.blobs), timeout=self.task_s)
            under_way[future] = task

        try:
            begin(first)
            while True:
                for task in islice(rest, self.processes * _AHEAD - len(under_way)):
                    begin(task)
                if not under_way:
                    break
                over, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in over:
                    yield self._outcome(future, under_way.pop(future))
        finally:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def _outcome(self, future: Future[Outcome], task: Task) -> Outcome:
        try:
            return future.result()
        except TimeoutError:
            return failed(task, f"it took longer than {self.task_s:g} s", again=True)
        except ProcessExpired as error:
            return failed(task, f"its process died (exit code {error.exitcode})", again=True)


def _limit(memory_bytes: int) -> None:
    if memory_bytes:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))

"""A pytest plugin that runs what was collected in several processes, forked when all of it is there.

It does not know the tests. Importing a thousand files and what they need costs as much as a fifth of
the tests; here it is done once, where pytest-xdist does it again in each of its processes. A process
takes one file after the other, and what it tells of a file is told to pytest when the file is through:
the terminal, the summary and the exit code are those of one process.

    python -m pytest -p tools.processes --processes 3
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import signal
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.sharedctypes import Synchronized
from typing import Any

import pytest

CONTEXT = multiprocessing.get_context("fork")
INTERNAL_ERROR = pytest.ExitCode.INTERNAL_ERROR
REPORT = "report"

Event = tuple[str, dict[str, Any]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Knows `--processes`."""
    parser.addoption("--processes", type=int, default=1, help="how many processes run the tests")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Takes the place of pytest's own loop where more than one process is wanted."""
    option = session.config.option
    if option.processes < 2 or option.collectonly or option.usepdb or session.testsfailed:
        return None
    Spread(session).run()
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
    return True


class Turns:
    """Whose turn it is: each file of tests is taken by one process."""

    def __init__(self, items: list[pytest.Item]) -> None:
        found: dict[str, list[pytest.Item]] = {}
        for item in items:
            found.setdefault(file_of(item), []).append(item)
        self.files = list(found.values())
        self._next: Synchronized[int] = CONTEXT.Value("i", 0)

    def __iter__(self) -> Iterator[list[pytest.Item]]:
        while True:
            with self._next.get_lock():
                number = self._next.value
                self._next.value += 1
            if number >= len(self.files):
                return
            yield self.files[number]

    def stop(self) -> None:
        """No file has its turn any more."""
        with self._next.get_lock():
            self._next.value = len(self.files)


class Spread:
    """The side of pytest's own process: it starts the others and hears them."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.turns = Turns(session.items)
        session.config._tmp_path_factory.getbasetemp()  # noqa: SLF001 - theirs are in it
        self.at: dict[Connection, str] = {}  # what each process is at

    def run(self) -> None:
        """Runs all tests.

        Raises:
            pytest.exit.Exception: a process died; what the others told is told all the same.
        """
        count = min(self.session.config.option.processes, len(self.turns.files))
        made = dict(self._start(number) for number in range(count))
        try:
            self._hear(set(made))
            for process in made.values():
                process.join()
        finally:
            for process in made.values():
                process.terminate()
        died = [
            f"a process {ending(process.exitcode)} in {self.at.get(heard)}; nothing is known of this"
            " file, nor of the one that it had taken for its next"
            for heard, process in made.items()
            if process.exitcode
        ]
        if died:
            pytest.exit("\n".join(died), returncode=INTERNAL_ERROR)

    def _start(self, number: int) -> tuple[Connection, multiprocessing.process.BaseProcess]:
        heard, told = CONTEXT.Pipe(duplex=False)
        worker = Worker(self.session, self.turns, told, number)
        process = CONTEXT.Process(target=worker.run)
        process.start()
        told.close()
        return heard, process

    def _hear(self, processes: set[Connection]) -> None:
        while processes:
            for heard in wait(list(processes)):
                try:
                    message = heard.recv()
                except EOFError:
                    processes.remove(heard)
                    continue
                if isinstance(message, str):
                    self.at[heard] = message
                else:
                    self._tell(message)
            if self.session.shouldfail or self.session.shouldstop:
                self.turns.stop()

    def _tell(self, events: list[Event]) -> None:
        """Says what happened as if it had happened here."""
        hook = self.session.config.hook
        for name, values in events:
            if REPORT in values:
                values[REPORT] = hook.pytest_report_from_serializable(
                    config=self.session.config, data=values[REPORT]
                )
            called = getattr(hook, name)
            if called.is_historic():  # warnings are told to late plugins too
                called.call_historic(kwargs=values)
            else:
                called(**values)


class Worker:
    """A process that runs tests, and a plugin there that keeps what happened to them."""

    def __init__(
        self, session: pytest.Session, turns: Turns, told: Connection, number: int
    ) -> None:
        self.session = session
        self.turns = turns
        self.told = told
        self.number = number
        self.events: list[Event] = []

    def run(self) -> None:
        """Runs files of tests as long as there are some, or until somebody interrupts all processes."""
        self._part(self.session.config)
        self.session.config.pluginmanager.register(self)
        with contextlib.suppress(KeyboardInterrupt):
            self._run()

    def _run(self) -> None:
        items = itertools.chain.from_iterable(self.turns)
        for item, following in itertools.pairwise(itertools.chain(items, [None])):
            if not self.events:
                self.told.send(file_of(item))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if following is None or file_of(following) != file_of(item):
                self._tell()
            if self.session.shouldfail or self.session.shouldstop:
                self._tell()
                break

    def _part(self, config: pytest.Config) -> None:
        """What the processes must not share: the terminal, the files with what is captured, folders."""
        config.pluginmanager.unregister(name="terminalreporter")
        capture = config.pluginmanager.getplugin("capturemanager")
        capture.stop_global_capturing()
        capture.start_global_capturing()
        capture.suspend_global_capture()
        factory = config._tmp_path_factory  # noqa: SLF001 - pytest has no other name for it
        factory._basetemp = factory.mktemp(f"process-{self.number}")  # noqa: SLF001 - the same

    def _tell(self) -> None:
        self.told.send(self.events)
        self.events = []

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Kept, for the first process to tell."""
        self._keep("pytest_runtest_logstart", nodeid=nodeid, location=location)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Kept, for the first process to tell."""
        config = self.session.config
        data = config.hook.pytest_report_to_serializable(config=config, report=report)
        self._keep("pytest_runtest_logreport", report=data)

    def pytest_runtest_logfinish(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Kept, for the first process to tell."""
        self._keep("pytest_runtest_logfinish", nodeid=nodeid, location=location)

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: Any
    ) -> None:
        """Kept in words, for the warning itself may hold what cannot be sent."""
        plain = warnings.WarningMessage(
            str(warning_message.message),
            warning_message.category,
            warning_message.filename,
            warning_message.lineno,
        )
        self._keep(
            "pytest_warning_recorded",
            warning_message=plain,
            when=when,
            nodeid=nodeid,
            location=location,
        )

    def _keep(self, name: str, **values: object) -> None:
        self.events.append((name, values))


def file_of(item: pytest.Item) -> str:
    """The file that a test is in, as pytest names it."""
    return item.nodeid.partition("::")[0]


def ending(exit_code: int | None) -> str:
    """How a process ended."""
    if exit_code is not None and exit_code < 0:
        return f"died of {signal.Signals(-exit_code).name}"
    return f"ended with {exit_code}"

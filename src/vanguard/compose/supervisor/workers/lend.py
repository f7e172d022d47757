"""Runs the lender of limits on a Unix socket, for as long as the platform lives.

It does not know how anything is counted. It takes up snapshots, and reads journals where a worker's
death or a new budget asks for it; that is done in a thread, so that nobody waits for a disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import cast

from vanguard.compose.private_socket import listen_privately
from vanguard.core.clock import BooksClock, Clock
from vanguard.gateway.accounting.claims import journal_folders
from vanguard.gateway.limits.lender import Lender
from vanguard.gateway.limits.protocol import (
    PROTOCOL,
    Denied,
    Frames,
    FromWorker,
    Hello,
    ToWorker,
    frame,
    read_from_worker,
)
from vanguard.gateway.limits.sessions import Reported, Session
from vanguard.gateway.limits.spending import (
    Spent,
    Stretch,
    add_open,
    add_settled,
    beyond_mark,
    journal_end,
    spent_as_published,
    starts_of,
    windows_of,
)
from vanguard.snapshot.file import read_snapshot
from vanguard.snapshot.model import Scope, Snapshot

_TICK_S = 0.05
_LOOK_S = 0.2
_RETRY_S = 1.0
_UNSENT_BYTES = 8 * 1024 * 1024


class Lending:
    """The lender with its socket, its snapshot and its journals.

    Args:
        say: tells a person what went wrong.
    """

    def __init__(
        self,
        path: Path,
        snapshot: Path,
        journals: Path,
        say: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._clock = BooksClock(clock)
        self.lender = Lender(self._clock, self._send, self._look)
        self._path = path
        self._snapshot_path = snapshot
        self._journals = journals
        self._say = say
        self._connections: dict[str, Connection] = {}
        self._ends: dict[str, int] = {}
        self._stamp: tuple[int, int, int] | None = None
        self._snapshot: Snapshot | None = None
        self._restoring: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.AbstractServer | None = None

    async def start(self) -> None:
        """Listens, once what is spent already is known.

        Raises:
            OSError: the socket cannot be made.
        """
        self._look()
        if self._restoring is not None:
            await self._restoring
        loop = asyncio.get_running_loop()
        listener = listen_privately(self._path)
        self._server = await loop.create_unix_server(lambda: Connection(self), sock=listener)
        self._begin(self._run())

    async def close(self) -> None:
        """Ends."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._connections.values()):
            connection.abort()
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    def ended(self, pid: int) -> None:
        """A process is gone; called before its successor may write to the same journal."""
        for session in self.lender.sessions.values():
            if session.pid == pid and not session.dead:
                self._ends[session.incarnation] = journal_end(self._journals / session.journal)
        for incarnation in list(self._ends):
            if incarnation not in self._connections:
                self._bury(incarnation)

    # --- connections -------------------------------------------------------------------------

    def greeted(self, connection: Connection, hello: Hello) -> None:
        """The first message of a connection."""
        if hello.protocol != PROTOCOL:
            reason = (
                f"the platform lends limits by protocol {PROTOCOL}, this worker speaks"
                f" {hello.protocol}: restart the platform"
            )
            connection.send(Denied(reason))
            connection.close()
            return
        before = self._connections.pop(hello.incarnation, None)
        if before is not None:
            before.abort()
            self.lender.disconnected(hello.incarnation)
        connection.incarnation = hello.incarnation
        self._connections[hello.incarnation] = connection
        self.lender.hello(hello)

    def lost(self, connection: Connection) -> None:
        """A connection is closed, and all that came on it has been heard."""
        incarnation = connection.incarnation
        if self._connections.get(incarnation) is not connection:
            return
        del self._connections[incarnation]
        self.lender.disconnected(incarnation)
        if incarnation in self._ends:
            self._bury(incarnation)

    def _send(self, incarnation: str, message: ToWorker) -> None:
        connection = self._connections.get(incarnation)
        if connection is not None:
            connection.send(message)

    # --- time --------------------------------------------------------------------------------

    async def _run(self) -> None:
        looked_s = 0.0
        while True:
            await asyncio.sleep(_TICK_S)
            for incarnation in self.lender.tick():
                self._connections[incarnation].abort()
            now = self._clock.monotonic()
            if now - looked_s >= _LOOK_S:
                looked_s = now
                self._clock.now_ms()  # a day begins for it too when nobody asks for anything
                self._look()

    def _look(self) -> None:
        """Takes up a newer snapshot, and restores budgets that are new in it."""
        try:
            found = self._snapshot_path.stat()
        except OSError:
            return
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._snapshot = read_snapshot(self._snapshot_path)
            except (OSError, ValueError) as error:
                self._say(f"limits stay as they are: {error}")
                return
            self.lender.publish(self._snapshot.scopes)
            if self._clock.saw(self._snapshot.published_at_ms):
                self.lender.look_up_again()
        busy = self._restoring is not None and not self._restoring.done()
        if self._snapshot is None or busy or self.lender.recovering:
            return
        wanted = self.lender.unrestored()
        if wanted:
            reported = self.lender.begin_restore(wanted)
            self._restoring = self._begin(self._restore(self._snapshot, wanted, reported))

    # --- journals ----------------------------------------------------------------------------

    async def _restore(
        self, snapshot: Snapshot, wanted: Sequence[Scope], reported: Mapping[str, Reported]
    ) -> None:
        starts, windows = starts_of(wanted, self._clock.now_ms()), windows_of(wanted)

        def read(stretches: Sequence[Stretch]) -> Spent:
            spent = spent_as_published(snapshot, starts)
            for stretch in stretches:
                left = add_settled(spent, stretch, starts, windows)
                lives = reported.get(stretch.folder.name)
                # nobody lives who will report how these end
                add_open(spent, [one for at, one in left.items() if not lives or at < lives.begins])
            return spent

        try:
            # before anybody else has a turn: where the journals end now is where reports go on
            stretches = self._stretches(snapshot, reported)
            spent = await asyncio.to_thread(read, stretches)
        except OSError as error:
            self._say(f"what budgets have spent cannot be read, they wait: {error}")
            await asyncio.sleep(_RETRY_S)
            self.lender.abort_restore(wanted)
            return
        for scope in wanted:
            ahead = spent.ahead.get(scope.id)
            self.lender.end_restore(scope, spent[scope.id], starts[scope.id], ahead)

    def _stretches(self, snapshot: Snapshot, reported: Mapping[str, Reported]) -> list[Stretch]:
        stretches = []
        for folder in journal_folders(self._journals):
            lives = reported.get(folder.name)
            end = lives.offset if lives is not None else journal_end(folder)
            stretches.append(beyond_mark(folder, snapshot, end))
        return stretches

    def _bury(self, incarnation: str) -> None:
        end = self._ends.pop(incarnation)
        session = self.lender.died(incarnation)
        if session is not None:
            self._begin(self._recover(session, end))

    async def _recover(self, session: Session, end: int) -> None:
        # a later snapshot may no longer need what this death has left open
        folder, snapshot = self._journals / session.journal, self._snapshot
        starts = {name: one.window_start_ms for name, one in self.lender.accounts.items()}

        def read() -> Spent:
            begin = session.offset
            if snapshot is not None:
                begin = min(begin, beyond_mark(folder, snapshot).begin)
            spent = Spent(starts)
            stretch = Stretch(folder, begin, session.offset, end, session.begins)
            add_open(spent, add_settled(spent, stretch, starts, {}).values())
            return spent

        while True:
            try:
                spent = await asyncio.to_thread(read)
            except OSError as error:
                self._say(f"what {session.journal} has spent cannot be read: {error}")
                await asyncio.sleep(_RETRY_S)
            else:
                self.lender.recovered(session.incarnation, spent)
                return

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            error = task.exception()
            self._say(f"a defect of the lender: {type(error).__name__}: {error}")


class Connection(asyncio.Protocol):
    """One worker's. The first message must be a hello."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self.incarnation = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accepted."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_UNSENT_BYTES)

    def data_received(self, data: bytes) -> None:
        """Passes on what the worker says; who does not keep to the protocol is cut off."""
        try:
            for payload in self._frames.feed(data):
                self._heard(read_from_worker(payload))
        except ValueError:
            self.abort()

    def _heard(self, message: FromWorker) -> None:
        if isinstance(message, Hello):
            if self.incarnation:
                raise ValueError("a second hello")
            self._lending.greeted(self, message)
        elif self.incarnation:
            self._lending.lender.receive(self.incarnation, message)
        else:
            raise ValueError("no hello")

    def pause_writing(self) -> None:
        """A worker that does not read is cut off; it may come back."""
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Tells the lender."""
        self._transport = None
        self._lending.lost(self)

    def send(self, message: ToWorker) -> None:
        """Sends, if it is still there."""
        if self._transport is not None:
            self._transport.write(frame(message))

    def close(self) -> None:
        """Closes once what was sent is gone."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Closes now."""
        if self._transport is not None:
            self._transport.abort()

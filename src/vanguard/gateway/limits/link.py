"""A worker's connection to the lender: made at the start, kept, and made anew when it breaks.

It does not know limits; it carries messages and calls the borrower in time.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import cast

from vanguard.core.clock import Clock
from vanguard.core.errors import LimitsUnavailable
from vanguard.core.ids import new_id
from vanguard.gateway.limits.borrower import Answered, Borrower
from vanguard.gateway.limits.holding import NotHeld
from vanguard.gateway.limits.protocol import (
    BEAT_S,
    PROTOCOL,
    Denied,
    Frames,
    FromWorker,
    Hello,
    Report,
    frame,
    read_to_worker,
)

_FLUSH_S = 0.1
_FIRST_RETRY_S = 0.05
_LAST_RETRY_S = 1.0
_AT_ONCE = 3
_AGAIN_S = 0.03
_UNSENT_BYTES = 8 * 1024 * 1024


class Link(asyncio.Protocol):
    """One worker's.

    Attributes:
        borrower: what requests reserve from.
    """

    def __init__(
        self, path: str, journal: str, clock: Clock, offset: Callable[[], int], begins: int = 0
    ) -> None:
        self.borrower = Borrower(clock, self._send, offset)
        self._path = path
        self._journal = journal
        self._begins = begins
        self._incarnation = new_id("w")
        self._transport: asyncio.Transport | None = None
        self._frames = Frames()
        self._changed = asyncio.Event()
        self._denied = ""
        self._welcome = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, patience_s: float = 10.0) -> None:
        """Connects, and keeps connected from then on.

        Raises:
            LimitsUnavailable: the lender does not answer, or will not have this worker.
        """
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._keep()), loop.create_task(self._beat())]
        try:
            async with asyncio.timeout(patience_s):
                while not self._welcome and not self._denied:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            await self.close()
            raise LimitsUnavailable(f"nobody lends limits at {self._path}") from None
        if self._denied:
            await self.close()
            raise LimitsUnavailable(self._denied)

    def ask(
        self, wanted: NotHeld, answered: Answered, deadline: float, tries: int
    ) -> Callable[[], None]:
        """As `Borrower.ask`; who has asked in vain before waits a moment, the lender may be behind."""
        if tries < _AT_ONCE:
            return self.borrower.ask(wanted, answered, deadline)
        undo: list[Callable[[], None]] = []

        def again() -> None:
            undo[:] = [self.borrower.ask(wanted, answered, deadline)]

        def take_back() -> None:
            undo[0]()

        undo.append(asyncio.get_running_loop().call_later(_AGAIN_S, again).cancel)
        return take_back

    async def close(self) -> None:
        """Says good-bye and ends."""
        for task in self._tasks:
            task.cancel()
        self.borrower.close()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause_s = _FIRST_RETRY_S
        while not self._denied:
            try:
                await loop.create_unix_connection(lambda: self, self._path)
            except OSError:
                await asyncio.sleep(pause_s)
                pause_s = min(_LAST_RETRY_S, pause_s * 2)
                continue
            pause_s = _FIRST_RETRY_S
            while self._transport is not None:
                self._changed.clear()
                await self._changed.wait()
            await asyncio.sleep(pause_s)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        rounds = 0
        while True:
            await asyncio.sleep(_FLUSH_S)
            rounds += 1
            try:
                if rounds % round(BEAT_S / _FLUSH_S) == 0:
                    self.borrower.beat()
                self.borrower.flush()
            except Exception as error:  # noqa: BLE001 - told; whoever waits must be answered all the same
                loop.call_exception_handler({"message": "limits", "exception": error})
                self._abort()

    # --- transport ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduces itself."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_UNSENT_BYTES)
        self._frames = Frames()
        try:
            self.borrower.connect(self._greet)
        except BaseException:
            # the lender would wait for the hello for ever, and so would this worker
            self._abort()
            raise
        self._changed.set()

    def _greet(self, report: Report) -> None:
        own = (self._journal, os.getpid(), self._incarnation)
        self._send(Hello(PROTOCOL, *own, report, self._begins))

    def data_received(self, data: bytes) -> None:
        """Passes on what the lender says."""
        try:
            for payload in self._frames.feed(data):
                message = read_to_worker(payload)
                if isinstance(message, Denied):
                    self._denied = message.reason
                else:
                    self._welcome = True
                    self.borrower.receive(message)
                self._changed.set()
        except ValueError:
            self._abort()

    def pause_writing(self) -> None:
        """A lender that does not read is none."""
        self._abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """What is held may be used a while; a new connection is tried meanwhile."""
        self._transport = None
        self.borrower.disconnected()
        self._changed.set()

    def _send(self, message: FromWorker) -> None:
        if self._transport is not None:
            self._transport.write(frame(message))

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

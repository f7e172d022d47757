"""Keeps one credential that has an end: fetched once for all who wait, renewed ahead of its end.

It does not know what it keeps or how that is fetched. A renewal that fails leaves the old one in force
until its own end; after that whoever asks is told why there is none. One that is refused before its end
serves nobody until another has come, or has failed to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from vanguard.core.errors import UpstreamUnavailable, VanguardError

T = TypeVar("T")

# renewed this long before its end, or at three quarters of a short life
_AHEAD_S = 300.0
_AGAIN_S = 5.0
# the most that all requests of one fetch may take together
_FETCH_S = 30.0
# whoever is refused with every one must not have the service asked without end
_REFUSED_AGAIN_S = 30.0
_WAITERS = 10_000


class Kept(NamedTuple, Generic[T]):
    """Something with the moment, in seconds since the epoch, from which it is worth nothing."""

    value: T
    expires_s: float


class Surroundings(NamedTuple):
    """What all keepers of a process share.

    Attributes:
        now_s: seconds since the epoch.
        note: told why there is nothing, once for each reason.
    """

    now_s: Callable[[], float]
    note: Callable[[str], None]


class Keeper(Generic[T]):
    """One credential.

    Args:
        fetch: gets a new one; raises a VanguardError.
        around: clock and log.
        what: what it is, in words that every caller may read.
        name: the same for the log, which may tell accounts and files.

    Attributes:
        reason: why there is no newer one; empty when nothing failed. It may name accounts and files, so
            it is for the log and for other keepers.
    """

    def __init__(
        self, fetch: Callable[[], Awaitable[Kept[T]]], around: Surroundings, what: str, name: str
    ) -> None:
        self._fetch = fetch
        self._around = around
        self._what = what
        self._name = name
        self._kept: Kept[T] | None = None
        self._doubted: Kept[T] | None = None
        self._came_s = self._life_s = 0.0
        self._refused_s = -_REFUSED_AGAIN_S
        self._stale = False
        self.reason = ""
        self._tried_s = -_AGAIN_S
        self._task: asyncio.Task[None] | None = None
        self._waiters: list[Callable[[], None]] = []
        self.used_s = around.now_s()

    @property
    def fetching(self) -> bool:
        """Whether a new one is on its way."""
        return self._task is not None

    def in_force(self) -> bool:
        """Whether there is one that is worth something."""
        return self._kept is not None and self._kept.expires_s > self._around.now_s()

    def current(self) -> T:
        """The one in force.

        Raises:
            UpstreamUnavailable: there is none; why is for the log, since a client will read this.
        """
        now_s = self.used_s = self._around.now_s()
        if self._kept is not None and self._kept.expires_s > now_s:
            return self._kept.value
        words = "cannot be had at present; the gateway's log says why (no_credential)"
        if not self.reason:
            words = "has not come yet"
        raise UpstreamUnavailable(f"{self._what} {words}", retry_after_s=1)

    def begin(self) -> bool:
        """Fetches unless that is being done, or has just failed; whether an answer will come."""
        if self._task is not None:
            return True
        now_s = self._around.now_s()
        if now_s - self._tried_s < _AGAIN_S:
            return False
        self._tried_s = now_s
        self._task = asyncio.get_running_loop().create_task(self._run())
        return True

    def renew(self) -> None:
        """Fetches when there is none, when its end is near, or when it has become stale."""
        kept = self._kept
        if kept is not None and not self._stale:
            left_s = kept.expires_s - self._around.now_s()
            if left_s >= min(_AHEAD_S, self._life_s / 4):
                return
        self.begin()

    def make_stale(self) -> None:
        """What it was made from has changed: another is fetched soon, and this one serves meanwhile."""
        self._stale = True

    def refused(self, since_s: float) -> bool:
        """A service has refused it before its end; whether another may be taken in its place.

        Args:
            since_s: seconds since the refused request came: what was fetched after that was not refused.
        """
        now_s, kept = self._around.now_s(), self._kept
        if kept is None:
            return self.begin()
        if now_s - self._came_s < since_s:
            return True
        if now_s - self._refused_s < _REFUSED_AGAIN_S or not self.begin():
            return False
        self._refused_s = now_s
        self._doubted, self._kept = kept, None
        return True

    def wait(self, ready: Callable[[], None]) -> bool:
        """Whether `ready` will be called: once, when a fetch that is begun by this has ended."""
        if self.in_force() or len(self._waiters) >= _WAITERS or not self.begin():
            return False
        self._waiters.append(ready)
        return True

    async def get(self) -> T:
        """The one in force, fetched where there is none.

        Raises:
            UpstreamUnavailable: it cannot be had, and why.
        """
        told = asyncio.get_running_loop().create_future()
        if self.wait(lambda: None if told.done() else told.set_result(None)):
            await told
        if not self.in_force():
            raise UpstreamUnavailable(self.reason or f"{self._what} has not come yet")
        return self.current()

    def close(self) -> None:
        """Nobody wants it any longer."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        stale, self._stale = self._stale, False
        why = f"{self._what} could not be fetched for a defect of the gateway; its log has more"
        try:
            async with asyncio.timeout(_FETCH_S):
                kept = await self._fetch()
            why = self._take(kept)
        except asyncio.CancelledError:
            why, self._waiters = "", []
            raise
        except TimeoutError:
            why = f"{self._what} has not come within {_FETCH_S:g} s"
        except VanguardError as error:
            why = error.message
        finally:
            # whatever happened: nobody waits for a fetch that is over
            self._task = None
            if why:
                self._stale = self._stale or stale
                self._failed(why)
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                # each by itself: none is lost when another one fails
                asyncio.get_running_loop().call_soon(waiter)

    def _take(self, kept: Kept[T]) -> str:
        """Why it is not taken; empty when it is."""
        life_s = kept.expires_s - self._around.now_s()
        if life_s <= 0:
            return f"{self._what} came after its end; set the clock right"
        self._kept, self._life_s, self.reason = kept, life_s, ""
        self._came_s, self._doubted = self._around.now_s(), None
        return ""

    def _failed(self, why: str) -> None:
        self._tried_s = self._around.now_s()
        if self._doubted is not None:
            # better than none: it may have been refused by mistake
            self._kept, self._doubted = self._doubted, None
        if why != self.reason:
            self._around.note(f"{self._name}: {why}")
        self.reason = why

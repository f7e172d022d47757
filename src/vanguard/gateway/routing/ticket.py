"""What one attempt owes to the router: it is told of the answer's head and of the end.

It does not know why an attempt was made. It must be handed in once; what comes later changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from vanguard.core.usage import Usage
from vanguard.gateway.routing.load import Load
from vanguard.gateway.routing.quota.account import AccountQuota, Taken
from vanguard.gateway.routing.quota.told import read_told


class Busy(NamedTuple):
    """What a deployment is busy with.

    Attributes:
        input_tokens: an estimate.
        tokens: the same with the output.
    """

    input_tokens: int
    tokens: int
    stream: bool


class Ticket:
    """One request at one deployment."""

    __slots__ = ("_begun", "_busy", "_load", "_open", "_quota", "_taken", "_unsent")

    def __init__(
        self,
        now: float,
        load: Load,
        busy: Busy,
        quota: AccountQuota,
        taken: Taken,
        unsent: Callable[[], None] | None = None,
    ) -> None:
        """`unsent` takes back that the prompt was sent, where it was noted."""
        load.requests += 1
        load.tokens += busy.tokens
        self._begun = now
        self._load = load
        self._busy = busy
        self._quota = quota
        self._taken = taken
        self._unsent = unsent
        self._open = True

    def head(self, status: int, headers: Sequence[tuple[bytes, bytes]], now: float) -> None:
        """The head of the answer: quotas are told there, long before an answer ends."""
        told = read_told(headers)
        if told is not None:
            self._quota.told(told, now)
        if status < 400:
            self._quota.answered(self._begun, now)
            # its prompt has been read
            self._unsent = None

    def refused(self, wait_s: float | None, now: float) -> None:
        """The provider said 429, with its Retry-After if it named one."""
        self._quota.refused(wait_s, now)

    def token(self, at: float) -> None:
        """The first token of a stream came."""
        if self._busy.stream:
            self._load.streamed.add(max(0.0, at - self._begun), at)

    def end(self, now: float, usage: Usage | None = None, *, well: bool = False) -> None:
        """The attempt is over: what it was busy with is free.

        Args:
            now: monotonic seconds.
            usage: what it used, as far as told; None for nothing.
            well: whether it was answered as it should.
        """
        if not self._open:
            return
        self._open = False
        self._load.requests -= 1
        self._load.tokens -= self._busy.tokens
        if usage is not None and well:
            self._quota.compare(self._busy.input_tokens, usage)
        self._quota.settle(self._taken, usage, now)
        if self._unsent is not None:
            self._unsent()
        if well and not self._busy.stream:
            self._load.whole.add(now - self._begun, now)

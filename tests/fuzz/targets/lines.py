"""Connections without sockets or a running loop, for targets that are called a thousand times a second."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager


class StillLoop:
    """A loop whose time stands still; what is to be called soon is called by `turn`."""

    def __init__(self) -> None:
        self._soon: deque[Callable[[], None]] = deque()

    def time(self) -> float:
        return 1_000.0

    def call_soon(self, callback: Callable[[], None]) -> None:
        self._soon.append(callback)

    def turn(self) -> None:
        for _ in range(1_000):
            if not self._soon:
                return
            self._soon.popleft()()
        raise AssertionError("callbacks without end")


@contextmanager
def running(loop: StillLoop):
    """Lets constructors find this loop."""
    before = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        yield loop
    finally:
        asyncio._set_running_loop(before)

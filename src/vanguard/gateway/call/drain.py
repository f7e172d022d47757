"""Reads an answer on that nobody listens to, for the usage at its end: a bounded number, each for a while.

It does not know answers; whoever reads is told when the time is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from vanguard.gateway.app import Gateway
from vanguard.snapshot.model import Deployment


class Drain:
    """One such answer; `over` ends its time."""

    def __init__(self, gateway: Gateway, over: Callable[[], None]) -> None:
        self._gateway = gateway
        self.over = over
        gateway.drains.add(self)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(gateway.boot.deadlines.drain_s, over)

    def end(self) -> None:
        """It has ended, or is given up; to be called once."""
        self._timer.cancel()
        self._gateway.drains.discard(self)


def begin_drain(gateway: Gateway, deployment: Deployment, over: Callable[[], None]) -> Drain | None:
    """Begins, unless too many are under way or the answer costs nothing; `over` ends its time."""
    if len(gateway.drains) >= gateway.boot.bounds.drains:
        return None
    price = deployment.price
    if price is None or price.rates.output_usd_micros or price.rates.input_usd_micros:
        return Drain(gateway, over)
    return None

"""Keeps what the page shows: asks the platform now and then, once for all open pages.

It does not know pages. What cannot be read keeps its last value and says why in words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from vanguard.console.client import PlatformClient
from vanguard.console.records import Model, Report, Request, Status
from vanguard.core.clock import Clock
from vanguard.core.errors import VanguardError

FRESH_S = 2.0
_USAGE_FRESH_S = 30.0
REQUESTS_SHOWN = 25


@dataclass(frozen=True)
class Overview:
    """Everything the page shows; None is what was never read, `problems` say why, by its name."""

    at: datetime
    gateway: str | None = None
    status: Status | None = None
    models: tuple[Model, ...] | None = None
    usage: Report | None = None
    requests: tuple[Request, ...] | None = None
    problems: dict[str, str] = field(default_factory=dict)


class Feed:
    """One overview, shared; a page that asks within two seconds gets the one that is there."""

    def __init__(self, client: PlatformClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._lock = asyncio.Lock()
        self._overview = Overview(at=self._now())
        self._read_at = float("-inf")
        self._usage_read_at = float("-inf")
        self._usage_cause: object = None
        self._models_version = -1

    async def overview(self) -> Overview:
        """What is known now; raises nothing."""
        async with self._lock:
            if self._clock.monotonic() - self._read_at >= FRESH_S:
                await self._refresh()
                self._read_at = self._clock.monotonic()
            return self._overview

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)

    async def _refresh(self) -> None:
        """Three cheap questions; usage and models only when those answers say they changed."""
        client = self._client
        await self._ask(
            gateway=client.readiness,
            status=client.status,
            requests=lambda: client.last_requests(REQUESTS_SHOWN),
        )
        more: dict[str, Callable[[], Awaitable[Any]]] = {}
        version = self._overview.status.snapshot_version if self._overview.status else -1
        if self._overview.models is None or version != self._models_version:
            more["models"] = client.models
        now = self._overview.at
        today = datetime.combine(now.date(), time(), UTC)
        cause = (today, self._overview.requests)
        late = self._clock.monotonic() - self._usage_read_at >= _USAGE_FRESH_S
        if cause != self._usage_cause or late:
            more["usage"] = lambda: client.usage_since(today)
        await self._ask(**more)
        if "models" in more and "models" not in self._overview.problems:
            self._models_version = version
        if "usage" in more and "usage" not in self._overview.problems:
            self._usage_cause, self._usage_read_at = cause, self._clock.monotonic()

    async def _ask(self, **questions: Callable[[], Awaitable[Any]]) -> None:
        answers = await asyncio.gather(*(_answer(ask) for ask in questions.values()))
        problems = {k: v for k, v in self._overview.problems.items() if k not in questions}
        known: dict[str, Any] = {}
        for name, (value, problem) in zip(questions, answers, strict=True):
            if problem:
                problems[name] = problem
            else:
                known[name] = value
        self._overview = replace(self._overview, at=self._now(), problems=problems, **known)


async def _answer(ask: Callable[[], Awaitable[Any]]) -> tuple[Any, str]:
    try:
        return await ask(), ""
    except VanguardError as error:
        return None, error.message

"""Starts processes while somebody wants them: those that are not there all the time.

It does not know what they do. Each takes its sign away when it looks for work, and ends by itself when there
is none; whoever dies is started again as any other process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from vanguard.compose.supervisor.child import Plan

_LOOK_S = 0.2


class OnCall:
    """Looks for a file, and has those started that do not run while it is there."""

    def __init__(
        self,
        plans: Sequence[Plan],
        wanted: Path,
        runs: Callable[[str], bool],
        start: Callable[[Plan], None],
    ) -> None:
        self._plans = plans
        self._wanted = wanted
        self._runs = runs
        self._start = start

    def look(self) -> None:
        """One look."""
        if self._wanted.exists():
            for plan in self._plans:
                if not self._runs(plan.name):
                    self._start(plan)

    async def keep_looking(self) -> None:
        """Looks until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_S)

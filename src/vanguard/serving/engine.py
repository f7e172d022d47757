"""The engine: brings its services up side by side, and drains them together.

It does not know signals, models, or where weights come from.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.board import Board, Phase, Role
from vanguard.serving.weights.source import Abandoned

_log = logging.getLogger(__name__)

_ABANDON_S = 3  # a fetch is given up within a moment; a model being loaded cannot be


class Service(Protocol):
    """One model of the engine."""

    @property
    def serving(self) -> bool:
        """Whether it answers."""

    async def start(self) -> None:
        """Brings it up, or raises `WeightsUnavailable`."""

    async def drain(self) -> None:
        """Ends it, when what is open has been answered. May be called while it starts."""


class Engine:
    """The services of one process."""

    def __init__(self, services: Mapping[Role, Service], board: Board) -> None:
        self._services = services
        self._board = board

    async def run(self, stop: asyncio.Event) -> int:
        """Serves until `stop`, then drains; the exit status.

        0 after a stop, or when there is no service; 1 when none of them can serve.
        """
        if not self._services:
            self._board.show("chat", Phase("off", "no embedded model is configured"))
            return 0
        starts = [
            asyncio.create_task(self._start(role, service))
            for role, service in self._services.items()
        ]
        stopped = asyncio.create_task(stop.wait())
        started = asyncio.create_task(self._all(starts))
        await asyncio.wait({stopped, started}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set() and not any(each.serving for each in self._services.values()):
            stopped.cancel()
            return 1
        await stopped
        for role in self._services:
            self._board.show(role, Phase("off", "stopping"))
        await asyncio.gather(*(each.drain() for each in self._services.values()))
        await asyncio.wait(starts, timeout=_ABANDON_S)
        _log.info("stopped")
        return 0

    @staticmethod
    async def _all(starts: Iterable[asyncio.Task[None]]) -> None:
        await asyncio.gather(*starts)

    async def _start(self, role: Role, service: Service) -> None:
        try:
            await service.start()
        except Abandoned:
            _log.info("%s: given up", role)
        except WeightsUnavailable as error:
            self._board.show(role, Phase("failed", error.message))
        except Exception as error:  # noqa: BLE001 - one model's defect must not take the other along
            _log.error("%s cannot start", role, exc_info=error)
            self._board.show(role, Phase("failed", f"a defect: {error}"))

"""Waits until the platform answers, showing what it waits for, and then keeps an eye on the engine.

It does not know how processes are started or stopped.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Literal

import httpx

from vanguard.compose.supervisor.first_key import ControlApi
from vanguard.compose.supervisor.home import Home
from vanguard.compose.supervisor.screen import Screen
from vanguard.control.engine_state import EngineState, read_engine_state

POLL_S = 0.15
_FOLLOW_S = 2.0
_PROBE_S = 5.0
_KEY_TRIES = 60
Condition = Literal["up", "down", "looping"]
_SETTLED = {"ready", "failed", "off"}


class Watch:
    """Looks at one platform from the outside, as its users do."""

    def __init__(
        self,
        home: Home,
        url: str,
        control: ControlApi,
        screen: Screen,
        trusted: ssl.SSLContext | bool = True,
    ) -> None:
        """`trusted` recognises the gateway, where it speaks TLS."""
        self._home = home
        self._url = url
        self._control = control
        self._screen = screen
        self._trusted = trusted

    async def until_ready(self, condition: Callable[[str], Condition]) -> EngineState:
        """Returns when gateway and control answer and the engine is ready, failed or off.

        Args:
            condition: how the process of that name is; an engine that keeps dying has failed.
        """
        control = gateway = False
        async with self._client() as client:
            while True:
                control = control or await self._control.answers()
                gateway = gateway or await _answers(client, f"{self._url}/readyz")
                engine = self._engine()
                if engine.state not in _SETTLED and condition("engine") == "looping":
                    engine = EngineState("failed", "its process keeps dying")
                if control and gateway and engine.state in _SETTLED:
                    return engine
                self._show(engine, {"control": control, "gateway": gateway}, condition)
                await asyncio.sleep(POLL_S)

    async def until_key_works(self, key: str) -> bool:
        """Whether the gateway knows the key; waits a moment for it to have heard."""
        headers = {"Authorization": f"Bearer {key}"}
        async with self._client() as client:
            client.headers.update(headers)
            for _ in range(_KEY_TRIES):
                if await _answers(client, f"{self._url}/v1/models"):
                    return True
                await asyncio.sleep(POLL_S)
        return False

    async def follow_engine(self, last: EngineState) -> None:
        """Says when the engine fails or comes back; runs until it is cancelled."""
        state = last.state
        while True:
            await asyncio.sleep(_FOLLOW_S)
            engine = self._engine()
            if engine.state == state or engine.state not in _SETTLED:
                continue
            state = engine.state
            level = "error" if state == "failed" else "info"
            self._screen.say(f"engine is {state}: {engine.message}".rstrip(": "), level)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=_PROBE_S, trust_env=False, verify=self._trusted)

    def _engine(self) -> EngineState:
        return read_engine_state(self._home.engine_status)

    def _show(
        self,
        engine: EngineState,
        answering: dict[str, bool],
        condition: Callable[[str], Condition],
    ) -> None:
        waiting = [name for name, is_up in answering.items() if not is_up]
        down = [name for name in (*waiting, "engine") if condition(name) != "up"]
        if engine.state in {"fetching", "loading"}:
            self._screen.progress(engine.message or f"engine: {engine.state}", engine.progress)
        elif waiting and not down:
            self._screen.progress(f"starting {' and '.join(waiting)}")
        elif not waiting and not down:
            self._screen.progress("starting the engine")


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False

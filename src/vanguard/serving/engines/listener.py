"""Serves an ASGI application on a Unix socket, with a drain at its end.

It does not know the application.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

_BACKLOG = 256
_CLIENT_LINE_S = 75


class Listener:
    """One server on one socket."""

    def __init__(self, app: Any, path: Path, drain_s: float) -> None:
        """Binds; nobody is answered before `start`.

        Raises:
            OSError: the socket cannot be bound.
        """
        self._path = path
        self._socket = _bind(path)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=_CLIENT_LINE_S,
            timeout_graceful_shutdown=max(1, round(drain_s)),
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Answers from now on."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        """Takes no more connections; returns when what is open has been answered, or the drain is over."""
        self._path.unlink(missing_ok=True)
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
        self._socket.close()


class _Server(uvicorn.Server):
    """Leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


def _bind(path: Path) -> socket.socket:
    """A socket that only its owner may enter; one left by a killed process is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener

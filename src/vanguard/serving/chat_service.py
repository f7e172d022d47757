"""The chat model's life in the engine: weights, loading, proof, drain.

It does not know where weights come from, nor the embedder.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from vanguard.serving import readiness
from vanguard.serving.board import Board, Phase
from vanguard.serving.boot import EngineBoot, EngineModel
from vanguard.serving.catalog import Catalog, Weights
from vanguard.serving.engines.llamacpp import ChatServer, ChatSettings
from vanguard.serving.weights.obtain import Obtained, Watch
from vanguard.serving.weights.source import Abandoned

_log = logging.getLogger(__name__)

_TELL_S = 0.25
_DRAIN_POLL_S = 0.05
_QUIET_POLLS = 3  # an answer's last bytes leave a moment after its slot is free
_MB = 1_000_000

# Gets the weights of the model that was asked for: `weights.obtain` with all but its watch bound.
Obtain = Callable[[Watch], Obtained]


class ChatService:
    """Brings the chat model up and takes it down."""

    def __init__(self, boot: EngineBoot, catalog: Catalog, obtain: Obtain, board: Board) -> None:
        self._boot = boot
        self._obtain = obtain
        self._board = board
        self._server: ChatServer | None = None
        self._stopping = False
        self._told_at = 0.0
        row = catalog.get(boot.model)
        self._model = self._of(row) if row else None
        board.show("chat", Phase("fetching", "looking for the weights", -1, self._model))

    @property
    def serving(self) -> bool:
        """Whether it answers."""
        return self._server is not None

    async def start(self) -> None:
        """Fetches, loads and proves.

        Raises:
            WeightsUnavailable: the model cannot be served.
            Abandoned: `drain` was asked for meanwhile.
        """
        loop = asyncio.get_running_loop()

        def watch(weights: Weights, done: int, total: int) -> None:
            if self._stopping:
                raise Abandoned
            now = time.monotonic()
            if now - self._told_at >= _TELL_S or done == 0:
                self._told_at = now
                loop.call_soon_threadsafe(self._tell, weights, done, total)

        obtained = await asyncio.to_thread(self._obtain, watch)
        if self._stopping:
            raise Abandoned
        settings = self._settings(obtained)
        self._model = EngineModel(
            obtained.name, str(settings.socket), settings.context_tokens, obtained.digest
        )
        self._board.show("chat", Phase("loading", f"loading {obtained.name}", -1, self._model))
        await asyncio.sleep(0)  # what is due is told before the load stops all Python code
        began = time.monotonic()
        self._server = await asyncio.to_thread(ChatServer, settings)
        await asyncio.to_thread(readiness.prove_chat, settings.socket, obtained.name)
        if not obtained.context_tokens:
            trained = await asyncio.to_thread(readiness.trained_context, settings.socket)
            context = min(trained or settings.context_tokens, settings.context_tokens)
            self._model = msgspec.structs.replace(self._model, context_tokens=context)
        _log.info("%s loaded in %.1f s", obtained.name, time.monotonic() - began)
        self._board.show("chat", Phase("ready", obtained.note, 1, self._model))

    async def drain(self) -> None:
        """Takes no more connections; returns when nothing is being answered, or `drain_s` is over."""
        self._stopping = True
        if self._server is None:
            return
        self._server.refuse_connections()
        deadline = time.monotonic() + self._boot.drain_s
        quiet = 0
        while quiet < _QUIET_POLLS and time.monotonic() < deadline:
            open_requests = self._server.open_requests()
            quiet = 0 if open_requests else quiet + 1
            await asyncio.sleep(_DRAIN_POLL_S)
        if quiet < _QUIET_POLLS:
            _log.warning("%d requests are cut off: the drain is over", open_requests)

    def _tell(self, weights: Weights, done: int, total: int) -> None:
        if self._board.phase("chat").state != "fetching":
            return  # told late
        if total < 0:
            text, progress = f"waiting for another process that fetches {weights.name}", -1.0
        else:
            text = f"fetching {weights.name}: {done // _MB} of {total // _MB} MB"
            progress = done / max(total, 1)
        self._board.show("chat", Phase("fetching", text, progress, self._of(weights)))

    def _of(self, weights: Weights) -> EngineModel:
        context = min(self._boot.context_tokens, weights.context_tokens)
        return EngineModel(weights.name, self._boot.chat_socket, context, weights.digest)

    def _settings(self, obtained: Obtained) -> ChatSettings:
        boot = self._boot
        return ChatSettings(
            path=obtained.path,
            name=obtained.name,
            socket=Path(boot.chat_socket),
            threads=min(boot.threads, len(os.sched_getaffinity(0))),
            context_tokens=min(boot.context_tokens, obtained.context_tokens or boot.context_tokens),
            answer_tokens=boot.answer_tokens,
            slots=boot.parallel,
            verbose=boot.log_level == "debug",
        )

"""The embedder's life in the engine: loading, listening, proof, drain.

It does not know the chat model.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from pathlib import Path

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving import readiness
from vanguard.serving.board import Board, Phase
from vanguard.serving.boot import EngineBoot, EngineModel
from vanguard.serving.catalog import EMBEDDER, EMBEDDER_CONTEXT_TOKENS
from vanguard.serving.engines.encoder import Encoder, weights_digest
from vanguard.serving.engines.listener import Listener

_log = logging.getLogger(__name__)


class EmbeddingsService:
    """Brings the embedder up and takes it down."""

    def __init__(self, boot: EngineBoot, board: Board) -> None:
        self._boot = boot
        self._board = board
        self._listener: Listener | None = None
        board.show("embeddings", Phase("loading", f"loading {EMBEDDER}"))

    @property
    def serving(self) -> bool:
        """Whether it answers."""
        return self._listener is not None

    async def start(self) -> None:
        """Loads, listens and proves.

        Raises:
            WeightsUnavailable: the embedder cannot be served.
        """
        path = Path(self._boot.embed_socket)
        digest = await asyncio.to_thread(weights_digest)
        model = EngineModel(EMBEDDER, str(path), EMBEDDER_CONTEXT_TOKENS, digest)
        self._board.show("embeddings", Phase("loading", f"loading {EMBEDDER}", -1, model))
        began = time.monotonic()
        threads = min(self._boot.threads, len(os.sched_getaffinity(0)))
        listener = await asyncio.to_thread(self._build, threads, path)
        await listener.start()
        await asyncio.to_thread(readiness.prove_embeddings, path, EMBEDDER)
        self._listener = listener
        _log.info("%s loaded in %.1f s", EMBEDDER, time.monotonic() - began)
        self._board.show("embeddings", Phase("ready", "", 1, model))

    async def drain(self) -> None:
        """Takes no more connections; returns when what is open has been answered, or it is over."""
        if self._listener is not None:
            await self._listener.stop()

    def _build(self, threads: int, path: Path) -> Listener:
        # a quarter of a second to import, and the chat model may be fetching meanwhile
        from vanguard.serving.engines.embeddings import EmbeddingsApi  # noqa: PLC0415

        api = EmbeddingsApi(EMBEDDER, Encoder(threads), EMBEDDER_CONTEXT_TOKENS)
        try:
            return Listener(api.app(), path, self._boot.drain_s)
        except OSError as error:
            raise WeightsUnavailable(f"cannot listen on {path}: {error.strerror}") from error

"""Reads the state that the engine process writes about itself.

It does not know the engine; the file's shape is the contract, and a test compares both sides.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class EngineModelState(msgspec.Struct, frozen=True):
    """One model that the engine serves, or is about to."""

    name: str
    socket: str
    context_tokens: int
    digest: str
    ready: bool


class EngineState(msgspec.Struct, frozen=True):
    """What the engine says; `state` is fetching, loading, ready, failed, off or unknown."""

    state: str = "unknown"
    message: str = ""
    progress: float = -1
    chat: EngineModelState | None = None
    embeddings: EngineModelState | None = None


_decoder = msgspec.json.Decoder(EngineState)


def read_engine_state(path: Path) -> EngineState:
    """The state, `unknown` when there is no file or it cannot be read."""
    try:
        return _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        return EngineState(message="the engine has not started")
    except (OSError, msgspec.MsgspecError) as error:
        return EngineState(message=f"{path.name} cannot be read: {error}")

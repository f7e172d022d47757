"""What the engine process is told at its start, and what it says about itself.

It does not know the settings tree: the supervisor flattens it into these values.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

State = Literal["fetching", "loading", "ready", "failed", "off"]


class EngineBoot(msgspec.Struct, frozen=True, omit_defaults=True):
    """Boot values of the engine.

    Attributes:
        model: `default`, `small`, `none`, or the absolute path of a GGUF file.
        embeddings: whether the text embedder is served.
        threads: threads of generation and of the embedder, at least 1.
        context_tokens: length of the context, shared by the slots.
        answer_tokens: longest answer to a request that names no limit, at least 1.
        parallel: requests generated at the same time.
        mirror: folder or http(s) base URL of weights named by digest, tried before the packages.
        cache: folder that keeps weights; clones share it.
        chat_socket: Unix socket of the chat model, under 100 bytes.
        embed_socket: Unix socket of the embedder, under 100 bytes.
        status_path: file that takes the `EngineStatus`.
        drain_s: seconds given to open requests at SIGTERM.
    """

    model: str
    embeddings: bool
    threads: int
    context_tokens: int
    answer_tokens: int
    parallel: int
    mirror: str | None
    cache: str
    chat_socket: str
    embed_socket: str
    status_path: str
    drain_s: float = 30
    log_format: Literal["json", "text"] = "json"
    log_level: str = "info"


class EngineModel(msgspec.Struct, frozen=True):
    """One model that the engine serves, or is about to.

    Attributes:
        name: name that the model answers to.
        socket: Unix socket of its OpenAI-compatible server.
        context_tokens: longest prompt and answer together.
        digest: SHA-256 of its weights, hexadecimal.
        ready: whether it has really answered a request.
    """

    name: str
    socket: str
    context_tokens: int
    digest: str
    ready: bool = False


class EngineStatus(msgspec.Struct, frozen=True):
    """What the engine says about itself.

    Attributes:
        state: where it stands; `failed` may still serve embeddings.
        message: for people: progress, or the reason of a fallback or failure.
        progress: 0 to 1 within the state, -1 when unknown.
        chat: the chat model, known before it is loaded; None when none is or can be served.
        embeddings: the text embedder, likewise.
    """

    state: State
    message: str = ""
    progress: float = -1
    chat: EngineModel | None = None
    embeddings: EngineModel | None = None


def write_status(path: Path, status: EngineStatus) -> None:
    """Replaces the status file as a whole, readable by its owner only.

    Raises:
        OSError: the folder cannot be written.
    """
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(status))
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def read_status(path: Path) -> EngineStatus | None:
    """The last status written, None when there is none yet.

    Raises:
        OSError: the file exists and cannot be read.
        msgspec.MsgspecError: it is not a status.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=EngineStatus)
    except FileNotFoundError:
        return None

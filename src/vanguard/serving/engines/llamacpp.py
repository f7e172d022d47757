"""The chat engine: llama.cpp's own HTTP server, in this process, on a Unix socket.

It does not know where weights come from. What it speaks (OpenAI's API, streaming, usage) is
llama.cpp's; docs/decisions/0002-embedded-models.md has what was found by trial.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import msgspec

from vanguard.core.errors import WeightsUnavailable

# An idle kept-alive connection holds one of the server's threads for up to 5 seconds: with the
# default of `slots + 4`, a pool of them would make new requests wait.
_HTTP_THREADS = 64
_PROMPT_CACHE_MIB = 256  # the default is 8 GiB
_LOG_ERRORS, _LOG_INFO = 1, 3
_OPEN_REQUESTS = re.compile(r"^llamacpp:requests_(?:processing|deferred) (\d+)", re.MULTILINE)


class ChatSettings(msgspec.Struct, frozen=True):
    """What a chat server is built from.

    Attributes:
        name: model name in its answers; requests may say any.
        context_tokens: length of the context, shared by the slots.
        answer_tokens: longest answer to a request that names no limit; the context bounds any.
        slots: requests generated at the same time; more wait.
        verbose: whether llama.cpp tells its doings on standard error, not only its errors.
    """

    path: Path
    name: str
    socket: Path
    threads: int
    context_tokens: int
    answer_tokens: int
    slots: int
    verbose: bool = False


class ChatServer:
    """A running server.

    Building one loads the weights, during which no Python code runs. There is no way to close one:
    llama.cpp first finishes the prompt it is reading, be it for minutes, so the process just ends.
    """

    def __init__(self, settings: ChatSettings) -> None:
        """Loads and listens.

        Raises:
            WeightsUnavailable: the runtime or the weights cannot be loaded, or the socket not bound.
        """
        runtime = _runtime()
        self._socket = settings.socket
        self._socket.unlink(missing_ok=True)  # left by a process that was killed
        before = os.umask(0o177)
        try:
            self._server: Any = runtime.Server(_parameters(runtime, settings))
        except RuntimeError as error:
            raise WeightsUnavailable(
                f"llama.cpp cannot load {settings.path} or listen on {settings.socket}; "
                "its reason is in the log"
            ) from error
        finally:
            os.umask(before)

    def open_requests(self) -> int:
        """Requests being answered or waiting for a slot."""
        return sum(map(int, _OPEN_REQUESTS.findall(self._server.handle_metrics())))

    def refuse_connections(self) -> None:
        """Takes the socket away; connections that are open go on."""
        self._socket.unlink(missing_ok=True)


def _runtime() -> Any:
    try:
        import xllamacpp  # noqa: PLC0415 - a process without a chat model does not pay for it
    except ImportError as error:
        advice = str(error)
        if "libgomp" in advice:
            advice = (
                "libgomp.so.1 is missing; install it (Debian, Ubuntu: apt-get install libgomp1)"
            )
        raise WeightsUnavailable(f"llama.cpp cannot be loaded: {advice}") from error
    return xllamacpp


def _parameters(runtime: Any, settings: ChatSettings) -> Any:
    parameters = runtime.CommonParams()
    parameters.model.path = str(settings.path)
    parameters.model_alias = {settings.name}
    parameters.hostnames = [str(settings.socket)]
    parameters.port = 0
    parameters.n_ctx = settings.context_tokens
    parameters.n_predict = settings.answer_tokens  # a request may name more
    parameters.n_parallel = settings.slots
    parameters.kv_unified = True  # else each slot gets its share of the context only
    for cpu in (parameters.cpuparams, parameters.cpuparams_batch):
        cpu.n_threads = settings.threads
        cpu.poll = 0  # waiting threads sleep: spinning ones starve the rest of a small machine
    parameters.n_threads_http = _HTTP_THREADS
    parameters.cache_ram_mib = _PROMPT_CACHE_MIB
    parameters.endpoint_metrics = True
    parameters.endpoint_slots = False  # would show one client's prompt to another
    parameters.ui = False
    parameters.cors_origins = ""
    parameters.offline = True
    parameters.verbosity = _LOG_INFO if settings.verbose else _LOG_ERRORS
    return parameters

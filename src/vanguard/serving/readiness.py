"""Proves that a model answers, by asking it over its socket for something real.

It does not know the engines; what it asks is what any client asks.
"""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

import msgspec

from vanguard.core.errors import WeightsUnavailable

_DEADLINE_S = 120  # one token of a cold model on a machine that is busy with other things


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Reply(msgspec.Struct, frozen=True):
    usage: _Usage = _Usage()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_DEADLINE_S)
        self._path = path

    def connect(self) -> None:
        """To the socket instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_DEADLINE_S)
        self.sock.connect(str(self._path))


def prove_chat(path: Path, model: str) -> None:
    """Returns when one token was generated. Blocks.

    Raises:
        WeightsUnavailable: there was none.
    """
    body = {
        "model": model,
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 1,
        "cache_prompt": False,
    }
    if _ask(path, "/v1/chat/completions", body).completion_tokens < 1:
        raise WeightsUnavailable(f"{model} was loaded but generates nothing")


def prove_embeddings(path: Path, model: str) -> None:
    """Returns when a text was embedded. Blocks.

    Raises:
        WeightsUnavailable: it was not.
    """
    if _ask(path, "/v1/embeddings", {"model": model, "input": "Hi"}).prompt_tokens < 1:
        raise WeightsUnavailable(f"{model} was loaded but reads nothing")


def trained_context(path: Path) -> int:
    """Tokens of the longest context that the loaded chat model was trained for; 0 when it does not say."""
    try:
        reply = msgspec.json.decode(_exchange(path, "GET", "/v1/models", None), type=_Models)
    except (OSError, http.client.HTTPException, msgspec.MsgspecError):
        return 0
    return max((model.meta.n_ctx_train for model in reply.data), default=0)


class _Meta(msgspec.Struct, frozen=True):
    n_ctx_train: int = 0


class _Model(msgspec.Struct, frozen=True):
    meta: _Meta = _Meta()


class _Models(msgspec.Struct, frozen=True):
    data: list[_Model] = []


def _ask(path: Path, route: str, body: object) -> _Usage:
    try:
        answer = _exchange(path, "POST", route, msgspec.json.encode(body))
        return msgspec.json.decode(answer, type=_Reply).usage
    except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:
        raise WeightsUnavailable(f"{path.name} does not answer {route}: {error}") from error


def _exchange(path: Path, method: str, route: str, body: bytes | None) -> bytes:
    connection = _UnixConnection(path)
    try:
        connection.request(method, route, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        answer = reply.read()
    finally:
        connection.close()
    if reply.status != http.HTTPStatus.OK:
        raise http.client.HTTPException(f"status {reply.status}: {answer[:200]!r}")
    return answer

from __future__ import annotations

import builtins
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.engine import PATIENCE_S, engine_folder, events, small_weights
from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.engines.llamacpp import ChatServer, ChatSettings

NAME = "tiny-chat"


@pytest.fixture
def folder() -> Iterator[Path]:
    with engine_folder() as folder:
        yield folder


def settings(folder: Path, path: Path) -> ChatSettings:
    return ChatSettings(
        path, NAME, folder / "chat.sock", 1, context_tokens=512, answer_tokens=48, slots=1
    )


@pytest.mark.e2e
def test_requests_are_counted_and_outlive_the_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "chat.sock"))  # the file stays, as after kill -9
    before = os.umask(0)
    try:
        server = ChatServer(settings(folder, small_weights()))
    finally:
        os.umask(before)
    path = folder / "chat.sock"
    assert path.stat().st_mode & 0o777 == 0o600
    assert server.open_requests() == 0
    body = {
        "model": "whatever",
        "messages": [{"role": "user", "content": "Tell me a story"}],
        "max_tokens": 40,
        "stream": True,
        "ignore_eos": True,
    }
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport, base_url="http://x", timeout=PATIENCE_S) as client:
        with client.stream("POST", "/v1/chat/completions", json=body) as reply:
            lines = reply.iter_lines()
            first = next(events(lines))
            assert first["model"] == NAME
            assert server.open_requests() == 1
            server.refuse_connections()
            assert not path.exists()
            chunks = list(events(lines))
        assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    deadline = time.monotonic() + PATIENCE_S
    while server.open_requests() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.open_requests() == 0


@pytest.mark.e2e
def test_an_answer_ends_though_nobody_named_a_limit(folder: Path) -> None:
    server = ChatServer(settings(folder, small_weights()))
    assert server.open_requests() == 0
    endless = {"messages": [{"role": "user", "content": "Tell me a story"}], "ignore_eos": True}
    transport = httpx.HTTPTransport(uds=str(folder / "chat.sock"))
    with httpx.Client(transport=transport, base_url="http://x", timeout=PATIENCE_S) as client:
        for named, tokens in (
            ({}, 48),
            ({"max_tokens": None}, 48),
            ({"max_tokens": 60}, 60),
            ({"max_completion_tokens": 60}, 60),
        ):
            answer = client.post("/v1/chat/completions", json={**endless, **named}).json()
            assert answer["usage"]["completion_tokens"] == tokens, named
            assert answer["choices"][0]["finish_reason"] == "length", named


@pytest.mark.e2e
def test_a_file_that_only_looks_like_a_model_is_refused(folder: Path) -> None:
    path = folder / "broken.gguf"
    path.write_bytes(b"GGUF" + b"\x03\x00\x00\x00" + b"\xff" * 64)
    with pytest.raises(WeightsUnavailable, match="cannot load"):
        ChatServer(settings(folder, path))


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ("libgomp.so.1: cannot open shared object file", "apt-get install libgomp1"),
        ("No module named 'xllamacpp'", "No module named"),
    ],
)
def test_a_runtime_that_cannot_be_loaded_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: str, advice: str
) -> None:
    real = builtins.__import__

    def failing(name: str, *more: object) -> object:
        if name == "xllamacpp":
            raise ImportError(fault)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", failing)
    with pytest.raises(WeightsUnavailable, match=advice):
        ChatServer(settings(folder, folder / "any.gguf"))

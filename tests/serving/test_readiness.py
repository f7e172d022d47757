from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

import pytest

from support.engine import engine_folder
from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.readiness import prove_chat, prove_embeddings, trained_context


class Canned(BaseHTTPRequestHandler):
    """Answers everything with the server's `answer`."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        status, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def server() -> Iterator[ThreadingUnixStreamServer]:
    with engine_folder() as folder, ThreadingUnixStreamServer(str(folder / "s"), Canned) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def path_of(server: ThreadingUnixStreamServer) -> Path:
    return Path(str(server.server_address))


def test_a_generated_token_is_proof(server: ThreadingUnixStreamServer) -> None:
    server.answer = 200, b'{"usage": {"prompt_tokens": 9, "completion_tokens": 1}}'
    prove_chat(path_of(server), "m")


def test_a_text_that_was_read_is_proof(server: ThreadingUnixStreamServer) -> None:
    server.answer = 200, b'{"usage": {"prompt_tokens": 3}}'
    prove_embeddings(path_of(server), "m")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, b'{"usage": {"prompt_tokens": 0, "completion_tokens": 0}}'), "nothing"),
        ((200, b"{}"), "nothing"),
        ((200, b"<html>"), "does not answer"),
        ((503, b'{"error": {"message": "Loading model"}}'), "Loading model"),
    ],
)
def test_anything_else_is_not(
    server: ThreadingUnixStreamServer, answer: tuple[int, bytes], reason: str
) -> None:
    server.answer = answer
    for prove in (prove_chat, prove_embeddings):
        with pytest.raises(WeightsUnavailable, match=reason):
            prove(path_of(server), "m")


def test_a_socket_that_is_not_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="does not answer"):
        prove_chat(tmp_path / "none.sock", "m")


def test_the_trained_context_is_read_from_the_model_list(server: ThreadingUnixStreamServer) -> None:
    server.answer = 200, b'{"data": [{"id": "m", "meta": {"n_ctx_train": 2048, "n_embd": 9}}]}'
    assert trained_context(path_of(server)) == 2048
    for answer in ((200, b'{"data": []}'), (200, b"nonsense"), (500, b"")):
        server.answer = answer
        assert trained_context(path_of(server)) == 0

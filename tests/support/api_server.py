"""A small HTTP server in a thread that answers as it was told and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Answer:
    """What to send; `pieces` are sent chunked, and `breaks` ends the connection before the end."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterable[bytes] | None = None
    breaks: bool = False


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ApiServer:
    """Answers by method and path; the last answer of a path is given again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], deque[Answer]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def on(self, method: str, path: str, *answers: Answer | dict[str, Any]) -> None:
        """Sets the answers of a path; a dict is sent as JSON."""
        self._answers[method, path] = deque(
            answer
            if isinstance(answer, Answer)
            else Answer(
                body=json.dumps(answer).encode(), headers={"content-type": "application/json"}
            )
            for answer in answers
        )

    def answer_to(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answers = self._answers.get((asked.method, asked.path))
        if not answers:
            return error(404, "not_found", f"there is no {asked.path}")
        return answers.popleft() if len(answers) > 1 else answers[0]


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error in the envelope of the management API."""
    fault = {"code": code, "message": message, "param": None, "request_id": "req_1"}
    named = {"x-request-id": "req_1"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return Answer(status, json.dumps({"error": fault}).encode(), named)


def chat_events(*pieces: str, finish: str = "stop", done: bool = True) -> list[bytes]:
    """A streamed answer in OpenAI's shape, with usage."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in pieces]
    chunks = [_chunk({"index": 0, "delta": delta, "finish_reason": None}) for delta in deltas]
    chunks.append(_chunk({"index": 0, "delta": {}, "finish_reason": finish}))
    usage = {"prompt_tokens": 7, "completion_tokens": len(pieces), "total_tokens": 7 + len(pieces)}
    chunks.append({"id": "c1", "model": "tiny", "choices": [], "usage": usage})
    events = [b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks]
    return [*events, b"data: [DONE]\n\n"] if done else events


def _chunk(choice: dict[str, Any]) -> dict[str, Any]:
    return {"id": "c1", "object": "chat.completion.chunk", "model": "tiny", "choices": [choice]}


def _handler(server: ApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query))
            self._send(server.answer_to(Asked(self.command, parts.path, query, headers, body)))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.pieces is None:
                self.send_header("content-length", str(len(answer.body) + answer.breaks))
                self.end_headers()
                self.wfile.write(answer.body)
            else:
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                with suppress(ConnectionError):  # the client may leave early
                    self._send_pieces(answer.pieces, whole=not answer.breaks)
            self.close_connection = answer.breaks

        def _send_pieces(self, pieces: Iterable[bytes], *, whole: bool) -> None:
            for piece in pieces:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            if whole:
                self.wfile.write(b"0\r\n\r\n")

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
            """Silent."""

    return Handler

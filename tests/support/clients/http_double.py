"""A threaded HTTP/1.1 server on loopback, for doubles that serve clients in processes of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from support.clients.turns import Asked


@dataclass(frozen=True)
class Reply:
    """Status, headers and body; a body in pieces is sent chunked, each piece at once."""

    status: int
    headers: tuple[tuple[str, str], ...]
    pieces: Iterable[bytes]
    length: int | None

    @classmethod
    def json(cls, status: int, body: object, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
        data = json.dumps(body).encode()
        kind = ("content-type", "application/json")
        return cls(status, (kind, *headers), [data], len(data))

    @classmethod
    def events(cls, events: Iterator[bytes]) -> Reply:
        return cls(200, (("content-type", "text/event-stream"),), events, None)


class HttpDouble:
    """Serves until the end of its `with`; `answer` is the double's own."""

    def __init__(self) -> None:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """What happened is in `asked`."""

            def _serve(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", "0")))
                reply = double.answer(Asked(self.command, self.path, headers, body))
                _send(self, reply)

            def __getattr__(self, name: str) -> object:
                if name.startswith("do_"):
                    return self._serve
                raise AttributeError(name)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response_only(reply.status)
    for name, value in reply.headers:
        handler.send_header(name, value)
    if reply.length is not None:
        handler.send_header("content-length", str(reply.length))
    else:
        handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    for piece in reply.pieces if handler.command != "HEAD" else ():
        handler.wfile.write(
            piece if reply.length is not None else b"%x\r\n%b\r\n" % (len(piece), piece)
        )
    if reply.length is None:
        handler.wfile.write(b"0\r\n\r\n")

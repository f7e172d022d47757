"""A whole gateway without sockets: bytes in at the client's side, bytes out at the upstream's.

The pool's idle connection and the server's connection are the real ones; their transports are not.
Everything happens within the calls that feed it, so that any split of the bytes can be played.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httptools

from support.gateway import SECRET
from vanguard.core.journal import Settled
from vanguard.gateway.app import Gateway
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.pipeline import Pipeline
from vanguard.snapshot.boot import GatewayBoot
from vanguard.snapshot.file import write_snapshot
from vanguard.snapshot.model import Snapshot


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def pause_reading(self) -> None:
        """Nothing is read that is not fed."""

    resume_reading = pause_reading


class Message:
    """One HTTP message, parsed by llhttp from its bytes."""

    def __init__(self, data: bytes, parser: type) -> None:
        self.status = 0
        self.target = b""
        self.headers: dict[bytes, bytes] = {}
        self.body = b""
        self.complete = False
        reading = parser(self)
        reading.feed_data(data)
        if parser is httptools.HttpResponseParser:
            self.status = reading.get_status_code()

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.complete = True


class Exchanged:
    """What one exchange looked like on both sides."""

    def __init__(self, asked: bytes, answered: bytes) -> None:
        self.asked = Message(asked, httptools.HttpRequestParser)
        self.answered = Message(answered, httptools.HttpResponseParser)


class SansIO:
    """One gateway in front of one upstream of which there are only bytes."""

    def __init__(self, folder: Path, value: Snapshot) -> None:
        write_snapshot(folder / "snapshot.json", value)
        self.loop = asyncio.new_event_loop()
        self._value = value
        self._boot = GatewayBoot(
            worker="gw-0",
            public_fd=-1,
            snapshot_path=str(folder / "snapshot.json"),
            journal_dir=str(folder / "journal"),
            control_socket=str(folder / "control.sock"),
            log_level="error",
        )
        self.gateway, self._pipeline = self.loop.run_until_complete(self._make())

    async def _make(self) -> tuple[Gateway, Pipeline]:
        gateway = Gateway(self._boot)
        gateway.state.refresh()
        return gateway, Pipeline(gateway, metrics_open=False)

    def close(self) -> None:
        self.gateway.ledger.journal.close()
        self.loop.close()

    def play(
        self, path: str, body: bytes, asking: list[int], answer: bytes, answering: list[int]
    ) -> Exchanged:
        """Plays one exchange, the bytes of both sides cut at the given places."""
        return self.loop.run_until_complete(self._play(path, body, asking, answer, answering))

    async def _play(
        self, path: str, body: bytes, asking: list[int], answer: bytes, answering: list[int]
    ) -> Exchanged:
        client, upstream = Wire(), Wire()
        self._lend(upstream)
        connection = self._pipeline.server.factory(admin=True)()
        connection.connection_made(client)
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        for piece in cut(head.encode() + body, asking):
            connection.data_received(piece)
            self.gateway.ledger.flush()  # what the loop does at the end of its turn
        for piece in cut(answer, answering):
            if not upstream.closed:
                self._upstream.data_received(piece)
                self.gateway.ledger.flush()
        if self._upstream is not None and not upstream.closed:
            self._upstream.connection_lost(None)
        connection.connection_lost(None)
        self.gateway.ledger.flush()
        return Exchanged(upstream.written, client.written)

    def _lend(self, wire: Wire) -> None:
        """Puts a connection of ours among the pool's idle ones."""
        pool = self.gateway.pool
        (origin,) = set(self.gateway.state.view.origins.values())
        for kept in pool._idle.pop(origin, []):
            pool._forget(kept, origin)
        self._upstream = UpstreamConnection(pool._release)
        self._upstream.connection_made(wire)
        self._upstream.idle_since = self.loop.time()
        pool._origins[self._upstream] = origin
        pool._idle[origin] = [self._upstream]

    def last(self) -> Settled:
        """How the last exchange was settled."""
        records = [one for _, one in self.gateway.ledger.journal.replay(0)]
        assert isinstance(records[-1], Settled)
        return records[-1]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The pieces between these places."""
    ends = sorted({place for place in places if 0 < place < len(data)})
    return [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True)]


def chunked_answer(pieces: list[bytes], content_type: bytes = b"text/event-stream") -> bytes:
    """A 200 whose body comes in these chunks."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = (b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)
    return head % content_type + b"".join(chunks) + b"0\r\n\r\n"


def whole_answer(status: int, body: bytes) -> bytes:
    """A JSON answer with its length."""
    head = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % (status, len(body)) + body

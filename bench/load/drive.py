"""The load: closed loop for cost, open loop for latency, streams for events.

It does not know what it loads. A plan comes in as JSON, what was seen goes out as JSON.

    python -m bench.load '{"mode": "closed", "port": 8080, ...}'
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import cast

import httptools
import msgspec

TOLERATED = 20  # failures after which a run is given up


class Plan(msgspec.Struct, frozen=True):
    """What to send.

    Attributes:
        mode: `closed` keeps `connections` requests in flight until `total` are answered; `open`
            sends `rate` requests a second, `total` in all, whether or not answers come;
            `streams` opens `connections` streams at once and reads each to its end.
        events: events that each stream must bring, its end included.
    """

    mode: str
    port: int
    key: str
    model: str
    connections: int = 64
    total: int = 1_000
    rate: float = 30.0
    events: int = 0


class Seen(msgspec.Struct):
    """What came back. Latencies in microseconds, from when a request was due to its last byte."""

    answers: int = 0
    failures: int = 0
    events: int = 0
    bytes: int = 0
    wall_s: float = 0.0
    latencies_us: list[int] = []
    first_us: list[int] = []
    complaint: str = ""


def request_bytes(plan: Plan) -> bytes:
    """One chat completion of about 0.9 KB."""
    words = "Tell me, in a few plain words, what a gateway does and why a team would want one. "
    value: dict[str, object] = {
        "model": plan.model,
        "messages": [
            {"role": "system", "content": "You answer in plain words and stay brief."},
            {"role": "user", "content": words * 8},
        ],
        "temperature": 0.2,
        "max_tokens": 256,
    }
    if plan.mode == "streams":
        value |= {"stream": True, "stream_options": {"include_usage": True}}
    body = json.dumps(value).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{plan.port}\r\n"
        f"Authorization: Bearer {plan.key}\r\n"
        "Content-Type: application/json\r\n"
        "Accept: */*\r\n"
        "User-Agent: bench/1\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Client(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, seen: Seen, request: bytes, done: Callable[[Client], None]) -> None:
        self._seen = seen
        self._request = request
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._due = 0.0
        self._tail = b""
        self._first = True
        self._busy = False
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._busy:
            self._finish(f"connection lost: {error}")

    def send(self, due: float) -> None:
        """Sends the request; latency counts from `due` (seconds, monotonic)."""
        self._due, self._busy, self._first, self._tail = due, True, True, b""
        self._body.clear()
        if self._transport is None:
            self._finish("connection closed between requests")
        else:
            self._transport.write(self._request)

    def close(self) -> None:
        """Hangs up."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._seen.bytes += len(data)
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        if self._first:
            self._first = False
            self._seen.first_us.append(int((time.monotonic() - self._due) * 1e6))
        joined = self._tail + body
        self._seen.events += joined.count(b"data:") - self._tail.count(b"data:")
        self._tail = joined[-4:]
        if len(self._body) < 4:
            self._body.append(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        said = b"".join(self._body)
        sound = status == 200 and (b'"usage"' in said or b"data:" in said)
        self._finish("" if sound else f"status {status}: {said[:200]!r}")

    def _finish(self, complaint: str) -> None:
        self._busy = False
        if complaint:
            self._seen.failures += 1
            self._seen.complaint = self._seen.complaint or complaint
        else:
            self._seen.answers += 1
            self._seen.latencies_us.append(int((time.monotonic() - self._due) * 1e6))
        self._done(self)


class Load:
    """Carries one plan out."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen = Seen()
        self._request = request_bytes(plan)
        self._loop = asyncio.get_running_loop()
        self._idle: list[Client] = []
        self._left = plan.total
        self._finished = asyncio.Event()

    async def run(self) -> Seen:
        """Runs to the end, or for as long as `closed` connections stay alive."""
        clients = [await self._connect() for _ in range(self.plan.connections)]
        began = time.monotonic()
        if self.plan.mode == "open":
            await self._open(began)
        else:
            self._left = self.plan.total if self.plan.mode == "closed" else len(clients)
            for client in clients[: self._left]:
                client.send(time.monotonic())
        await self._finished.wait()
        self.seen.wall_s = time.monotonic() - began
        for client in clients:
            client.close()
        return self.seen

    async def _connect(self) -> Client:
        _, client = await self._loop.create_connection(
            lambda: Client(self.seen, self._request, self._answered), "127.0.0.1", self.plan.port
        )
        self._idle.append(client)
        return client

    async def _open(self, began: float) -> None:
        for number in range(self.plan.total):
            due = began + number / self.plan.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if not self._idle:
                await self._connect()
            self._idle.pop().send(due)

    def _answered(self, client: Client) -> None:
        count = self.seen.answers + self.seen.failures
        if self.seen.failures > TOLERATED:
            self._finished.set()
            return
        if self.plan.mode == "open":
            self._idle.append(client)
        elif self.plan.mode == "closed" and count + self.plan.connections <= self._left:
            client.send(time.monotonic())
        if count >= self._left:
            self._finished.set()


async def main(text: str) -> None:
    """Runs the plan given as JSON and prints what was seen."""
    seen = await Load(msgspec.json.decode(text, type=Plan)).run()
    sys.stdout.buffer.write(msgspec.json.encode(seen))

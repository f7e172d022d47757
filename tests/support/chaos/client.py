"""A client of the gateway that writes down what it saw, and may leave early or read slowly.

It does not know what the upstream did; whether it was told the truth is the audit's to say.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any

import httptools

PATIENCE_S = 60.0
_FILLER = "The quick brown fox jumps over the lazy dog. " * 9
_REFUSED = (ConnectionError, OSError)


@dataclass
class Ask:
    """One request to make.

    Attributes:
        leave_after: bytes of the answer after which the client hangs up; 0 for never.
        slow: reads a little at a time.
        cap: `max_tokens`; 0 names none.
    """

    nonce: str
    secret: str
    key: str
    model: str
    dialect: str
    kind: str
    bound: str = "none"
    stream: bool = True
    cap: int = 60
    leave_after: int = 0
    slow: bool = False

    def request(self) -> bytes:
        """The bytes of the whole request."""
        text = f"nonce={self.nonce} kind={self.kind} bound={self.bound} {_FILLER}"
        body: dict[str, Any] = {"model": self.model, "stream": self.stream}
        body["messages"] = [{"role": "user", "content": text}]
        anthropic = self.dialect == "anthropic"
        if self.cap or anthropic:
            body["max_tokens"] = self.cap or 100
        path = "/v1/messages" if anthropic else "/v1/chat/completions"
        payload = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {self.secret}\r\nx-vanguard-session: {self.nonce}\r\n"
            f"anthropic-version: 2023-06-01\r\ncontent-length: {len(payload)}\r\n\r\n"
        )
        return head.encode() + payload


@dataclass
class Seen:
    """What came of one request, as the client sees it.

    Attributes:
        whole: HTTP says that the answer is complete.
        marked: the dialect says so: its last event, or an answer's own fields.
        error: an error, in-band or in place of an answer.
        problem: how the connection failed.
    """

    ask: Ask
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    status: int = 0
    request_id: str = ""
    whole: bool = False
    marked: bool = False
    error: str = ""
    left: bool = False
    problem: str = ""
    first_byte: bool = False

    @property
    def success(self) -> bool:
        """Whether a program would take this for a good and complete answer."""
        return self.status == 200 and self.whole and self.marked and not self.error


class Gauge:
    """Streams that have begun to answer and are not over."""

    def __init__(self) -> None:
        self.open = 0
        self.leaving = False  # those with patience for a long stream lose it


class _Reader:
    """Parses the answer."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._body = bytearray()
        self.received = 0
        self.parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"x-request-id":
            self._seen.request_id = value.decode()

    def on_headers_complete(self) -> None:
        self._seen.status = self.parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        self._body += data
        self.received += len(data)

    def on_message_complete(self) -> None:
        self._seen.whole = True

    def judge(self) -> None:
        """Reads out of the body what a program would."""
        seen = self._seen
        if seen.status != 200:
            seen.error = _code(bytes(self._body)) if seen.status else ""
        elif seen.ask.stream:
            self._judge_stream()
        else:
            self._judge_whole()

    def _judge_stream(self) -> None:
        ends = {"anthropic": (b'"type":"message_stop"',)}
        marks = ends.get(self._seen.ask.dialect, (b"data: [DONE]", b'"finish_reason":"stop"'))
        body = bytes(self._body)
        self._seen.marked = any(mark in body for mark in marks)
        if b'data: {"error"' in body or b'"type":"error"' in body:
            self._seen.error = "in band"

    def _judge_whole(self) -> None:
        try:
            told = json.loads(self._body)
        except ValueError:
            return
        if "error" in told or told.get("type") == "error":
            self._seen.error = _code(bytes(self._body))
        self._seen.marked = bool(told.get("choices") or told.get("content"))


def _code(body: bytes) -> str:
    try:
        error = json.loads(body)["error"]
        return str(error.get("code") or error.get("type")) + ": " + str(error.get("message"))[:200]
    except (ValueError, KeyError, AttributeError, TypeError):
        return repr(body[:80])


async def ask(port: int, wanted: Ask, gauge: Gauge) -> Seen:
    """Makes one request and follows its answer to the end, or as far as the client wants."""
    seen = Seen(wanted)
    reader = _Reader(seen)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await _exchange(port, seen, reader, gauge)
    except TimeoutError:
        seen.problem = "hung"
    except httptools.HttpParserError as error:
        seen.problem = f"malformed: {error}"
    except _REFUSED as error:
        seen.problem = type(error).__name__
    finally:
        if seen.first_byte:
            gauge.open -= 1
    reader.judge()
    seen.ended = time.monotonic()
    return seen


async def _exchange(port: int, seen: Seen, reader: _Reader, gauge: Gauge) -> None:
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if seen.ask.slow:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await loop.sock_connect(sock, ("127.0.0.1", port))
        await loop.sock_sendall(sock, seen.ask.request())
        while not seen.whole:
            data = await loop.sock_recv(sock, 2048 if seen.ask.slow else 65536)
            if not data:
                seen.problem = "ended early"
                return
            if not seen.first_byte:
                seen.first_byte = True
                gauge.open += 1
            reader.parser.feed_data(data)
            enough = seen.ask.leave_after and reader.received >= seen.ask.leave_after
            if enough or (gauge.leaving and seen.ask.kind == "long"):
                seen.left = True
                return
            if seen.ask.slow:
                await asyncio.sleep(0.005)
    finally:
        sock.close()

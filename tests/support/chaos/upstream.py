"""An upstream in a process of its own: counts every request on disk, and misbehaves on demand.

    python -m support.chaos.upstream --fd LISTENER --book FILE --seed N

It does not know the gateway. A line of the book is written before the first byte of an answer, and
one when the answer is over, so that both outlive whoever was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import re
import socket
import struct
import time
from typing import Any, cast

import httptools
import uvloop

from support.chaos.faults import CAP_TOKENS, Plan, Wish, plan_for
from support.chaos.speech import WORD, Anthropic, OpenAI, Speech, told_by

STALL_S = 60.0
_ASKED = re.compile(rb"nonce=(\S+) kind=(\w+) bound=(\w+)")
_CAP = re.compile(rb'"max_(?:completion_)?tokens": ?(\d+)')
_STREAM = re.compile(rb'"stream": ?true')
_REASONS = {200: b"OK", 400: b"Bad Request", 429: b"Too Many Requests", 500: b"Server Error"}


class Book:
    """The file in which everything stands that ever arrived."""

    def __init__(self, path: str, seed: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._numbers = itertools.count()
        self._times: dict[str, int] = {}
        self.seed = seed

    def arrived(self, place: str, wish: Wish) -> tuple[int, Plan]:
        """Counts a request; what will be done to it."""
        number = next(self._numbers)
        times = self._times.get(wish.nonce, 0)
        self._times[wish.nonce] = times + 1
        plan = plan_for(self.seed, wish, times)
        line = {"i": number, "at": time.monotonic(), "nonce": wish.nonce, "place": place}
        told = {"stream": wish.stream, "fault": plan.fault, "honest": plan.honest}
        counts = {"in": plan.input_tokens, "out": plan.events, "cached": plan.cached_tokens}
        self._write({**line, **told, **counts})
        return number, plan

    def said(self, number: int) -> None:
        """The end of an answer is about to be written whole."""
        self._write({"i": number, "said": True})

    def over(self, number: int, how: str) -> None:
        """Nothing more will come of a request."""
        self._write({"i": number, "over": how, "at": time.monotonic()})

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")


class Connection(asyncio.Protocol):
    """One connection of the gateway; requests are answered one after the other."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._target = b""
        self._body = b""
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._writable.set()
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._target, self._body = b"", b""

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_body(self, data: bytes) -> None:
        self._body += data

    def on_message_complete(self) -> None:
        asked = _ASKED.search(self._body)
        if asked is None:
            raise ValueError("a request without a nonce")
        caps = [int(cap) for cap in _CAP.findall(self._body)]
        wish = Wish(
            nonce=asked[1].decode(),
            kind=asked[2].decode(),
            bound=asked[3].decode(),
            stream=bool(_STREAM.search(self._body)),
            cap=min(caps, default=CAP_TOKENS),
            text_bytes=400,
        )
        place = self._target.split(b"/")[1].decode()
        number, plan = self._book.arrived(place, wish)
        speech = Anthropic() if self._target.split(b"?")[0].endswith(b"/messages") else OpenAI()
        answer = Answer(self, speech, plan, number, self._book)
        self._task = asyncio.get_running_loop().create_task(self._answer(answer, wish))

    async def _answer(self, answer: Answer, wish: Wish) -> None:
        how = "done"
        try:
            await (answer.stream() if wish.stream else answer.whole())
        except asyncio.CancelledError:
            how = "left"  # the gateway has closed, or died
        except ConnectionError:
            how = "broke"
        finally:
            self._task = None
            self._book.over(answer.number, how)

    async def write(self, data: bytes) -> None:
        """Sends, and waits while too much is on its way."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._transport.write(data)
        await self._writable.wait()

    def close(self) -> None:
        """Ends the connection in good order."""
        if self._transport is not None:
            self._transport.close()

    async def reset(self) -> None:
        """Ends it with an RST once what was written has had its moment."""
        await asyncio.sleep(0.002)
        if self._transport is not None:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        raise ConnectionAbortedError


class Answer:
    """What is done to one request."""

    def __init__(
        self, connection: Connection, speech: Speech, plan: Plan, number: int, book: Book
    ) -> None:
        self._connection = connection
        self._speech = speech
        self._plan = plan
        self._book = book
        self.number = number

    async def whole(self) -> None:
        """An answer in one piece."""
        plan, write = self._plan, self._connection.write
        if await self._before():
            return
        text = WORD * plan.events * (4000 if plan.fault == "huge answer" else 1)
        body = self._speech.whole(text, told_by(plan, plan.events))
        if plan.fault == "answer is not JSON":
            body = b"<html>gateway timeout</html>"
        length = len(body)
        if plan.fault == "length too long":
            await write(_head(200, b"application/json", length + 50) + body)
            self._connection.close()
            raise ConnectionAbortedError
        if plan.fault == "length too short":
            length -= 20
        head = _head(200, b"application/json", length)
        if plan.fault == "reset after the head":
            await write(head + body[: length // 2])
            await self._connection.reset()
        if plan.fault not in {"answer is not JSON", "length too short"}:
            self._book.said(self.number)
        await self._send(head + body)

    async def stream(self) -> None:
        """An answer in events."""
        plan = self._plan
        if await self._before():
            return
        told = told_by(plan, plan.events)
        await self._connection.write(_head(200, b"text/event-stream", None))
        if plan.fault == "reset after the head":
            await self._connection.reset()
        if plan.fault == "error event first":
            await self._chunk(self._speech.error_event())
            await self._connection.write(b"0\r\n\r\n")
            return
        await self._chunk(b"".join(self._speech.opening(plan, told)))
        for index in range(plan.events):
            word = WORD * (2000 if plan.fault == "huge answer" else 1)
            event = self._speech.word(word)
            if index == plan.cut_at:
                await self._strike(event)
            if plan.pause_s:
                await asyncio.sleep(plan.pause_s)
            await self._chunk(event)
        await self._close(told)

    async def _close(self, told: Any) -> None:
        if self._plan.fault == "no final event":
            await self._connection.write(b"0\r\n\r\n")
            return
        if self._plan.fault in STRIKES:
            # the answer was too short for its fault: it strikes at the end
            await self._strike(self._speech.word(WORD))
        self._book.said(self.number)
        for event in self._speech.closing(told):
            await self._chunk(event)
        await self._connection.write(b"0\r\n\r\n")

    async def _before(self) -> bool:
        """Faults in place of an answer; True when it was one."""
        fault = self._plan.fault
        if fault == "stall before the head":
            await asyncio.sleep(STALL_S)
        if fault == "reset before the head":
            await self._connection.reset()
        if not fault[:3].isdigit():
            return False
        status = int(fault[:3])
        body = self._speech.error(status)
        more = b"retry-after: 1\r\n" if "Retry-After" in fault else b""
        await self._connection.write(_head(status, b"application/json", len(body), more) + body)
        return True

    async def _strike(self, event: bytes) -> None:
        """Faults within a stream; those that end it raise."""
        fault, write = self._plan.fault, self._connection.write
        half = event[: len(event) // 2]
        if fault == "stall within the stream":
            await asyncio.sleep(STALL_S)
        elif fault == "reset within an event":
            await write(b"%x\r\n%b" % (len(event), half))
            await self._connection.reset()
        elif fault == "half an event, then the end":
            await write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(half), half))
            self._connection.close()
            raise ConnectionAbortedError
        elif fault == "bad chunk":
            await write(b"zz\r\n%b\r\n" % event)
            self._connection.close()
            raise ConnectionAbortedError
        elif fault == "error event within":
            await self._chunk(self._speech.error_event())
            await write(b"0\r\n\r\n")
            raise ConnectionAbortedError

    async def _chunk(self, event: bytes) -> None:
        await self._send(b"%x\r\n%b\r\n" % (len(event), event))

    async def _send(self, data: bytes) -> None:
        if self._plan.fault != "byte by byte":
            await self._connection.write(data)
            return
        for index in range(len(data)):
            await self._connection.write(data[index : index + 1])
            if index % 64 == 0:
                await asyncio.sleep(0.001)


STRIKES = {
    "stall within the stream",
    "reset within an event",
    "half an event, then the end",
    "bad chunk",
    "error event within",
}


def _head(status: int, kind: bytes, length: int | None, more: bytes = b"") -> bytes:
    size = b"transfer-encoding: chunked" if length is None else b"content-length: %d" % length
    reason = _REASONS.get(status, b"Other")
    return b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\n%b%b\r\n\r\n" % (
        status,
        reason,
        kind,
        more,
        size,
    )


async def serve(listener: socket.socket, book: Book) -> None:
    """Serves until it is killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(book), sock=listener, backlog=1024)
    await server.serve_forever()


def main() -> None:
    """The process's entry."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--book", required=True)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    uvloop.run(serve(socket.socket(fileno=given.fd), Book(given.book, given.seed)))


if __name__ == "__main__":
    main()

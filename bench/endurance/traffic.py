"""Steady mixed load: JSON, streams, guarded text, large bodies, clients that leave, and errors.

It does not know what it loads. Every kind comes at its own constant rate, whether or not answers do.
Once a second a line of JSON says what came back.

    python -m bench.endurance.traffic PORT SECONDS [tls]
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, replace

import msgspec
import uvloop

from bench.load.client import Client
from bench.load.plan import Seen, percentile
from bench.load.requests import Ask, request_bytes
from bench.models import BenchModel, parse
from bench.peers.contract import KEY

CONNECTIONS = 200  # of each kind; beyond, a request is not sent and counts as failed
_UPSTREAM_FAILED = (500, 502, 503)
_LEAVES_AFTER = 2


@dataclass(frozen=True)
class Kind:
    """One kind of request.

    Attributes:
        rate: requests a second.
        statuses: the answers that are right.
        leaves: hangs up in the middle of the stream.
    """

    name: str
    rate: float
    ask: Ask
    events: int = 0
    statuses: tuple[int, ...] = (200,)
    key: str = KEY
    leaves: bool = False


_JSON, _STREAM = BenchModel("openai"), BenchModel("openai", 20, 20)
_LONG, _CLAUDE = BenchModel("openai", 200, 20), BenchModel("anthropic", 20, 20)
_GUARDED, _FAILS = BenchModel("openai", 20, 20, guarded=True), BenchModel("openai", fails=True)


def _stream(model: BenchModel, door: str = "openai") -> Ask:
    return Ask(door, model.name, stream=True)


KINDS = (
    Kind("json", 30, Ask("openai", _JSON.name)),
    Kind("stream", 10, _stream(_STREAM), 20),
    Kind("translated", 5, _stream(_CLAUDE), 20),
    Kind("guarded", 5, _stream(_GUARDED), 20),
    Kind("agent", 1, Ask("openai", _JSON.name, "agent")),
    Kind("leaving", 5, _stream(_LONG), 200, leaves=True),
    Kind("upstream_fails", 2, Ask("openai", _FAILS.name), statuses=_UPSTREAM_FAILED),
    Kind("unknown_key", 2, Ask("openai", _JSON.name), statuses=(401,), key="vk-of-nobody"),
    Kind("unknown_model", 2, Ask("openai", "no-such-model"), statuses=(404,)),
)
MODELS = (_JSON, _STREAM, _LONG, _CLAUDE, _GUARDED, _FAILS)
_NAMES = {model.name for model in MODELS}


def behind_tls(model: BenchModel) -> BenchModel:
    """The same model, reached by TLS."""
    return replace(model, tls=True)


def kinds_behind_tls() -> tuple[Kind, ...]:
    """Every kind of request, with the same models reached by TLS."""
    return tuple(
        replace(
            kind,
            ask=msgspec.structs.replace(kind.ask, model=behind_tls(parse(kind.ask.model)).name),
        )
        if kind.ask.model in _NAMES
        else kind
        for kind in KINDS
    )


class Second(msgspec.Struct):
    """What came back in one second.

    Attributes:
        at_s: since the start.
        answers: right ones by kind.
        failures: wrong or missing ones by kind; `complaint` is the first.
        json_us: latency of JSON, median and 99th percentile, from when each was due.
        first_us: the same of a stream's first event.
    """

    at_s: float
    answers: dict[str, int] = {}
    failures: dict[str, int] = {}
    complaint: str = ""
    json_us: tuple[float, float] | None = None
    first_us: tuple[float, float] | None = None


class Leaver(Client):
    """Hangs up after a few events, as a user does who has seen enough."""

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.enough(_LEAVES_AFTER):
            self.leave()


class Lane:
    """One kind, at its rate."""

    def __init__(self, kind: Kind, port: int) -> None:
        self.kind = kind
        self.seen = Seen()
        self._port = port
        self._request = request_bytes(kind.ask, port, kind.key)
        self._idle: list[Client] = []
        self._clients: set[Client] = set()

    async def run(self, began: float, until: float) -> None:
        """Sends what is due until the end."""
        number = 0
        while (due := began + number / self.kind.rate) < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            number += 1
            try:
                client = await self._client()
            except OSError as error:
                self._refuse(f"no connection: {error}")
                continue
            if client is None:
                self._refuse(f"{CONNECTIONS} requests are under way")
            else:
                client.send(due)

    def close(self) -> None:
        """Hangs up everywhere."""
        for client in self._clients:
            client.close()

    def _refuse(self, complaint: str) -> None:
        self.seen.failures += 1
        self.seen.complaint = self.seen.complaint or complaint

    async def _client(self) -> Client | None:
        while self._idle:
            client = self._idle.pop()
            if client.open:
                return client
            self._clients.discard(client)
        if len(self._clients) >= CONNECTIONS:
            return None
        kind = self.kind
        made = Leaver if kind.leaves else Client
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: made(self.seen, self._request, kind.events, self._answered),
            "127.0.0.1",
            self._port,
        )
        client.statuses = kind.statuses
        self._clients.add(client)
        return client

    def _answered(self, client: Client) -> None:
        if client.open:
            self._idle.append(client)
        else:
            self._clients.discard(client)


def second(lanes: list[Lane], at_s: float) -> Second:
    """What came since the last call; counting begins anew."""
    made = Second(at_s)
    for lane in lanes:
        seen, name = lane.seen, lane.kind.name
        if seen.answers:
            made.answers[name] = seen.answers
        if seen.failures:
            made.failures[name] = seen.failures
            made.complaint = made.complaint or f"{name}: {seen.complaint}"
        if name == "json" and seen.latencies_us:
            made.json_us = _shares(seen.latencies_us)
        if name == "stream" and seen.first_us:
            made.first_us = _shares(seen.first_us)
        seen.answers = seen.failures = 0
        seen.complaint = ""
        seen.latencies_us.clear()
        seen.first_us.clear()
    return made


def _shares(values: list[int]) -> tuple[float, float]:
    return percentile(values, 0.5), percentile(values, 0.99)


async def main(port: int, seconds: float, *, tls: bool) -> None:
    """Runs all kinds and prints a line each second."""
    lanes = [Lane(kind, port) for kind in (kinds_behind_tls() if tls else KINDS)]
    began = time.monotonic()
    work = [asyncio.create_task(lane.run(began, began + seconds)) for lane in lanes]
    while not all(task.done() for task in work):
        await asyncio.sleep(1)
        line = msgspec.json.encode(second(lanes, time.monotonic() - began))
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
    await asyncio.gather(*work)
    await asyncio.sleep(_LAST_S)
    sys.stdout.buffer.write(msgspec.json.encode(second(lanes, time.monotonic() - began)) + b"\n")
    for lane in lanes:
        lane.close()


_LAST_S = 6.0  # the longest stream ends by then


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2]), tls="tls" in sys.argv[3:]))

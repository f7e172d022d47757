"""Carries out one plan: closed loop for cost, open loop for latency.

It does not know what it loads. In the open loop a request is sent when it is due, whether or not
earlier ones were answered, and latency counts from that moment, so that a stall is counted and not
waited out.
"""

from __future__ import annotations

import asyncio
import sys
import time

import msgspec

from bench.load.client import Client
from bench.load.plan import Plan, Seen
from bench.load.requests import request_bytes
from bench.load.timer import Timer

TOLERATED = 20  # failures after which a run is given up
_LEAD_S = 0.02  # before the first request of an open loop is due


class Load:
    """Carries one plan out."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen = Seen()
        self._request = request_bytes(plan.ask, plan.port, plan.key)
        self._loop = asyncio.get_running_loop()
        self._clients: list[Client] = []
        self._idle: list[Client] = []
        self._late: set[asyncio.Task[None]] = set()
        self._sent = 0
        self._began = 0.0
        self._finished = asyncio.Event()
        self._timer: Timer | None = None

    async def run(self) -> Seen:
        """Runs until every request has its answer, or too many fail."""
        if self.plan.rising:
            await self._rise()
        else:
            for _ in range(self.plan.connections):
                await self._connect()
            self._began = time.monotonic()
            self._send_all()
        await self._finished.wait()
        self.seen.wall_s = time.monotonic() - self._began
        if self._timer is not None:
            self._loop.remove_reader(self._timer.descriptor)
            self._timer.close()
        for client in self._clients:
            client.close()
        await asyncio.sleep(0)  # the loop hangs up in its next turn
        return self.seen

    async def _rise(self) -> None:
        self._began = time.monotonic()
        for _ in range(min(self.plan.connections, self.plan.total)):
            client = await self._connect()
            if self._sent < self.plan.total:
                self._sent += 1
                client.send(time.monotonic())

    def _send_all(self) -> None:
        if self.plan.mode == "open":
            self._began += _LEAD_S
            self._timer = Timer()
            self._loop.add_reader(self._timer.descriptor, self._send_due)
            self._timer.set(self._began)
        else:
            for client in self._clients[: self.plan.total]:
                self._sent += 1
                client.send(time.monotonic())

    async def _connect(self) -> Client:
        _, client = await self._loop.create_connection(
            lambda: Client(self.seen, self._request, self.plan.events, self._answered),
            "127.0.0.1",
            self.plan.port,
        )
        self._idle.append(client)
        self._clients.append(client)
        return client

    def _send_due(self) -> None:
        """Sends whatever is due by now and sets the alarm for the next."""
        assert self._timer is not None
        self._timer.taken()
        while self._sent < self.plan.total:
            due = self._began + self._sent / self.plan.rate
            if due > time.monotonic():
                self._timer.set(due)
                return
            self._sent += 1
            if self._idle:
                self._idle.pop().send(due)
            else:
                task = self._loop.create_task(self._send_on_new_connection(due))
                self._late.add(task)
                task.add_done_callback(self._late.discard)

    async def _send_on_new_connection(self, due: float) -> None:
        client = await self._connect()
        self._idle.remove(client)
        client.send(due)

    def _answered(self, client: Client) -> None:
        answered = self.seen.answers + self.seen.failures
        if answered >= self.plan.total or self.seen.failures > TOLERATED:
            self._finished.set()
        elif self.plan.mode == "open":
            self._idle.append(client)
        elif self._sent < self.plan.total:
            self._sent += 1
            client.send(time.monotonic())


async def main(text: str) -> None:
    """Runs the plan given as JSON and prints what was seen."""
    seen = await Load(msgspec.json.decode(text, type=Plan)).run()
    sys.stdout.buffer.write(msgspec.json.encode(seen))

"""A gateway in the test's own event loop, in front of scripted upstreams."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vanguard.core.ids import hash_secret
from vanguard.core.journal import Intent, Record, Settled
from vanguard.core.money import Price, Rates
from vanguard.core.policy import Policy
from vanguard.gateway.app import Gateway
from vanguard.gateway.logs import Log
from vanguard.gateway.pipeline import Pipeline
from vanguard.snapshot.boot import Bounds, Deadlines, GatewayBoot
from vanguard.snapshot.file import write_snapshot
from vanguard.snapshot.model import (
    Budget,
    Deployment,
    Key,
    Limits,
    Model,
    Scope,
    Snapshot,
)

SECRET = "vk-test-secret-0123456789abcdef"
ADMIN = "vk-admin-secret-0123456789abcdef"
PRICE = Price("test:model", "1", Rates(3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000))


def deployment(
    base_url: str,
    *,
    name: str = "m/0",
    dialect: str = "openai_chat",
    price: Price | None = PRICE,
    **more,
) -> Deployment:
    return Deployment(
        id=name,
        provider="scripted",
        dialect=dialect,
        base_url=base_url,
        model="upstream-model",
        price=price,
        **more,
    )


def snapshot(
    deployments: list[Deployment],
    *,
    limits: Limits | None = None,
    budget: Budget | None = None,
    policies: tuple[Policy, ...] = (),
    **more: Any,
) -> Snapshot:
    """One team, one key, one admin key; chat model `m` (`alias`, `claude-*`), embedder `e`."""
    scopes = {
        "org": Scope("org", "organisation", "default"),
        "team": Scope("team", "team", "default"),
        "user": Scope("user", "user", "ada"),
        "key": Scope("key", "key", "test", limits or Limits(), budget),
        "admin": Scope("admin", "key", "admin"),
    }
    names = tuple(policy.name for policy in policies)
    places = tuple(one.id for one in deployments)
    keys = [_key("key", SECRET, policies=names), _key("admin", ADMIN, admin=True)]
    fields: dict[str, Any] = {
        "version": 1,
        "published_at_ms": 0,
        "keys": {key.hash: key for key in keys},
        "scopes": scopes,
        "models": {"m": Model("m", "chat", places), "e": Model("e", "embedding", places)},
        "deployments": {one.id: one for one in deployments},
        "names": {"m": "m", "alias": "m", "e": "e"},
        "patterns": (("claude-*", "m"),),
        "policies": {policy.name: policy for policy in policies},
    }
    return Snapshot(**{**fields, **more})


def _key(name: str, secret: str, **more: Any) -> Key:
    chain = ("org", "team", "user", name)
    return Key(name, hash_secret(secret), name, chain, "org", "team", "user", **more)


@dataclass
class Running:
    """A started gateway and the ways to look at it."""

    folder: Path
    gateway: Gateway
    pipeline: Pipeline
    port: int
    servers: list[asyncio.Server] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def records(self) -> list[Record]:
        return [record for _, record in self.gateway.ledger.journal.replay(0)]

    def intents(self) -> list[Intent]:
        return [record for record in self.records() if isinstance(record, Intent)]

    def settled(self) -> list[Settled]:
        return [record for record in self.records() if isinstance(record, Settled)]

    def publish(self, value: Snapshot) -> None:
        write_snapshot(self.folder / "snapshot.json", value)


class Lines:
    """What a gateway logs from now on."""

    def __init__(self, running: Running) -> None:
        self._reader, self._writer = os.pipe()
        running.gateway.log = self._log = Log("info", "json", self._writer)

    def read(self) -> list[dict[str, Any]]:
        self._log.flush()
        os.close(self._writer)
        with os.fdopen(self._reader, "rb") as pipe:
            return [json.loads(line) for line in pipe]


class GatewayRunner:
    """Starts gateways and stops them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[Running] = []

    async def start(
        self,
        value: Snapshot | None,
        *,
        deadlines: Deadlines | None = None,
        bounds: Bounds | None = None,
        control_socket: str = "",
        admin_on_public: bool = True,
        **more: Any,
    ) -> Running:
        boot = GatewayBoot(
            worker="gw-0",
            public_fd=-1,
            snapshot_path=str(self._folder / "snapshot.json"),
            journal_dir=str(self._folder / "journal" / "gw-0"),
            control_socket=control_socket or str(self._folder / "control.sock"),
            admin_on_public=admin_on_public,
            log_level="error",
            deadlines=deadlines or Deadlines(drain_s=2),
            bounds=bounds or Bounds(),
            **more,
        )
        if value is not None:
            write_snapshot(self._folder / "snapshot.json", value)
        gateway = Gateway(boot)
        pipeline = Pipeline(gateway, metrics_open=False)
        gateway.start()
        if gateway.link is not None:
            await gateway.link.start()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            pipeline.server.factory(admin=admin_on_public), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        running = Running(self._folder, gateway, pipeline, port, [server])
        self._running.append(running)
        return running

    async def stop(self, running: Running) -> None:
        for server in running.servers:
            server.close()
        for connection in list(running.pipeline.server.connections):
            connection.abort()
        if running.gateway.link is not None:
            await running.gateway.link.close()
        running.gateway.close()
        await asyncio.sleep(0.01)
        if running in self._running:
            self._running.remove(running)

    async def stop_all(self) -> None:
        for running in list(self._running):
            await self.stop(running)


KEY = {"authorization": f"Bearer {SECRET}"}
USAGE = {"prompt_tokens": 20, "completion_tokens": 5}
REPLY = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    ],
    "usage": USAGE,
}
CHAT = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 50}


def chunk(**fields) -> bytes:
    return b"data: " + json.dumps({"id": "c", **fields}).encode() + b"\n\n"


def delta(text: str, finish: str | None = None) -> bytes:
    return chunk(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}])


STREAM = [
    delta("a"),
    delta("b"),
    delta("", "stop"),
    chunk(choices=[], usage=USAGE),
    b"data: [DONE]\n\n",
]


async def chat(client, running, *, headers=None, path="/v1/chat/completions", **fields):
    body = {**CHAT, **fields}
    return await client.post(
        running.base_url + path, json=body, headers=KEY if headers is None else headers
    )


async def until(condition) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")

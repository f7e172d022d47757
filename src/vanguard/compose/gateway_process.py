"""Runs one gateway worker: `python -m vanguard.compose.gateway_process --boot PATH`.

It does not know the settings tree; everything it needs at its start is in the boot file.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop

from vanguard.compose.freed_memory import keep_freed_memory
from vanguard.core.errors import VanguardError
from vanguard.gateway.app import Gateway
from vanguard.gateway.http.server import Server
from vanguard.gateway.http.shares import Loads, Share
from vanguard.gateway.http.tls.acceptor import Acceptor, Certificate
from vanguard.gateway.local.shared_metrics import publish_metrics, withdraw_metrics
from vanguard.gateway.local.status import own_metrics
from vanguard.gateway.pipeline import Pipeline
from vanguard.snapshot.boot import GatewayBoot

_BACKLOG = 1024
# requests leave few cycles behind; the default looks for them ten times a millisecond under load
_COLLECT_AFTER = 10_000
# for connections that were just accepted, and clients about to use one that they keep alive
_RETIRE_S = 2.0
# after the drain deadline, for errors to reach clients
_LAST_WORDS_S = 0.5


async def serve(boot: GatewayBoot) -> None:
    """Serves until it is told to go, then drains.

    SIGTERM and SIGINT stop: what comes on open connections is refused. SIGUSR1 retires a worker that
    another one replaces: it accepts no connection any more and serves those that it has.
    """
    loop = asyncio.get_running_loop()
    gateway = Gateway(boot)
    pipeline = Pipeline(gateway, metrics_open=boot.metrics_open)
    stop, leave = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _tell, stop, leave)
    loop.add_signal_handler(signal.SIGUSR1, leave.set)
    certificate = _certificate(gateway)
    gateway.start()
    if gateway.link is not None:
        await gateway.link.start()
    share = _share(boot, pipeline.server, gateway)
    servers = await _listen(boot, pipeline.server, certificate, share)
    tasks = [
        loop.create_task(_sweep(gateway, pipeline, share)),
        loop.create_task(_say_ready(gateway)),
    ]
    gateway.log.info("listening", worker=gateway.claim.name)
    await leave.wait()
    for server in servers:
        server.close()
    if not stop.is_set():
        await _retire(pipeline, stop)
    for acceptor in [one for one in servers if isinstance(one, Acceptor)]:
        acceptor.give_up()
    await _drain(gateway, pipeline)
    for task in tasks:
        task.cancel()
    await _close(gateway)


async def _close(gateway: Gateway) -> None:
    if gateway.link is not None:
        await gateway.link.close()
    if gateway.boot.metrics_dir:
        withdraw_metrics(Path(gateway.boot.metrics_dir), gateway.claim.name)
    gateway.close()


def _tell(stop: asyncio.Event, leave: asyncio.Event) -> None:
    stop.set()
    leave.set()


async def _say_ready(gateway: Gateway) -> None:
    """Tells the supervisor, by a file with this process's id, that the worker serves."""
    if not gateway.boot.ready_path:
        return
    while not gateway.ready()[0]:  # noqa: ASYNC110 - a start is rare
        await asyncio.sleep(0.02)
    path = Path(gateway.boot.ready_path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(str(os.getpid()))
    temporary.replace(path)


async def _retire(pipeline: Pipeline, stop: asyncio.Event) -> None:
    """Answers what clients send on connections they hold, and tells them to use another one."""
    pipeline.server.draining = True
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), _RETIRE_S)


def _certificate(gateway: Gateway) -> Certificate | None:
    """What the listeners show, when they speak TLS."""
    if gateway.boot.tls is None:
        return None

    def tell(what: str) -> None:
        gateway.log.warning("certificate", reason=what)

    return Certificate(gateway.boot.tls, gateway.loop_time, tell)


def _share(boot: GatewayBoot, server: Server, gateway: Gateway) -> Share | None:
    """This worker's share of the connections; None for one alone, and where none can be kept."""
    if not boot.loads_path:
        return None
    try:
        return Share(server.connections, Loads(Path(boot.loads_path)))
    except OSError as error:
        gateway.log.warning("connections are not shared out", reason=error.strerror or "")
        return None


async def _listen(
    boot: GatewayBoot, server: Server, certificate: Certificate | None, share: Share | None
) -> list[asyncio.AbstractServer | Acceptor]:
    """Begins to accept on every inherited socket."""
    listening: list[asyncio.AbstractServer | Acceptor] = []
    fds = [(boot.public_fd, boot.admin_on_public)]
    if boot.admin_fd >= 0:
        fds.append((boot.admin_fd, True))
    for fd, admin in fds:
        listener = socket.socket(fileno=fd)
        factory = server.factory(admin=admin)
        if certificate is None and share is None:
            loop = asyncio.get_running_loop()
            listening.append(await loop.create_server(factory, sock=listener, backlog=_BACKLOG))
        else:
            listener.listen(_BACKLOG)
            listener.setblocking(False)
            listening.append(_accept(listener, server, factory, certificate, share))
    return listening


def _accept(
    listener: socket.socket,
    server: Server,
    factory: Callable[[], asyncio.Protocol],
    certificate: Certificate | None,
    share: Share | None,
) -> Acceptor:
    def room() -> bool:
        if certificate is None:  # the connection says so itself, in HTTP
            return True
        return (
            len(server.connections) + len(acceptor.handshaking) < server.bounds.client_connections
        )

    acceptor = Acceptor(listener, factory, certificate, room, share)
    return acceptor


async def _sweep(gateway: Gateway, pipeline: Pipeline, share: Share | None) -> None:
    """Once a second: ends connections whose time is up, and leaves numbers for the other workers."""
    while True:
        await asyncio.sleep(1)
        pipeline.server.sweep(asyncio.get_running_loop().time())
        if share is not None:
            share.refresh()
        if gateway.boot.metrics_dir:
            _publish(gateway, pipeline)


def _publish(gateway: Gateway, pipeline: Pipeline) -> None:
    text = own_metrics(gateway, len(pipeline.server.connections))
    try:
        publish_metrics(Path(gateway.boot.metrics_dir), gateway.claim.name, text)
    except OSError as error:
        gateway.log.warning("metrics cannot be shared", reason=error.strerror or "")


async def _drain(gateway: Gateway, pipeline: Pipeline) -> None:
    """No new connections or requests; open answers get up to the drain deadline to end."""
    gateway.draining = True
    pipeline.server.drain()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + gateway.boot.deadlines.drain_s
    while _busy(gateway, pipeline) and loop.time() < deadline:  # noqa: ASYNC110 - a stop is rare
        await asyncio.sleep(0.05)
    if gateway.in_flight:
        gateway.log.warning("drain deadline", in_flight=gateway.in_flight)
        pipeline.end_open()
        last = loop.time() + _LAST_WORDS_S
        while _busy(gateway, pipeline) and loop.time() < last:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.05)
    gateway.log.info("stopped", in_flight=gateway.in_flight)


def _busy(gateway: Gateway, pipeline: Pipeline) -> bool:
    """Requests under way, or answers that their clients have not read to the end."""
    return bool(gateway.in_flight or pipeline.server.connections)


def main(arguments: list[str]) -> int:
    """The process's entry; returns its exit status."""
    if len(arguments) != 2 or arguments[0] != "--boot":
        sys.stderr.write("usage: python -m vanguard.compose.gateway_process --boot PATH\n")
        return 2
    try:
        boot = msgspec.json.decode(Path(arguments[1]).read_bytes(), type=GatewayBoot)
    except (OSError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"gateway: the boot file cannot be read: {error}\n")
        return 2
    try:
        # what exists now lives as long as the process: the collector need not look at it again
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER, 20, 50)
        keep_freed_memory()
        uvloop.run(serve(boot))
    except (OSError, VanguardError) as error:
        sys.stderr.write(f"gateway: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

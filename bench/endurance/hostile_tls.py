"""Soaks upstream TLS: thousands of calls to servers that end, break off, stall and lie at random.

It does not measure cost, nor does it know the gateway's steps: connection pool and dialler as they are, on
uvloop, against OpenSSL on blocking sockets. Every byte of every body is compared, and an answer that was cut
must never look whole. Exits with 1 when one did, or when memory or descriptors rise.

    python -m bench.endurance.hostile_tls [--minutes N] [--transport loop|socket] [--seed N]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import gc
import hashlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import uvloop

from bench.endurance.hostile_server import BROKEN, KINDS, Servers, answer_body
from bench.rig import certificate
from vanguard.core.errors import UpstreamError
from vanguard.gateway.http.client import UpstreamConnection
from vanguard.gateway.http.contract import Sink
from vanguard.gateway.http.dial.dialler import Dialler, Kind
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.http.origin import Origin, parse_base_url
from vanguard.gateway.http.pool import Call, Pool, StaleConnectionError
from vanguard.gateway.http.tls.transport import TlsTransport
from vanguard.snapshot.boot import Bounds, Deadlines
from vanguard.snapshot.model import UpstreamTls

_AT_ONCE = 24
_SIZES = (0, 1, 700, 16_384, 16_385, 100_000, 1_500_000)
_RISE_KIB = 16 * 1024


class Taker(Sink):
    """Takes an answer; stops reading now and then, as a slow client makes the gateway do."""

    def __init__(self, chance: random.Random, *, slow: bool) -> None:
        self.body = bytearray()
        self.lines: dict[bytes, bytes] = {}
        self.over: asyncio.Future[UpstreamError | None] = asyncio.get_running_loop().create_future()
        self.call: Call | None = None
        self._chance = chance
        self._slow = slow

    def head(self, status: int, headers: Headers) -> None:
        """The answer's head."""
        self.lines = dict(headers)
        self.lines[b"status"] = b"%d" % status

    def data(self, data: bytes) -> None:
        """Keeps it."""
        self.body += data
        if self._slow and self.call is not None and self._chance.random() < 0.2:
            self.call.reading(False)
            asyncio.get_running_loop().call_later(0.02, self._go_on)

    def _go_on(self) -> None:
        if self.call is not None and not self.over.done():
            self.call.reading(True)

    def end(self) -> None:
        """It is whole."""
        self.over.set_result(None)

    def fail(self, error: UpstreamError) -> None:
        """It is not."""
        self.over.set_result(error)


class Soak:
    """One run against one set of servers."""

    def __init__(self, servers: Servers, kind: Kind, seed: int) -> None:
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._servers = servers
        self._chance = random.Random(seed)
        self.pool = Pool(Deadlines(connect_s=10.0), Bounds(), Dialler(10.0, upstream_tls=kind))

    async def run(self, until: float) -> None:
        """Asks until the time is over, a few at once."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(self._ask_on(until))

    async def _ask_on(self, until: float) -> None:
        while time.monotonic() < until and len(self.wrong) < 10:
            await self._ask()

    async def _ask(self) -> None:
        chance = self._chance
        kind, size, seed = chance.choice(KINDS), chance.choice(_SIZES), chance.getrandbits(32)
        sent = random.Random(seed).randbytes(chance.choice(_SIZES))
        taker = Taker(chance, slow=chance.random() < 0.3)
        head = (
            f"POST /{kind}/{size}/{seed} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(sent)}\r\n\r\n"
        )
        origin = self._origin(chance.choice(self._servers.ports))
        taker.call = self.pool.request(origin, head.encode() + sent, taker)
        error = await taker.over
        self.seen[f"{kind}: {'whole' if error is None else type(error).__name__}"] += 1
        self._judge(kind, error, taker, sent, answer_body(size, seed))

    def _origin(self, port: int) -> Origin:
        host = "localhost" if self._chance.random() < 0.5 else "127.0.0.1"
        return parse_base_url(f"https://{host}:{port}", self._servers.trust)

    def _judge(
        self, kind: str, error: UpstreamError | None, taker: Taker, sent: bytes, due: bytes
    ) -> None:
        body, told = bytes(taker.body), taker.lines.get(b"x-received")
        if not due.startswith(body):
            self.wrong.append(f"{kind}: other bytes than were sent, {len(body)} of {len(due)}")
        elif told is not None and told != hashlib.sha256(sent).hexdigest().encode():
            self.wrong.append(f"{kind}: the server has read other bytes than were sent")
        elif error is None and (kind in BROKEN or body != due):
            self.wrong.append(f"{kind}: {len(body)} of {len(due)} bytes and called whole")
        elif error is not None and kind not in BROKEN and not _may_be_stale(error):
            self.wrong.append(f"{kind}: {error.message}")


def _may_be_stale(error: UpstreamError) -> bool:
    """A kept connection that its server closed while it was taken: the caller's to repeat."""
    told = "without an answer" in error.message
    return isinstance(error, StaleConnectionError) or told


async def certificates_are_refused(servers: Servers, kind: Kind) -> list[str]:
    """What is wrong: a server that nobody vouches for, or of another name, was spoken to."""
    wrong = []
    for name, trust in (("unknown", UpstreamTls()), ("misnamed", servers.misnamed)):
        pool = Pool(Deadlines(), Bounds(), Dialler(10.0, upstream_tls=kind))
        taker = Taker(random.Random(0), slow=False)
        origin = parse_base_url(f"https://127.0.0.1:{servers.ports[0]}", trust)
        pool.request(origin, b"POST /keep/1/1 HTTP/1.1\r\ncontent-length: 0\r\n\r\n", taker)
        if await taker.over is None:
            wrong.append(f"{name}: a certificate that should be refused was taken")
        pool.close()
    return wrong


def resident_kib() -> int:
    """Memory of this process in use, what is merely kept for later given back first."""
    gc.collect()
    with contextlib.suppress(AttributeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


def descriptors_open() -> int:
    """Of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def soak(servers: Servers, kind: Kind, minutes: float, seed: int) -> list[str]:
    """The whole run; what was wrong."""
    before = descriptors_open()
    wrong = await certificates_are_refused(servers, kind)
    run = Soak(servers, kind, seed)
    began = time.monotonic()
    await run.run(began + minutes * 20)  # a third to warm up
    warm_kib = resident_kib()
    await run.run(began + minutes * 60)
    run.pool.close()
    await asyncio.sleep(3)
    end_kib, left = resident_kib(), run.pool.open_connections
    alive = sum(isinstance(one, TlsTransport | UpstreamConnection) for one in gc.get_objects())
    descriptors = descriptors_open()
    for what, count in sorted(run.seen.items()):
        print(f"  {what:40} {count:8,}")
    calls = f"{sum(run.seen.values()):,} calls, {servers.handshakes():,} connections"
    print(f"  {kind}: {calls}, {servers.resumed():,} of them resumed")
    print(f"  memory {warm_kib / 1024:.1f} MiB warm, {end_kib / 1024:.1f} MiB at the end")
    if end_kib > warm_kib + _RISE_KIB:
        wrong.append("memory rises")
    if left or alive or descriptors > before + 2:
        more = descriptors - before
        wrong.append(f"{left} connections, {alive} objects, {more} descriptors were not let go")
    return [*wrong, *run.wrong]


def main(arguments: list[str]) -> int:
    """Runs it; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--transport", choices=["loop", "socket"], default="socket")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    if reason := certificate.missing():
        print(f"hostile_tls: {reason}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="vanguard-bench-") as temporary:
        folder = Path(temporary)
        certificate.make(folder)
        with Servers(folder) as servers:
            wrong = uvloop.run(soak(servers, asked.transport, asked.minutes, asked.seed))
    for complaint in wrong:
        print(f"  WRONG: {complaint}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

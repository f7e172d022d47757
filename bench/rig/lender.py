"""Lends limits to the gateway as the supervisor does under `vanguard up`, in a process of its own.

It does not know the gateway's processes. It has a core that is not theirs, and its processor time is
not counted as theirs: in the product it is the supervisor's.

    python -m bench.rig.lender SOCKET SNAPSHOT JOURNALS
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.rig import gateway_home, process

_CONNECTED = "03"  # state of a socket in /proc/net/unix


def start(home: Path, core: int, log: Path) -> subprocess.Popen[bytes]:
    """Starts it for a home that is made; returns when it lends.

    Raises:
        TimeoutError: it did not begin; why is in the log.
    """
    path = gateway_home.limits_socket(home)
    places = [path, home / gateway_home.SNAPSHOT, home / gateway_home.JOURNALS]
    command = [sys.executable, "-m", "bench.rig.lender", *map(str, places)]
    lender = process.spawn(command, core, log)
    deadline = time.monotonic() + process.START_LIMIT_S
    while not _sockets(path):
        if lender.poll() is not None or time.monotonic() > deadline:
            process.stop(lender)
            raise TimeoutError(f"nobody lends limits: {log.read_text()[-500:]}")
        time.sleep(0.01)
    return lender


def borrowers(home: Path) -> int:
    """How many gateway processes are connected to the home's lender."""
    return _sockets(gateway_home.limits_socket(home)).count(_CONNECTED)


def insist(home: Path) -> None:
    """Nothing, where a gateway process borrows.

    Raises:
        ConnectionError: none does.
    """
    if not borrowers(home):
        raise ConnectionError("the gateway does not borrow its limits")


def _sockets(path: Path) -> list[str]:
    """The states of the sockets that are bound to a path: the listening one, one for each client."""
    rows = (line.split() for line in Path("/proc/net/unix").read_text().splitlines())
    return [row[5] for row in rows if row[-1] == str(path)]


async def lend(path: Path, snapshot: Path, journals: Path) -> None:
    """Lends until it is told to go."""
    # here, since whoever starts a lender has no use for all of this
    from vanguard.compose.supervisor.workers.lend import Lending  # noqa: PLC0415

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    lending = Lending(path, snapshot, journals, lambda text: print(text, flush=True))
    await lending.start()
    await stop.wait()
    await lending.close()


def main(arguments: Sequence[str]) -> int:
    """Lends; 2 on wrong usage."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    path, snapshot, journals = map(Path, arguments)
    asyncio.run(lend(path, snapshot, journals))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

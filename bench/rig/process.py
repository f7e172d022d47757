"""Starts processes on chosen cores, waits for their first answer, and ends them.

It does not know what they are. Linux only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

START_LIMIT_S = 90


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def cores() -> tuple[int, int, int]:
    """Cores of the candidate, the load and the upstream; fewer than three are shared."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[1 % len(available)], available[2 % len(available) or -1]


def two_cores() -> str:
    """Cores of two workers, as taskset lists them: the candidate's, and one that is nobody's.

    Where there are fewer than four, the second is shared, with load, upstream or both.
    """
    available = sorted(os.sched_getaffinity(0))
    pair = dict.fromkeys((available[0], available[min(3, len(available) - 1)]))
    return ",".join(map(str, pair))


def listener() -> socket.socket:
    """A listening loopback socket that a child may inherit, as the supervisor hands it over."""
    made = socket.create_server(("127.0.0.1", 0), backlog=4096)
    made.set_inheritable(True)
    return made


def spawn(
    command: list[str], core: int | str, log: Path, **more: object
) -> subprocess.Popen[bytes]:
    """Starts a command in its own session on one core, or on a list of them; what it says goes to `log`."""
    with log.open("ab") as sink:
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            ["taskset", "-c", str(core), *command],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            **more,
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Asks it to end, then insists; what it started and left behind ends with it."""
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # `spawn` gave it a group of its own
    process.wait()


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Returns when somebody listens.

    Raises:
        TimeoutError: nobody did.
    """
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(f"nobody listens on port {port}")


def first_answer_s(
    port: int, request: bytes, began: float, process: subprocess.Popen[bytes] | None
) -> float:
    """Seconds from `began` (monotonic) until the request is answered with 200.

    Raises:
        TimeoutError: that never came; the last answer is in the message.
    """
    said = b"no connection"
    while time.monotonic() - began < START_LIMIT_S and (process is None or process.poll() is None):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(request)
                said = client.recv(4096)
        except OSError as error:
            said = str(error).encode()
        if said.startswith(b"HTTP/1.1 200"):
            return time.monotonic() - began
        time.sleep(0.002)
    raise TimeoutError(f"no answer with 200: {said[:300]!r}")

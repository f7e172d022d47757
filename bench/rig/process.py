"""Starts processes on chosen cores and reads what they cost from /proc.

It does not know what they are. Linux only.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

START_LIMIT_S = 90
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def cores() -> tuple[int, int, int]:
    """Cores of the candidate, the load and the upstream; fewer than three are shared."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[1 % len(available)], available[2 % len(available) or -1]


def listener() -> socket.socket:
    """A listening loopback socket that a child may inherit, as the supervisor hands it over."""
    made = socket.create_server(("127.0.0.1", 0), backlog=4096)
    made.set_inheritable(True)
    return made


def spawn(command: list[str], core: int, log: Path, **more: object) -> subprocess.Popen[bytes]:
    """Starts a command in its own session on one core; what it says goes to `log`."""
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
    """Asks it to end, then insists."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tree(pid: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int(_stat(int(entry.name))[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for member in found:
        found.extend(children.get(member, []))
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, state first."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def cpu_s(pid: int) -> float:
    """Processor seconds of the whole tree so far, user and system, ended children included."""
    ticks = 0
    for member in tree(pid):
        ticks += sum(map(int, _stat(member)[11:15]))
    return ticks * TICK_S


def memory_mib(pid: int) -> dict[str, float]:
    """Resident and proportional memory of the whole tree, MiB."""
    total = {"rss": 0.0, "pss": 0.0}
    for member in tree(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in {"Rss", "Pss"}:
                total[name.lower()] += int(rest.split()[0]) / 1024
    return total


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

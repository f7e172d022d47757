"""What `sitecustomize` does to a process of the platform, by its role.

It does not know the suite: it reads variables and two small files.
"""

import ctypes
import mmap
import os
import random
import struct
import sys
import time
from pathlib import Path

_NEW_TIME = 0x80  # CLONE_NEWTIME
_MARK = "CHAOS_MONOTONIC_SET"
_SHARE = "0.3"  # of the starts get a monotonic clock of their own


def bend(role: str) -> None:
    """Clocks for all, then what this role is in for."""
    if role in {"gateway", "control"}:
        _move_monotonic()
    _move_wall_clock(os.environ["CHAOS_CLOCK"])
    if role == "supervisor":
        _restart_at_once()
    if role == "control":
        _wait_for_leave(os.environ["CHAOS_HOLD"])
    sabotage = os.environ.get("CHAOS_SABOTAGE", "")
    if sabotage:
        import chaos_sabotage

        chaos_sabotage.SABOTAGES[sabotage](role)


def _move_wall_clock(path: str) -> None:
    """Adds the nanoseconds that stand in a shared file, as they are at each look."""
    with Path(path).open("rb") as file:
        shared = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)
    real, unpack = time.time_ns, struct.Struct("<q").unpack_from

    def time_ns() -> int:
        return real() + unpack(shared)[0]

    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9


def _move_monotonic() -> None:
    """Gives some starts a monotonic clock with another origin, as another host would have.

    A time namespace where the kernel lets us; it holds from the next exec on.
    """
    marked = os.environ.pop(_MARK, None)
    if marked is not None:
        before, offset = (float(part) for part in marked.split())
        if time.monotonic() - before < offset / 2:
            _tell("namespace refused at exec")
            _add_to_monotonic(offset)
        return
    if random.random() >= float(os.environ.get("CHAOS_MONOTONIC", _SHARE)):
        return
    offset = random.randrange(10_000, 10_000_000)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_TIME):
        _tell("namespace refused")
        _add_to_monotonic(offset)
        return
    Path("/proc/self/timens_offsets").write_text(f"monotonic {offset} 0\nboottime {offset} 0\n")
    _tell("namespace")
    os.environ[_MARK] = f"{time.monotonic()} {offset}"
    os.execv(sys.executable, sys.orig_argv)


def _add_to_monotonic(offset: float) -> None:
    real = time.monotonic
    time.monotonic = lambda: real() + offset


def _tell(what: str) -> None:
    with Path(os.environ["CHAOS_CLOCK"] + ".starts").open("a") as file:
        file.write(what + "\n")


def _restart_at_once() -> None:
    """Two hundred deaths are the plan here: none of them makes the next start wait."""
    from vanguard.compose.supervisor import backoff

    if backoff.HEALTHY_S <= 0:
        raise RuntimeError("the backoff is not what this file takes it for")
    backoff.HEALTHY_S = 0.0


def _wait_for_leave(path: str) -> None:
    """Control stays down for as long as the file is there."""
    while Path(path).exists():
        time.sleep(0.05)

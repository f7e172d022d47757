"""Looks at the machine: Python, the libraries under the engine, memory, processors, the clock.

It does not know the settings.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from vanguard.cli.diagnosis.finding import Finding, fail, ok, warn
from vanguard.cli.main import OLDEST_PYTHON, python_fault

_GIB = 1024**3
_COMFORTABLE_MEMORY = 1.5 * _GIB  # platform and default model, measured with some room
_LEAST_MEMORY = 0.5 * _GIB  # platform and small model
_EARLIEST = 1_735_689_600  # 2025-01-01: no build is older
_LATEST = 4_102_444_800  # 2100-01-01
_OPENMP = "libgomp.so.1"


def machine() -> Iterator[Finding]:
    """Every look at the machine."""
    yield python(sys.version_info[:3])
    yield system(platform.system(), platform.machine())
    yield openmp(_OPENMP)
    yield memory(Path("/proc/meminfo"))
    yield clock(time.time())


def python(found: tuple[int, ...]) -> Finding:
    """Whether this Python is new enough."""
    fault = python_fault(found)
    if fault:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return fail("python", fault, f"install Python {wanted} or newer and install Vanguard there")
    return ok("python", ".".join(map(str, found)))


def system(name: str, machine_type: str) -> Finding:
    """Whether the kernel can do what the supervisor relies on."""
    shown = f"{name} {machine_type}, {os.cpu_count()} processors"
    if name != "Linux":
        return warn(
            "system", shown, "run it on Linux: elsewhere processes outlive a killed supervisor"
        )
    return ok("system", shown)


def openmp(library: str) -> Finding:
    """Whether the library that llama.cpp links against is there."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return fail(
            "libgomp",
            f"{library} is missing; the embedded engine cannot start",
            "install it: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora)",
        )
    return ok("libgomp", library)


def memory(table: Path) -> Finding:
    """Whether the models fit."""
    available = _available_bytes(table)
    if available is None:
        return warn("memory", "unknown", "the default model needs about 1.5 GB free")
    shown = f"{available / _GIB:.1f} GiB available"
    if available < _LEAST_MEMORY:
        return fail("memory", shown, "free some memory, or run without a model: engine.model none")
    if available < _COMFORTABLE_MEMORY:
        return warn("memory", shown, "the small model needs less: VANGUARD_ENGINE_MODEL=small")
    return ok("memory", shown)


def clock(now_s: float) -> Finding:
    """Whether the time of day is plausible: keys expire and usage is counted by it."""
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now_s))
    if not _EARLIEST <= now_s <= _LATEST:
        return fail("clock", shown, "set the clock: keys expire and usage is counted by it")
    return ok("clock", shown)


def _available_bytes(table: Path) -> int | None:
    try:
        text = table.read_text("ascii")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None

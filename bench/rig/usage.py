"""Reads what a process tree costs from the kernel: processor time, memory, descriptors.

It does not know what the processes do. Linux only. Processor time comes from the clock that the kernel
keeps for each process in nanoseconds, ended threads included; only its split into user and system comes
from the ticks of /proc/PID/stat, and wants a run of a second or more.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_CLOCK_OF_PROCESS = 2  # CPUCLOCK_SCHED, whole process: see clock_getcpuclockid(3)


@dataclass(frozen=True)
class Cpu:
    """Processor seconds of a tree so far; `user_s` and `system_s` in ticks."""

    total_s: float = 0.0
    user_s: float = 0.0
    system_s: float = 0.0

    def since(self, before: Cpu) -> Cpu:
        """What was spent between two readings."""
        return Cpu(
            self.total_s - before.total_s,
            self.user_s - before.user_s,
            self.system_s - before.system_s,
        )

    def __add__(self, other: Cpu) -> Cpu:
        """What two trees spent together."""
        return Cpu(
            self.total_s + other.total_s,
            self.user_s + other.user_s,
            self.system_s + other.system_s,
        )

    @property
    def user_share(self) -> float:
        """User mode's part, from 0 to 1; 0 when nothing was spent."""
        ticks = self.user_s + self.system_s
        return self.user_s / ticks if ticks else 0.0


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


def cpu(pid: int) -> Cpu:
    """Processor seconds of the whole tree; of children that ended, only what ran before a reading."""
    total = user = system = 0.0
    for member in tree(pid):
        total += time.clock_gettime((~member << 3) | _CLOCK_OF_PROCESS)
        fields = _stat(member)
        user += int(fields[11]) * _TICK_S
        system += int(fields[12]) * _TICK_S
    return Cpu(total, user, system)


def memory_mib(pid: int) -> dict[str, float]:
    """Resident and proportional memory of the whole tree, MiB."""
    total = {"rss": 0.0, "pss": 0.0}
    for member in tree(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in {"Rss", "Pss"}:
                total[name.lower()] += int(rest.split()[0]) / 1024
    return total


def descriptors(pid: int) -> int:
    """Open descriptors of the whole tree."""
    return sum(len(list(Path(f"/proc/{member}/fd").iterdir())) for member in tree(pid))

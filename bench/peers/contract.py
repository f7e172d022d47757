"""What a candidate is, and where it runs. It does not know any candidate."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bench.models import BenchModel
from bench.rig import process
from bench.rig.gateway_home import Upstreams

KEY = "vk-bench-0123456789abcdefghijklmnopqr"

Kind = Literal["load", "proxy", "framework", "product", "vanguard"]


@dataclass(frozen=True)
class Site:
    """Where a candidate runs: its folder, its core, the upstream behind it, and what it may be asked.

    Attributes:
        boot: boot values of our own gateway that differ from their defaults.
    """

    folder: Path
    core: int
    upstreams: Upstreams
    models: tuple[BenchModel, ...]
    boot: dict[str, str] = field(default_factory=dict)


@dataclass
class Running:
    """A started candidate.

    Attributes:
        began: when it was started, seconds, monotonic.
        paths: doors that it has elsewhere, by dialect.
        prefix: what it wants before a model's name.
        headers: lines that it wants in every request.
        tls_port: where it reaches the upstream by TLS, when that is another port.
    """

    name: str
    port: int
    process: subprocess.Popen[bytes] | None
    began: float
    held: list[socket.socket] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    prefix: str = ""
    tls_port: int = 0
    headers: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        """The root of its process tree; None for the upstream itself."""
        return None if self.process is None else self.process.pid

    def stop(self) -> None:
        """Ends it and lets its sockets go."""
        if self.process is not None:
            process.stop(self.process)
        for held in self.held:
            held.close()


@dataclass(frozen=True)
class Candidate:
    """One thing to measure.

    Attributes:
        kind: `product` is a gateway product, `framework` a small proxy of ours on a framework,
            `proxy` looks at nothing, `load` is the upstream itself.
        scale: share of the load that it gets; a slow one would take all day.
        able: what a scenario may need of it, see `bench.scenarios`.
        start: starts it anew.
        version: what it calls itself.
        prepare: installs what is missing; a reason when that cannot be done, else empty.
        note: one sentence on how it is configured, for the docs.
    """

    name: str
    kind: Kind
    scale: float
    able: frozenset[str]
    start: Callable[[Site], Running]
    version: Callable[[], str]
    prepare: Callable[[], str]
    note: str

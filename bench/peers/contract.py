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
        core: the candidate's, or several as taskset lists them.
        load_core: for what a candidate needs beside it and is not counted as its own.
        boot: boot values of our own gateway that differ from the product's.
        workers: processes of our own gateway.
    """

    folder: Path
    core: int | str
    load_core: int
    upstreams: Upstreams
    models: tuple[BenchModel, ...]
    boot: dict[str, str] = field(default_factory=dict)
    workers: int = 1


@dataclass
class Running:
    """A started candidate.

    Attributes:
        began: when it was started, seconds, monotonic.
        paths: doors that it has elsewhere, by dialect.
        prefix: what it wants before a model's name.
        headers: lines that it wants in every request.
        tls_port: where it reaches the upstream by TLS, when that is another port.
        more: further processes of its own, counted like the first.
        beside: processes that it needs and that are not counted.
        amiss: what is not as it should be, though answers may be right; empty when all is well.
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
    more: list[subprocess.Popen[bytes]] = field(default_factory=list)
    beside: list[subprocess.Popen[bytes]] = field(default_factory=list)
    amiss: Callable[[], str] = lambda: ""

    @property
    def pid(self) -> int | None:
        """The root of its process tree; None for the upstream itself."""
        return None if self.process is None else self.process.pid

    @property
    def pids(self) -> list[int]:
        """The roots of all its process trees."""
        first = [] if self.process is None else [self.process]
        return [one.pid for one in [*first, *self.more]]

    def stop(self) -> None:
        """Ends it and lets its sockets go."""
        first = [] if self.process is None else [self.process]
        for one in [*first, *self.more, *self.beside]:
            process.stop(one)
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

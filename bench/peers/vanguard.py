"""Vanguard's gateway as `vanguard up` starts it, with key, limits, budget and ledger on.

It does not know the supervisor: the bench hands it listener and boot file, and lends it its limits.
"""

from __future__ import annotations

import compileall
import sys
import time
from functools import partial
from pathlib import Path

import vanguard
from bench.peers.contract import KEY, Candidate, Running, Site
from bench.peers.environments import said
from bench.rig import gateway_home, lender, process


def start(site: Site) -> Running:
    """Starts its workers, all on one listener, and before them who lends them their limits.

    Raises:
        TimeoutError: nobody lends limits.
        ValueError: a boot value is wrong.
    """
    listener = process.listener()
    home = site.folder / f"home-{time.monotonic_ns()}"
    made = gateway_home.snapshot(KEY, site.upstreams, site.models)
    boots = gateway_home.make(home, listener.fileno(), made, site.boot, site.workers)
    beside = [lender.start(home, site.load_core, site.folder / "lender.log")]
    began = time.monotonic()
    first, *more = (
        process.spawn(
            [sys.executable, "-m", "vanguard.compose.gateway_process", "--boot", str(boot)],
            site.core,
            site.folder / "vanguard.log",
            pass_fds=(listener.fileno(),),
        )
        for boot in boots
    )
    return Running(
        "vanguard",
        listener.getsockname()[1],
        first,
        began,
        [listener],
        more=more,
        beside=beside,
        amiss=partial(_amiss, home, 0 if alone(site.boot) else site.workers),
    )


def prepare() -> str:
    """Compiles the package, as pip does what it installs: not each start is to do it anew."""
    if compileall.compile_dir(Path(vanguard.__file__).parent, quiet=1):
        return ""
    return "the package cannot be compiled"


def alone(boot: dict[str, str]) -> bool:
    """Whether the boot values that were asked for let each worker count its limits for itself."""
    return boot.get("limits_socket") == ""


def _amiss(home: Path, expected: int) -> str:
    connected = lender.borrowers(home)
    if connected == expected:
        return ""
    return f"{connected} gateway processes borrow their limits, not {expected}"


CANDIDATE = Candidate(
    "vanguard",
    "vanguard",
    1.0,
    frozenset({"anthropic", "packed", "unasked", "translate", "guard", "tls", "workers"}),
    start,
    lambda: said(
        [sys.executable, "-c", "import importlib.metadata as m;print(m.version('vanguard-ai'))"]
    ),
    prepare,
    "The real gateway process with its ordinary logging; one key with all limits and a budget, a"
    " price, its journal on disk.",
)

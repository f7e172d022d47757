"""Vanguard's gateway process as `vanguard up` starts it, with key, limits, budget and ledger on.

It does not know the supervisor: the bench hands it the listener and the boot file.
"""

from __future__ import annotations

import sys
import time

from bench.peers.contract import KEY, Candidate, Running, Site
from bench.peers.environments import said
from bench.rig import gateway_home, process


def start(site: Site) -> Running:
    """Starts one worker."""
    listener = process.listener()
    home = site.folder / f"home-{time.monotonic_ns()}"
    made = gateway_home.snapshot(KEY, site.upstreams, site.models)
    boot = gateway_home.make(home, listener.fileno(), made, site.boot)
    began = time.monotonic()
    started = process.spawn(
        [sys.executable, "-m", "vanguard.compose.gateway_process", "--boot", str(boot)],
        site.core,
        site.folder / "vanguard.log",
        pass_fds=(listener.fileno(),),
    )
    return Running("vanguard", listener.getsockname()[1], started, began, [listener])


CANDIDATE = Candidate(
    "vanguard",
    "vanguard",
    1.0,
    frozenset({"anthropic", "packed", "unasked", "translate", "guard", "tls"}),
    start,
    lambda: said(
        [sys.executable, "-c", "import importlib.metadata as m;print(m.version('vanguard-ai'))"]
    ),
    lambda: "",
    "The real gateway process with its ordinary logging; one key with all limits and a budget, a"
    " price, its journal on disk.",
)

"""sglang-router, a router in Rust, with one worker behind it. It keeps no keys and no ledger."""

from __future__ import annotations

import time

from bench.peers import environments
from bench.peers.contract import KEY, Candidate, Running, Site
from bench.rig import process

PACKAGES = ("sglang-router==0.3.2",)


def start(site: Site) -> Running:
    """Starts it with round robin over the one worker, and with its key check."""
    port = process.free_port()
    command = [
        *(environments.program("sglang-router", "python"), "-m", "sglang_router.launch_router"),
        *("--host", "127.0.0.1", "--port", str(port), "--policy", "round_robin"),
        *("--worker-urls", f"http://127.0.0.1:{site.upstreams.port}", "--api-key", KEY),
        *("--log-level", "error", "--prometheus-host", "127.0.0.1"),
        *("--prometheus-port", str(process.free_port()), "--max-concurrent-requests", "4096"),
    ]
    began = time.monotonic()
    started = process.spawn(command, site.core, site.folder / "sglang-router.log", cwd=site.folder)
    return Running("sglang-router", port, started, began)


CANDIDATE = Candidate(
    "sglang-router",
    "product",
    0.5,
    frozenset(),
    start,
    lambda: environments.pinned(PACKAGES),
    lambda: environments.ensure("sglang-router", PACKAGES),
    "One worker behind it, round robin, its API key on; no limits, no metering.",
)

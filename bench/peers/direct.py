"""The upstream itself, to know what the load alone takes. It does not proxy anything."""

from __future__ import annotations

import time

from bench.peers.contract import Candidate, Running, Site


def start(site: Site) -> Running:
    """Nothing to start."""
    return Running("direct", site.upstreams.port, None, time.monotonic())


CANDIDATE = Candidate(
    "direct",
    "load",
    1.0,
    frozenset({"anthropic", "packed", "unasked"}),
    start,
    lambda: "the load alone",
    lambda: "",
    "The load against the upstream: what is taken off latencies, and how far the load can go.",
)

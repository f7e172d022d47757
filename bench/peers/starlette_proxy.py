"""Starts the small proxy of `starlette_app.py` under uvicorn. It does not know what the proxy does."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from bench.peers import environments
from bench.peers.contract import KEY, Candidate, Running, Site
from bench.rig import process

PACKAGES = (
    "starlette==1.10.0",
    "aiohttp==3.14.5",
    "uvicorn==0.54.0",
    "httptools==0.9.0",
    "uvloop==0.23.0",
    "msgspec==0.22.0",
)
_FOLDER = Path(__file__).resolve().parent


def start(site: Site) -> Running:
    """Starts one worker without an access log."""
    port = process.free_port()
    command = [
        *(environments.program("starlette", "uvicorn"), "starlette_app:app"),
        *("--app-dir", str(_FOLDER), "--host", "127.0.0.1", "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"),
        *("--backlog", "4096"),
    ]
    settings = {"upstream": f"http://127.0.0.1:{site.upstreams.port}", "key": KEY}
    began = time.monotonic()
    started = process.spawn(
        command,
        site.core,
        site.folder / "starlette.log",
        env={**os.environ, "BENCH_PROXY": json.dumps(settings)},
    )
    return Running("starlette", port, started, began)


CANDIDATE = Candidate(
    "starlette",
    "framework",
    0.4,
    frozenset({"anthropic", "unasked"}),
    start,
    lambda: environments.pinned(PACKAGES),
    lambda: environments.ensure("starlette", PACKAGES),
    "A proxy of ours of 90 lines on uvicorn, Starlette and aiohttp: key looked up, model and usage"
    " read; no limits, no ledger.",
)

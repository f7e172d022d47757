"""Looks at the platform that runs on a home: its processes, and whether they answer.

It does not know how to start it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec

from vanguard.cli.diagnosis.finding import Finding, fail, ok, warn
from vanguard.compose.supervisor.home import Home
from vanguard.compose.supervisor.running import Running
from vanguard.control.engine_state import read_engine_state
from vanguard.sdk.own_certificate import verification

_TIMEOUT_S = 5.0
_PATIENCE_S = 10.0  # for a worker that is wanted


def platform(home: Home, running: Running | None) -> Iterator[Finding]:
    """Every look at the processes; one line when nothing runs."""
    if running is None:
        yield ok("platform", "not running; start it with: vanguard up")
        return
    yield ok("platform", f"process {running.pid} on {home.root}")
    yield from gateway(home, running)
    yield control(home, running)
    yield engine(home, running)
    yield worker(home, running)


def gateway(home: Home, running: Running) -> Iterator[Finding]:
    """Whether the gateway lives and takes traffic."""
    trusted = verification(running.certificate)
    with httpx.Client(timeout=_TIMEOUT_S, trust_env=False, verify=trusted) as client:
        for path, meaning in (("/healthz", "is alive"), ("/readyz", "takes traffic")):
            try:
                answer = client.get(f"{running.url}{path}")
            except httpx.TransportError as error:
                yield fail(
                    "gateway", f"{running.url} does not answer: {error}", _log(home, "gateway")
                )
                return
            if answer.status_code == 200:
                yield ok("gateway", f"{running.url} {meaning}")
            else:
                yield fail("gateway", f"{path} answers {answer.status_code}", _log(home, "gateway"))
        if why := _not_taken_up(answer.content):
            # it takes traffic all the same, by what it has: keys that were revoked go on
            yield fail("gateway", f"changes are not taken up: {why}", _log(home, "gateway"))


class _Ready(msgspec.Struct):
    """What is read of the answer of `/readyz`."""

    snapshot_error: str = ""


def _not_taken_up(content: bytes) -> str:
    """Why the gateway keeps an old snapshot; empty where it does not, or does not say."""
    try:
        return msgspec.json.decode(content, type=_Ready).snapshot_error
    except msgspec.DecodeError:
        return ""


def control(home: Home, running: Running) -> Finding:
    """Whether control answers to the admin key."""
    try:
        key = home.admin_key.read_text("utf-8").strip()
    except OSError as error:
        return fail("control", f"{home.admin_key}: {error.strerror}", "restart the platform")
    try:
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=running.control_socket),
            base_url="http://control",
            headers={"Authorization": f"Bearer {key}"},
            timeout=_TIMEOUT_S,
        ) as client:
            status = client.get("/api/status").status_code
    except httpx.TransportError as error:
        return fail("control", f"does not answer: {error}", _log(home, "control"))
    if status == 401:
        return fail("control", f"{home.admin_key} is not its admin key", "restart the platform")
    if status != 200:
        return fail("control", f"/api/status answers {status}", _log(home, "control"))
    return ok("control", "answers")


def engine(home: Home, running: Running) -> Finding:
    """What the engine says of itself."""
    state = read_engine_state(home.engine_status)
    shown = f"{state.state}: {state.message}" if state.message else state.state
    if state.state == "failed":
        return fail("engine", shown, _log(home, "engine"))
    if not running.children.get("engine") and state.state != "off":
        return fail("engine", "is down", _log(home, "engine"))
    if state.state not in {"ready", "off"}:
        return warn("engine", shown, "wait a moment; the first start fetches the weights")
    return ok("engine", shown)


def worker(home: Home, running: Running) -> Finding:
    """Whether workers run where there is work."""
    names = [name for name in running.children if name.partition("-")[0] == "worker"]
    alive = [name for name in names if running.children[name]]
    if alive:
        return ok("worker", f"{len(alive)} at work")
    if _age_s(home.worker_wanted) > _PATIENCE_S:
        return fail("worker", "is down, and there is work for it", _log(home, "worker"))
    return ok("worker", "idle; it starts when there is something to read")


def _age_s(path: Path) -> float:
    """Seconds since a file was made; 0 where there is none."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _log(home: Home, name: str) -> str:
    return f"see {home.logs / f'{name}.log'}"

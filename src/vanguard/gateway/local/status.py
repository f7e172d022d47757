"""Answers `/healthz`, `/readyz` and `/metrics`.

It does not know who may ask; the pipeline does.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from vanguard.gateway.app import Gateway
from vanguard.gateway.http.messages import Headers
from vanguard.gateway.local.shared_metrics import shared_metrics

STATUS_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_JSON: Headers = [(b"content-type", b"application/json")]
_TEXT: Headers = [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")]


def answer_status(gateway: Gateway, path: str, connections: int) -> tuple[int, Headers, bytes]:
    """Status, headers and body of one of `STATUS_PATHS`."""
    if path == "/healthz":
        return 200, _JSON, b'{"alive":true}'
    if path == "/readyz":
        ready, details = gateway.ready()
        return 200 if ready else 503, _JSON, msgspec.json.encode(details)
    text = own_metrics(gateway, connections)
    if gateway.boot.metrics_dir:
        text = shared_metrics(Path(gateway.boot.metrics_dir), gateway.claim.name, text)
    return 200, _TEXT, text


def own_metrics(gateway: Gateway, connections: int) -> bytes:
    """The numbers of this worker alone."""
    _fill_gauges(gateway, connections)
    return gateway.metrics.render()


def _fill_gauges(gateway: Gateway, connections: int) -> None:
    metrics, view = gateway.metrics, gateway.state.current
    metrics.in_flight.set((), gateway.in_flight)
    metrics.connections.set((("side", "client"),), connections)
    metrics.connections.set((("side", "upstream"),), gateway.pool.open_connections)
    metrics.journal_bytes.set((), gateway.ledger.journal.written_bytes)
    metrics.snapshot_refused.set((), float(bool(gateway.state.error)))
    if view is not None:
        metrics.snapshot_version.set((), view.version)
        now = gateway.loop_time()
        for deployment in view.snapshot.deployments:
            healthy = gateway.health.healthy(deployment, now)
            metrics.healthy.set((("deployment", deployment),), float(healthy))

"""Orders the deployments of a model into the attempts that will be made.

It does not know how to call one. Healthy deployments come first, in their configured order.
"""

from __future__ import annotations

from vanguard.core.errors import UnsupportedFeature
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.gateway.app import Gateway
from vanguard.gateway.doors import UPSTREAM_PATHS
from vanguard.gateway.exchange import Exchange
from vanguard.snapshot.model import Deployment


def route(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `attempts`: each deployment once, then again in the same order up to the bound.

    Raises:
        UnsupportedFeature: no deployment of the model offers the operation.
    """
    operation = exchange.door.operation
    able = [d for d in exchange.view.deployments(exchange.model) if _offers(d, operation)]
    if not able and operation == "count_tokens":
        return
    if not able:
        raise UnsupportedFeature(
            f"no deployment of '{exchange.model.name}' offers {operation}", param="model"
        )
    able = _able_to_read(exchange, able)
    now = gateway.loop_time()
    ordered = [d for d in able if gateway.health.healthy(d.id, now)]
    ordered += [d for d in able if d not in ordered]
    most = gateway.boot.bounds.attempts
    exchange.attempts = (ordered * most)[: max(most, 1)]


def _able_to_read(exchange: Exchange, able: list[Deployment]) -> list[Deployment]:
    """Leaves out text-only deployments when the request holds pictures or files."""
    if all(deployment.reads_media for deployment in able):
        return able
    if not PASS_THROUGHS[exchange.door.dialect].has_media(exchange.body):
        return able
    readers = [deployment for deployment in able if deployment.reads_media]
    if not readers:
        raise UnsupportedFeature(
            f"'{exchange.model.name}' reads text only; the request holds a picture or a file"
        )
    return readers


def _offers(deployment: Deployment, operation: str) -> bool:
    if operation == "count_tokens":
        return deployment.counts_tokens
    return (deployment.dialect, operation) in UPSTREAM_PATHS

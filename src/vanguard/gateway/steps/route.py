"""Orders the deployments of a model into the attempts that will be made.

It does not know how to call one. Healthy deployments come first, in their configured order.
"""

from __future__ import annotations

from collections.abc import Sequence

from vanguard.core.errors import UnsupportedFeature
from vanguard.gateway.app import Gateway
from vanguard.gateway.exchange import Exchange
from vanguard.snapshot.model import Deployment


def route(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `attempts`: each deployment once, then again in the same order up to the bound.

    Raises:
        UnsupportedFeature: the request holds pictures or files and no deployment reads them.
    """
    lane = exchange.lane
    if gateway.health.all_well and (lane.reads_media or not exchange.has_media()):
        exchange.attempts = lane.attempts
        return
    able: Sequence[Deployment] = lane.able
    if not able:
        return
    if not lane.reads_media and exchange.has_media():
        able = [one for one in able if one.reads_media]
        if not able:
            raise UnsupportedFeature(
                f"'{exchange.model.name}' reads text only; the request holds a picture or a file"
            )
    now = gateway.loop_time()
    ordered = [one for one in able if gateway.health.healthy(one.id, now)]
    ordered += [one for one in able if one not in ordered]
    most = gateway.boot.bounds.attempts
    exchange.attempts = tuple(ordered * most)[:most]

"""Reserves anew for whoever goes on with an answer; where limits are shared, borrows first.

It does not know who goes on. Nothing waits longer than a request would.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.core.errors import LimitsUnavailable, VanguardError
from vanguard.gateway.app import Gateway
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.limits.borrower import PATIENCE_S
from vanguard.gateway.limits.holding import NotHeld
from vanguard.gateway.steps.admit import reserve

Told = Callable[[VanguardError | None], None]


def make_room(gateway: Gateway, exchange: Exchange, told: Told) -> None:
    """Sets the exchange's reservation, or tells why there is no room."""
    _reserve(gateway, exchange, told, gateway.loop_time() + PATIENCE_S, 0)


def _reserve(gateway: Gateway, exchange: Exchange, told: Told, deadline: float, tries: int) -> None:
    try:
        reserve(gateway, exchange)
    except NotHeld as wanted:
        link = gateway.link
        if link is None:
            told(LimitsUnavailable("limits are shared and nobody lends them"))
            return

        def answered(error: VanguardError | None) -> None:
            if error is not None or gateway.loop_time() > deadline:
                told(error or LimitsUnavailable("limits were not lent in time"))
            else:
                _reserve(gateway, exchange, told, deadline, tries + 1)

        link.ask(wanted, answered, deadline, tries)
    except VanguardError as error:
        told(error)
    else:
        told(None)

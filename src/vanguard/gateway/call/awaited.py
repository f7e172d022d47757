"""Says whether an attempt waits for what it is sent with: a session of a role, or a token that is lent.

It does not know who makes the attempt, nor for how long it may wait. What an upstream no longer takes
before its end is had anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vanguard.gateway.app import Gateway
from vanguard.gateway.call.bedrock_request import who
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.google.tokens import lends
from vanguard.snapshot.model import Deployment


class Kept(Protocol):
    """Something that has an end; `vanguard.gateway.renewal.keeper.Keeper`."""

    def in_force(self) -> bool:
        """Whether there is one that is worth something."""

    def wait(self, ready: Callable[[], None]) -> bool:
        """Whether `ready` will be called, when a fetch has ended."""

    def refused(self, since_s: float) -> bool:
        """Whether another may be taken in place of what a request of so many seconds ago was sent with."""


def awaited(gateway: Gateway, exchange: Exchange, index: int, ready: Callable[[], None]) -> bool:
    """Whether `ready` will be called: when something that is lacked has come, or all of it has failed.

    It is not where another deployment, not yet tried, could be asked at once: this attempt fails then, and
    the next one serves.

    Args:
        gateway: who keeps what is lacked.
        exchange: whose attempts.
        index: of the attempt that is about to be made.
        ready: told once.
    """
    attempts = exchange.attempts
    first = _keeper(gateway, exchange, attempts[index])
    if first is None or first.in_force():
        return False
    tried = {one.id for one in attempts[: index + 1]}
    others = {one.id: one for one in attempts[index + 1 :] if one.id not in tried}
    keepers = [first]
    for one in others.values():
        keeper = _keeper(gateway, exchange, one)
        if keeper is None or keeper.in_force():
            return False
        keepers.append(keeper)
    left = 0
    told = False

    def answered() -> None:
        nonlocal left, told
        left -= 1
        if not told and (not left or any(one.in_force() for one in keepers)):
            told = True
            ready()

    for keeper in keepers:
        left += keeper.wait(answered)
    return left > 0


def renewed(gateway: Gateway, exchange: Exchange, outcome: Outcome) -> bool:
    """Whether a deployment that has refused what it was sent with is asked once more, with another.

    Args:
        gateway: who keeps it.
        exchange: whose attempts; where this one was the last at that deployment, one more.
        outcome: of the refused attempt.
    """
    one = outcome.deployment
    if one.id in exchange.renewed:
        return False
    keeper = _keeper(gateway, exchange, one)
    if keeper is None or not keeper.refused(gateway.loop_time() - exchange.arrived):
        return False
    exchange.renewed |= {one.id}
    if all(later.id != one.id for later in exchange.attempts[outcome.attempt + 1 :]):
        exchange.attempts = (*exchange.attempts, one)
    return True


def _keeper(gateway: Gateway, exchange: Exchange, one: Deployment) -> Kept | None:
    """Who keeps what requests to a deployment are sent with; None where that is always there."""
    if one.aws is not None and one.aws.fetched:
        return gateway.sessions.keeper(one.aws, who(exchange))
    if lends(one.credential):
        return gateway.tokens.keeper(one.credential.partition(":")[2])
    return None

"""Writes what an attempt used into the journal and gives its reservation back.

It does not know how the numbers were learned. A record that the disk refuses is kept in memory and
written later; new requests are refused meanwhile.
"""

from __future__ import annotations

from functools import partial

import msgspec

from vanguard.core.journal import Settled, Status
from vanguard.core.money import cost_usd_micros
from vanguard.core.usage import Usage
from vanguard.gateway.app import Gateway
from vanguard.gateway.exchange import Exchange, Outcome
from vanguard.gateway.routing.warmth.pins import BOUND_DIALECTS
from vanguard.snapshot.model import Deployment

_NOTHING = Usage()
_CHARGED: frozenset[Status] = frozenset({"ok", "truncated", "cut", "blocked", "cancelled"})


class AttemptLine(msgspec.Struct, frozen=True):
    """The log line of one attempt."""

    at: float
    request_id: str
    attempt: int
    key: str
    model: str
    deployment: str
    status: Status
    http_status: int
    error: str
    input_tokens: int
    output_tokens: int
    cost_usd_micros: int
    first_token_ms: int
    duration_ms: int
    level: str = "info"
    process: str = "gateway"
    event: str = "attempt"


class FailedLine(AttemptLine, frozen=True):
    """The log line of an attempt of which is known why it failed."""

    reason: str = ""


def settle(gateway: Gateway, exchange: Exchange, outcome: Outcome) -> None:
    """Settles one attempt; the last one also frees the reservation, once that is in the journal."""
    told, price, status = outcome.usage, outcome.deployment.price, outcome.status
    if exchange.refused and status == "ok":
        _pin(gateway, exchange, outcome.deployment)
    usage = told.sane() if told is not None else _NOTHING
    free = told is None or status not in _CHARGED or exchange.door.operation == "count_tokens"
    cost = 0 if free or price is None else cost_usd_micros(price, usage)
    # by place, in the order of its fields: one is made for every request
    record = Settled(
        exchange.id,
        outcome.attempt,
        gateway.books.now_ms(),
        status,
        outcome.http_status,
        outcome.error,
        usage,
        cost,
        price is None and not free,
        outcome.first_token_ms,
        int((gateway.loop_time() - exchange.arrived) * 1000.0),
    )
    done = None
    if outcome.last:
        exchange.status = status
        reservation, exchange.reservation = exchange.reservation, None
        if reservation is not None and reservation.open:
            tokens = usage.input_tokens + usage.output_tokens
            done = partial(gateway.limiter.settle, reservation, tokens, cost)
    gateway.ledger.settled(record, done)
    gateway.metrics.attempted(outcome.deployment.id, status)
    exchange.lane.meter.used(usage, cost, record.price_unknown)
    if gateway.log.attempts or (status != "ok" and gateway.log.requests):
        gateway.log.line(_line(exchange, outcome, record))


def release(gateway: Gateway, exchange: Exchange) -> None:
    """Frees the reservation of a request that has used nothing."""
    reservation = exchange.reservation
    if reservation is not None and reservation.open:
        gateway.limiter.settle(reservation, 0, 0)


def _pin(gateway: Gateway, exchange: Exchange, deployment: Deployment) -> None:
    """Others have refused it: whoever has answered could read what it holds, and is asked first from now on."""
    dialect = exchange.door.dialect
    if dialect in BOUND_DIALECTS and dialect in (deployment.dialect, *deployment.also):
        tenant, account = exchange.key.organisation_id, deployment.account or deployment.id
        gateway.router.pins.read(exchange.body, tenant, account)


def _line(exchange: Exchange, outcome: Outcome, record: Settled) -> AttemptLine:
    usage = record.usage
    line = AttemptLine(
        at=record.at_ms / 1000,
        request_id=exchange.id,
        attempt=outcome.attempt,
        key=exchange.key.id,
        model=exchange.model.name,
        deployment=outcome.deployment.id,
        status=record.status,
        http_status=record.http_status,
        error=record.error,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd_micros=record.cost_usd_micros,
        first_token_ms=record.first_token_ms,
        duration_ms=record.duration_ms,
    )
    if not outcome.reason:
        return line
    return FailedLine(**msgspec.structs.asdict(line), reason=outcome.reason)

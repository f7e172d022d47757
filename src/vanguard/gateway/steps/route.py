"""Orders the deployments of a model into the attempts that will be made.

It does not know how to call one, nor how they are compared: that is `vanguard.gateway.routing`.
"""

from __future__ import annotations

from vanguard.core.errors import UnsupportedFeature
from vanguard.gateway.app import Gateway
from vanguard.gateway.call.charged import estimate_input_tokens
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.routing.router import Ask, Plan
from vanguard.gateway.routing.warmth.prefix import read_prefix


def route(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `attempts`, and `ask` where there is something to choose or to fall back on.

    Raises:
        UnsupportedFeature: the request holds pictures or files and no deployment reads them.
    """
    lane = exchange.lane
    course = lane.course
    if course.plain and (lane.reads_media or not exchange.has_media()):
        # nothing to choose: the breaker of the only one is no reason not to try it
        exchange.attempts = lane.attempts
        if course.fallbacks:
            exchange.ask = ask_of(gateway, exchange)
        return
    if not lane.able:
        return
    ask, plan = planned(gateway, exchange)
    exchange.ask = ask
    exchange.attempts = plan.attempts(course.most)
    exchange.waits = plan if plan.pause_s else None
    gateway.metrics.chosen(plan.choices[0])


def planned(gateway: Gateway, exchange: Exchange) -> tuple[Ask, Plan]:
    """What routing sees of a request, and the order that it makes of it.

    Raises:
        UnsupportedFeature: the request holds pictures or files and no deployment reads them.
    """
    ask = ask_of(gateway, exchange)
    plan = gateway.router.plan(exchange.lane.course, ask, gateway.loop_time())
    if not plan.choices and exchange.lane.able:
        raise UnsupportedFeature(
            f"'{exchange.model.name}' reads text only; the request holds a picture or a file"
        )
    return ask, plan


def ask_of(gateway: Gateway, exchange: Exchange) -> Ask:
    """What routing sees of a request. The body is read only as far as the model's policy wants it."""
    course, peek, tenant = exchange.lane.course, exchange.peek, exchange.key.organisation_id
    body = exchange.body
    operation = exchange.door.operation
    chat = operation == "chat"
    cap = (exchange.cap_tokens or peek.max_output_tokens) if chat else 0
    account = ""
    if chat and course.reads_items:
        account = gateway.router.pins.maker(body, tenant, course.accounts)
    blind = not all(one.reads_media for one in exchange.lane.deployments)
    return Ask(
        # counting tokens takes none
        input_tokens=0 if operation == "count_tokens" else estimate_input_tokens(body),
        output_tokens=None if cap is None else cap * peek.answers,
        stream=peek.stream,
        media=blind and exchange.has_media(),
        prefix=read_prefix(body, tenant) if chat and course.reads_prefix else None,
        account=account,
        patience_s=gateway.boot.deadlines.quota_wait_s,
    )

"""Finds the model, then reserves the request, its tokens and its money over the whole chain.

It does not know upstreams. What is reserved against a token limit is an estimate of the input plus
the output cap; what is reserved against a budget is an upper bound, so that it cannot be overshot.
"""

from __future__ import annotations

from vanguard.core.errors import BudgetExceeded, InvalidRequest, Unauthenticated, VanguardError
from vanguard.core.money import bound_usd_micros, ceilings
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.gateway.accounting.attribution import TELLING, told, wants_strict
from vanguard.gateway.app import Gateway
from vanguard.gateway.call.charged import estimate_input_tokens
from vanguard.gateway.doors import CROSSED
from vanguard.gateway.exchange import Exchange
from vanguard.gateway.lane import Lane
from vanguard.gateway.limits.refusals import no_input
from vanguard.snapshot.model import Deployment

# "Set to 0 to populate the prompt cache without generating a response" (Anthropic API reference,
# messages, 2026-11)
_WARMING = frozenset({"anthropic_messages", "bedrock_invoke"})
# for models of which nobody knows how much they write
_CAP_TOKENS = 8_192
# no answer is longer than what is believed of one; a cap may be any number, sums of them may not
_MOST_TOKENS = 2**40


def admit(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `peek`, `lane`, `model`, `cap_tokens` and `reservation`.

    Raises:
        InvalidRequest: the body cannot be read.
        ModelNotFound: no such model for this key.
        GuardUnavailable: a policy that should guard the model is gone.
        UnsupportedFeature: no deployment of the model offers the operation.
        LimitError: a limit or a budget of the chain stands in the way.
    """
    door = exchange.door
    peek = PASS_THROUGHS[door.dialect].peek(exchange.body)
    if door.varies:
        peek = door.adapt(peek)
    elif peek.crossed:
        door = exchange.door = CROSSED
        peek = PASS_THROUGHS[door.dialect].peek(exchange.body)
    exchange.peek = peek
    key = exchange.key
    lane = exchange.view.lanes.get((key.id, peek.model, door.operation))
    if lane is None:
        lane = _make_lane(gateway, exchange)
    exchange.lane = lane
    exchange.model = lane.model
    exchange.tags = key.tags
    if not exchange.request.index.keys().isdisjoint(TELLING):
        exchange.session, exchange.tags = told(exchange.request, key.tags)
        exchange.strict = wants_strict(exchange.request)
    reserve(gateway, exchange)


def reserve(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `reservation` for the body as it is now.

    Raises:
        InvalidRequest: a budget applies, and the request's cap may be none.
        LimitError: a limit or a budget of the chain stands in the way.
        NotHeld: limits are shared and have to be borrowed first; then it may be called again.
    """
    operation, chain = exchange.door.operation, exchange.chain
    tokens = usd_micros = 0
    if operation != "count_tokens":
        tokens = read = estimate_input_tokens(exchange.body)
        if operation == "chat":
            peek = exchange.peek
            cap = peek.max_output_tokens or gateway.boot.bounds.output_estimate_tokens
            output = cap * peek.answers
            tokens += output if output < _MOST_TOKENS else _MOST_TOKENS  # noqa: FURB136 - a call costs more
        if chain.budgeted:
            usd_micros = _bound(gateway, exchange)
        else:
            # nothing has to be bounded, but what a dying gateway leaves open must not be free
            usd_micros = exchange.lane.guess_usd_micros(read, tokens - read)
    exchange.reservation = gateway.limiter.reserve(chain, tokens, usd_micros)


def may_fit(exchange: Exchange, error: VanguardError) -> bool:
    """Whether a smaller answer may be paid for: the refusal told what is left of the budget."""
    return isinstance(error, BudgetExceeded) and exchange.cap_tokens is not None


def _make_lane(gateway: Gateway, exchange: Exchange) -> Lane:
    name, operation = exchange.peek.model, exchange.door.operation
    if exchange.view.model(name) is None and gateway.state.refresh():
        exchange.view = gateway.state.view
        if exchange.key.hash not in exchange.view.keys:
            raise Unauthenticated("this API key has been revoked")
    attempts = gateway.boot.bounds.attempts
    place = (operation, attempts)
    return exchange.view.make_lane(exchange.key, name, place, gateway.metrics)


def _bound(gateway: Gateway, exchange: Exchange) -> int:
    """The most this request can cost; caps its output where a budget needs one."""
    lane, peek = exchange.lane, exchange.peek
    # a token is at least one byte of text; pictures and files cost by their content instead
    body, door = exchange.body, exchange.door
    input_tokens = len(body)
    if input_tokens < lane.media_tokens and PASS_THROUGHS[door.dialect].is_open_ended(body):
        input_tokens = lane.media_tokens
    if door.operation == "embeddings":
        return lane.bound_usd_micros(input_tokens, 0)
    cap = peek.max_output_tokens
    if cap is None:
        left = gateway.limiter.remaining_usd_micros(exchange.chain) or 0
        if left <= 0:
            # said by the limiter, with the name of the scope
            return 1 if lane.costs else 0
        cap = exchange.cap_tokens = _affordable(gateway, exchange, input_tokens, left)
        if cap is None:
            return lane.bound_usd_micros(input_tokens, 0)
    if cap == 0 and door.dialect not in _WARMING:
        raise InvalidRequest(
            "max_tokens: a budget applies, and not every server takes a cap below 1 for one; ask for at"
            " least 1 token, or leave it out",
            param="max_tokens",
        )
    exchange.limit_tokens = output = min(cap * peek.answers, _MOST_TOKENS)
    return lane.bound_usd_micros(input_tokens, output)


def _affordable(gateway: Gateway, exchange: Exchange, input_tokens: int, left: int) -> int | None:
    """Output tokens per answer that the rest of the budget pays for; None when the model is free."""
    lane = exchange.lane
    lane.bound_usd_micros(0, 0)  # refuses what has no price
    caps = []
    for one in lane.deployments:
        cap = _affordable_at(one, input_tokens, left, exchange.peek.answers)
        if cap == 0:
            gateway.limiter.be_sure(exchange.chain, exchange.arrived)
            base = bound_usd_micros(ceilings([one.price] if one.price else []), input_tokens, 0)
            raise no_input(exchange.chain.scopes, left, base)
        if cap is not None:
            caps.append(cap)
    return min(caps) if caps and lane.costs else None


def _affordable_at(
    deployment: Deployment, input_tokens: int, left: int, answers: int
) -> int | None:
    """The same at one deployment, 0 when not one is paid for; None when nothing limits it."""
    ceiling = ceilings([deployment.price] if deployment.price else [])
    base = bound_usd_micros(ceiling, input_tokens, 0)
    million = bound_usd_micros(ceiling, input_tokens, 1_000_000) - base
    if million <= 0:
        return deployment.max_output_tokens or None
    tokens = (left - base - 1) * 1_000_000 // million // answers
    most = deployment.max_output_tokens or deployment.context_tokens or _CAP_TOKENS
    return max(0, min(tokens, most))

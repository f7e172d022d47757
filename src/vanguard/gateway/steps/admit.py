"""Finds the model, then reserves the request, its tokens and its money over the whole chain.

It does not know upstreams. What is reserved against a token limit is an estimate of the input plus
the output cap; what is reserved against a budget is an upper bound, so that it cannot be overshot.
"""

from __future__ import annotations

import msgspec

from vanguard.core.errors import (
    BudgetExceeded,
    GuardUnavailable,
    ModelNotFound,
    Unauthenticated,
    UnboundedCost,
    VanguardError,
)
from vanguard.core.money import bound_usd_micros, usd
from vanguard.dialects.passthrough.registry import PASS_THROUGHS
from vanguard.gateway.app import Gateway
from vanguard.gateway.exchange import Exchange
from vanguard.snapshot.model import Deployment

_BYTES_PER_TOKEN = 4
_BYTES_PER_TOKEN_WIDE = 3
_MEDIA_TOKENS = 200_000
# for models of which nobody knows how much they write
_CAP_TOKENS = 8_192
_TAGS = 10
_OURS = (b"x-vanguard-", b"x-claude-code-")


def admit(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `peek`, `model`, `policies`, `cap_tokens` and `reservation`.

    Raises:
        InvalidRequest: the body cannot be read.
        ModelNotFound: no such model for this key.
        LimitError: a limit or a budget of the chain stands in the way.
    """
    peek = PASS_THROUGHS[exchange.door.dialect].peek(exchange.body)
    if exchange.door.operation != "chat":
        # only chat is streamed, whatever the body says
        peek = msgspec.structs.replace(peek, stream=False, wants_usage=True)
    exchange.peek = peek
    _choose_model(gateway, exchange)
    _choose_policies(exchange)
    _attribute(exchange)
    reserve(gateway, exchange)


def reserve(gateway: Gateway, exchange: Exchange) -> None:
    """Sets `reservation` for the body as it is now.

    Raises:
        LimitError: a limit or a budget of the chain stands in the way.
        NotHeld: limits are shared and have to be borrowed first; then it may be called again.
    """
    peek = exchange.peek
    tokens = usd_micros = 0
    if exchange.door.operation != "count_tokens":
        tokens = estimate_input_tokens(exchange.body)
        if exchange.door.operation == "chat":
            cap = peek.max_output_tokens or gateway.boot.bounds.output_estimate_tokens
            tokens += cap * peek.answers
        usd_micros = _bound(gateway, exchange)
    exchange.reservation = gateway.limiter.reserve(exchange.chain, tokens, usd_micros)
    exchange.standing = gateway.limiter.standing(exchange.chain)


def may_fit(exchange: Exchange, error: VanguardError) -> bool:
    """Whether a smaller answer may be paid for: the refusal told what is left of the budget."""
    return isinstance(error, BudgetExceeded) and exchange.cap_tokens is not None


def _choose_model(gateway: Gateway, exchange: Exchange) -> None:
    name = exchange.peek.model
    if exchange.view.model(name) is None and gateway.state.refresh():
        exchange.view = gateway.state.view
        if exchange.key.hash not in exchange.view.keys:
            raise Unauthenticated("this API key has been revoked")
    model = exchange.view.model_for(exchange.key, name)
    wanted = "embedding" if exchange.door.operation == "embeddings" else "chat"
    if model.kind != wanted:
        raise ModelNotFound(
            f"'{name}' is a model for {model.kind}, not for {wanted}", param="model"
        )
    exchange.model = model


def _choose_policies(exchange: Exchange) -> None:
    names = dict.fromkeys((*exchange.model.policies, *exchange.key.policies))
    known = exchange.view.policies
    for name in names:
        if name not in known:
            # a reload took it out of the settings: what it guarded is not served unguarded
            raise GuardUnavailable(
                f"the guardrail policy '{name}' of this key is no longer configured; put it back or"
                " make a new key"
            )
    exchange.policies = tuple(known[name] for name in names)


def _attribute(exchange: Exchange) -> None:
    request, key = exchange.request, exchange.key
    exchange.tags = key.tags
    if not any(name.startswith(_OURS) for name, _ in request.headers):
        return
    exchange.session = request.text(b"x-vanguard-session") or request.text(
        b"x-claude-code-session-id"
    )
    exchange.strict = request.text(b"x-vanguard-strict").lower() in {"1", "true", "yes"}
    written = request.text(b"x-vanguard-tags", 1000)
    if written:
        pairs = (part.partition("=") for part in written.split(",")[:_TAGS])
        own = {name.strip()[:64]: value.strip()[:200] for name, _, value in pairs if name.strip()}
        # what the key says cannot be overwritten by its holder
        exchange.tags = {**own, **key.tags}


def estimate_input_tokens(body: bytes) -> int:
    """A fair guess of a request's input tokens from its bytes: four bytes each, three if not ASCII."""
    per_token = _BYTES_PER_TOKEN if body.isascii() else _BYTES_PER_TOKEN_WIDE
    return len(body) // per_token + 1


def _bound(gateway: Gateway, exchange: Exchange) -> int:
    """The most this request can cost; caps its output where a budget needs one."""
    left = gateway.limiter.remaining_usd_micros(exchange.chain)
    if left is None:
        return 0
    deployments = exchange.view.deployments(exchange.model)
    if left <= 0:
        # said by the limiter, with the name of the scope
        return 1 if any(_costs(deployment) for deployment in deployments) else 0
    input_tokens = max(_bound_input(exchange, deployment) for deployment in deployments)
    if exchange.door.operation == "embeddings":
        return max(_bound_at(deployment, input_tokens, 0) for deployment in deployments)
    cap = exchange.peek.max_output_tokens
    if cap is None:
        cap = exchange.cap_tokens = _affordable(gateway, exchange, input_tokens, left)
        if cap is None:
            return max(_bound_at(deployment, input_tokens, 0) for deployment in deployments)
    exchange.limit_tokens = output = cap * exchange.peek.answers
    return max(_bound_at(deployment, input_tokens, output) for deployment in deployments)


def _costs(deployment: Deployment) -> bool:
    return deployment.price is None or bound_usd_micros(deployment.price, 1_000_000, 1_000_000) > 0


def _bound_input(exchange: Exchange, deployment: Deployment) -> int:
    """A token is at least one byte of text; pictures and files cost by their content instead."""
    if PASS_THROUGHS[exchange.door.dialect].has_media(exchange.body):
        return max(len(exchange.body), deployment.context_tokens or _MEDIA_TOKENS)
    return len(exchange.body)


def _bound_at(deployment: Deployment, input_tokens: int, output_tokens: int) -> int:
    if deployment.price is None:
        raise UnboundedCost(
            f"a budget applies and the price of '{deployment.id}' is not known; set its price in the"
            " settings, or use a key without a budget"
        )
    return bound_usd_micros(deployment.price, input_tokens, output_tokens)


def _affordable(gateway: Gateway, exchange: Exchange, input_tokens: int, left: int) -> int | None:
    """Output tokens per answer that the rest of the budget pays for; None when the model is free."""
    deployments = exchange.view.deployments(exchange.model)
    caps = []
    for deployment in deployments:
        base = _bound_at(deployment, input_tokens, 0)
        million = _bound_at(deployment, input_tokens, 1_000_000) - base
        if million <= 0:
            if deployment.max_output_tokens:
                caps.append(deployment.max_output_tokens)
            continue
        tokens = (left - base - 1) * 1_000_000 // million // exchange.peek.answers
        if tokens < 1:
            gateway.limiter.be_sure(exchange.chain, exchange.arrived)
            raise BudgetExceeded(
                f"{usd(left)} of the budget is left and the input of this request alone may cost"
                f" {usd(base)}"
            )
        most = deployment.max_output_tokens or deployment.context_tokens or _CAP_TOKENS
        caps.append(min(tokens, most))
    return min(caps) if caps and any(_costs(deployment) for deployment in deployments) else None

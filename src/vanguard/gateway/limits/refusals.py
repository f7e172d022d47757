"""The errors of limits and budgets that are reached, in words.

It does not know who counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from vanguard.core.errors import BudgetExceeded, LimitError, RateLimited, TooManyStreams
from vanguard.core.money import usd
from vanguard.snapshot.model import Budget, Scope, Window

Reached = TypeVar("Reached", bound=LimitError)
_PER: dict[Window, str] = {"total": "", "day": " a day", "month": " a month"}


def no_requests(scope: Scope, limit: int, wait_s: int) -> RateLimited:
    """Requests per minute are used up."""
    error = RateLimited(
        f"the limit of {_name(scope)}, {limit} requests a minute, is reached; try"
        f" again in {wait_s} s",
        retry_after_s=wait_s,
    )
    return _of(error, "requests_per_minute", _name(scope))


def no_tokens(scope: Scope, limit: int, left: int, wanted: int, wait_s: int) -> RateLimited:
    """Tokens per minute do not suffice; a request larger than the limit can never be served."""
    if wanted > limit:
        error = RateLimited(
            f"this request may use {wanted} tokens, more than the {limit} a minute of"
            f" {_name(scope)}; shorten it or lower its maximum output"
        )
    else:
        error = RateLimited(
            f"{_name(scope)} may use {limit} tokens a minute, {max(0, left)}"
            f" are left and this request may use {wanted}; try again in {wait_s} s",
            retry_after_s=wait_s,
        )
    return _of(error, "tokens_per_minute", _name(scope))


def no_streams(scope: Scope, limit: int) -> TooManyStreams:
    """As many requests as allowed are being answered."""
    error = TooManyStreams(
        f"the limit of {_name(scope)}, {limit} requests at once, is reached; wait for one to end",
        retry_after_s=1,
    )
    return _of(error, "concurrent_requests", _name(scope))


def no_budget(scope: Scope, budget: Budget, left: int, wanted: int) -> BudgetExceeded:
    """What is left of a budget does not cover the most that a request may cost."""
    error = BudgetExceeded(
        f"the budget of {_name(scope)} ({usd(budget.amount_usd_micros)}"
        f"{_PER[budget.window]}) has {usd(max(0, left))} left and this request may cost"
        f" {usd(wanted)}"
    )
    return _of(error, "budget", _name(scope))


def no_input(scopes: Iterable[Scope], left: int, wanted: int) -> BudgetExceeded:
    """What is left of the scopes' budgets does not cover a request's input, however short its answer."""
    whose = " and ".join(_name(scope) for scope in scopes if scope.budget is not None)
    error = BudgetExceeded(
        f"{usd(left)} is left of the budget of {whose} and the input of this request alone may cost"
        f" {usd(wanted)}"
    )
    return _of(error, "budget", whose)


def _name(scope: Scope) -> str:
    return f"{scope.kind} '{scope.name}'"


def _of(error: Reached, limit: str, scope: str) -> Reached:
    error.limit, error.scope = limit, scope
    return error

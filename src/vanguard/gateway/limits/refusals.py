"""The errors of limits and budgets that are reached, in words.

It does not know who counts.
"""

from __future__ import annotations

from vanguard.core.errors import BudgetExceeded, RateLimited, TooManyStreams
from vanguard.core.money import usd
from vanguard.snapshot.model import Budget, Scope, Window

_PER: dict[Window, str] = {"total": "", "day": " a day", "month": " a month"}


def no_requests(scope: Scope, limit: int, wait_s: int) -> RateLimited:
    """Requests per minute are used up."""
    return RateLimited(
        f"the limit of {scope.kind} '{scope.name}', {limit} requests a minute, is reached; try"
        f" again in {wait_s} s",
        retry_after_s=wait_s,
    )


def no_tokens(scope: Scope, limit: int, left: int, wanted: int, wait_s: int) -> RateLimited:
    """Tokens per minute do not suffice; a request larger than the limit can never be served."""
    if wanted > limit:
        return RateLimited(
            f"this request may use {wanted} tokens, more than the {limit} a minute of"
            f" {scope.kind} '{scope.name}'; shorten it or lower its maximum output"
        )
    return RateLimited(
        f"{scope.kind} '{scope.name}' may use {limit} tokens a minute, {max(0, left)}"
        f" are left and this request may use {wanted}; try again in {wait_s} s",
        retry_after_s=wait_s,
    )


def no_streams(scope: Scope, limit: int) -> TooManyStreams:
    """As many requests as allowed are being answered."""
    return TooManyStreams(
        f"the limit of {scope.kind} '{scope.name}', {limit} requests at once, is reached;"
        " wait for one to end",
        retry_after_s=1,
    )


def no_budget(scope: Scope, budget: Budget, left: int, wanted: int) -> BudgetExceeded:
    """What is left of a budget does not cover the most that a request may cost."""
    return BudgetExceeded(
        f"the budget of {scope.kind} '{scope.name}' ({usd(budget.amount_usd_micros)}"
        f"{_PER[budget.window]}) has {usd(max(0, left))} left and this request may cost"
        f" {usd(wanted)}"
    )

"""Turns what an upstream said about its failure into the right error.

It does not know how any API writes its errors down.
"""

from __future__ import annotations

from vanguard.core.errors import (
    RequestTooLarge,
    UpstreamError,
    UpstreamOverloaded,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
    VanguardError,
)

_WORDS = 2000

# Statuses after which the same request may succeed at another deployment or later, or which tell of
# a deployment set up wrongly: a refused credential is ours, never the client's.
_SET_UP_WRONGLY = {401, 402, 403, 404, 405}
_TIMED_OUT = {408, 504, 524}
_OVERLOADED = 529
_UNAVAILABLE = {502, 503}


def failure(status: int, words: str, param: str | None = None) -> VanguardError:
    """The error for a provider's HTTP status (400 to 599) and its own words."""
    error = _meaning(status, " ".join(words.split())[:_WORDS] or "no reason given", param)
    return quoting(error) if isinstance(error, UpstreamError) else error


def quoting(error: UpstreamError) -> UpstreamError:
    """Marks an error whose message repeats the provider's words."""
    error.quotes = True
    return error


def _meaning(status: int, said: str, param: str | None) -> VanguardError:
    if status == 429:
        return UpstreamRateLimited(f"the model's provider limits the rate ({status}): {said}")
    if status == _OVERLOADED:
        return UpstreamOverloaded(f"the model's provider is overloaded ({status}): {said}")
    if status in _TIMED_OUT:
        return UpstreamTimeout(f"the model's provider took too long ({status}): {said}")
    if status in _SET_UP_WRONGLY:
        return UpstreamError(
            f"the model's provider refused this deployment ({status}); check its credential,"
            f" address and model: {said}"
        )
    if status == 413:
        return RequestTooLarge(f"the model's provider finds the request too large: {said}")
    if status in _UNAVAILABLE:
        return UpstreamUnavailable(f"the model's provider is unavailable ({status}): {said}")
    if status >= 500:
        return UpstreamError(f"the model's provider failed ({status}): {said}")
    return UpstreamRejected(
        f"the model's provider refused the request ({status}): {said}", param=param
    )

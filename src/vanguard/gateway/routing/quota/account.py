"""What one account may ask of one model in a minute, counted as its provider counts.

It does not know deployments or requests; `Need` says what a request is expected to take. It is kept by
each worker for itself.
"""

from __future__ import annotations

from typing import NamedTuple

from vanguard.core.usage import Usage
from vanguard.gateway.routing.quota.meter import Meter
from vanguard.gateway.routing.quota.told import Told
from vanguard.snapshot.model import Quota

# a refusal without a word on how long: as long as the first, then twice as long each time
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
# one that asked for a longer wait is asked by one request at a time whether it still means it
_ASKED_AGAIN_S = 60.0
# but whoever has answered others so lately has not run out
_SERVES_S = 0.5
# what its limit cannot hold at all must not wait for ever: it goes when all of the limit is free
_WHOLE = 0.98
# how much one answer changes what is believed of the estimates
_LEARNING = 0.1


class Need(NamedTuple):
    """What a request takes of each kind when it is asked."""

    requests: float = 1.0
    tokens: float = 0.0
    input: float = 0.0
    output: float = 0.0

    def plus(self, other: Need) -> Need:
        """Both."""
        return Need(
            self.requests + other.requests,
            self.tokens + other.tokens,
            self.input + other.input,
            self.output + other.output,
        )


NOTHING = Need(0.0)


class Taken(NamedTuple):
    """What was taken for a request, and in which slots of time."""

    need: Need
    slots: tuple[int, ...]


class AccountQuota:
    """The meters of one account and model.

    Attributes:
        rule: how tokens are counted.
    """

    __slots__ = (
        "_answered_at",
        "_blocked_at",
        "_blocked_until",
        "_meters",
        "_ratio",
        "_refusals",
        "_tried_at",
        "rule",
    )

    def __init__(self, rule: Quota | None) -> None:
        self.rule = rule or Quota()
        self._meters = tuple(Meter(limit) for limit in _limits(self.rule))
        self._answered_at = self._blocked_at = self._tried_at = float("-inf")
        self._blocked_until = 0.0
        self._refusals = 0
        self._ratio = 1.0

    def configure(self, rule: Quota | None) -> None:
        """Takes up changed settings; what was counted stays."""
        self.rule = rule or Quota()
        for meter, limit in zip(self._meters, _limits(self.rule), strict=True):
            meter.limit = limit

    def need(self, input_tokens: int, output_tokens: int, warm_share: float) -> Need:
        """What a request will take.

        Args:
            input_tokens: its whole input.
            output_tokens: the most that it can write, or what is to be expected where output counts
                as it is written.
            warm_share: how much of the input is believed to come from the prompt cache, 0 to 1.
        """
        fresh = input_tokens * self._ratio
        if self.rule.counting == "used":
            # Anthropic counts no cache reads (docs.anthropic.com, API rate limits, 2026-11)
            fresh *= 1 - warm_share
        return Need(1.0, fresh + output_tokens, fresh, float(output_tokens))

    def lacks(self, need: Need, now: float) -> str:
        """What there is too little of, in words; empty when the request fits."""
        if self._blocked_until > now and now - self._tried_at < _ASKED_AGAIN_S:
            return "refused a moment ago"
        for name, amount, meter in zip(Need._fields, need, self._meters, strict=True):
            if meter.silent or amount <= 0:
                continue
            left = meter.left(now)
            if left is None:
                continue
            most = meter.most(now) or 0.0
            if left < min(amount, most * _WHOLE):
                return name
        return ""

    def take(self, need: Need, now: float) -> Taken:
        """A request goes there."""
        self._tried_at = now
        pairs = zip(need, self._meters, strict=True)
        return Taken(need, tuple(meter.take(amount, now) for amount, meter in pairs))

    def settle(self, taken: Taken, usage: Usage | None, now: float) -> None:
        """The request has ended; where a provider corrects its count by what was used, so do we."""
        rule = self.rule
        if rule.counting == "asked":
            return
        actual = Need(1.0)
        if usage is not None:
            fresh = float(usage.input_tokens - usage.cache_read_tokens)
            output = usage.output_tokens * rule.output_burndown
            actual = Need(1.0, fresh + output, fresh, output)
        for meter, slot, was, now_is in zip(
            self._meters, taken.slots, taken.need, actual, strict=True
        ):
            if was != now_is:
                meter.correct(slot, now_is - was, now)

    def told(self, told: Told, now: float) -> None:
        """The provider's headers said what is left."""
        for meter, pair in zip(self._meters, told, strict=True):
            if pair is not None:
                meter.said(pair[0], pair[1], now)

    def refused(self, wait_s: float | None, now: float) -> None:
        """The provider said 429.

        Without a word on how long, it keeps others away only where nobody is served: of a hundred a
        second, waiting a second for each of a few refusals would cost far more than the refusals. Nor
        does it teach a limit: what was taken before it may be any part of what is allowed.

        Args:
            wait_s: its Retry-After, None when it named none.
            now: monotonic seconds.
        """
        if wait_s:
            self._block(now + wait_s, now)
        elif now - self._answered_at > _SERVES_S and now >= self._blocked_until:
            # those that were asked in one moment and refused in one are one refusal
            self._block(now + min(_FIRST_WAIT_S * 2.0**self._refusals, _LONGEST_WAIT_S), now)
            self._refusals = min(self._refusals + 1, 10)
        if any(meter.just_said(now) for meter in self._meters):
            # said with the refusal itself: the provider knows which of its limits it was
            return
        for meter in self._meters:
            meter.emptied(now)

    def _block(self, until: float, now: float) -> None:
        self._blocked_at = self._tried_at = now
        self._blocked_until = max(self._blocked_until, until)

    def compare(self, estimated: int, usage: Usage) -> None:
        """Learns how many tokens an input has for each that was estimated from its bytes."""
        if estimated > 0 and usage.input_tokens > 0 and not usage.estimated:
            found = min(max(usage.input_tokens / estimated, 0.25), 4.0)
            self._ratio += (found - self._ratio) * _LEARNING

    def answered(self, begun: float, now: float) -> None:
        """The provider took a request that was sent at `begun`; what was refused before then is over."""
        self._answered_at = now
        self._refusals = 0
        if begun > self._blocked_at:
            self._blocked_until = 0.0

    def free_in_s(self, now: float) -> float:
        """Seconds until a refusal has passed."""
        return max(0.0, self._blocked_until - now)

    def wait_s(self, need: Need, now: float, ahead: Need = NOTHING) -> float:
        """Seconds until a request fits, if nothing is sent there before it but `ahead`."""
        longest = self.free_in_s(now)
        for amount, before, meter in zip(need, ahead, self._meters, strict=True):
            most = meter.most(now)
            if most is not None:
                fits = meter.wait_s(min(amount, most * _WHOLE) + before, now)
                longest = max(longest, fits)
        return longest

    def standing(self, now: float) -> dict[str, tuple[float | None, float]]:
        """For people: limit and rest of each kind of which something is known."""
        found: dict[str, tuple[float | None, float]] = {}
        for name, meter in zip(Need._fields, self._meters, strict=True):
            left = meter.left(now)
            if left is not None:
                found[name] = (meter.most(now), left)
        return found


def _limits(rule: Quota) -> tuple[int | None, int | None, int | None, int | None]:
    return (
        rule.requests_per_minute,
        rule.tokens_per_minute,
        rule.input_tokens_per_minute,
        rule.output_tokens_per_minute,
    )

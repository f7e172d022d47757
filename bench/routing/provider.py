"""Simulated providers: a prompt cache that lives five minutes, and quotas that fill up by the second.

They do not know who asks or why. `Direct` counts as Anthropic does and tells in its headers what is left;
`Reserving` counts as Amazon Bedrock does and tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.routing.trace import MAX_TOKENS, Turn
from vanguard.core.usage import Usage

CACHE_LIFE_S = 300.0
_LEAST_CACHED_TOKENS = 1_024
_FIRST_TOKEN_S = 0.6
_PREFILL_TOKENS_A_SECOND = 12_000.0
_TOKENS_A_SECOND = 70.0


@dataclass
class Bucket:
    """An amount that fills up evenly to its limit."""

    limit: float
    level: float = 0.0
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.limit

    def rest(self, now: float) -> float:
        self.level = min(self.limit, self.level + (now - self.at) * self.limit / 60)
        self.at = now
        return self.level

    def take(self, amount: float, now: float) -> None:
        self.rest(now)
        self.level = min(self.limit, self.level - amount)

    def wait_s(self, amount: float, now: float) -> float:
        return max(0.0, (min(amount, self.limit) - self.rest(now)) * 60 / self.limit)


@dataclass
class Answer:
    """What came back; `wait_s` is the Retry-After of a 429.

    Attributes:
        cached: tokens read from the cache.
        first_token_s, whole_s: from the request on.
    """

    status: int
    wait_s: float = 0.0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    cached: int = 0
    first_token_s: float = 0.0
    whole_s: float = 0.0
    usage: Usage | None = None


class Direct:
    """An account with a limit of input tokens, those read from a cache not counted."""

    def __init__(self, tokens_a_minute: float, requests_a_minute: float) -> None:
        self.tokens = Bucket(tokens_a_minute)
        self.requests = Bucket(requests_a_minute)
        self._cached: dict[int, tuple[float, float]] = {}

    def ask(self, turn: Turn, now: float) -> Answer:
        """One request."""
        cached = self._read(turn, now)
        need = self._needs(turn, cached)
        if self.tokens.rest(now) < min(need, self.tokens.limit * 0.98) or (
            self.requests.rest(now) < 1
        ):
            wait_s = max(self.tokens.wait_s(need, now), self.requests.wait_s(1, now))
            return Answer(429, wait_s, self._headers(now))
        self.tokens.take(need, now)
        self.requests.take(1, now)
        prefill_s = (turn.input_tokens - cached) / _PREFILL_TOKENS_A_SECOND
        first_token_s = _FIRST_TOKEN_S + prefill_s
        self._write(turn, now, now + first_token_s)
        whole_s = first_token_s + turn.output_tokens / _TOKENS_A_SECOND
        usage = Usage(turn.input_tokens, turn.output_tokens, cached)
        return Answer(200, 0.0, self._headers(now), cached, first_token_s, whole_s, usage)

    def settle(self, turn: Turn, answer: Answer, now: float) -> None:
        """The answer has ended."""

    def _needs(self, turn: Turn, cached: int) -> float:
        return float(turn.input_tokens - cached)

    def _headers(self, now: float) -> list[tuple[bytes, bytes]]:
        told = []
        for name, bucket in ((b"input-tokens", self.tokens), (b"requests", self.requests)):
            left = max(0.0, bucket.rest(now))
            told.append((b"anthropic-ratelimit-%b-limit" % name, b"%d" % bucket.limit))
            told.append((b"anthropic-ratelimit-%b-remaining" % name, b"%d" % left))
        return told

    def _read(self, turn: Turn, now: float) -> int:
        """The longest beginning that is in the cache, whose life begins anew."""
        for place in range(len(turn.chain) - 1, -1, -1):
            name, tokens = turn.chain[place]
            begins, ends = self._cached.get(name, (0.0, 0.0))
            if begins <= now < ends and tokens >= _LEAST_CACHED_TOKENS:
                for earlier, _ in turn.chain[: place + 1]:
                    begun = self._cached.get(earlier, (now, 0.0))[0]
                    self._cached[earlier] = (begun, now + CACHE_LIFE_S)
                return tokens
        return 0

    def _write(self, turn: Turn, now: float, readable: float) -> None:
        """What was asked can be read once its answer begins."""
        for name, _ in turn.chain:
            begins, ends = self._cached.get(name, (readable, 0.0))
            begins = begins if ends > now else readable
            self._cached[name] = (min(begins, readable), now + CACHE_LIFE_S)
        if len(self._cached) > 200_000:
            self._cached = {name: life for name, life in self._cached.items() if life[1] > now}


class Reserving(Direct):
    """An account whose tokens are reserved, input and `max_tokens`, and settled by use."""

    burndown = 5.0

    def _needs(self, turn: Turn, cached: int) -> float:
        del cached
        return float(turn.input_tokens + MAX_TOKENS)

    def _headers(self, now: float) -> list[tuple[bytes, bytes]]:
        del now
        return []

    def settle(self, turn: Turn, answer: Answer, now: float) -> None:
        """What was not used is given back; output counts several times, cache reads not at all."""
        used = turn.input_tokens - answer.cached + self.burndown * turn.output_tokens
        self.tokens.take(used - self._needs(turn, 0), now)

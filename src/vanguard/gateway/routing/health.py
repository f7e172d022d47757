"""Circuit breakers: deployments that fail are tried last for a while, then by one request first.

It does not know why one fails, nor does it probe: it learns from the traffic, and from whoever probes.
An answer counts when it begins, for its end may be minutes away; one that breaks off is taken back.
"""

from __future__ import annotations

from typing import Literal

Breaker = Literal["closed", "open", "half_open"]

_FAILURES_TO_OPEN = 3
_FIRST_COOLDOWN_S = 2.0
_LONGEST_COOLDOWN_S = 60.0
# one that fails now and then: each failure adds one, each answer takes a fifth off
_FADE = 0.8
_WEIGHT_TO_OPEN = 3.5
_FORGOTTEN = 0.5
# how long the one request that tries a cooled deployment keeps the others away
_TRIAL_S = 5.0


class _Deployment:
    __slots__ = (
        "failures",
        "on_trial",
        "open_until",
        "opened",
        "openings",
        "openings_before",
        "tripped",
        "weight",
    )

    def __init__(self) -> None:
        self.failures = 0
        self.weight = 0.0
        self.opened = 0.0  # when it was last learned that it should be left alone
        self.open_until = 0.0
        self.openings = 0  # since the last answer
        self.openings_before = 0  # until that answer
        self.tripped = False
        self.on_trial = False


class Health:
    """Failures by deployment id; what answers well has no entry.

    Attributes:
        all_well: whether no request has failed of late.
    """

    def __init__(self) -> None:
        self._deployments: dict[str, _Deployment] = {}
        self._dead: set[str] = set()
        self.all_well = True

    def succeeded(self, deployment_id: str, begun: float) -> None:
        """An answer came, or began to come: to be told once of each attempt.

        Args:
            deployment_id: whose answer.
            begun: when its request went there, monotonic seconds. What went there before the breaker
                opened says nothing of what does now, and changes nothing then.
        """
        if self._dead:
            self._dead.discard(deployment_id)
        if self.all_well:
            return
        state = self._deployments.get(deployment_id)
        if state is None or begun < state.opened:
            return
        if state.openings:
            state.openings_before = state.openings
        state.failures = state.openings = 0
        state.opened = state.open_until = 0.0
        state.tripped = state.on_trial = False
        state.weight *= _FADE
        if state.weight < _FORGOTTEN:
            del self._deployments[deployment_id]
            self.all_well = not self._deployments

    def failed(
        self, deployment_id: str, now: float, wait_s: float = 0.0, begun: float | None = None
    ) -> None:
        """No answer, an overload or a server's error.

        Args:
            deployment_id: whose.
            now: monotonic seconds.
            wait_s: the provider's Retry-After.
            begun: when its request went there; None for just now.
        """
        self.all_well = False
        state = self._deployments.setdefault(deployment_id, _Deployment())
        # sent before it opened, or for want of another
        known = state.tripped and (
            (begun is not None and begun < state.opened)
            or (now < state.open_until and not state.on_trial)
        )
        if state.on_trial and not known:
            state.on_trial, state.open_until = False, now
        if wait_s > 0:
            state.opened = now
            state.open_until = max(state.open_until, now + min(wait_s, _LONGEST_COOLDOWN_S))
        if known:
            return
        state.failures += 1
        state.weight = min(state.weight + 1, 2 * _WEIGHT_TO_OPEN)
        if state.failures >= _FAILURES_TO_OPEN or state.weight >= _WEIGHT_TO_OPEN or state.tripped:
            cooldown = min(_FIRST_COOLDOWN_S * 2.0**state.openings, _LONGEST_COOLDOWN_S)
            state.opened = now
            state.open_until = max(state.open_until, now + cooldown)
            state.openings = min(state.openings + 1, 10)
            state.tripped = True

    def broke_off(self, deployment_id: str, now: float, wait_s: float, begun: float) -> None:
        """An answer that had begun, and was told as one that came, has failed after all."""
        state = self._deployments.get(deployment_id)
        if state is not None and begun >= state.opened:
            state.weight /= _FADE
            state.openings = max(state.openings, state.openings_before)
        self.failed(deployment_id, now, wait_s, begun)

    def probed(self, deployment_id: str, *, alive: bool) -> None:
        """Whoever probes has found it alive, which closes no breaker that requests have opened, or dead."""
        if alive:
            self._dead.discard(deployment_id)
        else:
            self._dead.add(deployment_id)

    def tried(self, deployment_id: str, now: float) -> None:
        """A request goes there: after a cooldown it is the only one, until it has an answer.

        The others are kept away by time alone, so that a trial which is never told of ends too.
        """
        state = self._deployments.get(deployment_id)
        if state is not None and state.tripped and state.open_until <= now:
            state.open_until = now + _TRIAL_S
            state.on_trial = True

    def breaker(self, deployment_id: str, now: float) -> Breaker:
        """How its breaker stands; half open is one that may be tried by the next request."""
        if deployment_id in self._dead:
            return "open"
        state = self._deployments.get(deployment_id)
        if state is None:
            return "closed"
        if state.open_until > now:
            return "open"
        return "half_open" if state.tripped else "closed"

    def healthy(self, deployment_id: str, now: float) -> bool:
        """Whether a deployment should be tried in its turn."""
        if deployment_id in self._dead:
            return False
        state = self._deployments.get(deployment_id)
        return state is None or state.open_until <= now

    def opens_in_s(self, deployment_id: str, now: float) -> float:
        """Seconds until it should be tried again."""
        state = self._deployments.get(deployment_id)
        return 0.0 if state is None else max(0.0, state.open_until - now)

    def forget(self, known: frozenset[str]) -> None:
        """Drops deployments that are no longer configured."""
        self._dead &= known
        for gone in self._deployments.keys() - known:
            del self._deployments[gone]
        self.all_well = not self._deployments

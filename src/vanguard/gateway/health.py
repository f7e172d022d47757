"""Remembers which deployments fail, so that they are tried last for a while.

It does not know why one fails, nor does it probe: it learns from the traffic.
"""

from __future__ import annotations

_FAILURES_TO_OPEN = 3
_FIRST_COOLDOWN_S = 2.0
_LONGEST_COOLDOWN_S = 60.0


class _Deployment:
    __slots__ = ("failures", "open_until")

    def __init__(self) -> None:
        self.failures = 0
        self.open_until = 0.0


class Health:
    """Consecutive failures by deployment id."""

    def __init__(self) -> None:
        self._deployments: dict[str, _Deployment] = {}

    @property
    def all_well(self) -> bool:
        """Whether nothing has failed since it last answered."""
        return not self._deployments

    def succeeded(self, deployment_id: str) -> None:
        """An answer came."""
        self._deployments.pop(deployment_id, None)

    def failed(self, deployment_id: str, now: float, wait_s: float = 0.0) -> None:
        """No answer, an overload or a server's error; `wait_s` is the provider's Retry-After."""
        state = self._deployments.setdefault(deployment_id, _Deployment())
        state.failures += 1
        if wait_s > 0:
            state.open_until = now + min(wait_s, _LONGEST_COOLDOWN_S)
        if state.failures >= _FAILURES_TO_OPEN:
            cooldown = _FIRST_COOLDOWN_S * 2.0 ** min(state.failures - _FAILURES_TO_OPEN, 10)
            state.open_until = max(state.open_until, now + min(cooldown, _LONGEST_COOLDOWN_S))

    def healthy(self, deployment_id: str, now: float) -> bool:
        """Whether a deployment should be tried in its turn."""
        state = self._deployments.get(deployment_id)
        return state is None or state.open_until <= now

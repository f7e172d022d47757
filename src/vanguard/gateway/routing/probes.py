"""Asks deployments from time to time whether they live, where their settings want that.

It does not know requests: what it finds is told to the breakers, which route around the dead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.gateway.http.contract import Sink
from vanguard.gateway.http.messages import Headers, request_head
from vanguard.gateway.http.origin import Origin
from vanguard.gateway.http.pool import Call, Pool
from vanguard.gateway.routing.health import Health
from vanguard.snapshot.model import Deployment, Probe

# a single lost answer is nothing; nor is an overload, which has its own breaker
_MISSED_TO_DIE = 2
_BUSY = frozenset({408, 425, 429})
# of an answer's body nothing is read but this much, so that the connection can be kept
_BODY_BYTES = 64 * 1024


class Probes:
    """All deployments that are probed.

    Args:
        pool: connections to upstreams.
        health: told what is found.
        secret: resolves a credential's reference.
    """

    def __init__(self, pool: Pool, health: Health, secret: Callable[[str], bytes]) -> None:
        self._pool = pool
        self._health = health
        self._secret = secret
        self._probed: dict[str, _Probed] = {}

    def take_up(self, deployments: Iterable[Deployment], origins: Mapping[str, Origin]) -> None:
        """A new snapshot; one that is not probed any more is no longer known to be dead."""
        before, self._probed = self._probed, {}
        for one in deployments:
            if one.probe is None:
                continue
            known = before.pop(one.id, None)
            if known is None or known.deployment != one:
                if known is not None:
                    known.drop()
                known = _Probed(one, one.probe, origins[one.id], self._health)
            self._probed[one.id] = known
        for gone in before.values():
            gone.drop()

    def sweep(self, now: float) -> None:
        """Asks whoever is due; one that has not answered since the last time has missed it."""
        for one in self._probed.values():
            if now >= one.due:
                one.due = now + one.probe.interval_s
                one.ask(self._pool, self._secret)


class _Probed(Sink):
    """One deployment; the sink of its present probe."""

    def __init__(
        self, deployment: Deployment, probe: Probe, origin: Origin, health: Health
    ) -> None:
        self.deployment = deployment
        self.probe = probe
        self.due = 0.0
        self._origin = origin
        self._health = health
        self._call: Call | None = None
        self._missed = 0
        self._read_bytes = 0

    def ask(self, pool: Pool, secret: Callable[[str], bytes]) -> None:
        if self._call is not None:
            self._cancel()
            self._miss()
        self._read_bytes = 0
        headers: Headers = [
            (b"host", self._origin.authority),
            (b"accept-encoding", b"identity"),
            (b"user-agent", b"vanguard"),
        ]
        one = self.deployment
        try:
            if one.auth_header:
                value = one.auth_prefix.encode() + secret(one.credential)
                headers.append((one.auth_header.lower().encode(), value))
            head = request_head(b"GET", self.probe.path.encode(), headers)
        except VanguardError:
            self._miss()
            return
        self._call = pool.request(self._origin, head, self, repeat=True)

    def drop(self) -> None:
        """No longer probed."""
        self._cancel()
        self._health.probed(self.deployment.id, alive=True)

    def head(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:  # noqa: ARG002 - a sink's shape
        """Any answer but a failure of its own says that it lives."""
        if status < 500 and status not in _BUSY:
            self._missed = 0
            self._health.probed(self.deployment.id, alive=True)
        elif status >= 500:
            self._miss()

    def data(self, data: bytes) -> None:
        """Nobody reads it."""
        self._read_bytes += len(data)
        if self._read_bytes > _BODY_BYTES:
            self._cancel()

    def end(self) -> None:
        """The answer is over."""
        self._call = None

    def fail(self, error: UpstreamError) -> None:  # noqa: ARG002 - a sink's shape
        """No answer, or one that broke off."""
        self._call = None
        self._miss()

    def _miss(self) -> None:
        self._missed += 1
        if self._missed >= _MISSED_TO_DIE:
            self._health.probed(self.deployment.id, alive=False)

    def _cancel(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.cancel()

"""What relays share whose answers come whole: counts and embeddings.

It does not know what is asked or answered.
"""

from __future__ import annotations

from collections.abc import Sequence

from vanguard.core.errors import VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.contract import Losses
from vanguard.dialects.registry import DIALECTS
from vanguard.gateway.exchange import Exchange
from vanguard.snapshot.model import Deployment


class WholeRelay:
    """One attempt at what is never streamed; whoever derives says both bodies."""

    skim = reword = tap = None
    tokens = 0
    done = False

    def __init__(self, exchange: Exchange, deployment: Deployment) -> None:
        self._exchange = exchange
        self._deployment = deployment
        self._losses = Losses(strict=exchange.strict)
        self.losses: Sequence[str] = self._losses.names
        self._usage: Usage | None = None

    def feed(self, data: bytes) -> bytes:
        """Not streamed."""
        return data

    def finish(self) -> bytes:
        """Not streamed."""
        return b""

    def failure(self, status: int, body: bytes) -> VanguardError:
        """The provider's refusal as an error that any dialect can say."""
        return DIALECTS[self._deployment.dialect].reader().failure(status, body)

    def error_event(self, error: VanguardError, request_id: str) -> bytes:
        """Not streamed."""
        return DIALECTS[self._exchange.door.dialect].error_body(error, request_id)

    def usage(self) -> Usage | None:
        """As told."""
        return self._usage

    def failed(self) -> bool:
        """Never."""
        return False

    def stopped(self) -> bool:
        """Not streamed."""
        return False

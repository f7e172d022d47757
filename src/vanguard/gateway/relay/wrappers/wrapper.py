"""A relay around another one, which does all that its own class does not.

It does not know what for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vanguard.core.errors import VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.stream_tap import StreamTap
from vanguard.gateway.relay.contract import Relay


class RelayWrapper:
    """Delegates to another relay.

    Attributes:
        skim: none unless a class says otherwise: what a wrapper is for, each event may need.
    """

    skim: Callable[[bytes], int] | None = None
    reword: Callable[[bytes], bytes] | None = None
    tap: StreamTap | None = None

    def __init__(self, inner: Relay) -> None:
        self.losses: Sequence[str] = inner.losses
        self._inner = inner

    def request_body(self) -> bytes:
        """As the inner relay has it."""
        return self._inner.request_body()

    def whole(self, body: bytes) -> bytes:
        """The inner relay's body."""
        return self._inner.whole(body)

    def feed(self, data: bytes) -> bytes:
        """The inner relay's events."""
        return self._inner.feed(data)

    def finish(self) -> bytes:
        """The inner relay's rest."""
        return self._inner.finish()

    def failure(self, status: int, body: bytes) -> VanguardError | bytes:
        """As the inner relay."""
        return self._inner.failure(status, body)

    def error_event(self, error: VanguardError, request_id: str) -> bytes:
        """An in-band error."""
        return self._inner.error_event(error, request_id)

    def usage(self) -> Usage | None:
        """As told."""
        return self._inner.usage()

    @property
    def tokens(self) -> int:
        """Events with content."""
        return self._inner.tokens

    def failed(self) -> bool:
        """As the inner relay."""
        return self._inner.failed()

    def stopped(self) -> bool:
        """As the inner relay."""
        return self._inner.stopped()

    @property
    def done(self) -> bool:
        """Whether the end was said."""
        return self._inner.done

"""A relay that notes which account made the items that only it can read again.

It does not know what such items are, nor changes a byte.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.core.errors import VanguardError
from vanguard.core.usage import Usage
from vanguard.gateway.relay.contract import Relay


class PinnedRelay:
    """Delegates to another relay, and shows what goes to the client to somebody on the way."""

    def __init__(self, inner: Relay, note: Callable[[bytes], None]) -> None:
        self.losses = inner.losses
        # what is skimmed differs from an event that was shown in a text alone, and no item is one
        self.skim = inner.skim
        self._inner = inner
        self._note = note

    def request_body(self) -> bytes:
        """As the inner relay has it."""
        return self._inner.request_body()

    def whole(self, body: bytes) -> bytes:
        """The inner relay's body."""
        out = self._inner.whole(body)
        self._note(out)
        return out

    def feed(self, data: bytes) -> bytes:
        """The inner relay's events, whole ones as always."""
        out = self._inner.feed(data)
        self._note(out)
        return out

    def finish(self) -> bytes:
        """The inner relay's rest."""
        out = self._inner.finish()
        self._note(out)
        return out

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

    @property
    def done(self) -> bool:
        """Whether the end was said."""
        return self._inner.done

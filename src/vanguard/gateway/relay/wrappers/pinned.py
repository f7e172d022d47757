"""A relay that notes which account made the items that only it can read again.

It does not know what such items are, nor changes a byte.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.wrappers.wrapper import RelayWrapper


class PinnedRelay(RelayWrapper):
    """Delegates to another relay, and shows what goes to the client to somebody on the way."""

    def __init__(self, inner: Relay, note: Callable[[bytes], None]) -> None:
        super().__init__(inner)
        # what is skimmed differs from an event that was shown in a text alone, and no item is one
        self.skim = inner.skim
        self.reword = inner.reword
        self._note = note

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

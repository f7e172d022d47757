"""A relay with output guardrails around it: text is masked where the client's dialect keeps it.

It does not know patterns: it is given a channel per text and a function for whole texts.
"""

from __future__ import annotations

from collections.abc import Callable

from vanguard.core.errors import PolicyError
from vanguard.dialects.framing import EventSplitter
from vanguard.dialects.text.contract import Channel, TextSlots
from vanguard.gateway.relay.contract import Relay
from vanguard.gateway.relay.wrappers.wrapper import RelayWrapper
from vanguard.wire.sse import Splitter


class MaskedRelay(RelayWrapper):
    """Delegates to another relay and masks what it gives to the client."""

    def __init__(
        self,
        inner: Relay,
        slots: TextSlots,
        make_channel: Callable[[], Channel],
        mask: Callable[[str], str],
        splitter: EventSplitter | None = None,
    ) -> None:
        super().__init__(inner)
        self._slots = slots
        self._mask = mask
        self._masker = slots.stream_masker(make_channel)
        self._splitter = splitter or Splitter()
        self._ended = False

    def whole(self, body: bytes) -> bytes:
        """The inner relay's body, masked."""
        return self._slots.mask_reply(self._inner.whole(body), self._mask)

    def feed(self, data: bytes) -> bytes:
        """The inner relay's events; only those whose text changed are written anew."""
        return self._masked(self._inner.feed(data))

    def _masked(self, data: bytes) -> bytes:
        if self._ended:
            # a guardrail ended the answer; the inner relay reads on for the usage alone
            return b""
        try:
            return b"".join(self._masker.event(event) for event in self._splitter.feed(data))
        except PolicyError:
            self._ended = True
            raise

    def finish(self) -> bytes:
        """The inner relay's rest, and what was held back."""
        out = self._masked(self._inner.finish())
        return out if self._ended else out + self._masker.finish()

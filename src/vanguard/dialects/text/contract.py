"""What masking text in place needs of a dialect.

It does not know guardrails: a mask is any function, a channel anything that is fed and finished.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Mask = Callable[[str], str]


class Channel(Protocol):
    """Masks one run of text that arrives in pieces."""

    def feed(self, text: str) -> str:
        """Takes the next piece; returns what may be shown now."""

    def finish(self) -> str:
        """Ends the run; returns what was held back."""


class EventMasker(Protocol):
    """Masks one streamed reply. One instance per reply."""

    def event(self, raw: bytes) -> bytes:
        """Takes one raw server-sent event, its blank line included.

        Returns the same object when its text stays as it is; otherwise the event anew, and before
        it, where it ends a run of text, an event with what was held back of that run.

        Raises:
            UpstreamError: the event's data is not what the dialect says, so it cannot be read.
        """

    def finish(self) -> bytes:
        """Ends the reply; returns events with what was still held back, often none."""


class TextSlots(Protocol):
    """One dialect's texts. Whatever a mask raises passes through."""

    def mask_request(self, body: bytes, mask: Mask) -> bytes:
        """Masks every text that a person or a tool put into a request.

        Returns the same object when nothing changed; otherwise only changed values differ, the
        others keep their raw bytes and their order.

        Raises:
            InvalidRequest: not JSON, a field given twice, or text in a form that cannot be read.
        """

    def mask_reply(self, body: bytes, mask: Mask) -> bytes:
        """Masks every text that a model wrote, in a whole reply; as `mask_request`.

        Raises:
            UpstreamError: not JSON.
        """

    def stream_masker(self, make_channel: Callable[[], Channel]) -> EventMasker:
        """A masker for one streamed reply; `make_channel` is called once per run of text."""


class WholeText:
    """A channel that masks its run as one text, when it ends."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._pieces: list[str] = []

    def feed(self, text: str) -> str:
        """Keeps the piece."""
        self._pieces.append(text)
        return ""

    def finish(self) -> str:
        """The whole run, masked."""
        return self._mask("".join(self._pieces))


def at_once(make_channel: Callable[[], Channel]) -> Mask:
    """A mask that gives each text a channel of its own."""

    def mask(text: str) -> str:
        channel = make_channel()
        return channel.feed(text) + channel.finish()

    return mask

"""What a relay does: turns a client's body into an upstream's, and the answer back.

It does not know connections, retries or the ledger. One instance per attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from vanguard.core.errors import VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.stream_tap import StreamTap


class Relay(Protocol):
    """One attempt's bytes.

    Attributes:
        losses: names of what could not be carried to the upstream's dialect.
        tokens: events with content so far, a lower bound of the output tokens.
        done: whether the upstream has said the end of its stream.
        skim: says whether these bytes are an event that `feed` need not see: the tokens so far if so,
            counting these, else 0. None: `feed` must see everything.
        reword: what a skimmed event becomes for the client, or the part of one before or behind its text;
            None where it goes as it is.
        tap: what reads the stream and counts `tokens`, where skimmed events may go to the client past
            this relay but for `reword`; None where they may not.
    """

    losses: Sequence[str]

    @property
    def skim(self) -> Callable[[bytes], int] | None:
        """As above."""

    @property
    def reword(self) -> Callable[[bytes], bytes] | None:
        """As above."""

    @property
    def tap(self) -> StreamTap | None:
        """As above."""

    @property
    def tokens(self) -> int:
        """As above."""

    @property
    def done(self) -> bool:
        """As above."""

    def request_body(self) -> bytes:
        """The body for the upstream.

        Raises:
            RequestError: it cannot be written in the upstream's dialect.
        """

    def whole(self, body: bytes) -> bytes:
        """The client's body of a complete answer; sets the usage."""

    def feed(self, data: bytes) -> bytes:
        """Whole events for the client, as far as these bytes complete some.

        Raises:
            UpstreamError: an in-band error of the upstream; what came before it in these bytes is had
                by feeding nothing more, unless that is left to the next attempt.
            PolicyError: a guardrail ends the answer.
        """

    def finish(self) -> bytes:
        """The upstream's stream ended well; the rest for the client.

        Raises:
            UpstreamTruncated: its end had not been said.
        """

    def failure(self, status: int, body: bytes) -> VanguardError | bytes:
        """What an answer of status >= 400 means: an error, or bytes to pass through as they are."""

    def error_event(self, error: VanguardError, request_id: str) -> bytes:
        """An in-band error in the client's dialect."""

    def usage(self) -> Usage | None:
        """As far as the provider has told."""

    def failed(self) -> bool:
        """Whether the upstream reported an error within its stream that was passed on as it came."""

    def stopped(self) -> bool:
        """Whether the answer is over, whatever its stream still owed; asked of one that has broken off."""

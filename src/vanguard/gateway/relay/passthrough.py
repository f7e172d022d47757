"""Same dialect on both sides: bytes pass through, usage is read off in passing.

It does not know the dialect: that is `vanguard.dialects.passthrough`.
"""

from __future__ import annotations

from collections.abc import Sequence

from vanguard.core.errors import UpstreamError, UpstreamTruncated, VanguardError
from vanguard.core.usage import Usage
from vanguard.dialects.contract import Dialect
from vanguard.dialects.framing import make_splitter
from vanguard.dialects.passthrough.contract import PassThrough, Peek
from vanguard.dialects.passthrough.stream_tap import StreamTap


class PassThroughRelay:
    """One attempt at an upstream of the client's own dialect."""

    done = False
    reword = None
    _whole: Usage | None = None

    def __init__(self, dialect: Dialect, through: PassThrough, peek: Peek, body: bytes) -> None:
        self._dialect = dialect
        self._through = through
        self._tap = through.tap(peek) if peek.stream else None
        self.skim = self._tap.skim if self._tap is not None else None
        self._body = body
        self.losses: Sequence[str] = ()

    @property
    def tap(self) -> StreamTap | None:
        """What reads the stream."""
        return self._tap if isinstance(self._tap, StreamTap) else None

    @property
    def tokens(self) -> int:
        """Events with content so far."""
        return self._tap.tokens if self._tap is not None else 0

    def request_body(self) -> bytes:
        """The body, already edited."""
        return self._body

    def whole(self, body: bytes) -> bytes:
        """Untouched."""
        try:
            self._whole = self._through.whole_usage(body)
        except UpstreamError:
            # an error in an answer's clothes keeps its kind, as one in a stream does
            self._dialect.reader().whole(body)
            raise
        return body

    def feed(self, data: bytes) -> bytes:
        """Untouched, whole events at a time."""
        tap = self._tap
        if tap is None:
            return data
        before = tap.tokens
        out = tap.feed(data)
        if tap.error:
            if not before:
                # nothing of the answer has reached the client: another deployment may try
                raise error_in(self._dialect, out)
            self.done = True
        if tap.done:
            self.done = True
        return out

    def finish(self) -> bytes:
        """Checks that the end was said; an in-band error is an end too."""
        tap = self._tap
        if tap is None:
            return b""
        rest = tap.flush()
        self.done = tap.done or bool(tap.error)
        if not tap.complete() and not tap.error:
            raise UpstreamTruncated("the upstream's stream ended before the answer did")
        return rest

    def failure(self, status: int, body: bytes) -> VanguardError | bytes:  # noqa: ARG002 - the contract's shape
        """The provider's own words in the client's own dialect."""
        return body

    def error_event(self, error: VanguardError, request_id: str) -> bytes:
        """An in-band error."""
        return self._through.error_event(self._dialect.error_body(error, request_id))

    def usage(self) -> Usage | None:
        """As told."""
        return self._tap.usage if self._tap is not None else self._whole

    def failed(self) -> bool:
        """Whether an in-band error was seen and no end."""
        return self._tap is not None and bool(self._tap.error) and not self._tap.complete()

    def stopped(self) -> bool:
        """Whether its end was said."""
        return self._tap is not None and self._tap.complete()


def error_in(dialect: Dialect, events: bytes) -> VanguardError:
    """The error that one of these whole events tells, as whoever translates would have it.

    Each has a reader of its own: what came before them is not known here.
    """
    for event in reversed(make_splitter(dialect.name).feed(events)):
        try:
            dialect.reader().event(event)
        except VanguardError as error:
            return error
    return UpstreamError("the upstream reported an error")

"""The way of most events of a stream: from one connection to another as they came, chunk and all.

It does not know either connection. What an event is compared with has been read whole before
(`vanguard.dialects.passthrough.stream_tap`); whatever differs from it elsewhere than in its text does
not go this way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vanguard.dialects.passthrough.stream_tap import MARKED, SKIMMED_BYTES, StreamTap
from vanguard.gateway.http.body.chunks import (
    CHUNK_HEADS,
    HEAD_OF_WHOLE,
    PIECE_OF_WHOLE,
    SMALL_BYTES,
)
from vanguard.gateway.metrics import Gaps
from vanguard.gateway.relay.contract import Relay

# more tokens than any answer has, and no more than Python compares fast
ENDLESS = (1 << 30) - 1
# so many go by themselves before somebody counts them
_ROOM = 32


class Listener(Protocol):
    """Whoever the events are for.

    Attributes:
        open: whether they are still wanted.
        writes: how many were written; counted here.
    """

    open: bool
    writes: int

    def chunks(self) -> Callable[[bytes], None] | None:
        """Sends a chunk, framed as one; None where that cannot be."""


class Way:
    """One stream's, from its first token to its end."""

    def __init__(
        self,
        tap: StreamTap,
        listener: Listener,
        write: Callable[[bytes], None],
        clock: Callable[[], float],
        gaps: Gaps,
        reword: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """One stream's way.

        Args:
            tap: reads what does not go this way, and counts tokens.
            listener: whoever the events are for.
            write: sends a chunk, framed as one.
            clock: for the gaps between tokens.
            gaps: is told of them.
            reword: what becomes of an event, or of the part of one before or behind its text.
        """
        self._tap = tap
        self._listener = listener
        self._write = write
        self._clock = clock
        self._gaps = gaps
        self._reword = reword
        # of the events that went this way and were not counted yet
        self._moments: list[float] = []
        # the last one, and what it compares with
        self._taken: Callable[[bytes], bool] | None = None
        self._before = b""

    @property
    def passed(self) -> int:
        """Events that went this way and were not counted yet."""
        return len(self._moments)

    def count(self) -> None:
        """Counts them wherever tokens are counted."""
        moments = self._moments
        if moments:
            self._tap.tokens += len(moments)
            self._listener.writes += len(moments)
            self._gaps.seen_all(moments)
            moments.clear()

    def shortcut(
        self, most_tokens: int, full: Callable[[], None]
    ) -> Callable[[bytes], bool] | None:
        """Says of bytes whether they were a chunk with an event like one that was read, and passed it on.

        None where no such event was read.

        Args:
            most_tokens: of the whole answer; what would be more does not go this way.
            full: called when some have gone this way and should be counted.
        """
        self.count()
        if not self._tap.knows_frame:
            return None
        if self._taken is None or self._tap.before is not self._before:
            self._before = self._tap.before
            self._taken = self._passing(most_tokens, full)
        return self._taken

    def _passing(
        self, most_tokens: int, full: Callable[[], None]
    ) -> Callable[[bytes], bool] | None:
        before, behind = self._tap.before, self._tap.behind + b"\r\n"
        new_before, new_behind, reword = before, behind, self._reword
        if reword is not None:
            new_before, new_behind = reword(before), reword(behind)
            if new_before + new_behind != reword(before + behind):
                return None
        frame_bytes = len(before) + len(behind) - 2
        new_frame_bytes = len(new_before) + len(new_behind) - 2
        if new_frame_bytes + SKIMMED_BYTES >= SMALL_BYTES:
            return None
        reworded = new_before != before or new_behind != behind
        # a look at a name of the function's own costs less than one at an object's
        write, listener, clock, moments = self._write, self._listener, self._clock, self._moments
        head_of, piece_of, heads = HEAD_OF_WHOLE, PIECE_OF_WHOLE, CHUNK_HEADS
        marked, most_bytes, room = MARKED, SKIMMED_BYTES, _ROOM
        tap, limited = self._tap, most_tokens < ENDLESS

        def passed(data: bytes) -> bool:
            size = len(data)
            if size > most_bytes:
                return False
            text = data.removeprefix(head_of[size]).removeprefix(before).removesuffix(behind)
            if (
                len(text) != piece_of[size] - frame_bytes
                or not text
                or text.translate(marked) != text
                or not listener.open
                # others may have been read since this was made
                or (limited and tap.tokens + len(moments) >= most_tokens)
            ):
                return False
            moments.append(clock())
            if reworded:
                head = heads[new_frame_bytes + len(text)]
                data = b"".join((head, new_before, text, new_behind))
            write(data)
            if len(moments) == room:
                full()
            return True

        return passed


def way_of(
    relay: Relay, listener: Listener, gaps: Gaps | None, clock: Callable[[], float]
) -> Way | None:
    """The way of a stream of which a token was read; None where every event must be seen."""
    tap, write = relay.tap, listener.chunks()
    if tap is None or write is None or gaps is None:
        return None
    return Way(tap, listener, write, clock, gaps, relay.reword)

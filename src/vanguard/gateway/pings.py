"""Keeps silent streams alive: networks between cut what says nothing for half a minute.

It does not know events: whoever answers a stream writes the ping of its own dialect. CloudFront cuts
an answer after 30 s of silence and an ALB after 60 s unless told otherwise (their guides, 2026-11).
"""

from __future__ import annotations

from typing import Protocol


class Stream(Protocol):
    """An answer under way."""

    @property
    def writes(self) -> int:
        """How often it has written to its client."""

    def ping(self) -> None:
        """Writes an event that means nothing, and the head before it where that is not out yet."""


class Pings:
    """The open streams of one worker, each with when it was last seen to write."""

    def __init__(self, silence_s: float) -> None:
        self._silence_s = silence_s
        self._seen: dict[Stream, tuple[int, float]] = {}

    def watch(self, stream: Stream, now: float) -> None:
        """A stream begins, at a moment in monotonic seconds."""
        self._seen[stream] = (stream.writes, now)

    def forget(self, stream: Stream) -> None:
        """It has ended."""
        self._seen.pop(stream, None)

    def sweep(self, now: float) -> None:
        """Pings what has written nothing since long; called about twice a second."""
        due = []
        for stream, (writes, since) in self._seen.items():
            if stream.writes != writes:
                self._seen[stream] = (stream.writes, now)
            elif now - since >= self._silence_s:
                self._seen[stream] = (writes, now)
                due.append(stream)
        for stream in due:
            stream.ping()

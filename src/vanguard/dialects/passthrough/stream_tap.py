"""Reads one streamed answer in passing: what the taps of all dialects share.

It does not know any API. Most events of an answer differ from the one before in one string alone; such
an event needs no reader.
"""

from __future__ import annotations

from abc import abstractmethod

from vanguard.core.usage import Usage
from vanguard.dialects.passthrough.contract import Tap
from vanguard.wire.sse import Splitter

# no longer event is skimmed: a budget takes each for a frame around one token
SKIMMED_BYTES = 512
# a server whose events differ elsewhere, too, is not studied for ever
_LESSONS = 64
_NONE = 1 << 62
# bytes that this changes end a string or its line, or hide the string's end
MARKED = bytes.maketrans(b'"\\\n\r', b"\0\0\0\0")


class StreamTap(Tap):
    """One answer. A dialect reads whole events; the rest is here.

    Attributes:
        before, behind: what stands around the text of an event that was read.
    """

    # the strings in which a model's text stands, as in `"content":`
    _names: tuple[bytes, ...]

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.tokens = 0
        self.done = False
        self.error = b""
        self._splitter = Splitter()
        self.before = self.behind = b""
        self._frame_bytes = _NONE
        self._lessons = _LESSONS

    @abstractmethod
    def _read(self, event: bytes) -> bytes:
        """Reads one whole event; gives back what of it to forward."""

    def feed(self, data: bytes) -> bytes:
        """Whole events to forward."""
        tokens, read = self.tokens, self._read
        events = self._splitter.feed(data)
        out = b"".join([read(event) for event in events])
        if not self._splitter.clean:
            self._frame_bytes = _NONE
        elif (
            self._lessons
            and 0 < len(events) == self.tokens - tokens
            # of several that came together only the first time: those of a burst all come so
            and (len(events) == 1 or not self.knows_frame)
            and out == data
        ):
            self._learn(events[-1])
        return out

    @property
    def knows_frame(self) -> bool:
        """Whether an event with content may be compared with one that was read."""
        return self._frame_bytes != _NONE

    def skim(self, data: bytes) -> int:
        """As the contract has it."""
        text = data.removeprefix(self.before).removesuffix(self.behind)
        size = len(data)
        if (
            len(text) == size - self._frame_bytes
            and text
            and size <= SKIMMED_BYTES
            # one pass over the text, and no copy of one that holds none of them
            and text.translate(MARKED) == text
        ):
            self.tokens = tokens = self.tokens + 1
            return tokens
        return 0

    def _learn(self, event: bytes) -> None:
        """Keeps an event with content, to which the next ones may be compared.

        One that differs from it in this string alone is the same JSON with another text, and tells
        as little, or once more what has been read.
        """
        for name in self._names:
            at = event.find(name) + len(name)
            if at >= len(name) and event.startswith((b'"', b' "'), at):
                start = event.index(b'"', at) + 1
                stop = event.find(b'"', start)
                if b"\\" not in event[start:stop]:
                    self._lessons -= 1
                    self.before, self.behind = event[:start], event[stop:]
                    self._frame_bytes = len(event) - (stop - start)
                return

    def flush(self) -> bytes:
        """A last event that came without its blank line."""
        raw = self._splitter.rest
        if not raw.strip():
            return b""
        self._splitter = Splitter()
        if not raw.endswith((b"\n\n", b"\r\r", b"\r\n\r\n")):
            raw += b"\n\n"
        return self._read(raw)

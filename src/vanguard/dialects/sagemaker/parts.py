"""The container's own stream out of the parts in which SageMaker brings it.

It does not know what the stream says. A `PayloadPart` is any piece of the bytes that the container wrote, cut
wherever SageMaker read them (SageMaker runtime API reference, ResponseStream and PayloadPart, 2026-11).
Containers write server-sent events, or one JSON object a line (DJL LMI, chat completions API schema, 2026-11).
"""

from __future__ import annotations

from vanguard.core.errors import UpstreamError, VanguardError
from vanguard.dialects.sagemaker.errors import stream_failure
from vanguard.wire.event_stream import Splitter, read_frame
from vanguard.wire.sse import EVENT_BYTES

_PART = "PayloadPart"


class Parts:
    """One stream: frames in, server-sent events of the container out."""

    def __init__(self) -> None:
        self._splitter = Splitter()
        self._lines: bool | None = None
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._failed: VanguardError | None = None

    def feed(self, data: bytes) -> bytes:
        """What these bytes complete, cut anywhere; an error behind it waits for the next call.

        Raises:
            UpstreamError: an error in place of a part, damage, or a line beyond all bounds.
        """
        self._tell()
        pieces = []
        for frame in self._splitter.feed(data):
            message = read_frame(frame)
            self._failed = stream_failure(message)
            if self._failed is not None:
                break
            if message.headers.get(":event-type") == _PART:
                pieces.append(message.payload)
        if not pieces:
            self._tell()
        return self._events(b"".join(pieces))

    def _tell(self) -> None:
        if self._failed is not None:
            raise self._failed

    def finish(self) -> bytes:
        """The last line, where it came without its end.

        Raises:
            UpstreamError: an error came last.
        """
        self._tell()
        rest = self._taken()
        return _event(rest) if rest.strip() else b""

    @property
    def cut(self) -> bool:
        """Whether the stream has ended within a frame."""
        return bool(self._splitter.rest)

    def _events(self, data: bytes) -> bytes:
        if self._lines is None:
            data = self._taken() + data
            begun = data.lstrip()
            if not begun:
                self._keep(data)
                return b""
            # a server-sent event begins with a name or a colon, never so
            self._lines = begun.startswith(b"{")
        if not self._lines:
            return data
        if data.find(b"\n") < 0:
            self._keep(data)
            return b""
        *lines, rest = (self._taken() + data).split(b"\n")
        self._keep(rest)
        return b"".join([_event(line) for line in lines if line.strip()])

    def _keep(self, piece: bytes) -> None:
        """What may only be read with what comes next."""
        self._kept_bytes += len(piece)
        if self._kept_bytes > EVENT_BYTES:
            raise UpstreamError(f"a line of the upstream's stream exceeds {EVENT_BYTES} bytes")
        self._kept.append(piece)

    def _taken(self) -> bytes:
        kept, self._kept, self._kept_bytes = b"".join(self._kept), [], 0
        return kept


def _event(line: bytes) -> bytes:
    return b"data: %b\n\n" % line.strip()

"""Unpacks a compressed body as it comes, within bounds.

It does not know connections, nor what is in the body.
"""

from __future__ import annotations

import zlib
from collections import deque

import httptools

_RATIO = 1000
_LEAST_BYTES = 64 * 1024
_MOST_BYTES = 16 * 1024 * 1024
_AT_ONCE_BYTES = 1024 * 1024


class Inflater:
    """One body. Whoever takes it may be slow: what is more than 1 MiB waits, packed, until it is asked for.

    Attributes:
        fault: why no more will come, found when something that had waited was asked for.
    """

    def __init__(self, wbits: int) -> None:
        self._zlib = zlib.decompressobj(wbits)
        self._fed_bytes = 0
        self._room_bytes = _AT_ONCE_BYTES
        # parts that are not yet unpacked, and how much each may still hold
        self._waiting: deque[tuple[bytes, int]] = deque()
        self.fault: Exception | None = None

    @classmethod
    def of(cls, coding: bytes, before: Inflater | None = None) -> Inflater | None:
        """For a content coding in lower case; None where it is none.

        Raises:
            httptools.HttpParserError: nobody asked for such a coding, or for one on top of another.
        """
        if before is not None:
            raise httptools.HttpParserError("two content codings")
        if coding in {b"gzip", b"x-gzip"}:
            return cls(16 + zlib.MAX_WBITS)
        if coding == b"deflate":
            return cls(zlib.MAX_WBITS)
        if coding in {b"identity", b""}:
            return None
        raise httptools.HttpParserError(f"content-encoding {coding!r} was not asked for")

    def feed(self, data: bytes) -> bytes:
        """What a part of the body holds; no more than 1,000 times its length, nor 16 MiB.

        Since `more` was called last no more than 1 MiB comes, whatever the number of parts.

        Raises:
            zlib.error: it is not what its coding says.
            httptools.HttpParserError: it holds more, or goes on behind its end.
        """
        self._fed_bytes += len(data)
        most = min(max(len(data) * _RATIO, _LEAST_BYTES), _MOST_BYTES)
        self._waiting.append((data, most))
        return self._unpack()

    def more(self) -> bytes:
        """The next of what waits, up to 1 MiB; empty where nothing does, and at a fault."""
        self._room_bytes = _AT_ONCE_BYTES
        try:
            return self._unpack()
        except (zlib.error, httptools.HttpParserError) as error:
            self.fault = error
            return b""

    def _unpack(self) -> bytes:
        waiting, pieces = self._waiting, []
        while waiting and self._room_bytes:
            data, most = waiting[0]
            limit = min(most, self._room_bytes)
            piece = self._zlib.decompress(data, limit)
            pieces.append(piece)
            size, rest = len(piece), self._zlib.unconsumed_tail
            self._room_bytes -= size
            if self._zlib.unused_data or (rest and size == most):
                raise httptools.HttpParserError("the compressed answer inflates too much")
            if size < limit or size == most:
                waiting.popleft()
            else:
                # also where nothing of it is left to go in: something may be left to come out
                waiting[0] = (rest, most - size)
        return b"".join(pieces)

    @property
    def waits(self) -> bool:
        """Whether there may be more to ask for."""
        return bool(self._waiting)

    @property
    def complete(self) -> bool:
        """Whether its end has come; nothing at all is whole, too, as in an answer to HEAD."""
        return self._zlib.eof or not self._fed_bytes

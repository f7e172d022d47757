"""Unpacks a compressed body as it comes, within bounds.

It does not know connections, nor what is in the body.
"""

from __future__ import annotations

import zlib

import httptools

_RATIO = 1000
_LEAST_BYTES = 64 * 1024
_MOST_BYTES = 16 * 1024 * 1024


class Inflater:
    """One body."""

    def __init__(self, wbits: int) -> None:
        self._zlib = zlib.decompressobj(wbits)
        self._fed_bytes = 0

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

        Raises:
            zlib.error: it is not what its coding says.
            httptools.HttpParserError: it holds more, or goes on behind its end.
        """
        self._fed_bytes += len(data)
        limit = min(max(len(data) * _RATIO, _LEAST_BYTES), _MOST_BYTES)
        piece = self._zlib.decompress(data, limit)
        if self._zlib.unconsumed_tail or self._zlib.unused_data:
            raise httptools.HttpParserError("the compressed answer inflates too much")
        return piece

    @property
    def complete(self) -> bool:
        """Whether its end has come; nothing at all is whole, too, as in an answer to HEAD."""
        return self._zlib.eof or not self._fed_bytes

"""A client's head that was read before.

It does not know connections.
"""

from __future__ import annotations

import re

from vanguard.gateway.http.known.head import LENGTH_DIGITS, KnownHead, length_in
from vanguard.gateway.http.messages import Request


class KnownRequest(KnownHead):
    """What the parser and all checks have made of it; it keeps the connection alive, without an upgrade."""

    __slots__ = ("_place", "_request")

    def __init__(self, data: bytes, length: re.Match[bytes], request: Request) -> None:
        """What was made of one read, and where its body's length stands."""
        super().__init__(data, length, len(request.body))
        self._place = [name for name, _ in request.headers].index(b"content-length")
        self._request = request.again(self._place, b"")

    @classmethod
    def of(cls, data: bytes, request: Request, head_bytes: int) -> KnownRequest | None:
        """What may be known again; None where nothing can.

        Args:
            data: one read, from the request's first byte on.
            request: what was made of it.
            head_bytes: the most that a head may have.
        """
        if len(data) - len(request.body) + LENGTH_DIGITS > head_bytes:
            return None
        length = length_in(data, len(request.body))
        return cls(data, length, request) if length is not None else None

    def again(self, body: bytes) -> Request:
        """The request with this head and another body."""
        return self._request.again(self._place, body)

"""An upstream's head that was read before.

It does not know connections. Servers that say the time in their heads change them once a second, and
those that number their answers with each: what is never met again is soon learned no more.
"""

from __future__ import annotations

import re

from vanguard.gateway.http.known.head import KnownHead, length_in
from vanguard.gateway.http.messages import Headers, is_stream

LESSONS = 8


class KnownAnswer(KnownHead):
    """What the parser made of it; the connection serves again after it.

    Attributes:
        status: of the answer.
        headers: names in lower case, without the body's length; the same list for every answer, and not
            to be changed.
        met: whether it was known again.
        streams: whether the body is of events.
    """

    __slots__ = ("headers", "met", "status", "streams")

    def __init__(
        self, data: bytes, length: re.Match[bytes], body: bytes, status: int, headers: Headers
    ) -> None:
        """One read and where its body's length stands; what was made of it."""
        super().__init__(data, length, len(body))
        self.status, self.met = status, False
        self.headers = [pair for pair in headers if pair[0] != b"content-length"]
        self.streams = is_stream(headers)

    @classmethod
    def of(cls, data: bytes, body: bytes, status: int, headers: Headers) -> KnownAnswer | None:
        """What may be known again; None where nothing can.

        Args:
            data: one read, from the answer's first byte on.
            body: as it stands there, not compressed.
            status: of the answer.
            headers: with names in lower case.
        """
        length = length_in(data, len(body))
        return cls(data, length, body, status, headers) if length is not None else None

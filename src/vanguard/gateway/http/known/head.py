"""A head that was read, its body's length left open.

It does not know connections, nor what the parser made of it.
"""

from __future__ import annotations

import re

_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: ?([0-9]+)(?=\r\n)")
_END = b"\r\n\r\n"
# one that is longer is not kept: each connection may have one
_MOST_BYTES = 16 * 1024
# one longer than this is no body's
LENGTH_DIGITS = 15


def length_in(data: bytes, body_bytes: int) -> re.Match[bytes] | None:
    """Where a head says its body's length; None where it is not to be known again.

    Args:
        data: one read, from the message's first byte to its last; nothing of it was refused.
        body_bytes: length of its body as it stands there.
    """
    end = data.find(_END, 0, _MOST_BYTES) + len(_END)
    return _LENGTH.search(data, 0, end) if len(data) - end == body_bytes else None


class KnownHead:
    """The bytes of a head: whoever sends one sends the same over and over, but for the body's length.

    Where a message stands alone in one read and its bytes differ from those in nothing but that
    length, the parser would say of it what it said before, and stand between two messages as it
    does already.
    """

    __slots__ = ("_after", "_after_bytes", "_before", "_begin", "_latest")

    def __init__(self, data: bytes, length: re.Match[bytes], body_bytes: int) -> None:
        """Arguments as of `length_in`, with what it found."""
        head_bytes = len(data) - body_bytes
        self._before, self._after = data[: length.start(1)], data[length.end(1) : head_bytes]
        self._begin, self._after_bytes = len(self._before), len(self._after)
        self._latest = self._begin + LENGTH_DIGITS

    def body(self, data: bytes) -> bytes | None:
        """The body of the message that `data` is, where it is one with this head, and whole."""
        if not data.startswith(self._before):
            return None
        begin = self._begin
        # -1 where there is none: nor does `after`, which is longer, stand at the last byte
        end = data.find(b"\r", begin, self._latest)
        if not data.startswith(self._after, end):
            return None
        body = data[end + self._after_bytes :]
        return body if b"%d" % len(body) == data[begin:end] else None

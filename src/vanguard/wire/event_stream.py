"""Reads and writes frames of `application/vnd.amazon.eventstream`, AWS's binary stream of messages.

It does not know what a message means. A frame is: total length, length of the headers, CRC-32 of these
two; headers; payload; CRC-32 of all before it; numbers are big-endian (Amazon Event Stream
specification in Smithy, smithy.io, 2025; botocore reads the same, and a test holds the two together).
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar
from zlib import crc32

import msgspec

from vanguard.core.errors import UpstreamError

HEADERS_BYTES = 128 * 1024
PAYLOAD_BYTES = 24 * 1024 * 1024

_PRELUDE = struct.Struct(">III")
_CRC = struct.Struct(">I")
_PRELUDE_BYTES = _PRELUDE.size
_FRAME_BYTES = _PRELUDE_BYTES + _CRC.size

_TRUE, _FALSE, _BYTE, _SHORT, _INTEGER, _LONG, _BYTES, _TEXT, _TIMESTAMP, _UUID = range(10)
_NUMBERS = {
    _BYTE: struct.Struct(">b"),
    _SHORT: struct.Struct(">h"),
    _INTEGER: struct.Struct(">i"),
    _LONG: struct.Struct(">q"),
    _TIMESTAMP: struct.Struct(">q"),
}
_LENGTH = struct.Struct(">H")
_UUID_BYTES = 16

Value = bool | int | bytes | str
_T = TypeVar("_T")


class Message(msgspec.Struct, frozen=True):
    """One message.

    Attributes:
        headers: by name, such as `:event-type`; timestamps are milliseconds, UUIDs 16 bytes.
        payload: most often JSON.
    """

    headers: dict[str, Value]
    payload: bytes


class Typed(NamedTuple):
    """A header's value in a type that its Python type does not tell."""

    kind: int
    value: Value


class _Cutter(ABC, Generic[_T]):
    """Collects chunks of any size and takes whole frames out of them."""

    def __init__(self, payload_bytes: int = PAYLOAD_BYTES) -> None:
        self._data = bytearray()
        self._payload_bytes = payload_bytes
        self._wanted = _PRELUDE_BYTES
        self._checked = False
        self._error = ""

    @abstractmethod
    def _take(self, frame: bytes) -> _T:
        """What is made of one frame."""

    def feed(self, data: bytes) -> list[_T]:
        """What this chunk completes, up to the first damage.

        Raises:
            UpstreamError: a checksum, length or header is wrong, or a message too large, and no whole
                message of this chunk stands before it; nothing more can be read, ever.
        """
        self._data += data
        messages: list[_T] = []
        try:
            while not self._error and len(self._data) >= self._wanted:
                if self._checked:
                    frame = bytes(self._data[: self._wanted])
                    del self._data[: self._wanted]
                    self._wanted, self._checked = _PRELUDE_BYTES, False
                    messages.append(self._take(frame))
                else:
                    self._wanted = self._total(self._data)
                    self._checked = True
        except UpstreamError as error:
            self._error = error.message
        if self._error:
            self._data.clear()
            if not messages:
                raise UpstreamError(self._error)
        return messages

    def _total(self, data: bytearray) -> int:
        """Checks a prelude before anything is kept for its sake; the length of its frame."""
        total, headers, crc = _PRELUDE.unpack_from(data)
        if crc32(data[: _PRELUDE_BYTES - _CRC.size]) != crc:
            raise _damaged("the checksum of a prelude is wrong")
        payload = total - headers - _FRAME_BYTES
        if headers > HEADERS_BYTES or not 0 <= payload <= self._payload_bytes:
            raise _damaged(f"a message of {total} bytes with {headers} bytes of headers")
        return int(total)

    @property
    def complete(self) -> bool:
        """Whether all that has come was whole and sound; at a stream's end it must be so."""
        return not self._data and not self._error

    @property
    def rest(self) -> bytes:
        """What has come after the last whole frame.

        Raises:
            UpstreamError: what came after it is damaged.
        """
        if self._error:
            raise UpstreamError(self._error)
        return bytes(self._data)


class Decoder(_Cutter[Message]):
    """Gives back whole messages."""

    def _take(self, frame: bytes) -> Message:
        return _message(frame)


class Splitter(_Cutter[bytes]):
    """Gives back whole frames as they came, with sound checksums."""

    def _take(self, frame: bytes) -> bytes:
        if crc32(frame[: -_CRC.size]) != _CRC.unpack_from(frame, len(frame) - _CRC.size)[0]:
            raise _damaged("the checksum of a message is wrong")
        return frame


def read_frame(frame: bytes) -> Message:
    """The message of one whole frame.

    Raises:
        UpstreamError: it is no whole frame, or a checksum or header is wrong.
    """
    if len(frame) < _FRAME_BYTES or _PRELUDE.unpack_from(frame)[0] != len(frame):
        raise _damaged("a message is cut short")
    return _message(frame)


def encode(headers: Mapping[str, Value | Typed], payload: bytes) -> bytes:
    """One frame; whole numbers become 32-bit integers where they fit, else 64-bit ones.

    Raises:
        ValueError: a name, value, or the whole is longer than a frame can hold.
    """
    packed = b"".join([_pack(name, value) for name, value in headers.items()])
    if len(packed) > HEADERS_BYTES or len(payload) > PAYLOAD_BYTES:
        raise ValueError("the message is too large for one frame")
    total = len(packed) + len(payload) + _FRAME_BYTES
    lengths = _PRELUDE.pack(total, len(packed), 0)[:-4]
    frame = lengths + _CRC.pack(crc32(lengths)) + packed + payload
    return frame + _CRC.pack(crc32(frame))


def _message(frame: bytes) -> Message:
    body, crc = frame[: -_CRC.size], _CRC.unpack_from(frame, len(frame) - _CRC.size)[0]
    if crc32(body) != crc:
        raise _damaged("the checksum of a message is wrong")
    headers_end = _PRELUDE_BYTES + _PRELUDE.unpack_from(frame)[1]
    try:
        headers = _headers(body[_PRELUDE_BYTES:headers_end])
    except (struct.error, IndexError):
        raise _damaged("a header is cut short") from None
    except UnicodeDecodeError:
        raise _damaged("a header is not UTF-8") from None
    return Message(headers, body[headers_end:])


def _headers(data: bytes) -> dict[str, Value]:
    headers: dict[str, Value] = {}
    at = 0
    while at < len(data):
        start = at + 1
        at = start + data[at]
        name = data[start:at].decode()
        if name in headers:
            raise _damaged(f"the header {name[:100]!r} is there twice")
        headers[name], at = _value(data, data[at], at + 1)
    return headers


def _value(data: bytes, kind: int, at: int) -> tuple[Value, int]:
    """A value and where it ends."""
    if kind <= _FALSE:
        return kind == _TRUE, at
    number = _NUMBERS.get(kind)
    if number is not None:
        return number.unpack_from(data, at)[0], at + number.size
    if kind > _UUID:
        raise _damaged(f"a header of the unknown type {kind}")
    size = _UUID_BYTES
    if kind != _UUID:
        size = _LENGTH.unpack_from(data, at)[0]
        at += _LENGTH.size
    value = data[at : at + size]
    if len(value) != size:
        raise _damaged("a header is cut short")
    return value.decode() if kind == _TEXT else value, at + size


def _pack(name: str, value: Value | Typed) -> bytes:
    kind, plain = value if isinstance(value, Typed) else (_kind(value), value)
    raw = name.encode()
    if not 0 < len(raw) <= 255:
        raise ValueError(f"the header name {name[:100]!r} does not have 1 to 255 bytes")
    head = bytes((len(raw),)) + raw + bytes((kind,))
    number = _NUMBERS.get(kind)
    if number is not None:
        try:
            return head + number.pack(plain)
        except struct.error as error:
            raise ValueError(f"the header {name!r}: {error}") from None
    if kind <= _FALSE:
        return head
    data = plain.encode() if isinstance(plain, str) else bytes(plain)
    if kind == _UUID:
        if len(data) != _UUID_BYTES:
            raise ValueError(f"the header {name!r}: a UUID has 16 bytes")
        return head + data
    if len(data) > 0x7FFF:
        raise ValueError(f"the header {name!r} has more than 32767 bytes")
    return head + _LENGTH.pack(len(data)) + data


def _kind(value: Value) -> int:
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, int):
        return _INTEGER if -(2**31) <= value < 2**31 else _LONG
    return _TEXT if isinstance(value, str) else _BYTES


def _damaged(what: str) -> UpstreamError:
    return UpstreamError(f"the upstream's event stream is damaged: {what}")

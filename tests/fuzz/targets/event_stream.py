"""A stream of AWS frames. What must hold:

- only the typed error ends it, and a message that is not whole leaves it incomplete;
- it does not matter where the bytes were cut, nor whether frames are passed on before they are read;
- what is read is what botocore reads, and what botocore refuses is refused;
- what was read can be written and read again;
- a container's bytes in SageMaker's parts are joined again wherever they were cut, and lines become events.

A fuzzer does not guess checksums, so frames with sound ones are also made of the same bytes.
"""

from __future__ import annotations

import struct
from zlib import crc32

from botocore.eventstream import EventStreamBuffer, ParserError

from fuzz.targets.splits import splits
from vanguard.core.errors import UpstreamError
from vanguard.dialects.sagemaker.parts import Parts
from vanguard.wire.event_stream import Decoder, Message, Splitter, encode, read_frame

_THEIRS = (ParserError, struct.error, KeyError, UnicodeDecodeError, IndexError)


def check(data: bytes) -> None:
    """Raises AssertionError where something does not hold."""
    _check(data)
    _check_parts(data)
    if data:
        middle = min(data[0], len(data) - 1)
        _check(_frame(data[1 : 1 + middle], data[1 + middle :]) + data[:5])
    wanted = Message({"raw": data[:50], "size": len(data)}, data[:4_000])
    frame = encode(wanted.headers, wanted.payload)
    _check(frame)
    assert _ours([frame]) == ([wanted], False, True)


def _check_parts(data: bytes) -> None:
    """The same bytes as a container's, within parts."""
    if len(data) > 4_000:
        return
    joined = _joined([data])
    for pieces in splits(data):
        assert _joined(pieces) == joined, "cut matters"
    if data.lstrip().startswith(b"{"):
        lines = [line.strip() for line in data.split(b"\n")]
        assert joined == b"".join([b"data: %b\n\n" % line for line in lines if line])
    elif data.strip():
        assert joined == data


def _joined(pieces: list[bytes]) -> bytes:
    parts = Parts()
    headers = {":message-type": "event", ":event-type": "PayloadPart"}
    frames = b"".join([encode(headers, piece) for piece in pieces])
    # frames cut where their contents say, so that a find stays found
    middle = crc32(frames) % (len(frames) + 1)
    out = parts.feed(frames[:middle]) + parts.feed(frames[middle:])
    return out + parts.finish()


def _check(data: bytes) -> None:
    messages, broken, complete = _ours([data])
    for pieces in splits(data):
        assert repr(_ours(pieces)) == repr((messages, broken, complete)), "cut matters"
    assert repr(_framewise(data)) == repr((messages, broken)), "frames hold other messages"
    theirs, refused = _botocores(data)
    assert repr(theirs[: len(messages)]) == repr([(m.headers, m.payload) for m in messages])
    assert len(theirs) >= len(messages)
    assert not refused or broken
    for message in messages:
        _again(message)


def _ours(pieces: list[bytes]) -> tuple[list[Message], bool, bool]:
    decoder = Decoder(payload_bytes=4_000)
    messages = []
    try:
        for piece in [*pieces, b""]:
            messages += decoder.feed(piece)
            assert len(decoder._data) <= 140_000
    except UpstreamError:
        return messages, True, decoder.complete
    return messages, False, decoder.complete


def _framewise(data: bytes) -> tuple[list[Message], bool]:
    """The same by way of whole frames, as the gateway passes them on."""
    splitter = Splitter(payload_bytes=4_000)
    messages = []
    try:
        for piece in (data, b""):
            for frame in splitter.feed(piece):
                messages.append(read_frame(frame))  # noqa: PERF401 - those before a damaged one count
    except UpstreamError:
        return messages, True
    return messages, False


def _botocores(data: bytes) -> tuple[list[tuple[dict, bytes]], bool]:
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    out = []
    try:
        for message in buffer:
            out.append((message.headers, message.payload))
            if message.prelude.total_length < 16:
                return out[:-1], True
    except _THEIRS:
        return out, True
    return out, False


def _again(message: Message) -> None:
    if "" in message.headers or any(
        len(name.encode()) > 255 or (isinstance(value, str | bytes) and len(value) > 8_000)
        for name, value in message.headers.items()
    ):
        return
    (again,) = Decoder().feed(encode(message.headers, message.payload))
    assert repr(again) == repr(message)


def _frame(headers: bytes, payload: bytes) -> bytes:
    lengths = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    body = lengths + struct.pack(">I", crc32(lengths)) + headers + payload
    return body + struct.pack(">I", crc32(body))

"""Puts Anthropic's stream events into chunks of InvokeModelWithResponseStream, and takes them out.

It does not know what the events mean. A chunk's payload is `{"bytes": base64}` (Bedrock API reference,
PayloadPart, 2026-11); the JSON in it passes byte for byte.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from vanguard.core.errors import UpstreamError
from vanguard.dialects.bedrock_converse.errors import event_frame
from vanguard.wire.event_stream import Message
from vanguard.wire.sse import event_data


class _Chunk(msgspec.Struct):
    bytes: str = ""


class _Typed(msgspec.Struct):
    type: str = ""


_chunk = msgspec.json.Decoder(_Chunk)
_typed = msgspec.json.Decoder(_Typed)


def to_frame(data: bytes) -> bytes:
    """The JSON of one event as a frame."""
    return event_frame("chunk", b'{"bytes":"%b"}' % base64.b64encode(data))


def frames_of(raw: bytes) -> bytes:
    """One raw server-sent event as a frame; empty when it has no data."""
    data = event_data(raw)
    return to_frame(data) if data else b""


def chunk_data(message: Message) -> bytes:
    """The JSON of the event in a frame; empty when the frame is no chunk.

    Raises:
        UpstreamError: it is one and cannot be read.
    """
    if message.headers.get(":event-type") != "chunk":
        return b""
    try:
        return base64.b64decode(_chunk.decode(message.payload).bytes, validate=True)
    except (msgspec.MsgspecError, binascii.Error, UnicodeDecodeError) as error:
        raise UpstreamError("a chunk of the upstream's stream cannot be read") from error


def to_event(data: bytes) -> bytes:
    """The JSON of one event as a raw server-sent event, named by its type."""
    try:
        name = _typed.decode(data).type
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UpstreamError("an event of the upstream's stream is broken off") from error
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)

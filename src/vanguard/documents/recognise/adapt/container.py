"""Tesseract's `*.traineddata`: a file of numbered parts, some of them missing.

It does not know what the parts hold.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

# places in the file's table, of those that are changed or read here
LSTM, WORDS, UNICHARSET, RECODER, VERSION = 17, 19, 21, 22, 23
_PARTS = 24
_NONE = -1
_MOST_PARTS = 64


def unpacked(data: bytes) -> dict[int, bytes]:
    """The parts that are there, by their place.

    Raises:
        ValueError: it is no such file.
    """
    if len(data) < 4:
        raise ValueError("no traineddata: too short")
    (count,) = struct.unpack_from("<I", data)
    if not 0 < count <= _MOST_PARTS or len(data) < 4 + 8 * count:
        raise ValueError(f"no traineddata: a table of {count} parts")
    offsets = struct.unpack_from(f"<{count}q", data, 4)
    begins = sorted(offset for offset in offsets if offset != _NONE)
    if begins != sorted(set(begins)) or any(not 4 < one <= len(data) for one in begins):
        raise ValueError("no traineddata: its parts lie outside of it")
    ends = dict(zip(begins, [*begins[1:], len(data)], strict=True))
    return {
        place: data[offset : ends[offset]]
        for place, offset in enumerate(offsets)
        if offset != _NONE
    }


def packed(parts: Mapping[int, bytes]) -> bytes:
    """The file of these parts, in the order of their places."""
    count = max(_PARTS, *(place + 1 for place in parts))
    offsets = [_NONE] * count
    at = 4 + 8 * count
    for place in sorted(parts):
        offsets[place] = at
        at += len(parts[place])
    table = struct.pack(f"<I{count}q", count, *offsets)
    return table + b"".join(parts[place] for place in sorted(parts))

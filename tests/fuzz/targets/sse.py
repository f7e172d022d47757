"""A stream of server-sent events. What must hold:

- nothing is lost, added or moved: the events and the rest are the bytes that came, but for a byte
  order mark at the very beginning;
- it does not matter where they were cut;
- the data of each event is what the standard's own way of reading lines gives;
- an event beyond its limit ends it with the typed error, and nothing else does.
"""

from __future__ import annotations

import re

from fuzz.targets.splits import splits
from vanguard.core.errors import UpstreamError
from vanguard.wire.sse import Splitter, event_data, event_name

_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")


def check(data: bytes) -> None:
    """Raises AssertionError where something does not hold."""
    events, rest = _read([data])
    assert b"".join(events) + rest == data.removeprefix(_MARK)
    for pieces in splits(data):
        assert _read(pieces) == (events, rest), "cut matters"
    told = [told for told in (event_data(event) for event in events) if told]
    assert told == _standard(data.removeprefix(_MARK)[: len(b"".join(events))])
    for event in events:
        assert b"\n" not in event_name(event)
    _limited(data)


def _read(pieces: list[bytes]) -> tuple[list[bytes], bytes]:
    splitter = Splitter()
    events = [event for piece in pieces for event in splitter.feed(piece)]
    return events, splitter.rest


def _standard(data: bytes) -> list[bytes]:
    """HTML standard, 9.2.6, line by line, for the data alone."""
    told, lines = [], []
    for line in _LINE_END.split(data):
        if not line:
            if b"\n".join(lines):
                told.append(b"\n".join(lines))
            lines = []
            continue
        name, _, value = line.partition(b":")
        if name == b"data":
            lines.append(value.removeprefix(b" "))
    return told


def _limited(data: bytes) -> None:
    splitter = Splitter(limit_bytes=32)
    try:
        for start in range(0, len(data), 5):
            splitter.feed(data[start : start + 5])
            assert len(splitter.rest) <= 32
    except UpstreamError:
        pass

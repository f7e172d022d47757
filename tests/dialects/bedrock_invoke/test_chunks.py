"""Anthropic's events in Bedrock's chunks, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bedrock import chunk, frame, read_stream
from vanguard.core.errors import UpstreamError
from vanguard.dialects.bedrock_invoke.chunks import chunk_data, frames_of, to_event, to_frame
from vanguard.wire.event_stream import read_frame


@given(st.binary(max_size=60))
def test_bytes_survive_and_botocore_reads_them(data: bytes) -> None:
    written = to_frame(data)
    assert chunk_data(read_frame(written)) == data
    assert read_stream(written, "InvokeModelWithResponseStream") == [{"chunk": {"bytes": data}}]


def test_events_are_named_by_their_type() -> None:
    data = b'{"type":"ping",  "x":1}'
    assert to_event(data) == b"event: ping\ndata: " + data + b"\n\n"
    assert chunk_data(read_frame(frames_of(to_event(data)))) == data
    assert frames_of(b": ping\n\n") == b""


def test_other_events_are_no_chunks_and_broken_ones_are_told() -> None:
    assert chunk_data(read_frame(frame("metadata", {}))) == b""
    with pytest.raises(UpstreamError, match="cannot be read"):
        chunk_data(read_frame(frame("chunk", {"bytes": "%"})))
    with pytest.raises(UpstreamError, match="broken off"):
        to_event(b'{"type":')
    assert chunk_data(read_frame(chunk(b"x"))) == b"x"

"""Streams of either framing, cut into raw events."""

from __future__ import annotations

import pytest

from support.bedrock import STREAM
from vanguard.core.errors import UpstreamError
from vanguard.dialects.framing import FRAMED, make_splitter
from vanguard.dialects.registry import DIALECTS


def test_frames_and_server_sent_events() -> None:
    frames = make_splitter("bedrock_converse")
    whole = b"".join(STREAM)
    assert frames.feed(whole[:-1]) == STREAM[:-1]
    assert frames.rest == STREAM[-1][:-1]
    assert frames.feed(whole[-1:]) == STREAM[-1:]
    events = make_splitter("openai_chat")
    assert events.feed(b"data: 1\n\ndata: 2") == [b"data: 1\n\n"]
    assert events.rest == b"data: 2"
    assert DIALECTS.keys() >= FRAMED


def test_damage_is_remembered() -> None:
    frames = make_splitter("bedrock_invoke")
    assert frames.feed(STREAM[0] + b"\0" * 40) == STREAM[:1]
    with pytest.raises(UpstreamError):
        assert frames.rest
    with pytest.raises(UpstreamError):
        frames.feed(STREAM[1])

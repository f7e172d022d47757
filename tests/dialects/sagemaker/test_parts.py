"""Parts cut anywhere are the container's stream again."""

import pytest
from botocore.exceptions import EventStreamError

from support import bytes_of_providers as said
from support.bedrock import frame
from support.sagemaker import broken, part, parts, read_parts
from vanguard.core.errors import UpstreamError
from vanguard.dialects.sagemaker import parts as module
from vanguard.dialects.sagemaker.parts import Parts
from vanguard.wire.sse import event_data

STREAM = b"".join(said.OPENAI_STREAM)
DATA = [event_data(one) for one in said.OPENAI_STREAM]
LINES = b"".join(one + b"\n" for one in DATA if one != b"[DONE]")


def read(frames: bytes, pieces: int = 0) -> bytes:
    one = Parts()
    size = pieces or len(frames)
    out = [one.feed(frames[at : at + size]) for at in range(0, len(frames), size)]
    assert not one.cut
    return b"".join(out) + one.finish()


def test_the_scripted_bytes_are_sagemakers_as_botocore_reads_them() -> None:
    assert read_parts(parts(STREAM, 7)) == STREAM
    with pytest.raises(EventStreamError, match="gone"):
        read_parts([part(b"x"), broken("ModelStreamError", "gone", ErrorCode="StreamBroken")])


@pytest.mark.parametrize("pieces", [1, 2, 3, 17, 100, len(STREAM)])
def test_events_cut_by_parts(pieces: int) -> None:
    assert read(b"".join(parts(STREAM, pieces))) == STREAM


def test_every_cut_of_two_parts_and_every_cut_of_their_frames() -> None:
    short = b"data: {}\n\ndata: [DONE]\n\n"
    for at in range(1, len(short)):
        assert read(part(short[:at]) + part(short[at:])) == short
    frames = b"".join(parts(short, 9))
    for at in range(1, len(frames)):
        one = Parts()
        assert one.feed(frames[:at]) + one.feed(frames[at:]) + one.finish() == short


@pytest.mark.parametrize("pieces", [1, 2, 5, 50, len(LINES)])
def test_lines_become_events(pieces: int) -> None:
    events = b"".join(b"data: %b\n\n" % one for one in DATA if one != b"[DONE]")
    assert read(b"".join(parts(b"\n\r\n" + LINES.replace(b"\n", b"\r\n"), pieces))) == events
    assert read(b"".join(parts(LINES[:-1], pieces))) == events


def test_what_is_no_part_is_passed_over() -> None:
    assert read(frame("Other", {"a": 1}) + part(STREAM)) == STREAM
    assert read(part(b"") + part(b"\n")) == b""


def test_a_line_without_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVENT_BYTES", 10)
    with pytest.raises(UpstreamError, match="a line of"):
        read(part(b'{"a": "' + b"x" * 10))


def test_a_frame_that_ends_nowhere() -> None:
    one = Parts()
    one.feed(part(b"data: x")[:-1])
    assert one.cut


def test_what_came_before_an_error_is_not_lost() -> None:
    bad = broken("InternalStreamFailure", "why")
    one = Parts()
    assert one.feed(part(b"data: a\n\n") + bad) == b"data: a\n\n"
    with pytest.raises(UpstreamError, match="why"):
        one.finish()
    one = Parts()
    with pytest.raises(UpstreamError, match="why"):
        one.feed(bad)
    one = Parts()
    one.feed(part(b"data: a\n\n") + bad)
    with pytest.raises(UpstreamError, match="why"):
        one.feed(part(b"data: b\n\n"))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import UpstreamError
from vanguard.wire.sse import Splitter, event_data, event_name

line_ends = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def streams(draw):
    """A stream in one style of line ends, with the events it holds."""
    end = draw(line_ends)
    texts = draw(
        st.lists(st.text("abc:{} \u0645", min_size=1, max_size=12), min_size=1, max_size=6)
    )
    raws = [f"event: x{end}data: {text}{end}{end}".encode() for text in texts]
    return texts, raws


@given(streams(), st.data())
def test_every_split_gives_the_same_events(stream, data):
    texts, raws = stream
    whole = b"".join(raws) + b"data: tail"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    splitter = Splitter()
    events = []
    for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        events += splitter.feed(whole[start:stop])
    assert events == raws
    assert b"".join(events) + splitter.rest == whole
    assert [event_data(event).decode() for event in events] == texts
    assert all(event_name(event) == b"x" for event in events)


def test_one_byte_at_a_time():
    raws = [b"data: 1\r\n\r\n", b"data: 2\n\n", b"data: 3\r\r"]
    splitter = Splitter()
    events = []
    for byte in b"".join(raws) + b"\n":
        events += splitter.feed(bytes([byte]))
    assert [event_data(event) for event in events] == [b"1", b"2", b"3"]


def test_data_joins_its_lines_and_drops_one_space():
    assert event_data(b"data: a\ndata:b\ndata:  c\n: note\nid: 1\n\n") == b"a\nb\n c"
    assert event_data(b": only a comment\n\n") == b""
    assert event_data(b"data: a\ndata\ndata: b\n\n") == b"a\n\nb"


@pytest.mark.parametrize("end", [b"\r\n\n", b"\n\r\n", b"\r\n\r", b"\n\r", b"\r\r\n", b"\r\n\r\n"])
def test_line_ends_may_be_mixed(end):
    splitter = Splitter()
    events = splitter.feed(b"data: a" + end + b"data: b\n\n")
    assert [event_data(event) for event in events] == [b"a", b"b"]
    assert event_data(b"data: a\rdata: b\n\n") == b"a\nb"


def test_an_endless_event_is_refused():
    splitter = Splitter(limit_bytes=10)
    with pytest.raises(UpstreamError, match="exceeds 10 bytes"):
        splitter.feed(b"data: 0123456789")

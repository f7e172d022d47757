import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import UpstreamError
from vanguard.wire import sse
from vanguard.wire.sse import Splitter, event_data, event_name

line_ends = st.sampled_from(["\n", "\r\n", "\r"])
MARK = b"\xef\xbb\xbf"


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


@given(st.text("a\r\n", max_size=24), st.data())
def test_blank_lines_of_any_kind_are_found_at_any_split(stream, data):
    whole = stream.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    at_once, splitter = Splitter(), Splitter()
    events = []
    for start, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        events += splitter.feed(whole[start:stop])
    assert (events, splitter.rest) == (at_once.feed(whole), at_once.rest)


class Searches:
    """A pattern that remembers how many bytes it was sent over."""

    def __init__(self, pattern):
        self._pattern = pattern
        self.seen_bytes = 0

    def search(self, data, start):
        self.seen_bytes += len(data) - start
        return self._pattern.search(data, start)

    def finditer(self, data, start):
        self.seen_bytes += len(data) - start
        return self._pattern.finditer(data, start)


@pytest.mark.parametrize("line", [b":\r", b":\r\n", b"a", b":\n"])
def test_lines_without_a_blank_one_are_searched_once(monkeypatch, line):
    searches = Searches(sse._BLANK)
    monkeypatch.setattr(sse, "_BLANK", searches)
    splitter = Splitter()
    fed = [b"data: a\r" * 1_000, *[line] * 500, b"data: b\r\r", b"\n"]
    events = [event for data in fed for event in splitter.feed(data)]
    assert b"".join(events) + splitter.rest == b"".join(fed)
    assert len(events) == 1
    # each chunk once with what a blank line can straddle, and the one that ends the event once more
    assert searches.seen_bytes <= sum(len(data) + 3 for data in [*fed, *fed[-2:]])


@pytest.mark.parametrize("line", [b":\n", b":\r"])
def test_what_is_kept_is_not_copied_for_every_line(line):
    splitter = Splitter()
    splitter.feed(b": a long comment\n" * 64 * 1024)
    kept = len(splitter.rest)
    tracemalloc.start()
    try:
        for _ in range(10):
            assert splitter.feed(line) == []
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert kept > 1024 * 1024
    assert len(splitter.rest) == kept + 10 * len(line)
    assert peak < kept * 5 // 4, "it may move once, to where it has room to grow"


@pytest.mark.parametrize("cut", range(4))
def test_a_byte_order_mark_is_no_part_of_the_first_event(cut):
    stream = MARK + b"data: 1\n\n" + MARK + b"data: 2\n\n"
    splitter = Splitter()
    events = [*splitter.feed(stream[:cut]), *splitter.feed(stream[cut:])]
    assert events == [b"data: 1\n\n", MARK + b"data: 2\n\n"], "one in the middle is none"
    assert splitter.clean


def test_a_byte_order_mark_comes_byte_by_byte_or_not_at_all():
    splitter = Splitter()
    assert [splitter.feed(bytes([byte])) for byte in MARK + b"\n"] == [[]] * 4
    assert splitter.rest == b"\n"
    for begun in (MARK[:1], MARK[:2], MARK[:2] + b"x", b""):
        splitter = Splitter()
        assert splitter.feed(begun) == []
        assert splitter.rest == begun
    assert Splitter().feed(MARK + MARK + b"\n\n") == [MARK + b"\n\n"], "one, and no more"
    assert Splitter(begins=False).feed(MARK + b"\n\n") == [MARK + b"\n\n"]


def test_a_whole_event_is_the_very_chunk_also_when_it_is_the_first():
    splitter, event = Splitter(), b"data: 1\n\n"
    assert not splitter.clean
    for _ in range(2):
        (same,) = splitter.feed(event)
        assert same is event
        assert splitter.clean
    splitter.feed(b"data:")
    assert not splitter.clean

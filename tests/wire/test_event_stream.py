"""The frames of AWS's event stream, held against botocore's reader."""

import struct
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer, ParserError
from hypothesis import example, given
from hypothesis import strategies as st

from vanguard.core.errors import UpstreamError
from vanguard.wire.event_stream import HEADERS_BYTES, Decoder, Message, Typed, encode

names = st.text(min_size=1, max_size=20)
typed = st.one_of(
    st.integers(-(2**7), 2**7 - 1).map(lambda n: Typed(2, n)),
    st.integers(-(2**15), 2**15 - 1).map(lambda n: Typed(3, n)),
    st.integers(-(2**63), 2**63 - 1).map(lambda n: Typed(8, n)),
    st.binary(min_size=16, max_size=16).map(lambda raw: Typed(9, raw)),
)
values = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(max_size=40),
    st.text(max_size=40),
    typed,
)
messages = st.tuples(st.dictionaries(names, values, max_size=5), st.binary(max_size=200))


def plain(value):
    return value.value if isinstance(value, Typed) else value


def botocores(data):
    """What botocore reads: messages, and whether it stopped at damage."""
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    out = []
    try:
        out += [(message.headers, message.payload) for message in _each(buffer, out)]
    except (ParserError, struct.error, KeyError, UnicodeDecodeError, IndexError):
        return out, True
    return out, False


def _each(buffer, out):
    for message in buffer:
        out.append((message.headers, message.payload))
    return []


def ours(data, cuts=()):
    decoder = Decoder()
    out = []
    try:
        for start, stop in zip([0, *cuts, len(data)], [*cuts, len(data), len(data)], strict=True):
            out += [(one.headers, one.payload) for one in decoder.feed(data[start:stop])]
    except UpstreamError:
        assert not decoder.complete
        return out, True
    return out, False


def same(left, right):
    """Equal in type too: True is not 1."""
    return repr(left) == repr(right)


@given(st.lists(messages, max_size=4), st.data())
def test_what_is_written_is_read_at_any_split_and_by_botocore(wanted, data):
    raw = b"".join(encode(headers, payload) for headers, payload in wanted)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    expected = [
        ({name: plain(value) for name, value in headers.items()}, payload)
        for headers, payload in wanted
    ]
    assert same(ours(raw, cuts), (expected, False))
    assert same(botocores(raw), (expected, False))


def test_one_byte_at_a_time_and_whether_more_is_due():
    raw = encode({":event-type": "chunk"}, b"{}") * 2
    decoder = Decoder()
    got = []
    for position, byte in enumerate(raw):
        got += decoder.feed(bytes([byte]))
        assert decoder.complete == (position + 1 in {len(raw) // 2, len(raw)})
    assert got == [Message({":event-type": "chunk"}, b"{}")] * 2


@given(messages, st.data())
def test_damage_anywhere_is_noticed(message, data):
    raw = bytearray(encode(*message))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= data.draw(st.integers(1, 255))
    assert ours(bytes(raw)) == ([], True)


def frame(headers, payload=b"", *, total=None, header_bytes=None):
    """A frame with sound checksums around whatever it holds."""
    total = len(headers) + len(payload) + 16 if total is None else total
    lengths = struct.pack(">II", total, len(headers) if header_bytes is None else header_bytes)
    body = lengths + struct.pack(">I", crc32(lengths)) + headers + payload
    return body + struct.pack(">I", crc32(body))


@given(st.binary(max_size=60), st.binary(max_size=10))
@example(b"", b"")
@example(b"\x01a\x00\x01a\x01", b"")
@example(b"\x01a\x07\x00\x02\xff\xfe", b"")
@example(b"\x01a\x07\x00\x09ab", b"")
@example(b"\x01a\x0a", b"")
@example(b"\x01a\x09123", b"")
@example(b"\x05a\x00", b"")
@example(b"\x01a", b"")
@example(b"\x00\x00", b"")
def test_headers_that_we_read_mean_the_same_to_botocore(headers, payload):
    raw = frame(headers, payload)
    read, broken = ours(raw)
    theirs, theirs_broken = botocores(raw)
    if not broken:
        assert same((read, broken), (theirs, theirs_broken))
    if theirs_broken:
        assert broken


@given(st.lists(messages, min_size=1, max_size=3), st.data())
def test_what_stands_before_the_damage_is_read_at_any_split(wanted, data):
    good = b"".join(encode(headers, payload) for headers, payload in wanted)
    raw = good + frame(b"\x01a\x0a") + good
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    assert same(ours(raw, cuts), ours(raw))
    assert (len(ours(raw)[0]), ours(raw)[1]) == (len(wanted), True)


@pytest.mark.parametrize(
    "raw",
    [
        frame(b"", total=15),
        frame(b"", total=0),
        frame(b"\x01a\x00", header_bytes=4),
        frame(b"", header_bytes=2**32 - 1),
        frame(b"", total=2**32 - 1),
        frame(b"", total=HEADERS_BYTES + 17, header_bytes=HEADERS_BYTES + 1),
        frame(b"", total=24 * 1024 * 1024 + 17),
    ],
)
def test_lengths_that_cannot_be_are_refused_at_the_prelude(raw):
    decoder = Decoder()
    with pytest.raises(UpstreamError, match="damaged"):
        decoder.feed(raw[:12])
    assert not decoder.complete
    with pytest.raises(UpstreamError):
        decoder.feed(b"")


def test_a_payload_beyond_its_bound_is_refused_before_it_comes():
    decoder = Decoder(payload_bytes=10)
    assert decoder.feed(encode({}, b"x" * 10))
    with pytest.raises(UpstreamError):
        decoder.feed(encode({}, b"x" * 11)[:12])


@pytest.mark.parametrize(
    "headers",
    [
        {"": 1},
        {"x" * 256: 1},
        {"a": 2**63},
        {"a": Typed(2, 128)},
        {"a": Typed(9, b"short")},
        {"a": b"x" * 40_000},
        {str(n): b"x" * 30_000 for n in range(5)},
    ],
)
def test_what_no_frame_can_hold_is_not_written(headers):
    with pytest.raises(ValueError, match=r"header|too large|bytes"):
        encode(headers, b"")

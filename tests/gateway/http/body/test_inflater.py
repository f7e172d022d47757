import gzip
import zlib

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.gateway.http.body.inflater import Inflater

HELLO = gzip.compress(b"hello", mtime=0)
LEAST, MOST = 64 * 1024, 16 * 1024 * 1024
PACKED = {b"gzip": gzip.compress, b"x-gzip": gzip.compress, b"deflate": zlib.compress}


@given(st.sampled_from(sorted(PACKED)), st.binary(max_size=2_000), st.data())
def test_what_was_packed_comes_out_at_any_split(coding, body, data):
    packed = PACKED[coding](body)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(packed)), max_size=6)))
    inflater = Inflater.of(coding)
    out = b""
    for start, stop in zip([0, *cuts], [*cuts, len(packed)], strict=True):
        assert inflater.complete == (start in {0, len(packed)}), "nothing at all is whole, too"
        out += inflater.feed(packed[start:stop])
    assert (out, inflater.complete) == (body, True)


@pytest.mark.parametrize("coding", [b"identity", b""])
def test_what_is_no_coding_needs_no_inflater(coding):
    assert Inflater.of(coding) is None


@pytest.mark.parametrize("coding", [b"br", b"zstd", b"compress", b"gzip, gzip", b"GZIP", b"*"])
def test_a_coding_that_nobody_asked_for(coding):
    with pytest.raises(httptools.HttpParserError, match="was not asked for"):
        Inflater.of(coding)


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"identity", b"", b"br"])
def test_one_coding_on_top_of_another(coding):
    with pytest.raises(httptools.HttpParserError, match="two content codings"):
        Inflater.of(coding, Inflater.of(b"gzip"))


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        (b"gzip", b"hello"),
        (b"gzip", zlib.compress(b"hello")),
        (b"deflate", HELLO),
        (b"deflate", b"hello"),
        (b"gzip", HELLO[:-8] + bytes(8)),
        (b"deflate", zlib.compress(b"hello")[:-4] + bytes(4)),
    ],
)
def test_what_is_not_what_its_coding_says(coding, data):
    with pytest.raises(zlib.error):
        Inflater.of(coding).feed(data)


@pytest.mark.parametrize("coding", sorted(PACKED))
def test_what_breaks_off_is_not_complete(coding):
    inflater = Inflater.of(coding)
    assert inflater.feed(PACKED[coding](b"hello")[:-1]) == b"hello"
    assert not inflater.complete


@pytest.mark.parametrize("behind", [b"x", b"\0", HELLO])
def test_nothing_may_stand_behind_the_end(behind):
    with pytest.raises(httptools.HttpParserError, match="too much"):
        Inflater.of(b"gzip").feed(HELLO + behind)
    inflater = Inflater.of(b"gzip")
    assert inflater.feed(HELLO) == b"hello"
    with pytest.raises(httptools.HttpParserError, match="too much"):
        inflater.feed(behind)


def test_a_short_piece_may_hold_64_kib():
    packed = zlib.compress(bytes(1_000_000))
    for size, within in ((1, True), (63, True), (65, False), (66, False)):
        inflater = Inflater.of(b"deflate")
        inflater.feed(packed[:30])
        piece = packed[30 : 30 + size]
        if within:
            assert size * 1_000 < len(inflater.feed(piece)) < LEAST
        else:
            with pytest.raises(httptools.HttpParserError, match="too much"):
                inflater.feed(piece)


def test_a_longer_piece_may_hold_a_thousand_times_its_length():
    # zeros alone inflate to more than that
    packed = zlib.compress(bytes(1_000_000))
    assert len(packed) < 1_000
    with pytest.raises(httptools.HttpParserError, match="too much"):
        Inflater.of(b"deflate").feed(packed)
    mixed = zlib.compress(bytes(1_000_000) + bytes(range(12)))
    assert len(mixed) * 1_000 > 1_000_012 > len(mixed) * 980
    assert len(Inflater.of(b"deflate").feed(mixed)) == 1_000_012


def test_no_piece_may_hold_more_than_16_mib_whatever_its_length():
    noise = b"".join(zlib.crc32(b"%d" % n).to_bytes(4, "big") for n in range(5_000))
    body = bytes(MOST // 2) + noise + bytes(MOST // 2)
    packed = zlib.compress(body)
    assert len(packed) * 1_000 > len(body) > MOST
    with pytest.raises(httptools.HttpParserError, match="too much"):
        Inflater.of(b"deflate").feed(packed)
    # it is each piece that is bounded, not the whole
    inflater = Inflater.of(b"deflate")
    half = len(packed) // 2
    assert len(inflater.feed(packed[:half])) + len(inflater.feed(packed[half:])) == len(body)
    assert inflater.complete

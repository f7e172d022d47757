import gzip
import zlib

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.gateway.http.body import inflater as inflating
from vanguard.gateway.http.body.inflater import Inflater

HELLO = gzip.compress(b"hello", mtime=0)
LEAST, AT_ONCE, MOST = 64 * 1024, 1024 * 1024, 16 * 1024 * 1024
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


def taken(inflater, data):
    """What a part holds, asked for until no more comes, each time no more than 1 MiB."""
    out = [inflater.feed(data)]
    while piece := inflater.more():
        out.append(piece)
    assert all(len(piece) <= AT_ONCE for piece in out)
    return b"".join(out)


def noisy(size):
    """Packed bytes with a little noise throughout, and what they hold."""
    noise = [zlib.crc32(b"%d" % n).to_bytes(4, "big") * 8 for n in range(size // 8192)]
    body = b"".join([bytes(8192 - len(one)) + one for one in noise])
    return zlib.compress(body), body


def test_no_piece_may_hold_more_than_16_mib_whatever_its_length():
    packed, body = noisy(MOST + LEAST)
    assert len(packed) * 1_000 > len(body) > MOST
    inflater = Inflater.of(b"deflate")
    assert len(taken(inflater, packed)) < MOST
    assert "too much" in str(inflater.fault)
    # it is each piece that is bounded, not the whole
    inflater = Inflater.of(b"deflate")
    half = len(packed) // 2
    assert taken(inflater, packed[:half]) + taken(inflater, packed[half:]) == body
    assert inflater.complete
    assert inflater.fault is None


@pytest.mark.parametrize("parts", [1, 7, 5_000])
def test_what_is_more_than_a_mib_waits_until_it_is_asked_for_whatever_the_number_of_parts(parts):
    packed, body = noisy(MOST - LEAST)
    size = -(-len(packed) // parts)
    inflater = Inflater.of(b"deflate")
    out = b"".join(
        [inflater.feed(packed[start : start + size]) for start in range(0, len(packed), size)]
    )
    assert len(out) == AT_ONCE
    assert inflater.waits
    assert not inflater.complete
    while piece := inflater.more():
        assert len(piece) <= AT_ONCE
        out += piece
    assert out == body
    assert inflater.complete
    assert not inflater.waits


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_an_end_that_falls_on_the_mib_is_seen(more):
    packed = gzip.compress(bytes(AT_ONCE + more))
    inflater = Inflater.of(b"gzip")
    assert len(taken(inflater, packed)) == AT_ONCE + more
    assert inflater.complete
    assert not inflater.waits


def test_a_fault_in_what_waited_is_kept_and_ends_it():
    packed = bytearray(noisy(AT_ONCE * 2)[0])
    packed[-4:] = bytes(4)
    inflater = Inflater.of(b"deflate")
    assert len(inflater.feed(bytes(packed))) == AT_ONCE
    while inflater.more():
        assert inflater.fault is None
    assert isinstance(inflater.fault, zlib.error)


@given(st.lists(st.sampled_from([b"a", b"bc", bytes(9)])), st.integers(1, 9), st.data())
def test_however_little_is_taken_at_once_nothing_is_lost(pieces, at_once, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inflating, "_AT_ONCE_BYTES", at_once)
        body = b"".join(pieces)
        packed = gzip.compress(body)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(packed)), max_size=6)))
        inflater = Inflater.of(b"gzip")
        out = b""
        for start, stop in zip([0, *cuts], [*cuts, len(packed)], strict=True):
            out += inflater.feed(packed[start:stop])
            for _ in range(data.draw(st.integers(0, 3))):
                out += inflater.more()
        while piece := inflater.more():
            assert len(piece) <= at_once
            out += piece
        assert (out, inflater.complete, inflater.waits) == (body, True, False)


def test_what_can_be_told_of_a_part_is_told_however_little_is_taken_at_once(monkeypatch):
    packed = gzip.compress(b"ab" * 400 + b"c" * 300)
    at_once = [Inflater.of(b"gzip").feed(packed[:stop]) for stop in range(len(packed))]
    for room in (1, 2, 64, 258):
        monkeypatch.setattr(inflating, "_AT_ONCE_BYTES", room)
        told = [taken(Inflater.of(b"gzip"), packed[:stop]) for stop in range(len(packed))]
        assert told == at_once

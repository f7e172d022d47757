"""A journal line round-trips, and no damaged line is ever read as a record."""

from __future__ import annotations

import string
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.journal import (
    Intent,
    Settled,
    decode_line,
    encode_line,
    intent_line,
    intent_rest,
)
from vanguard.core.usage import Usage

text = st.text(max_size=40)
whole = st.integers(-(2**62), 2**62)
intents = st.builds(
    Intent,
    text,
    st.integers(0, 20),
    whole,
    *[text] * 4,
    st.lists(text, max_size=4).map(tuple),
    *[text] * 6,
    stream=st.booleans(),
    session=text,
    tags=st.dictionaries(text, text, max_size=3),
    reserved_usd_micros=whole,
    price_id=text,
    price_version=text,
)
settled = st.builds(
    Settled,
    text,
    st.integers(0, 20),
    whole,
    st.sampled_from(["ok", "failed", "truncated", "cut", "blocked", "cancelled", "unsettled"]),
    http_status=st.integers(0, 599),
    error=text,
    usage=st.builds(Usage, *[st.integers(0, 2**50)] * 6, estimated=st.booleans()),
    cost_usd_micros=whole,
    price_unknown=st.booleans(),
    first_token_ms=whole,
    duration_ms=whole,
)
records = intents | settled

LINE = encode_line(Settled("req_1", 0, 1_700_000_000_000, "ok", 200, cost_usd_micros=420))


@given(records)
def test_a_record_survives_with_and_without_its_newline(record):
    line = encode_line(record)
    assert decode_line(line) == record
    assert decode_line(line[:-1]) == record


@given(records)
def test_a_record_is_one_line_in_the_documented_shape(record):
    line = encode_line(record)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert line[:8] == b"%08x" % zlib.crc32(line[9:-1])
    assert line[8:9] == b" "
    assert set(line[:8].decode()) <= set(string.hexdigits.lower())


@given(records, st.data())
def test_a_torn_line_is_never_a_record(record, data):
    line = encode_line(record)
    cut = data.draw(st.integers(0, len(line) - 2))
    with pytest.raises(ValueError, match="journal line"):
        decode_line(line[:cut])


@given(records, st.data())
def test_a_flipped_bit_is_never_a_record(record, data):
    line = bytearray(encode_line(record)[:-1])
    position = data.draw(st.integers(0, len(line) - 1))
    line[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ValueError, match="journal line"):
        decode_line(bytes(line))


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"x", LINE[9:], LINE[:9], LINE.upper(), b" " + LINE, LINE[:-1] + b" \n"]
)
def test_what_is_no_line_is_refused(line):
    with pytest.raises(ValueError, match="wrong check sum"):
        decode_line(line)


@pytest.mark.parametrize(
    "payload", [b"{}", b'{"type":"else"}', b"[]", b"not json", b'{"type":"settled"}', b"\xff"]
)
def test_a_sound_sum_over_an_unknown_shape_is_refused(payload):
    with pytest.raises(ValueError, match="unknown shape"):
        decode_line(b"%08x %b\n" % (zlib.crc32(payload), payload))


def test_a_reader_of_today_skips_fields_of_tomorrow():
    payload = LINE[9:-2] + b',"field_of_tomorrow":[1,2]}'
    assert decode_line(b"%08x %b\n" % (zlib.crc32(payload), payload)) == decode_line(LINE)


@given(intents, st.integers(0, 9), st.integers(0, 2**45), st.integers(0, 2**50))
def test_a_line_made_of_a_repeated_rest_reads_as_the_same_intent(intent, attempt, at_ms, reserved):
    made = msgspec.structs.replace(
        intent, request_id="req_1", attempt=attempt, at_ms=at_ms, reserved_usd_micros=reserved
    )
    assert decode_line(intent_line(intent_rest(intent), "req_1", attempt, at_ms, reserved)) == made

"""A journal line round-trips, and no damaged line is ever read as a record."""

from __future__ import annotations

import string
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core import journal
from vanguard.core.journal import (
    MOST_USD_MICROS,
    Intent,
    Settled,
    decode_line,
    encode_line,
    intent_head,
    intent_line,
    read_lines,
    segment_name,
    segment_start,
)
from vanguard.core.usage import Usage

money = st.integers(0, MOST_USD_MICROS)
moment = st.integers(0, 253_402_300_799_999)
# what no database stores is not written either
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
intents = st.builds(
    Intent,
    text,
    st.integers(0, 20),
    moment,
    *[text] * 4,
    st.lists(text, max_size=4).map(tuple),
    *[text] * 6,
    stream=st.booleans(),
    session=text,
    tags=st.dictionaries(text, text, max_size=3),
    reserved_usd_micros=money,
    price_id=text,
    price_version=text,
)
settled = st.builds(
    Settled,
    text,
    st.integers(0, 20),
    moment,
    st.sampled_from(["ok", "failed", "truncated", "cut", "blocked", "cancelled", "unsettled"]),
    http_status=st.integers(0, 599),
    error=text,
    usage=st.builds(Usage, *[st.integers(0, 2**40 - 1)] * 6, estimated=st.booleans()),
    cost_usd_micros=money,
    price_unknown=st.booleans(),
    first_token_ms=st.integers(-1, 10**9),
    duration_ms=st.integers(0, 10**9),
)
records = intents | settled

INTENT = Intent(
    "req_1", 0, 1, "key_1", "o", "t", "u", ("o", "key_1"), *"mdpuoc", reserved_usd_micros=9
)
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
    assert decode_line(intent_line(intent_head(intent), "req_1", attempt, at_ms, reserved)) == made


def line_of(payload: bytes) -> bytes:
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at_ms", "1" + "0" * 30),
        ("at_ms", "-1"),
        ("attempt", "70000"),
        ("cost_usd_micros", "1" + "0" * 30),
        ("cost_usd_micros", "-5"),
        ("http_status", "1" + "0" * 10),
        ("request_id", '"r\\u0000"'),
        ("usage", '{"input_tokens":1' + "0" * 30 + "}"),
        ("usage", '{"output_tokens":-1}'),
    ],
)
def test_what_no_database_can_hold_is_of_an_unknown_shape(field, value):
    fields = {"type": '"settled"', "request_id": '"r"', "attempt": "0", "at_ms": "1"}
    fields |= {"status": '"ok"', field: value}
    payload = "{" + ",".join(f'"{name}":{one}' for name, one in fields.items()) + "}"
    with pytest.raises(ValueError, match="unknown shape"):
        decode_line(line_of(payload.encode()))


def test_a_nul_which_no_database_stores_costs_a_record_nothing_but_that_letter():
    held = msgspec.structs.replace(
        INTENT, tags={"a\0": "x\0y", "b": "z"}, session="\0", model="m\0"
    )
    kept = msgspec.structs.replace(
        INTENT, tags={"a\ufffd": "x\ufffdy", "b": "z"}, session="\ufffd", model="m\ufffd"
    )
    assert decode_line(encode_line(held)) == kept
    ended = Settled(
        "req_1", 0, 1, "ok", error="a\0", usage=Usage(input_tokens=3), cost_usd_micros=7
    )
    assert decode_line(encode_line(ended)) == msgspec.structs.replace(ended, error="a\ufffd")


def test_a_client_may_write_the_escape_of_a_nul_as_text():
    record = Settled("req_1", 0, 1, "ok", error="\\u0000")
    assert decode_line(encode_line(record)) == record


@pytest.mark.parametrize(
    ("name", "start"),
    [
        (segment_name(0), 0),
        (segment_name(2**61 - 1), 2**61 - 1),
        (segment_name(2**61), None),
        ("1.journal", None),
        ("9" * 20 + ".journal", None),
        ("²" * 20 + ".journal", None),
        (segment_name(5) + ".bak", None),
        ("." + segment_name(5), None),
    ],
)
def test_only_a_segments_name_is_one(name, start):
    assert segment_start(name) == start


def records_of(lines):
    return [record for _, record in lines.entries]


@given(st.lists(records, max_size=5), st.data())
def test_any_prefix_gives_the_whole_lines_of_it(made, data):
    """And when nothing will follow, a last line that lacks its newline alone."""
    lines = [encode_line(record) for record in made]
    whole = b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    ends = [len(b"".join(lines[: count + 1])) for count in range(len(lines))]
    found = read_lines(whole[:cut])
    kept = sum(end <= cut for end in ends)
    assert (records_of(found), found.faults) == (made[:kept], ())
    assert found.used == max([0, *(end for end in ends if end <= cut)])
    closed = read_lines(whole[:cut], closed=True)
    readable = sum(end - 1 <= cut for end in ends)
    assert records_of(closed) == made[:readable]
    assert closed.used == cut
    assert len(closed.faults) == (cut not in {0, *ends, *(end - 1 for end in ends)})
    for at, record in closed.entries:
        assert whole[at:].startswith(encode_line(record)[:-1])


@given(st.lists(records, min_size=1, max_size=5), st.data())
def test_a_hole_of_zeros_costs_only_the_records_that_it_touches(made, data):
    lines = [encode_line(record) for record in made]
    whole = bytearray(b"".join(lines))
    begin = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(begin + 1, len(whole)))
    whole[begin:end] = bytes(end - begin)
    kept = []
    at = 0
    for line, record in zip(lines, made, strict=True):
        # the newline is no part of the record
        if end <= at or begin >= at + len(line) - 1:
            kept.append(record)
        at += len(line)
    found = read_lines(bytes(whole), closed=True)
    assert records_of(found) == kept
    # where only the very last newline went, nothing is missing
    assert found.faults or (begin, end) == (len(whole) - 1, len(whole)) or not begin
    assert found.used == len(whole)


@given(st.lists(records, min_size=1, max_size=4), st.data())
def test_flipped_bytes_cost_only_the_records_that_they_hit(made, data):
    lines = [encode_line(record) for record in made]
    whole = bytearray(b"".join(lines))
    hits = data.draw(st.sets(st.integers(0, len(whole) - 1), min_size=1, max_size=4))
    for hit in hits:
        whole[hit] ^= 1 << data.draw(st.integers(0, 7))
    kept = []
    at = 0
    for line, record in zip(lines, made, strict=True):
        if not any(at <= hit < at + len(line) - 1 for hit in hits):
            kept.append(record)
        at += len(line)
    assert records_of(read_lines(bytes(whole), closed=True)) == kept


def test_a_line_without_end_is_passed_over_but_no_record_that_begins_in_it(monkeypatch):
    monkeypatch.setattr(journal, "MAX_LINE_BYTES", 400)
    data = b"\0" * 380 + LINE[:40]
    found = read_lines(data)
    assert (found.entries, found.used) == ((), 380)
    assert "zeros" in found.faults[0][1]
    rest = data[found.used :] + LINE[40:]
    assert records_of(read_lines(rest)) == [decode_line(LINE)]
    # not even one of which only the first byte is there
    found = read_lines(b"\0" * 399 + LINE[:1])
    assert found.used < 399


def test_faults_say_what_is_wrong():
    found = read_lines(b"\0" * 9 + b"\n" + b"x" + LINE + LINE[:-2] + b"\n")
    assert len(found.entries) == 1
    zeros, saved, wrong = (what for _, what in found.faults)
    assert "9 bytes: nothing but zeros" in zeros
    assert "records that could still be read in it: 1" in saved
    assert "wrong check sum" in wrong

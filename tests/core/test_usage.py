from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.usage import Usage

counts = st.integers(0, 10**12)
usages = st.builds(Usage, *[st.integers(0, 2**40 - 1)] * 6, estimated=st.booleans())
wild = st.builds(Usage, *[st.integers(-(2**70), 2**70)] * 6, estimated=st.booleans())


@given(counts, counts)
def test_the_total_counts_input_and_output_once(given_in, given_out):
    usage = Usage(
        input_tokens=given_in,
        output_tokens=given_out,
        cache_read_tokens=given_in,  # a part of the input, not an addition to it
        reasoning_tokens=given_out,
    )
    assert usage.total_tokens == given_in + given_out


def test_nothing_used_is_written_as_nothing():
    assert msgspec.json.encode(Usage()) == b"{}"


@given(usages)
def test_usage_survives_the_wire(usage):
    assert msgspec.json.decode(msgspec.json.encode(usage), type=Usage) == usage


def test_sane_counts_are_neither_negative_nor_endless():
    odd = Usage(input_tokens=-5, output_tokens=10**30, cache_read_tokens=3, estimated=True)
    assert odd.sane() == Usage(0, 2**40 - 1, 3, estimated=True)


@given(wild)
def test_what_is_sane_can_be_read_back_and_is_no_different_the_second_time(usage):
    made = usage.sane()
    assert msgspec.json.decode(msgspec.json.encode(made), type=Usage) == made
    assert made.sane() is made
    for name in Usage.__struct_fields__:
        told, kept = getattr(usage, name), getattr(made, name)
        assert kept == told or (name != "estimated" and kept in (0, 2**40 - 1))


@given(usages, usages)
def test_nought_that_comes_late_takes_nothing_back(earlier, usage):
    late = msgspec.structs.replace(usage, input_tokens=0, output_tokens=0)
    assert late.after(earlier) == earlier
    told = usage.after(earlier)
    assert told.input_tokens == usage.input_tokens or earlier.input_tokens
    assert told.output_tokens == usage.output_tokens or earlier.output_tokens


def test_input_and_output_are_replaced_each_with_their_parts():
    earlier, late = Usage(100, 5, 1, 2, 3, 4), Usage(200, 0, 9, 8, 7, 0)
    assert late.after(earlier) == Usage(200, 5, 9, 8, 7, 4)
    assert Usage(0, 6, reasoning_tokens=1).after(earlier) == Usage(100, 6, 1, 2, 3, 1)
    assert (told := Usage(200, 9)).after(earlier) is told

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.usage import Media, Usage

counts = st.integers(0, 10**12)
sane = st.integers(0, 2**40 - 1)
odd = st.integers(-(2**70), 2**70)
usages = st.builds(
    Usage,
    *[sane] * 6,
    estimated=st.booleans(),
    media=st.none() | st.builds(Media, *[sane] * 9),
)
wild = st.builds(
    Usage, *[odd] * 6, estimated=st.booleans(), media=st.none() | st.builds(Media, *[odd] * 9)
)


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
    assert (usage.estimated, usage.media is None) == (made.estimated, made.media is None)
    for told, kept in ((usage, made), (usage.media, made.media)):
        for name in kept.__struct_fields__[: 9 if kept is made.media else 6] if kept else ():
            assert getattr(kept, name) in (getattr(told, name), 0, 2**40 - 1)


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


def test_what_is_no_text_goes_with_what_it_is_a_part_of():
    read, written = Media(input_audio_tokens=7, output_audio_tokens=1), Media(output_image_tokens=5)
    assert Usage(0, 9, media=written).after(Usage(100, 5, media=read)) == Usage(
        100, 9, media=Media(input_audio_tokens=7, output_image_tokens=5)
    )
    assert Usage(100, 0, media=read).after(Usage(0, 9)).media == Media(input_audio_tokens=7)
    assert Usage(0, 9).after(Usage(100, 5)).media is None


def test_a_reader_that_knows_of_no_media_reads_the_rest():
    """An earlier version may read the journal that this one has written, and the other way round."""

    class Earlier(msgspec.Struct):
        input_tokens: int = 0

    line = msgspec.json.encode(Usage(5, media=Media(input_audio_tokens=4)))
    assert line == b'{"input_tokens":5,"media":{"input_audio_tokens":4}}'
    assert msgspec.json.decode(line, type=Earlier) == Earlier(5)
    assert msgspec.json.decode(b'{"input_tokens":5}', type=Usage) == Usage(5)

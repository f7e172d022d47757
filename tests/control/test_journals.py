"""Segments of a journal: where lines begin, which are whole, which are torn."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.records import intent, journal_bytes, settled
from vanguard.control import journals
from vanguard.control.journals import (
    Segment,
    ends_a_line,
    holds_record,
    last_records,
    read_stretch,
    segments,
    workers,
)
from vanguard.core import journal
from vanguard.core.journal import segment_name
from vanguard.gateway.accounting.journal import Journal

RECORDS = [intent(f"req_{number}", session="s" * (7 * number)) for number in range(3)]
LINES = [journal_bytes(record) for record in RECORDS]
WHOLE = b"".join(LINES)
ENDS = [sum(map(len, LINES[: number + 1])) for number in range(len(LINES))]


def segment(folder: Path, data: bytes, start: int = 0, *, closed: bool = False) -> Segment:
    path = folder / segment_name(start)
    path.write_bytes(data)
    return Segment(path, start, start + len(data), closed)


def test_segments_are_ordered_and_end_where_the_next_begins(tmp_path: Path) -> None:
    segment(tmp_path, b"x" * 50, 100)
    segment(tmp_path, b"x" * 120, 0)  # twenty torn bytes too many
    (tmp_path / "notes.txt").write_text("not a segment")
    (tmp_path / "7.journal").write_text("not a segment either")
    assert [(found.start, found.end) for found in segments(tmp_path)] == [(0, 100), (100, 150)]


def test_workers_are_folders(tmp_path: Path) -> None:
    assert workers(tmp_path / "missing") == []
    for name in ("w1", "w0"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    assert workers(tmp_path) == ["w0", "w1"]


def test_offsets_count_from_the_start_of_the_journal(tmp_path: Path) -> None:
    found = read_stretch(segment(tmp_path, WHOLE, 1000), 1000)
    assert (found.start, found.end, found.faults) == (1000, 1000 + len(WHOLE), ())
    assert [record for _, record in found.entries] == RECORDS
    assert [at - 1000 for at, _ in found.entries] == [0, *ENDS[:-1]]


def test_every_place_where_a_write_can_be_torn(tmp_path: Path) -> None:
    data = LINES[0] + LINES[1]
    for cut in range(len(data) + 1):
        torn = segment(tmp_path, data[:cut])
        whole = max([0, *(end for end in ENDS if end <= cut)])
        found = read_stretch(torn, 0)
        assert (found.end, found.faults) == (whole, ())
        assert len(found.entries) == sum(end <= cut for end in ENDS)
        closed = read_stretch(torn._replace(closed=True), 0)
        assert closed.end == cut
        # a last record that lacks its newline alone is whole
        assert len(closed.entries) == sum(end - 1 <= cut for end in ENDS)
        assert len(closed.faults) == (cut not in {0, *ENDS, *(end - 1 for end in ENDS)})


@given(place=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_a_damaged_line_costs_no_other_line(tmp_path_factory, place: int, bit: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[place] ^= 1 << bit
    folder = tmp_path_factory.mktemp("j")
    found = read_stretch(segment(folder, bytes(damaged), closed=True), 0)
    kept = [record for _, record in found.entries]
    hit = next(index for index, end in enumerate(ENDS) if place < end)
    lost = set() if place == ENDS[hit] - 1 else {hit}  # a line's end is no part of its record
    assert kept == [record for index, record in enumerate(RECORDS) if index not in lost]
    assert found.end == len(WHOLE)
    assert found.faults


def test_a_long_journal_is_read_in_parts(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(journals, "MAX_READ_BYTES", len(LINES[0]) + len(LINES[1]) + 5)
    whole = segment(tmp_path, WHOLE)
    at, records = 0, []
    while (found := read_stretch(whole, at)).end > at:
        records += [record for _, record in found.entries]
        at = found.end
    assert records == RECORDS


def test_a_line_longer_than_a_part_is_read_whole(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(journals, "MAX_READ_BYTES", 10)
    found = read_stretch(segment(tmp_path, LINES[0] + LINES[1]), 0)
    assert [record for _, record in found.entries] == RECORDS[:2]


def test_a_line_without_end_and_bound_is_passed_over(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(journals, "MAX_READ_BYTES", 100)
    for owner in (journal, journals):
        monkeypatch.setattr(owner, "MAX_LINE_BYTES", 600)
    data = b"x" * 5_000 + b"\n" + journal_bytes(settled()) + b"\0" * 3_000 + WHOLE
    whole = segment(tmp_path, data)
    at, records, faults = 0, [], 0
    while (found := read_stretch(whole, at)).end > at:
        records += [record for _, record in found.entries]
        faults += len(found.faults)
        at = found.end
    assert records == [settled(), *RECORDS]
    assert faults > 2
    assert at == len(data)


def test_whatever_else_lies_there_is_left_alone(tmp_path: Path) -> None:
    made = segment(tmp_path, LINES[0])
    (tmp_path / segment_name(900)).mkdir()
    (tmp_path / segment_name(901)).symlink_to("/nowhere")
    (tmp_path / ("9" * 20 + ".journal")).write_text("no database holds such an offset")
    (tmp_path / (segment_name(5) + ".bak")).write_text("x")
    assert segments(tmp_path) == [made]


def test_a_segment_is_closed_when_it_has_a_successor_and_no_writer(tmp_path: Path) -> None:
    gateway = Journal(tmp_path)
    gateway.append(RECORDS[0])
    assert [one.closed for one in segments(tmp_path)] == [False]
    successor = Journal(tmp_path)  # the old one drains
    assert [one.closed for one in segments(tmp_path)] == [False, False]
    gateway.append(RECORDS[1])
    gateway.close()
    first, second = segments(tmp_path)
    assert (first.closed, first.end, second.closed) == (True, ENDS[1], False)
    successor.close()
    assert [one.closed for one in segments(tmp_path)] == [True, False]


@pytest.mark.parametrize("foreign", [b"", LINES[2]])
def test_what_begins_within_a_segment_that_is_written_cuts_nothing_off(
    tmp_path: Path, foreign: bytes
) -> None:
    gateway = Journal(tmp_path)
    gateway.append(RECORDS[0])
    segment(tmp_path, foreign, ENDS[0] // 2)
    gateway.append(RECORDS[1])
    (found,) = segments(tmp_path)
    assert (found.start, found.end, found.closed) == (0, ENDS[1], False)
    gateway.close()


def test_an_empty_file_named_within_a_segment_cuts_nothing_off(tmp_path: Path) -> None:
    segment(tmp_path, WHOLE)
    segment(tmp_path, b"", ENDS[0])
    last = segment(tmp_path, LINES[0], 9000)
    found = segments(tmp_path)
    assert [(one.start, one.end) for one in found] == [(0, len(WHOLE)), (9000, last.end)]


def test_without_locks_a_successor_closes_a_segment(tmp_path: Path, monkeypatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(fcntl, "flock", unsupported)
    for start in (0, 100):
        segment(tmp_path, LINES[0][:100], start)
    assert [one.closed for one in segments(tmp_path)] == [True, False]


def test_a_record_is_there_when_it_can_be_read_where_it_began(tmp_path: Path) -> None:
    first = segment(tmp_path, WHOLE, 1000)
    torn = segment(tmp_path, WHOLE[: ENDS[1] - 5], 9000)
    there = {at for at in range(990, 10_000) if holds_record([first, torn], at)}
    assert there == {1000, 1000 + ENDS[0], 1000 + ENDS[1], 9000}


def test_where_lines_end_and_what_was_last_read(tmp_path: Path, monkeypatch) -> None:
    whole = segment(tmp_path, WHOLE, 1000)
    begins = {1000, *(1000 + end for end in ENDS)}
    assert {at for at in range(1000, 1001 + len(WHOLE)) if ends_a_line(whole, at)} == begins
    assert last_records(whole, 1000) == []
    assert last_records(whole, 1000 + ENDS[1]) == RECORDS[:2]
    monkeypatch.setattr(journals, "_SOME", 1)
    assert last_records(whole, 1000 + len(WHOLE)) == RECORDS[2:]
    monkeypatch.setattr(journals, "MAX_READ_BYTES", 5)
    assert last_records(whole, 1000 + len(WHOLE)) == []

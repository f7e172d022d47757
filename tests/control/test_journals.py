"""Segments of a journal: where lines begin, which are whole, which are torn."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from support.records import intent, journal_bytes, settled
from vanguard.control import journals
from vanguard.control.journals import Segment, read_stretch, segments, workers

RECORDS = [intent(f"req_{number}", session="s" * (7 * number)) for number in range(3)]
LINES = [journal_bytes(record) for record in RECORDS]
WHOLE = b"".join(LINES)
ENDS = [sum(map(len, LINES[: number + 1])) for number in range(len(LINES))]


def segment(folder: Path, data: bytes, start: int = 0) -> Segment:
    path = folder / f"{start:020}.journal"
    path.write_bytes(data)
    return Segment(path, start, start + len(data))


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
    found = read_stretch(segment(tmp_path, WHOLE, 1000), 1000, closed=False)
    assert (found.start, found.end, found.faults) == (1000, 1000 + len(WHOLE), ())
    assert [record for _, record in found.entries] == RECORDS
    assert [at - 1000 for at, _ in found.entries] == [0, *ENDS[:-1]]


def test_every_place_where_a_write_can_be_torn(tmp_path: Path) -> None:
    data = LINES[0] + LINES[1]
    for cut in range(len(data) + 1):
        torn = segment(tmp_path, data[:cut])
        whole = max([0, *(end for end in ENDS if end <= cut)])
        found = read_stretch(torn, 0, closed=False)
        assert (found.end, found.faults) == (whole, ())
        assert len(found.entries) == sum(end <= cut for end in ENDS)
        closed = read_stretch(torn, 0, closed=True)
        assert closed.end == cut
        assert len(closed.faults) == (cut != whole)
        assert closed.entries == found.entries


@given(place=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_a_damaged_line_costs_no_other_line(tmp_path_factory, place: int, bit: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[place] ^= 1 << bit
    found = read_stretch(segment(tmp_path_factory.mktemp("j"), bytes(damaged)), 0, closed=True)
    kept = [record for _, record in found.entries]
    hit = next(index for index, end in enumerate(ENDS) if place < end)
    joined = {hit, hit + 1} if place == ENDS[hit] - 1 else {hit}  # the end of a line was lost
    assert kept == [record for index, record in enumerate(RECORDS) if index not in joined]
    assert found.end == len(WHOLE)
    assert found.faults


def test_a_long_journal_is_read_in_parts(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(journals, "MAX_READ_BYTES", len(LINES[0]) + len(LINES[1]) + 5)
    whole = segment(tmp_path, WHOLE)
    at, records = 0, []
    while (found := read_stretch(whole, at, closed=False)).end > at:
        records += [record for _, record in found.entries]
        at = found.end
    assert records == RECORDS


def test_a_line_longer_than_a_part_is_read_whole(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(journals, "MAX_READ_BYTES", 10)
    found = read_stretch(segment(tmp_path, LINES[0] + LINES[1]), 0, closed=False)
    assert [record for _, record in found.entries] == RECORDS[:2]


def test_a_line_without_end_and_bound_is_passed_over(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(journals, "MAX_READ_BYTES", 10)
    monkeypatch.setattr(journals, "_MAX_LINE_BYTES", 20)
    data = b"x" * 100 + b"\n" + journal_bytes(settled())
    whole = segment(tmp_path, data)
    at, records, faults = 0, [], 0
    while (found := read_stretch(whole, at, closed=False)).end > at:
        records += [record for _, record in found.entries]
        faults += len(found.faults)
        at = found.end
        monkeypatch.setattr(journals, "_MAX_LINE_BYTES", 1_000)
    assert records == [settled()]
    assert faults == 2

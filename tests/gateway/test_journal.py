import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import Settled, encode_line
from vanguard.gateway.journal import Journal, segment_name, segments


def record(number):
    return Settled(f"req_{number}", 0, number, "ok")


def numbers(journal, offset=0):
    return [one.at_ms for _, one in journal.replay(offset)]


def test_what_was_appended_is_replayed_from_any_record(tmp_path):
    journal = Journal(tmp_path)
    offsets = []
    for number in range(5):
        offsets.append(journal.offset)
        journal.append(record(number))
    assert numbers(journal) == [0, 1, 2, 3, 4]
    assert [offset for offset, _ in journal.replay(0)] == offsets
    assert numbers(journal, offsets[3]) == [3, 4]


def test_segments_roll_and_offsets_go_on(tmp_path):
    line = len(encode_line(record(1)))
    journal = Journal(tmp_path, segment_bytes=2 * line + 1)
    for number in range(1, 6):
        journal.append(record(number))
    assert [start for start, _ in segments(tmp_path)] == [0, 2 * line, 4 * line]
    journal.close()
    again = Journal(tmp_path, segment_bytes=2 * line + 1)
    assert again.offset == 5 * line
    again.append(record(6))
    assert numbers(again) == [1, 2, 3, 4, 5, 6]
    assert numbers(again, 2 * line) == [3, 4, 5, 6]


@given(st.integers(1, 60))
def test_a_torn_last_line_is_cut_off(tmp_path_factory, torn):
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder)
    journal.append(record(1))
    whole = journal.offset
    journal.append(record(2))
    journal.close()
    path = folder / segment_name(0)
    os.truncate(path, whole + min(torn, path.stat().st_size - whole - 1))
    again = Journal(folder)
    assert again.offset == whole
    again.append(record(3))
    assert numbers(again) == [1, 3]


def test_a_damaged_line_is_counted_and_the_rest_is_read(tmp_path):
    journal = Journal(tmp_path)
    for number in (1, 2, 3):
        journal.append(record(number))
    path = tmp_path / segment_name(0)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert numbers(journal) == [1, 3]
    assert journal.damaged == 1


def test_a_short_write_leaves_no_trace(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.append(record(1))
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:7]))
    with pytest.raises(LedgerUnavailable, match="full"):
        journal.append(record(2))
    monkeypatch.undo()
    journal.append(record(3))
    assert numbers(journal) == [1, 3]


def test_a_full_disk_is_a_typed_error(tmp_path, monkeypatch):
    journal = Journal(tmp_path)

    def full(fd, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(LedgerUnavailable, match="No space left"):
        journal.append(record(1))
    monkeypatch.undo()
    assert numbers(journal) == []


def test_only_its_owner_can_read_it(tmp_path):
    folder = tmp_path / "journal"
    Journal(folder).append(record(1))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / segment_name(0)).stat().st_mode & 0o777 == 0o600

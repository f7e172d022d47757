import errno
import fcntl
import os
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vanguard.core.errors import LedgerUnavailable
from vanguard.core.journal import STRIDE_BYTES, Settled, encode_line, segment_name
from vanguard.gateway.accounting import journal as module
from vanguard.gateway.accounting.journal import Journal, holds, replay, segments

LINE = len(encode_line(Settled("req_1", 0, 1, "ok")))


def record(number):
    return Settled(f"req_{number}", 0, number, "ok")


def numbers(journal, offset=0):
    return [one.at_ms for _, one in journal.replay(offset)]


def bytes_of(folder):
    return [path.read_bytes() for _, _, path in segments(folder)]


@pytest.fixture
def open_journal(tmp_path):
    made = []

    def make(folder=tmp_path, **more):
        made.append(Journal(folder, **more))
        return made[-1]

    yield make
    for journal in made:
        journal.close()


def test_what_was_appended_is_replayed_from_any_record(open_journal):
    journal = open_journal()
    offsets = []
    for number in range(5):
        offsets.append(journal.offset)
        journal.append(record(number))
    assert numbers(journal) == [0, 1, 2, 3, 4]
    assert [offset for offset, _ in journal.replay(0)] == offsets
    assert numbers(journal, offsets[3]) == [3, 4]
    assert journal.written_bytes == journal.offset


@pytest.mark.parametrize("spare", [-1, 0, 1])
def test_a_segment_is_full_to_the_last_byte_before_the_next_begins(open_journal, tmp_path, spare):
    journal = open_journal(segment_bytes=2 * LINE + spare)
    for number in range(1, 6):
        journal.append(record(number))
    step = LINE if spare < 0 else 2 * LINE
    assert [one.start for one in segments(tmp_path)] == list(range(0, 5 * LINE, step))
    assert numbers(journal) == [1, 2, 3, 4, 5]
    assert numbers(journal, 2 * LINE) == [3, 4, 5]


def test_a_record_longer_than_a_segment_gets_one_of_its_own(open_journal, tmp_path):
    journal = open_journal(segment_bytes=LINE // 2)
    for number in range(1, 4):
        journal.append(record(number))
    assert [one.start for one in segments(tmp_path)] == [0, LINE, 2 * LINE]
    assert numbers(journal) == [1, 2, 3]


def test_each_start_goes_on_far_beyond_what_is_there(open_journal, tmp_path):
    """So that no offset means two records, whatever a power cut took from the end."""
    first = open_journal()
    first.append(record(1))
    second = open_journal()
    assert second.offset % STRIDE_BYTES == 0
    assert second.offset - first.offset > STRIDE_BYTES
    second.append(record(2))
    first.append(record(3))  # it drains while its successor serves
    assert numbers(second) == [1, 3, 2]
    third = open_journal()
    fourth = open_journal()
    assert first.offset < second.offset < third.offset < fourth.offset
    assert numbers(fourth) == [1, 3, 2]


@pytest.mark.parametrize("left", [True, False])
def test_a_start_goes_beyond_what_control_has_read_although_the_folder_has_lost_it(
    open_journal, tmp_path, left
):
    first = open_journal()
    first.append(record(1))
    gone = open_journal()
    gone.append(record(2))
    (tmp_path / segment_name(gone.begins)).unlink()
    if not left:
        (tmp_path / segment_name(first.begins)).unlink()
    again = open_journal(floor=gone.offset)
    assert again.begins - gone.offset > STRIDE_BYTES
    assert again.begins % STRIDE_BYTES == 0


def test_a_file_named_beyond_all_journals_is_nobodys(open_journal, tmp_path):
    open_journal().append(record(1))
    (tmp_path / segment_name(2**62 - 5)).touch()
    again = open_journal()
    assert again.begins == 2 * STRIDE_BYTES
    again.append(record(2))
    assert numbers(again) == [1, 2]


def test_a_file_whose_name_leaves_no_offset_to_begin_at_is_complained_of(open_journal, tmp_path):
    """What is written beyond it would not be read: neither by control nor after a restart."""
    (tmp_path / segment_name(2**61 - 2 * STRIDE_BYTES)).touch()
    with pytest.raises(LedgerUnavailable, match=f"{2**61 - 2 * STRIDE_BYTES}.*remove that file"):
        open_journal()
    assert len(segments(tmp_path)) == 1


def test_a_foreign_name_within_a_segment_does_not_hide_its_end(open_journal, tmp_path):
    path = tmp_path / segment_name(0)
    path.touch()
    os.truncate(path, 3 * STRIDE_BYTES)
    (tmp_path / segment_name(300)).touch()
    assert open_journal().begins == 5 * STRIDE_BYTES


@pytest.mark.parametrize("fsync", ["never", "second", "always"])
@pytest.mark.parametrize("loss", ["file", "folder", "replaced"])
def test_a_file_that_is_deleted_under_its_writer_has_a_successor(
    open_journal, tmp_path, loss, fsync
):
    folder = tmp_path / "w"
    journal = open_journal(folder, fsync=fsync)
    journal.append(record(1))
    assert journal.look() == ""
    path = folder / segment_name(0)
    if loss == "folder":
        shutil.rmtree(folder)
    else:
        path.unlink()
    if loss == "replaced":
        path.write_bytes(b"")
    assert "deleted or replaced" in journal.look()
    assert journal.look() == ""
    journal.append(record(2))
    assert [(at, one.at_ms) for at, one in journal.replay(0)] == [(LINE, 2)]
    assert (journal.sync_error, journal.sync()) == ("", True)


def test_a_journal_that_is_closed_has_no_successor(tmp_path):
    """Its descriptor may be another file's by then."""
    journal = Journal(tmp_path)
    journal.close()
    (tmp_path / segment_name(0)).unlink()
    with (tmp_path / "other").open("wb") as other:
        assert journal.look() == ""
        assert journal.append_lines([b"x\n"]) == 0
        other.write(b"still mine")
    assert (tmp_path / "other").read_bytes() == b"still mine"
    assert segments(tmp_path) == []


@pytest.mark.parametrize("fsync", ["never", "always"])
def test_while_a_deleted_file_can_have_no_successor_it_is_said(open_journal, tmp_path, fsync):
    folder = tmp_path / "w"
    journal = open_journal(folder, fsync=fsync)
    journal.append(record(1))
    shutil.rmtree(folder)
    folder.touch()
    assert ["no successor" in journal.look() for _ in range(3)] == [True, False, False]
    assert journal.sync() is False
    assert "deleted or replaced" in journal.sync_error
    folder.unlink()
    assert journal.look()
    assert (journal.sync(), journal.sync_error) == (True, "")


@pytest.mark.parametrize("fsync", ["never", "second", "always"])
def test_a_file_that_cannot_be_looked_at_for_a_moment_is_well_again(open_journal, tmp_path, fsync):
    """As one on a network's disk: not gone, but not to be seen."""
    folder = tmp_path / "w"
    journal = open_journal(folder, fsync=fsync)
    journal.append(record(1))
    folder.rename(tmp_path / "away")
    folder.touch()
    assert journal.look()
    folder.unlink()
    (tmp_path / "away").rename(folder)
    assert journal.look() == ""
    journal.append(record(2))
    journal.sync()
    assert (journal.sync_error, len(segments(folder))) == ("", 1)


@given(st.integers(0, LINE))
def test_a_torn_last_line_is_left_behind(tmp_path_factory, torn):
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder)
    journal.append(record(1))
    journal.append(record(2))
    journal.close()
    path = folder / segment_name(0)
    os.truncate(path, path.stat().st_size - torn)
    again = Journal(folder)
    again.append(record(3))
    # the newline alone is no loss
    assert numbers(again) == ([1, 2, 3] if torn < 2 else [1, 3])
    assert again.damaged == (torn not in (0, 1, LINE))
    again.close()


@given(st.data())
def test_a_hole_of_zeros_or_rubbish_loses_no_other_record(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder)
    for number in range(1, 5):
        journal.append(record(number))
    journal.close()
    path = folder / segment_name(0)
    content = bytearray(path.read_bytes())
    begin = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(begin + 1, len(content)))
    rubbish = data.draw(st.just(b"\0") | st.just(b"\xff") | st.just(b"{") | st.just(b"\n"))
    before = bytes(content)
    content[begin:end] = rubbish * (end - begin)
    assume(content != before)
    path.write_bytes(content)
    again = Journal(folder)
    kept = [n for n in range(1, 5) if end <= (n - 1) * LINE or begin >= n * LINE - 1]
    assert numbers(again) == kept
    again.close()


def test_replay_reads_a_segment_in_pieces(open_journal, monkeypatch):
    monkeypatch.setattr(module, "_READ_BYTES", 7)
    journal = open_journal(segment_bytes=5 * LINE)
    for number in range(1, 10):
        journal.append(record(number))
    assert numbers(journal) == list(range(1, 10))
    assert numbers(journal, 2 * LINE) == list(range(3, 10))
    assert journal.damaged == 0


def test_a_damaged_line_is_counted_and_the_rest_is_read(open_journal, tmp_path):
    journal = open_journal()
    for number in (1, 2, 3):
        journal.append(record(number))
    path = tmp_path / segment_name(0)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert numbers(journal) == [1, 3]
    assert journal.damaged == 1


def test_whatever_else_lies_in_the_folder_is_left_alone(open_journal, tmp_path):
    journal = open_journal()
    journal.append(record(1))
    for name in ("7.journal", "notes.txt", "²" * 20 + ".journal", segment_name(0) + ".bak"):
        (tmp_path / name).write_text("x")
    (tmp_path / segment_name(5 * STRIDE_BYTES)).mkdir()
    (tmp_path / segment_name(6 * STRIDE_BYTES)).symlink_to("/nowhere")
    before = sorted(path.name for path in tmp_path.iterdir())
    again = open_journal()
    again.append(record(2))
    assert numbers(again) == [1, 2]
    added = segment_name(2 * STRIDE_BYTES)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, added])


def test_a_segment_that_vanishes_under_a_replay_is_not_missed(open_journal, tmp_path):
    journal = open_journal(segment_bytes=LINE)
    for number in (1, 2, 3):
        journal.append(record(number))
    reading = journal.replay(0)
    assert next(reading)[1] == record(1)
    (tmp_path / segment_name(LINE)).unlink()  # control prunes what it has read
    (tmp_path / segment_name(0)).unlink()
    assert [one for _, one in reading] == [record(3)]


def test_a_file_in_the_place_of_the_next_segment_is_continued(open_journal, tmp_path):
    journal = open_journal(segment_bytes=LINE)
    journal.append(record(1))
    (tmp_path / segment_name(LINE)).write_bytes(encode_line(record(2)))  # copied back by hand
    journal.append(record(3))
    assert numbers(journal) == [1, 2, 3]
    assert journal.offset == 3 * LINE


# --- disks that refuse -----------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_recovery_when_the_disk_takes_again(open_journal, monkeypatch, number):
    journal = open_journal()
    journal.append(record(1))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _raise(number))
        for _ in range(3):
            with pytest.raises(LedgerUnavailable, match=os.strerror(number)):
                journal.append(record(2))
    journal.append(record(3))
    assert numbers(journal) == [1, 3]
    assert (journal.damaged, journal.offset) == (0, 2 * LINE)


def _raise(number):
    def call(*_):
        raise OSError(number, os.strerror(number))

    return call


@pytest.mark.parametrize("taken", [0, 1, 7, LINE - 1])
def test_a_short_write_leaves_no_trace(open_journal, monkeypatch, tmp_path, taken):
    journal = open_journal()
    journal.append(record(1))
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: real(fd, data[:taken]))
        with pytest.raises(LedgerUnavailable, match="full"):
            journal.append(record(2))
    assert bytes_of(tmp_path) == [encode_line(record(1))]
    journal.append(record(3))
    assert numbers(journal) == [1, 3]
    assert journal.damaged == 0


@pytest.mark.parametrize("taken", [1, 7, LINE - 1])
def test_a_short_write_that_cannot_be_taken_back_at_once_is_later(
    open_journal, monkeypatch, tmp_path, taken
):
    journal = open_journal()
    journal.append(record(1))
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: real(fd, data[:taken]))
        patch.setattr(os, "fstat", _raise(errno.EIO))
        with pytest.raises(LedgerUnavailable):
            journal.append(record(2))
        with pytest.raises(LedgerUnavailable, match="Input/output"):
            journal.append(record(2))
    journal.append(record(3))
    assert numbers(journal) == [1, 3]
    assert bytes_of(tmp_path) == [encode_line(record(1)) + encode_line(record(3))]


@pytest.mark.parametrize("again", [0, 1, 2])
def test_a_piece_that_can_never_be_taken_back_costs_no_record_after_it(
    open_journal, monkeypatch, again
):
    """An append-only file, say: the piece ends as a damaged line."""
    journal = open_journal()
    journal.append(record(1))
    real = os.write
    monkeypatch.setattr(os, "ftruncate", _raise(errno.EPERM))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: real(fd, data[:9]))
        for _ in range(1 + again):
            with pytest.raises(LedgerUnavailable):
                journal.append(record(2))
    offset = journal.offset
    journal.append(record(3))
    journal.append(record(4))
    assert numbers(journal) == [1, 3, 4]
    assert journal.damaged >= 1
    assert journal.offset > offset
    assert [at for at, _ in journal.replay(0)][-1] == journal.offset - LINE


def test_a_full_disk_when_a_segment_should_begin(open_journal, monkeypatch):
    journal = open_journal(segment_bytes=LINE)
    journal.append(record(1))
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", _raise(errno.ENOSPC))
        with pytest.raises(LedgerUnavailable, match="No space"):
            journal.append(record(2))
    journal.append(record(3))
    assert numbers(journal) == [1, 3]


def test_only_its_owner_can_read_it(open_journal, tmp_path):
    folder = tmp_path / "journal"
    open_journal(folder).append(record(1))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / segment_name(0)).stat().st_mode & 0o777 == 0o600


def test_the_open_segment_is_locked_and_a_full_one_is_not(open_journal, tmp_path):
    journal = open_journal(segment_bytes=LINE)
    journal.append(record(1))
    journal.append(record(2))

    def locked(start):
        with (tmp_path / segment_name(start)).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    assert [locked(start) for start in (0, LINE)] == [False, True]


def test_a_file_system_without_locks_will_do(open_journal, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", _raise(errno.ENOLCK))
    journal = open_journal()
    journal.append(record(1))
    assert numbers(journal) == [1]


def test_a_segment_that_control_throws_away_while_it_is_looked_at_is_left_out(
    open_journal, monkeypatch
):
    first = open_journal()
    first.append(record(1))
    last = open_journal()
    last.append(record(2))
    thrown, stat = first.folder / segment_name(0), Path.stat

    def late(path, **how):
        if path == thrown:
            thrown.unlink(missing_ok=True)
        return stat(path, **how)

    monkeypatch.setattr(Path, "stat", late)
    assert [one.start for one in segments(last.folder)] == [last.offset - LINE]
    assert not holds(last.folder, 0)
    assert holds(last.folder, last.offset)


def test_holds_tells_whether_an_offset_can_still_be_read(open_journal):
    journal = open_journal()
    journal.append(record(1))
    again = open_journal()
    assert [holds(again.folder, at) for at in (0, LINE, LINE + 1)] == [True, True, False]
    assert holds(again.folder, again.offset)


# --- power cuts ------------------------------------------------------------------------------


@pytest.fixture
def synced(monkeypatch):
    """Length of each file that was synced, in order."""
    seen = []
    real = os.fdatasync

    def fdatasync(descriptor):
        seen.append(os.fstat(descriptor).st_size)
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    return seen


def test_never_syncs_nothing_and_has_no_thread(open_journal, synced):
    threads = threading.active_count()
    journal = open_journal()
    journal.append(record(1))
    assert journal.sync()
    assert synced == []
    assert threading.active_count() == threads


def test_always_syncs_each_record_before_append_returns(open_journal, synced):
    journal = open_journal(fsync="always", segment_bytes=2 * LINE)
    for number in (1, 2, 3):
        journal.append(record(number))
        assert len(synced) == number
    assert synced == [LINE, 2 * LINE, LINE]


def test_always_says_when_the_disk_cannot_sync(open_journal, monkeypatch):
    journal = open_journal(fsync="always")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", _raise(errno.EIO))
        journal.append(record(1))
        assert journal.sync_error == "Input/output error"
        assert not journal.sync()
    assert journal.sync()
    assert journal.sync_error == ""
    assert numbers(journal) == [1]


@pytest.fixture
def fast(monkeypatch):
    monkeypatch.setattr(module, "_SYNC_S", 0.005)


def wait_for(condition):
    pause = threading.Event()
    for _ in range(2_000):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("it did not happen")


@pytest.mark.usefixtures("fast")
def test_second_syncs_beside_the_loop_what_is_new(open_journal, synced):
    journal = open_journal(fsync="second")
    journal.append(record(1))
    wait_for(lambda: synced == [LINE])
    journal.append(record(2))
    wait_for(lambda: synced == [LINE, 2 * LINE])


def test_second_syncs_the_rest_at_the_end_full_segments_too(tmp_path, synced):
    journal = Journal(tmp_path, fsync="second", segment_bytes=LINE)
    for number in (1, 2, 3):
        journal.append(record(number))
    assert synced == []  # the first second is not over
    journal.close()
    assert synced == [LINE, LINE, LINE]
    assert [one.at_ms for _, one in replay(tmp_path, 0)] == [1, 2, 3]


@pytest.mark.usefixtures("fast")
def test_second_says_when_the_disk_cannot_sync_and_tries_again(open_journal, monkeypatch):
    journal = open_journal(fsync="second")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", _raise(errno.EIO))
        journal.append(record(1))
        wait_for(lambda: journal.sync_error)
        assert not journal.sync()
    wait_for(journal.sync)


def test_a_closed_journal_holds_no_descriptor(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for policy in ("never", "second", "always"):
        journal = Journal(tmp_path / policy, fsync=policy, segment_bytes=LINE)
        for number in range(5):
            journal.append(record(number))
        journal.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before

"""A snapshot file is old or new, never half; its owner's alone; and refused when unsound."""

from __future__ import annotations

import os
import stat

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from support.effort import times
from support.snapshots import snapshots
from vanguard.snapshot import file
from vanguard.snapshot.file import read_marks, read_snapshot, write_snapshot
from vanguard.snapshot.model import FORMAT, JournalMark, Snapshot


def snapshot(version: int) -> Snapshot:
    return Snapshot(version, 1_700_000_000_000, {}, {}, {}, {}, {})


@settings(max_examples=times(1), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(snapshots())
def test_what_was_written_is_read(tmp_path, value):
    path = tmp_path / "snapshot.json"
    write_snapshot(path, value)
    assert read_snapshot(path) == value


def test_only_the_owner_may_read_it(tmp_path):
    path = tmp_path / "snapshot.json"
    previous = os.umask(0)
    try:
        write_snapshot(path, snapshot(1))
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_wider_file_is_narrowed_by_the_next_write(tmp_path):
    path = tmp_path / "snapshot.json"
    path.write_text("{}")
    path.chmod(0o644)
    write_snapshot(path, snapshot(2))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_that_holds_the_old_file_keeps_the_old_snapshot(tmp_path):
    path = tmp_path / "snapshot.json"
    write_snapshot(path, snapshot(1))
    with path.open("rb") as held:
        write_snapshot(path, snapshot(2))
        assert msgspec.json.decode(held.read(), type=Snapshot).version == 1
    assert read_snapshot(path).version == 2


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_one(failing, tmp_path, monkeypatch):
    path = tmp_path / "snapshot.json"
    write_snapshot(path, snapshot(1))

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file.os if failing == "fsync" else file.Path, failing, fail)
    with pytest.raises(OSError, match="No space left"):
        write_snapshot(path, snapshot(2))
    assert read_snapshot(path).version == 1


def test_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "snapshot.json"
    for version in range(3):
        write_snapshot(path, snapshot(version))
    assert [found.name for found in tmp_path.iterdir()] == ["snapshot.json"]


def test_a_missing_file_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_snapshot(tmp_path / "snapshot.json")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'{"version":1}', b"\xff\xfe"])
def test_what_is_no_snapshot_is_refused_by_name(text, tmp_path):
    path = tmp_path / "snapshot.json"
    path.write_bytes(text)
    with pytest.raises(ValueError, match=r"snapshot\.json is not a snapshot"):
        read_snapshot(path)


def test_every_shorter_file_is_refused(tmp_path):
    path = tmp_path / "snapshot.json"
    write_snapshot(path, snapshot(1))
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="is not a snapshot"):
            read_snapshot(path)


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "snapshot.json"
    write_snapshot(path, msgspec.structs.replace(snapshot(1), format=FORMAT + 1))
    with pytest.raises(ValueError, match=f"has format {FORMAT + 1}, this build reads {FORMAT}"):
        read_snapshot(path)


@pytest.mark.parametrize("form", [FORMAT, FORMAT + 1])
def test_the_marks_are_told_whatever_else_it_holds(form, tmp_path):
    path = tmp_path / "snapshot.json"
    marks = {"w0": JournalMark(7, 3)}
    write_snapshot(path, msgspec.structs.replace(snapshot(1), format=form, journals=marks))
    assert read_marks(path) == marks


@pytest.mark.parametrize(
    "text", [None, b"", b"{", b"[]", b'{"journals":7}', b"\xff\xfe", b"[" * 100_000]
)
def test_no_marks_are_told_where_there_is_no_snapshot(text, tmp_path):
    path = tmp_path / "snapshot.json"
    if text is not None:
        path.write_bytes(text)
    assert read_marks(path) == {}
